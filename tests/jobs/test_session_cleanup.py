"""The ready-made task that closes the sessions which nobody uses any more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, DateTime, Float, Integer, MetaData, String, Table, create_engine, func, select

from rota.domain.errors import Invalid
from rota.jobs.session_cleanup import session_cleanup
from rota.sdk import JobContext

NOW = datetime.now(UTC)
OLD, FRESH = NOW - timedelta(hours=3), NOW - timedelta(minutes=5)
KINDS: dict[str, Any] = {
    "timestamps": (DateTime(), lambda at: at.replace(tzinfo=None)),
    "seconds": (Float(), lambda at: at.timestamp()),
    "whole seconds": (Integer(), lambda at: int(at.timestamp())),
    "texts": (String(40), lambda at: at.strftime("%Y-%m-%d %H:%M:%S")),
}


@pytest.fixture(params=KINDS)
def application(request, tmp_path):
    """The database of an application with two old sessions and a fresh one."""
    kind, stored = KINDS[request.param]
    engine = create_engine(f"sqlite:///{tmp_path}/app.db")
    sessions = Table(
        "sessions", MetaData(), Column("id", Integer, primary_key=True), Column("last_activity", kind)
    )
    sessions.metadata.create_all(engine)
    with engine.begin() as conn:
        conn.execute(sessions.insert(), [{"last_activity": stored(at)} for at in (OLD, OLD, FRESH)])
    yield engine
    engine.dispose()


def left(engine):
    sessions = Table("sessions", MetaData(), autoload_with=engine)
    with engine.connect() as conn:
        return conn.execute(select(func.count()).select_from(sessions)).scalar()


def test_sessions_that_were_not_used_for_so_long_are_deleted(application):
    result = session_cleanup(JobContext.for_test(db=application), hours=1)
    assert (result.message, result.items_processed) == ("2 inactive sessions deleted", 2)
    assert left(application) == 1


def test_those_that_were_used_since_are_kept(application):
    assert session_cleanup(JobContext.for_test(db=application), hours=4).items_processed == 0
    assert left(application) == 3


def test_a_table_or_column_that_is_not_there_is_named(application, monkeypatch):
    monkeypatch.setenv("ROTA_JOB_TABLES", "logins")
    with pytest.raises(Invalid, match='no table "logins"'):
        session_cleanup(JobContext.for_test(db=application), table="logins")
    with pytest.raises(Invalid, match=r'no column "seen"; it has id, last_activity'):
        session_cleanup(JobContext.for_test(db=application), column="seen")


def test_without_a_database_of_the_application_there_is_nothing_to_do():
    result = session_cleanup(JobContext.for_test())
    assert (result.success, result.items_processed) == (True, 0)
    assert "nothing configured" in str(result.message)

"""What a body is told, and what it can say."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from rota import JobContext
from rota.domain.errors import Denied, Unavailable
from rota.sdk import Application


class Said:
    """A link that remembers."""

    def __init__(self):
        self.all = []

    def log(self, level, text):
        self.all.append((level, text))

    def progress(self, done, total, message):
        self.all.append((done, total, message))

    def beat(self):
        self.all.append("beat")

    def call(self, method, **args):
        self.all.append((method, args))
        return 42


def context(said=None, **given):
    return JobContext(said or Said(), execution_id=7, job_name="nightly", **given)


def test_it_tells_which_run_this_is():
    slot = datetime(2026, 3, 1, 2, tzinfo=UTC)
    told = context(attempt=2, idempotency_key="nightly-5", scheduled_for=slot, params={"days": 3})
    assert (told.execution_id, told.job_name, told.attempt) == (7, "nightly", 2)
    assert (told.idempotency_key, told.scheduled_for, told.params) == ("nightly-5", slot, {"days": 3})


def test_progress_and_heartbeat_go_to_the_record():
    said = Said()
    told = context(said)
    told.progress(3, 10, "rows")
    told.progress(4)
    told.heartbeat()
    assert said.all == [(3, 10, "rows"), (4, None, None), "beat"]


def test_log_speaks_as_a_logger_does_and_takes_fields():
    said = Said()
    log = context(said).log
    log.debug("looking")
    log.info("sent %d mails", 3, to="staff")
    log.warning("%(left)s left", {"left": 2})
    log.info("done", {"duration": 5})
    log.error("100% wrong")
    log.error("%d rows", "many")
    assert said.all == [
        ("debug", "looking"),
        ("info", "sent 3 mails to=staff"),
        ("warning", "2 left"),
        ("info", "done duration=5"),
        ("error", "100% wrong"),
        ("error", "%d rows ('many',)"),
    ]


def test_log_exception_adds_the_traceback():
    said = Said()
    try:
        raise OSError("disk full")
    except OSError:
        context(said).log.exception("failed", path="/tmp")
    ((level, written),) = said.all
    assert level == "error"
    assert written.startswith("failed path=/tmp\nTraceback")
    assert written.endswith("OSError: disk full")


def test_stopped_tells_whether_the_body_was_asked_to_stop():
    asked: list[str] = []
    told = context(stopping=lambda: bool(asked))
    assert not told.stopped
    asked.append("cancel")
    assert told.stopped


def test_services_are_for_ready_made_tasks_only():
    said = Said()
    assert context(said, ready_made=True).rota.delete_old(keep_days=30) == 42
    assert said.all == [("delete_old", {"keep_days": 30})]
    with pytest.raises(Denied, match=r"only for the ready-made tasks; use context\.db"):
        _ = context().rota


def test_db_is_one_engine_per_process_on_the_applications_database(tmp_path):
    application = Application(database_url=f"sqlite:///{tmp_path}/app.db")
    first, second = context(application=application), context(application=application)
    assert first.db is second.db
    with first.db.connect() as connection:
        assert connection.execute(text("select 1")).scalar() == 1
    application.close()


def test_db_and_app_say_what_to_set_when_they_are_not():
    with pytest.raises(Unavailable, match="set ROTA_APP_DATABASE_URL to its address"):
        _ = context().db
    with pytest.raises(Unavailable, match='set ROTA_APP to "module:factory"'):
        _ = context().app


@pytest.fixture
def shop(tmp_path: Path, monkeypatch):
    source = (
        "made = []\ndef create():\n    made.append(1)\n    return {'shop': len(made)}\nready = object()\n"
    )
    (tmp_path / "shop_app.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("shop_app", None)


def test_app_is_made_once_per_process(shop):
    application = Application("shop_app:create")
    assert "shop_app" not in sys.modules
    assert context(application=application).app == {"shop": 1}
    assert context(application=application).app == {"shop": 1}


def test_app_may_be_an_object_rather_than_a_factory(shop):
    assert context(application=Application("shop_app:ready")).app is sys.modules["shop_app"].ready


@pytest.mark.parametrize("factory", ["shop_app:missing", "not_there:create"])
def test_an_application_that_cannot_be_found_is_named(shop, factory):
    with pytest.raises(Unavailable, match=f'"{factory}" cannot be found'):
        _ = context(application=Application(factory)).app


def test_for_test_makes_a_context_by_hand_that_keeps_what_is_said():
    engine = create_engine("sqlite://")
    told = JobContext.for_test(app="the shop", db=engine, stopped=True, days=3)
    told.log.info("hello")
    told.progress(1, 2)
    told.heartbeat()
    assert (told.app, told.db, told.stopped, told.params) == ("the shop", engine, True, {"days": 3})
    assert (told.lines, told.progressed, told.beats) == ([("info", "hello")], [(1, 2, None)], 1)
    engine.dispose()

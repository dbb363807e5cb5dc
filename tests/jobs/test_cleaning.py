"""Cleaning: what is old goes, what is not stays, and nothing else is touched."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Column, DateTime, Integer, String, text

from rota.domain.errors import Denied, Invalid, NotFound
from rota.jobs.cleanup_empty_contexts import cleanup_empty_contexts
from rota.jobs.document_cleanup import document_cleanup
from rota.jobs.journal_cleanup import journal_cleanup
from rota.jobs.orphan_cleanup import orphan_cleanup
from rota.jobs.row_cleanup import row_cleanup
from rota.jobs.session_cleanup import session_cleanup
from rota.jobs.tables import BATCH

NOW = datetime.now(UTC).replace(tzinfo=None)
OLD, FRESH = NOW - timedelta(days=100), NOW - timedelta(minutes=1)


def aged(place, name="logs", n_old=3, n_fresh=2, **more):
    rows = [{"id": n, "created_at": OLD} for n in range(n_old)]
    rows += [{"id": n_old + n, "created_at": FRESH} for n in range(n_fresh)]
    columns = (Column("id", Integer, primary_key=True), Column("created_at", DateTime))
    return place.table(name, *columns, rows=rows, **more)


def test_old_rows_go_and_a_dry_run_only_counts(place):
    logs = aged(place)
    assert place.run(row_cleanup, table="logs", dry_run=True).message == "3 rows of logs would be deleted"
    assert place.count(logs) == 5
    assert place.run(row_cleanup, table="logs").items_processed == 3
    assert place.run(row_cleanup, table="logs").items_processed == 0
    assert place.count(logs) == 2


def test_rows_go_in_short_transactions_up_to_the_most(place):
    logs = aged(place, n_old=BATCH + 10)
    assert place.run(row_cleanup, table="logs", most=BATCH + 5).items_processed == BATCH + 5
    assert [done for done, *_ in place.link.progressed] == [BATCH, BATCH + 5, BATCH + 5][
        : len(place.link.progressed)
    ]
    assert place.count(logs) == 7


def test_a_cleanup_that_was_killed_goes_on_where_it_was(place):
    logs = aged(place, n_old=BATCH * 2)
    place.kill(row_cleanup, table="logs")
    assert place.count(logs) == BATCH + 2
    assert place.run(row_cleanup, table="logs").items_processed == BATCH
    assert place.count(logs) == 2


@pytest.mark.parametrize(
    ("table", "column", "error"),
    [
        ("users", "created_at", Denied),
        ("logs; DROP TABLE logs", "created_at", Invalid),
        ('logs"', "created_at", Invalid),
        ("logs", "1=1", Invalid),
        ("logs", "nothing", Invalid),
        ("logs_view", "created_at", Invalid),
        ("keyless", "created_at", Invalid),
        ("sqlite_master", "name", Denied),
    ],
)
def test_a_hostile_table_or_column_is_refused(place, table, column, error):
    logs = aged(place)
    aged(place, "users", allowed=False)
    place.table("keyless", Column("created_at", DateTime))
    place.allow(job_tables="logs,logs_view,keyless")
    with place.engine.begin() as conn:
        conn.execute(text("CREATE VIEW logs_view AS SELECT * FROM logs"))
    with pytest.raises(error):
        place.run(row_cleanup, table=table, column=column)
    assert place.count(logs) == 5


def test_a_single_column_may_be_allowed(place):
    aged(place, allowed=False)
    place.allow(job_tables="logs.created_at")
    assert place.run(row_cleanup, table="logs").items_processed == 3


def test_journals_go_by_age_and_status(place):
    columns = (
        Column("id", Integer, primary_key=True),
        Column("created_at", DateTime),
        Column("status", String),
    )
    rows = [{"id": n, "created_at": OLD, "status": s} for n, s in enumerate(["done", "open", "void"])]
    journals = place.table("journals", *columns, rows=rows)
    how = {"table": "journals", "days": 30, "status_column": "status", "statuses": ["done", "void"]}
    assert place.run(journal_cleanup, **how, dry_run=True).items_processed == 2
    place.kill(journal_cleanup, **how)
    assert place.run(journal_cleanup, **how).items_processed == 0
    assert place.rows(journals.c.status) == [("open",)]
    with pytest.raises(Denied):
        place.run(journal_cleanup, table="users")


def test_contexts_without_a_message_go_unless_they_are_new(place):
    contexts = aged(place, "contexts", n_old=3, n_fresh=1)
    columns = (Column("id", Integer, primary_key=True), Column("context_id", Integer))
    place.table("messages", *columns, rows=[{"id": 1, "context_id": 1}])
    how = {"parents": "contexts", "children": "messages"}
    assert place.run(cleanup_empty_contexts, **how, dry_run=True).items_processed == 2
    place.kill(cleanup_empty_contexts, **how)
    assert place.run(cleanup_empty_contexts, **how).items_processed == 0
    assert place.rows(contexts.c.id) == [(1,), (3,)]
    with pytest.raises(Denied):
        place.run(cleanup_empty_contexts, parents="contexts", children="users")


def test_rows_whose_parent_is_gone_go(place):
    place.table("users", Column("id", Integer, primary_key=True), rows=[{"id": 1}])
    columns = (Column("id", Integer, primary_key=True), Column("user_id", Integer))
    rows = [{"id": 1, "user_id": 1}, {"id": 2, "user_id": 9}, {"id": 3, "user_id": None}]
    logs = place.table("logs", *columns, rows=rows)
    how = {"children": "logs", "column": "user_id", "parents": "users"}
    assert place.run(orphan_cleanup, **how, dry_run=True).items_processed == 1
    place.kill(orphan_cleanup, **how)
    assert place.run(orphan_cleanup, **how).items_processed == 0
    assert place.rows(logs.c.id) == [(1,), (3,)]
    with pytest.raises(Denied):
        place.run(orphan_cleanup, children="logs", column="user_id", parents="secrets")


def test_sessions_of_another_table_need_permission(place):
    aged(place, "logins", allowed=False)
    with pytest.raises(Denied, match="add logins to the setting job_tables"):
        place.run(session_cleanup, table="logins", column="created_at")
    aged(place, "sessions", allowed=False)
    assert place.run(session_cleanup, column="created_at", dry_run=True).items_processed == 3
    place.kill(session_cleanup, column="created_at")
    assert place.run(session_cleanup, column="created_at").items_processed == 0


def test_old_files_go_and_links_are_left_alone(place, tmp_path):
    place.file("in/a.pdf", days_old=40)
    place.file("in/deep/b.pdf", days_old=40)
    place.file("in/new.pdf")
    place.file("in/c.txt", days_old=40)
    outside = tmp_path / "precious.pdf"
    outside.write_text("x")
    os.utime(outside, (0, 0))
    (place.root / "in" / "link.pdf").symlink_to(outside)
    (place.root / "in" / "linked").symlink_to(tmp_path)
    how = {"folders": ["in"], "patterns": ["*.pdf"]}
    assert place.run(document_cleanup, **how, dry_run=True).items_processed == 2
    place.kill(document_cleanup, **how)
    assert place.run(document_cleanup, **how).items_processed == 1
    assert outside.exists()
    assert place.files() == [
        "in/c.txt",
        "in/link.pdf",
        "in/linked/app.db",
        "in/linked/precious.pdf",
        "in/new.pdf",
    ] or (place.files() == ["in/c.txt", "in/link.pdf", "in/new.pdf"])


@pytest.mark.parametrize("folder", ["../", "in/../../..", "/etc", "linked", "in\0", "/", "{root}_evil"])
def test_a_folder_elsewhere_is_refused(place, tmp_path, folder):
    place.file("in/a.pdf", days_old=40)
    (place.root / "linked").symlink_to(tmp_path)
    (tmp_path / "root_evil").mkdir()
    with pytest.raises((Denied, NotFound)):
        place.run(document_cleanup, folders=[folder.format(root=place.root)])
    assert place.files("a.pdf") == ["in/a.pdf"]

"""Ready-made tasks at work on tables of the application."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, String

from tests.jobs.ward import Case, Ward

MANY = 600
"""More than one transaction holds."""

NUMBER, AT = (lambda: Column("id", Integer, primary_key=True)), (lambda: Column("created_at", DateTime))


def cases(ward: Ward) -> dict[str, Case]:
    """By the names of the tasks."""
    return {**cleaning(ward), **archiving(ward), **counting(ward), **reading(ward), **subscriptions(ward)}


def aged(ward: Ward, name: str):
    """A table of that name with many old rows and two new ones; a look at how many there are."""
    old, rows = ward.naive - timedelta(days=500), [{"created_at": ward.naive}] * 2
    table = ward.place.table(name, NUMBER(), AT(), rows=[{"created_at": old}] * MANY + rows)
    return lambda ward: ward.place.count(table)


def cleaning(ward: Ward) -> dict[str, Case]:
    """Rows that go."""
    old = ward.naive - timedelta(days=500)
    ward.place.table("users", NUMBER(), rows=[{"id": 1}])
    contexts = ward.place.table(
        "contexts", NUMBER(), AT(), rows=[{"id": n, "created_at": old} for n in range(1, MANY)]
    )
    columns = (NUMBER(), Column("context_id", Integer), Column("user_id", Integer))
    ward.place.table("messages", *columns, rows=[{"context_id": 1, "user_id": 1}])
    tracks = ward.place.table("tracks", NUMBER(), Column("user_id", Integer),
                              rows=[{"user_id": 9}] * MANY + [{"user_id": 1}, {"user_id": None}])  # fmt: skip
    sessions = ward.place.table("sessions", NUMBER(), Column("last_activity", DateTime), allowed=False,
                                rows=[{"last_activity": old}] * MANY + [{"last_activity": ward.naive}])  # fmt: skip
    return {
        "rota.row_cleanup": Case(
            {"table": "old_rows"}, {"table": "users; DROP TABLE users"}, "cannot be the name of a table",
            "^0 rows of old_rows deleted", aged(ward, "old_rows"), MANY + 2, 2),
        "rota.journal_cleanup": Case(
            {"table": "journals"}, {"column": "1=1 OR id"}, "cannot be the name of a table",
            "^0 journals deleted", aged(ward, "journals"), MANY + 2, 2),
        "rota.cleanup_empty_contexts": Case(
            {"parents": "contexts", "children": "messages"}, {"children": "secrets"}, "may not work on the table",
            "^0 empty contexts deleted", lambda ward: ward.place.count(contexts), MANY - 1, 1),
        "rota.orphan_cleanup": Case(
            {"children": "tracks", "column": "user_id", "parents": "users"}, {"parents": "sqlite_master"},
            "may not work on the table", "^0 orphaned tracks deleted",
            lambda ward: ward.place.count(tracks), MANY + 2, 2),
        "rota.session_cleanup": Case(
            {}, {"table": "logins"}, "may not work on the table", "^0 inactive sessions deleted",
            lambda ward: ward.place.count(sessions), MANY + 1, 1),
    }  # fmt: skip


def archiving(ward: Ward) -> dict[str, Case]:
    """Rows that go into files."""
    count = aged(ward, "events")

    def look(ward: Ward) -> tuple[int, bool]:
        return count(ward), len(ward.place.files("events-*.jsonl.gz")) >= 6

    return {
        "rota.archive_rows": Case(
            {"table": "events", "folder": "rows", "batch": 100}, {"folder": "../elsewhere"}, "may not be used",
            "^0 rows of events archived", look, (MANY + 2, False), (2, True)),
    }  # fmt: skip


def counting(ward: Ward) -> dict[str, Case]:
    """Rows that are counted, and changed by a statement."""
    ward.place.table(
        "chats", NUMBER(), AT(), Column("kind", String), rows=[{"created_at": ward.naive, "kind": "a"}] * 3
    )
    usage = ward.place.table("usage", Column("day", String, primary_key=True), Column("name", String, primary_key=True),
                             Column("n", Integer))  # fmt: skip
    things = ward.place.table("things", NUMBER(), Column("name", String))
    return {
        "rota.analytics_aggregation": Case(
            {"table": "chats", "group_by": "kind", "into": "usage"}, {"into": "chats"}, 'no column "day"',
            "^1 count of 3 days written", lambda ward: ward.place.rows(usage.c.name, usage.c.n), [], [("a", 3)]),
        "rota.sql_statement": Case(
            {"statement": "add", "parameters": {"name": "x'); DROP TABLE things; --"}},
            {"statement": "DROP TABLE things"}, "no statement named", "^1 row$",
            lambda ward: ward.place.count(things), 0, 1, 2),
    }  # fmt: skip


def reading(ward: Ward) -> dict[str, Case]:
    """Rows that rules sort, and that a model reads."""
    text, rows = (
        (lambda: (Column("text", String), Column("said", String))),
        [{"text": "rent"}, {"text": "tea"}],
    )
    entries = ward.place.table("entries", NUMBER(), *text(), rows=rows)
    letters = ward.place.table("letters", NUMBER(), *text(), rows=rows)
    rules = [
        {"column": "text", "op": "equals", "value": word, "then": {"said": word}} for word in ("rent", "tea")
    ]
    hostile = [{"column": "text) OR (1=1", "then": {"said": "x"}}]
    asked = {"url": f"http://{ward.hook.host}/v1/chat/completions", "model": "m", "table": "letters",
             "prompt": "$text", "into": "said", "per_minute": 100_000}  # fmt: skip
    return {
        "rota.filter_processing": Case(
            {"table": "entries", "rules": rules, "only_null": "said"}, {"rules": hostile}, "cannot be the name",
            "^0 rows sorted", lambda ward: [row[0] for row in ward.place.rows(entries.c.said)], [None, None],
            ["rent", "tea"]),
        "rota.llm_processing": Case(
            asked, {"url": "http://169.254.169.254/v1"}, "may not be called", "^0 rows processed",
            lambda ward: [row[0] for row in ward.place.rows(letters.c.said)], [None, None],
            ["about rent", "about tea"]),
    }  # fmt: skip


def subscriptions(ward: Ward) -> dict[str, Case]:
    """Rows that run out."""

    def columns() -> tuple[Column[Any], ...]:
        return (NUMBER(), Column("name", String), Column("status", String), Column("auto_renew", Boolean),
                Column("expires_at", DateTime))  # fmt: skip

    over, soon = ward.naive - timedelta(days=1), ward.naive + timedelta(days=3)
    rows = [{"status": "active", "auto_renew": renews, "expires_at": over} for renews in (True, False, True)]
    plans = ward.place.table("plans", *columns(), rows=rows)
    ward.place.table("licences", *columns(), rows=[{"name": "Ada's", "status": "active", "expires_at": soon}])
    longer = over + timedelta(days=30)

    def look(ward: Ward) -> list[tuple[object, ...]]:
        found = ward.place.rows(plans.c.id, plans.c.status, plans.c.expires_at)
        return [(status, at == longer) for _, status, at in found]

    return {
        "rota.subscription_renewal": Case(
            {"table": "plans"}, {"status_column": "status--"}, "cannot be the name", "^0 renewed, 0 suspended", look,
            [("active", False)] * 3, [("active", True), ("suspended", False), ("active", True)]),
        "rota.licence_expiry": Case(
            {"table": "licences", "to": ["ops"]}, {"to": ["ops\r\nBcc: x"]}, "no channel named",
            "^1 of licences expire", lambda ward: ward.notices("licence_expiry"), 0, 1),
    }  # fmt: skip

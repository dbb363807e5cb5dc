"""Tables of the application that the settings allow, worked on in short transactions."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rota.domain.errors import Denied, Invalid
from rota.domain.words import plural
from rota.jobs.allowed import allowed
from rota.sdk import JobContext

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Engine, Table

BATCH = 500
"""Rows of one transaction."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def table_of(engine: "Engine", name: str, *columns: str, always: Sequence[str] = ()) -> "Table":
    """An allowed table that has these columns; views are none. always: tables that need no permission

    Raises Denied, Invalid.
    """
    from sqlalchemy import MetaData, Table, inspect

    for word in (name, *columns):
        if not _NAME.fullmatch(word):
            raise Invalid(
                f"{word!r} cannot be the name of a table or column", fix="use letters, digits and _"
            )
    known = allowed("job_tables")
    if name not in (*known, *always) and not (columns and all(f"{name}.{one}" in known for one in columns)):
        fix = f"add {name} to the setting job_tables"
        raise Denied(f'ready-made tasks may not work on the table "{name}"', fix=fix)
    tables = inspect(engine).get_table_names()
    if name not in tables:
        raise Invalid(
            f'the application has no table "{name}"', fix=f"it has {', '.join(sorted(tables)[:12]) or 'none'}"
        )
    table = Table(name, MetaData(), autoload_with=engine, resolve_fks=False)
    for column in columns:
        if column not in table.c:
            fix = f"it has {', '.join(table.c.keys())}"
            raise Invalid(f'the table "{name}" has no column "{column}"', fix=fix)
    return table


def key_of(table: "Table") -> "list[Column[Any]]":
    """The columns of its primary key. Raises Invalid for a table without one: its rows cannot be told apart."""
    key = list(table.primary_key.columns)
    if not key:
        raise Invalid(f'the table "{table.name}" has no primary key', fix="give it one")
    return key


def among(key: "Sequence[Column[Any]]", rows: Sequence[Sequence[Any]]) -> "ColumnElement[bool]":
    """Whether a row is one of those."""
    from sqlalchemy import tuple_

    return (
        key[0].in_([row[0] for row in rows])
        if len(key) == 1
        else tuple_(*key).in_([tuple(row) for row in rows])
    )


def as_stored(column: "Column[Any]", instant: datetime) -> Any:
    """The instant in the way of the column: with or without zone, as a day, as seconds, or as text."""
    from datetime import date

    kind = column.type.python_type
    if kind is datetime:
        return instant if getattr(column.type, "timezone", False) else instant.replace(tzinfo=None)
    if kind is date:
        return instant.date()
    if kind is str:
        return instant.replace(tzinfo=None).isoformat(" ")
    return int(instant.timestamp()) if kind is int else kind(instant.timestamp())


def sweep(
    context: JobContext,
    engine: "Engine",
    table: "Table",
    condition: "ColumnElement[bool]",
    *,
    dry_run: bool,
    most: int,
) -> int:
    """Delete the rows that fit, at most so many, some a transaction. Returns how many it were, or would be."""
    from sqlalchemy import func, select

    key, done = key_of(table), 0
    if dry_run:
        with engine.connect() as conn:
            found = conn.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
        return min(int(found), most)
    while done < most:
        with engine.begin() as conn:
            rows = conn.execute(select(*key).where(condition).limit(min(BATCH, most - done))).all()
            gone = conn.execute(table.delete().where(among(key, rows), condition)).rowcount if rows else 0
        done += gone
        context.progress(done, message=f"{plural(done, 'row')} of {table.name} deleted")
        if gone == 0:
            break
    return done

"""Many rows as one parameter: a batch is written by one statement of constant text on both databases."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Double,
    FromClause,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.types import TypeEngine

from rota.store.schema import Instant, Json, to_micros

INTEGER: TypeEngine[Any] = BigInteger()
REAL: TypeEngine[Any] = Double()
TEXT: TypeEngine[Any] = Text()
FLAG: TypeEngine[Any] = Boolean()
INSTANT: TypeEngine[Any] = Instant()
JSON: TypeEngine[Any] = Json

Columns = tuple[tuple[str, TypeEngine[Any]], ...]
"""Names and types of the columns of a batch."""

ROWS = "rows"
"""The one parameter of a statement over a `recordset`; its value is made by `pack`."""


@cache
def recordset(dialect: str, columns: Columns) -> FromClause:
    """A table `batch` with these columns, to join with or to select from, whose rows are the parameter ROWS.

    Statements over it are built once and kept: building one costs more than running it.
    """
    given = bindparam(ROWS, type_=Text())
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB

        typed = [column(name, kind) for name, kind in columns]
        records = func.jsonb_to_recordset(cast(given, JSONB)).table_valued(*typed)
        return records.render_derived(name="batch", with_types=True)
    each = func.json_each(given).table_valued("value", name="batch_json")
    picked = [
        func.json_extract(each.c.value, literal_column(f"'$[{index}]'"), type_=kind).label(name)
        for index, (name, kind) in enumerate(columns)
    ]
    return select(*picked).subquery("batch")


def pack(conn: Connection, columns: Columns, rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """The parameters that make `rows` the batch; each row in the order of `columns`.

    Instants are datetimes, JSON values are plain Python values.
    """
    if conn.dialect.name == "postgresql":
        names = [name for name, _ in columns]
        named = [dict(zip(names, row, strict=True)) for row in rows]
        return {ROWS: json.dumps(named, default=datetime.isoformat)}
    nested = [index for index, (_, kind) in enumerate(columns) if kind is JSON]
    flat = [_flat(row, nested) for row in rows] if nested else rows
    return {ROWS: json.dumps(flat, default=to_micros)}


def _flat(row: Sequence[Any], nested: Sequence[int]) -> list[Any]:
    """SQLite keeps JSON as text, so a JSON value travels as text inside the JSON of the batch."""
    flat = list(row)
    for index in nested:
        if flat[index] is not None:
            flat[index] = json.dumps(flat[index])
    return flat

"""Many rows as one parameter: a batch is written by one statement of constant text on both databases."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Double,
    FromClause,
    Text,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from rota.store.schema import Instant, Json, to_micros

Columns = dict[str, TypeEngine[Any]]
INTEGER: TypeEngine[Any] = BigInteger()
REAL: TypeEngine[Any] = Double()
TEXT: TypeEngine[Any] = Text()
FLAG: TypeEngine[Any] = Boolean()
INSTANT: TypeEngine[Any] = Instant()
JSON: TypeEngine[Any] = Json


def recordset(
    conn: Connection, name: str, columns: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]
) -> FromClause:
    """`rows` as a table `name` with typed `columns`, to join with or to select from.

    rows  tuples in the order of `columns`; instants are datetimes, JSON values are plain Python values
    """
    if conn.dialect.name == "postgresql":
        typed = [column(key, kind) for key, kind in columns.items()]
        source = cast(literal(_for_postgres(columns, rows), Text()), JSONB)
        return func.jsonb_to_recordset(source).table_valued(*typed).render_derived(name=name, with_types=True)
    each = func.json_each(literal(_for_sqlite(columns, rows), Text())).table_valued(
        "value", name=f"{name}_json"
    )
    picked = [
        func.json_extract(each.c.value, literal_column(f"'$[{index}]'"), type_=kind).label(key)
        for index, (key, kind) in enumerate(columns.items())
    ]
    return select(*picked).subquery(name)


def _for_postgres(columns: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]) -> str:
    names = list(columns)
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=datetime.isoformat)


def _for_sqlite(columns: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]) -> str:
    nested = [index for index, kind in enumerate(columns.values()) if kind is JSON]
    if nested:
        rows = [_flat(row, nested) for row in rows]
    return json.dumps(rows, default=to_micros)


def _flat(row: Sequence[Any], nested: Sequence[int]) -> list[Any]:
    """SQLite keeps JSON as text, so a JSON value travels as text inside the JSON of the batch."""
    flat = list(row)
    for index in nested:
        if flat[index] is not None:
            flat[index] = json.dumps(flat[index])
    return flat

"""Many rows as one parameter: a batch is written by one statement of constant text on both databases."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Double,
    FromClause,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from rota.store.schema import Instant, Json, to_micros

INTEGER: TypeEngine[Any] = BigInteger()
REAL: TypeEngine[Any] = Double()
TEXT: TypeEngine[Any] = Text()
FLAG: TypeEngine[Any] = Boolean()
INSTANT: TypeEngine[Any] = Instant()
JSON: TypeEngine[Any] = Json

Columns = tuple[tuple[str, TypeEngine[Any]], ...]
"""Names and types of the columns of a batch."""

IDS = "ids"
"""The one parameter of a condition made by `among`: a list of ids."""

ROWS = "rows"
"""The one parameter of a statement over a `recordset`; its value is made by `pack`."""

ALIKE = "alike_"
"""What the parameter of a column is called that is the same in all rows."""


class Ids(TypeDecorator[Sequence[int]]):
    """Many ids as one parameter, written as text: the driver would take an array of PostgreSQL's item by item."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> str:
        """From the domain to the database."""
        ids = ",".join(map(str, value or ()))
        return f"{{{ids}}}" if dialect.name == "postgresql" else f"[{ids}]"


def among(dialect: str, column: ColumnElement[int]) -> ColumnElement[bool]:
    """That a column holds one of IDS. The text of the statement is the same for few and for many."""
    given = bindparam(IDS, type_=Ids())
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import ARRAY

        return column == any_(cast(given, ARRAY(BigInteger())))
    each = func.json_each(given).table_valued("value", name="each_id")
    return column.in_(select(each.c.value))


def one_of(column: ColumnElement[str], *words: str) -> ColumnElement[bool]:
    """That a column holds one of these words, which stand in the statement itself.

    A plan that is kept does not look at parameters, so it could not tell which index over a part of a table serves.
    """
    constants: list[ColumnElement[str]] = [literal_column(f"'{word}'") for word in words]
    return column == constants[0] if len(constants) == 1 else column.in_(constants)


@cache
def recordset(dialect: str, columns: Columns, alike: Columns = ()) -> FromClause:
    """A table `batch` with these columns, to join with or to select from, whose rows are the parameter ROWS.

    alike  columns that hold one value in all rows, each of which is a parameter of its own: see `gather`
    Statements over it are built once and kept: building one costs more than running it. The rows travel as arrays:
    to take objects apart costs PostgreSQL four times as much.
    """
    given = bindparam(ROWS, type_=Text())
    shared = [bindparam(ALIKE + name, type_=kind).label(name) for name, kind in alike]
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB

        rows = (
            func.jsonb_array_elements(cast(given, JSONB)).table_valued("value").render_derived("batch_json")
        )
        picked = [
            _of_jsonb(rows.c.value, index, kind).label(name) for index, (name, kind) in enumerate(columns)
        ]
        return select(*picked, *shared).subquery("batch")
    each = func.json_each(given).table_valued("value", name="batch_json")
    picked = [
        func.json_extract(each.c.value, literal_column(f"'$[{index}]'"), type_=kind).label(name)
        for index, (name, kind) in enumerate(columns)
    ]
    return select(*picked, *shared).subquery("batch")


def _of_jsonb(row: ColumnElement[Any], index: int, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    place: ColumnElement[Any] = literal_column(str(index))
    if kind is JSON:
        return func.nullif(row.op("->")(place), literal_column("'null'::jsonb"), type_=kind)
    return cast(row.op("->>")(place), kind)


def pack(conn: Connection, columns: Columns, rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """The parameters that make `rows` the batch; each row in the order of `columns`.

    Instants are datetimes, JSON values are plain Python values.
    """
    return pack_columns(conn, columns, list(zip(*rows, strict=True)))


def pack_columns(conn: Connection, columns: Columns, by_column: Sequence[Sequence[Any]]) -> dict[str, str]:
    """The same of rows that are given as one sequence of values for each column."""
    told = _told_to_postgres if conn.dialect.name == "postgresql" else _told_to_sqlite
    values = [told(kind, given) for (_, kind), given in zip(columns, by_column, strict=True)]
    return {ROWS: json.dumps(list(zip(*values, strict=True)))}


class Gathered(NamedTuple):
    """A batch whose columns were told apart: those that differ from row to row, those that are alike in all of them,
    and the parameters of a statement over `recordset(dialect, differing, alike)`.
    """

    differing: Columns
    alike: Columns
    given: dict[str, Any]


def gather(conn: Connection, columns: Columns, values: Sequence[Sequence[Any]]) -> Gathered:
    """Let what is the same in all rows travel once. values: of each column, in order; the first always differs."""
    named = list(zip(columns, values, strict=True))
    is_alike = [bool(index) and of.count(of[0]) == len(of) for index, (_, of) in enumerate(named)]
    differing = [pair for pair, alike in zip(named, is_alike, strict=True) if not alike]
    shared = [pair for pair, alike in zip(named, is_alike, strict=True) if alike]
    columns = tuple(column for column, _ in differing)
    given = pack_columns(conn, columns, [of for _, of in differing]) | {
        ALIKE + name: of[0] for (name, _), of in shared
    }
    return Gathered(columns, tuple(column for column, _ in shared), given)


def _told_to_postgres(kind: TypeEngine[Any], values: Sequence[Any]) -> Sequence[Any]:
    return [value and value.isoformat() for value in values] if kind is INSTANT else values


def _told_to_sqlite(kind: TypeEngine[Any], values: Sequence[Any]) -> Sequence[Any]:
    """SQLite keeps JSON as text, so a JSON value travels as text inside the JSON of the batch."""
    if kind is INSTANT:
        return [value and to_micros(value) for value in values]
    return [None if value is None else json.dumps(value) for value in values] if kind is JSON else values

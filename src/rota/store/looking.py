"""Looks: what the engine asks all the time, nearly always to hear that there is nothing to do.

A look is one statement that only reads, in a transaction of its own, straight through the driver on a connection
that is kept. It costs a twentieth of the same statement by way of the pool, with a begin and an end around it.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Engine, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

Rows = list[tuple[Any, ...]]


class Look(Protocol):
    """Takes a look: `Database.look`."""

    def __call__(self, query: Select[Any], /, **given: Any) -> Rows:
        """The rows that a query finds. It is a constant of its module: its text is made once and kept."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A query as the driver takes it. ins, outs: what turns parameters and columns, or None where nothing does."""

    sql: str
    names: tuple[str, ...] | None
    constants: Mapping[str, Any]
    ins: Mapping[str, Callable[[Any], Any] | None]
    outs: tuple[Callable[[Any], Any] | None, ...]

    def parameters(self, given: Mapping[str, Any]) -> Any:
        """The parameters in the order or by the names that the driver wants."""
        values = {**self.constants, **given}
        turned = {name: turn(values[name]) if turn else values[name] for name, turn in self.ins.items()}
        return turned if self.names is None else [turned[name] for name in self.names]

    def row(self, found: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row in the domain's words."""
        return tuple(turn(value) if turn else value for value, turn in zip(found, self.outs, strict=True))


def _text(query: Select[Any], dialect: Dialect) -> _Text:
    made = query.compile(dialect=dialect)
    types = {name: bind.type.dialect_impl(dialect) for bind, name in made.bind_names.items()}
    columns = (column.type.dialect_impl(dialect) for column in query.selected_columns)
    return _Text(
        made.string,
        tuple(made.positiontup) if made.positiontup is not None else None,
        made.construct_params(_check=False),
        {name: kind.bind_processor(dialect) for name, kind in types.items()},
        tuple(kind.result_processor(dialect, None) for kind in columns),
    )


class Looks:
    """The kept connection. Any thread may look; one does at a time, for some microseconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: Any = None
        self._opened = 0
        self._texts: dict[Select[Any], _Text] = {}

    def take(self, query: Select[Any], given: Mapping[str, Any]) -> Rows:
        """The rows that a query finds. Raises DBAPIError."""
        text = self._texts.get(query)
        if text is None:
            text = self._texts[query] = _text(query, self._engine.dialect)
        return [text.row(found) for found in self._rows(text.sql, text.parameters(given))]

    def version(self) -> tuple[int, int]:
        """What is another after each commit of anybody else. SQLite only. Raises DBAPIError."""
        ((version,),) = self._rows("PRAGMA data_version", ())
        # The counter of one connection says nothing of that of another.
        return self._opened, version

    def _rows(self, sql: str, parameters: Any) -> list[Any]:
        with self._lock:
            was_kept = self._connection is not None
            try:
                return self._run(sql, parameters)
            except DBAPIError:
                # The server may have started anew since the last look, which nobody need hear of.
                if not was_kept:
                    raise
            return self._run(sql, parameters)

    def _run(self, sql: str, parameters: Any) -> list[Any]:
        try:
            if self._connection is None:
                self._connection = self._connect()
            found: list[Any] = self._connection.execute(sql, parameters).fetchall()
        except BaseException as problem:
            self._forget()
            base: Any = self._engine.dialect.loaded_dbapi.Error
            if not isinstance(problem, base):
                raise
            raise DBAPIError.instance(
                sql, parameters, problem, base, dialect=self._engine.dialect
            ) from problem
        return found

    def _connect(self) -> Any:
        connection = self._engine.raw_connection()
        driver: Any = connection.driver_connection
        connection.detach()
        if self._engine.dialect.name == "postgresql":
            driver.autocommit = True
        self._opened += 1
        return driver

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Let go of the connection; the next look makes a new one."""
        with self._lock:
            self._forget()

    def forked(self) -> None:
        """In a process that was forked off: the connection stays with the one that opened it."""
        self._lock, self._connection = threading.Lock(), None

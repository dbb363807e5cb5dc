"""The connection to the one database: reading, writing, and what differs between SQLite and PostgreSQL."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, Select, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from rota.domain.errors import Invalid, Unavailable
from rota.store import events, pooling
from rota.store.bell import RUNG, Bell, make_bell
from rota.store.looking import Looks, Rows

SAFE_SQLITE = (3, 51, 3)
"""Older versions can corrupt a database when a write-ahead log is reset at a bad moment."""

BUSY_SECONDS = 30

KEPT = 12
"""How many connections a process keeps for its next use: as many as a server's requests use at a time."""

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=4000",
    "cache_size=-32000",
)
"""A commit is on the disk when it returns; a checkpoint every 16 MB; 32 MB of cache for a connection."""

SESSION = (
    "timezone=UTC", "idle_in_transaction_session_timeout=30000", "enable_seqscan=off", "random_page_cost=1.1",
    "max_parallel_workers_per_gather=0",
)  # fmt: skip
"""Of each PostgreSQL session. Every statement has an index to go by, and plans are kept: one that was made while a
table was small would go on to read all of it when it has grown. What is asked for is in memory or on a disk without a
head to move: to look up some thousands of jobs is cheaper than to read all of them. And nothing takes as long as it
does to start processes of the server that would help with it."""


class Database:
    """One database. `read()` and `write()` give a connection in a transaction.

    A process has one writer at a time on SQLite, which takes the write lock at its beginning, so that a
    transaction never fails half way because somebody else wrote first.
    """

    def __init__(self, url: str) -> None:
        self.url = _parse(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn = threading.Lock()
        if self.is_sqlite:
            self._reader = _sqlite_engine(self.url, "BEGIN", size=KEPT)
            self._writer = _sqlite_engine(self.url, "BEGIN IMMEDIATE", size=1)
        else:
            self._reader = self._writer = _postgres_engine(self.url)
        self._looks = Looks(self._reader)
        self.bell: Bell = make_bell(self.url, self._looks)
        _mind_forks(weakref.ref(self))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises Unavailable when the database cannot be reached."""
        with self._told(), self._reader.begin() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; committed on leaving, undone on an exception. Raises Unavailable."""
        turn = self._turn if self.is_sqlite else nullcontext()
        with self._told(), turn, self._writer.begin() as conn:
            conn.info.pop(RUNG, None)
            events.forget_notes(conn)
            yield conn
            events.write_notes(conn)
            rung = conn.info.pop(RUNG, False)
        if rung:
            self.bell.sound()

    def look(self, query: Select[Any], /, **given: Any) -> Rows:
        """The rows of a query that is asked all the time, at the least cost. Raises Unavailable."""
        with self._told():
            return self._looks.take(query, given)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if isinstance(error.orig, _data_errors(error)):
                raise
            raise self._unavailable(error) from error

    def _unavailable(self, error: DBAPIError) -> Unavailable:
        where = self.url.render_as_string(hide_password=True)
        cause = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
        fix = (
            _sqlite_fix(self.url, cause)
            if self.is_sqlite
            else "check that the server runs and ROTA_DATABASE_URL"
        )
        return Unavailable(f"the database {where} did not answer: {cause}", fix=fix)

    @property
    def file(self) -> Path | None:
        """The database file, None when it is not a file."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def close(self) -> None:
        """Close every connection, and forget who listens. Whoever uses it again opens it again."""
        self.bell.close()
        self._looks.close()
        self._reader.dispose()
        self._writer.dispose()
        self.bell = make_bell(self.url, self._looks)

    def forked(self) -> None:
        """In a process that was forked off: leave the connections to the one that opened them."""
        self._turn = threading.Lock()
        self._reader.dispose(close=False)
        self._writer.dispose(close=False)
        self._looks.forked()
        self.bell = make_bell(self.url, self._looks)

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _mind_forks(database: "weakref.ref[Database]") -> None:
    """A server that forks its workers may have used the database before: a connection is for one process only."""

    def after() -> None:
        if (found := database()) is not None:
            found.forked()

    os.register_at_fork(after_in_child=after)


def _data_errors(error: DBAPIError) -> tuple[type[BaseException], ...]:
    """Errors of a statement, which are ours; everything else is the database out of reach."""
    module = error.orig and __import__(type(error.orig).__module__.partition(".")[0])
    names = ("IntegrityError", "ProgrammingError", "DataError", "NotSupportedError")
    return tuple(getattr(module, name) for name in names if hasattr(module, name))


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise Invalid(
            f'"{url}" is not a database address',
            fix="use sqlite:///var/rota.db or postgresql://user@host/name",
            field="database_url",
        ) from error
    if backend not in ("sqlite", "postgresql"):
        raise Invalid(f"rota does not run on {backend}", fix="use sqlite or postgresql", field="database_url")
    if backend == "sqlite" and not parsed.database:
        raise Invalid(
            "an SQLite database needs a file", fix="use sqlite:///var/rota.db", field="database_url"
        )
    return parsed


def sqlite_module() -> ModuleType:
    """The SQLite to use: the standard one when it is safe, else the newer one of the package pysqlite3."""
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return sqlite3
    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    found: ModuleType = pysqlite3
    return found if found.sqlite_version_info > sqlite3.sqlite_version_info else sqlite3


def _sqlite_engine(url: URL, begin: str, *, size: int) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        module=sqlite_module(),
        poolclass=QueuePool,
        pool_size=size,
        pool_use_lifo=True,
        max_overflow=0 if size == 1 else 20,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        if not cursor.execute("PRAGMA page_count").fetchone()[0]:
            # On a file that has pages already this would take the write lock.
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: URL) -> Engine:
    options = " ".join(f"-c {name}" for name in SESSION)
    given = {"connect_timeout": 10, "application_name": "rota", "options": options}
    keep = {"pool_pre_ping": True, "pool_size": KEPT, "max_overflow": 20, "pool_use_lifo": True}
    try:
        engine = create_engine(url, connect_args=given, **keep)
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"PostgreSQL needs a driver: {error}", fix="pip install 'rota[postgres]'"
        ) from error
    return pooling.allow(engine)


def one_off(database: Database) -> Engine:
    """An engine without a pool, for migrations, where a connection must not outlive its use."""
    if database.is_sqlite:
        return _sqlite_engine(database.url, "BEGIN IMMEDIATE", size=1)
    return pooling.allow(create_engine(database.url, poolclass=NullPool))


def _sqlite_fix(url: URL, cause: str) -> str:
    if "unable to open" in cause:
        return f"check that the folder of {url.database} exists and may be written"
    if "readonly" in cause:
        return f"check the permissions of {url.database} and of its folder"
    if "full" in cause:
        return f"free some space on the disk of {url.database}; nothing was lost"
    if "locked" in cause:
        return "another process holds the write lock for very long; look for one that hangs"
    return "check the file, its folder and the disk"

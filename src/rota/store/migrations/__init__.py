"""The schema's versions: brought up to date by any number of processes at once, and checked at every start."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from rota.domain.errors import Unavailable
from rota.store.database import Database, one_off

HEAD = "0013"
"""The newest version; a test holds it against the files."""

LOCK = 7_205_109
"""An arbitrary number that names the lock under which PostgreSQL migrates."""


def current(db: Database) -> str | None:
    """The version that the database has, None when it is empty."""
    with db.read() as conn:
        return _current(conn)


def _current(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar()


def require_current(db: Database) -> None:
    """Raises Unavailable, saying what to do, when the schema is not of this version."""
    _require(current(db))


def _require(found: str | None) -> None:
    if found == HEAD:
        return
    if found is None:
        raise Unavailable("the database has no tables yet", fix="run `rota db upgrade`", code="schema")
    newer = found > HEAD
    fix = "install a newer rota" if newer else "run `rota db upgrade`"
    age = "newer" if newer else "older"
    raise Unavailable(
        f"the database's schema is {age} ({found}) than this rota ({HEAD})", fix=fix, code="schema"
    )


def upgrade(db: Database, on_new: Callable[[Connection], None] = lambda _: None) -> bool:
    """Bring the schema to HEAD in one transaction, under a lock. Returns whether anything changed.

    on_new  called in the same transaction when the database was empty
    Raises Unavailable when the schema is newer than this version.
    """
    if current(db) == HEAD:
        return False
    engine = one_off(db)
    try:
        with engine.begin() as conn:
            if not db.is_sqlite:
                conn.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            before = _current(conn)
            if before == HEAD:
                return False
            if before is not None and before > HEAD:
                _require(before)
            _run(conn)
            if before is None:
                on_new(conn)
        return True
    finally:
        engine.dispose()


def _run(conn: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = conn
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        cause = str(error.orig).strip().splitlines()[0]
        raise Unavailable(
            f"the schema could not be brought to {HEAD}: {cause}",
            fix="nothing was changed; the database's user must be the owner of its tables",
            code="schema",
        ) from error

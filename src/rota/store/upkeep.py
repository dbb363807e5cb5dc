"""What a database does for itself: statistics, room, the log of what was written."""

from typing import Any

from sqlalchemy import Engine, inspect, text

from rota.store.database import Database, one_off


def look_after(db: Database) -> dict[str, Any]:
    """Look after rota's own database. Writers are not held up for long. Returns what was done."""
    engine = one_off(db)
    try:
        return _sqlite(engine) if db.is_sqlite else _postgres(engine)
    finally:
        engine.dispose()


def look_after_application(engine: Engine) -> dict[str, Any]:
    """The same for the database of an application. Returns what was done."""
    return _sqlite(engine) if engine.dialect.name == "sqlite" else _postgres(engine)


def _sqlite(engine: Engine) -> dict[str, Any]:
    """Bit by bit: a VACUUM would write the whole file anew while everybody waits."""
    with engine.connect() as conn:
        raw = conn.connection.driver_connection
        assert raw is not None
        before = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute("PRAGMA analysis_limit=1000")
        raw.execute("PRAGMA optimize=0x10002")
        free = raw.execute("PRAGMA freelist_count").fetchone()[0]
        while free > 0:
            raw.execute("PRAGMA incremental_vacuum(500)").fetchall()
            left = raw.execute("PRAGMA freelist_count").fetchone()[0]
            if left >= free:
                break
            free = left
        raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        after = raw.execute("PRAGMA page_count").fetchone()[0]
        size = raw.execute("PRAGMA page_size").fetchone()[0]
    return {"done": ["optimize", "incremental_vacuum", "wal_checkpoint"], "bytes": after * size,
            "freed": max(0, before - after) * size}  # fmt: skip


def _postgres(engine: Engine) -> dict[str, Any]:
    """VACUUM and ANALYZE of each table; neither keeps readers or writers out."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        before = conn.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        tables = inspect(conn).get_table_names()
        quote = conn.dialect.identifier_preparer.quote
        for table in tables:
            conn.execute(text(f"VACUUM (ANALYZE) {quote(table)}"))
        after = conn.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return {
        "done": ["vacuum", "analyze"],
        "tables": len(tables),
        "bytes": after,
        "freed": max(0, before - after),
    }

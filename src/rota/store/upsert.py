"""Insert, or change what is there: the one statement that each database spells in a module of its own."""

from typing import Any

from sqlalchemy import Table


def insert(dialect: str, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT. The module of a database is loaded only where that database is used."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as on_postgresql

        return on_postgresql(table)
    from sqlalchemy.dialects.sqlite import insert as on_sqlite

    return on_sqlite(table)

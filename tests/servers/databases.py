"""Databases on a PostgreSQL server: a fresh one takes a moment, as a copy of a template."""

import contextlib
import uuid
from collections.abc import Iterator

import psycopg
from psycopg import sql
from sqlalchemy import make_url


@contextlib.contextmanager
def fresh(server: str, template: str = "template1") -> Iterator[str]:
    """Make a database of its own for the length of the block; gives its URL.

    server    URL of the server's administrator
    template  name of the database to copy; nobody may be connected to it meanwhile
    """
    name = f"rota_{uuid.uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    administer(server, create)
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        administer(server, drop)


def administer(server: str, statement: sql.Composed) -> None:
    """Run one statement that must stand outside a transaction."""
    url = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)

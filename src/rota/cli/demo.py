"""`demo`: a database of its own with three months of history, to look at."""

import secrets
from pathlib import Path
from typing import Any

import click

from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session

FILES = ("", "-wal", "-shm")


@click.command("demo", cls=Verb)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default=Path("rota-demo.db"))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same history.")
@click.option("--again", is_flag=True, help="Make it anew where FILE is a demo already.")
@pass_session
def demo(session: Session, file: Path, seed: int, again: bool) -> None:
    """Fill FILE with the jobs of a shop and three months of their history, and say how to look at it.

    FILE is a SQLite database of its own, rota-demo.db if none is given. One that is not a demo is never touched.
    """
    from rota.app import build
    from rota.services.demo.making import Demo, Then
    from rota.settings import Settings

    if file.exists():
        _make_way(file, again=again)
    password = secrets.token_urlsafe(9)
    address = f"sqlite:///{file}"
    settings = Settings(database_url=address)
    with build(settings) as rota, build(settings, clock=Then(rota.clock)) as before:
        before.upgrade()
        n = Demo(rota.db, rota.clock, before.accounts).fill(seed, password)
    look = _look(file)
    told: list[Any] = [
        ("", f"✓ {file} has {n:,} executions of 90 days."),
        ("look at it", look), ("sign in as", f"maria, password {password}"),
    ]  # fmt: skip
    data = {"file": str(file), "executions": n, "serve": look, "user": "maria", "password": password}
    session.screen.one(data, told, name=str(file))


def _look(file: Path) -> str:
    return f"rota serve --database-url sqlite:///{file} -m rota.demo"


def _make_way(file: Path, *, again: bool) -> None:
    """Delete an older demo. Raises Conflict for everything else."""
    from rota.domain.errors import Conflict

    if not _is_demo(file):
        raise Conflict(f"{file} is there already, and is no demo", fix="name another file: `rota demo FILE`")
    if not again:
        fix = f"make it anew by `rota demo --again`, or look at it: `{_look(file)}`"
        raise Conflict(f"{file} is a demo already", fix=fix)
    for ending in FILES:
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _is_demo(file: Path) -> bool:
    """Whether it says so itself; it is only read."""
    import sqlite3

    from rota.services.demo.making import MARK

    try:
        with sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True) as conn:
            return conn.execute("SELECT 1 FROM settings WHERE name = ?", (MARK,)).fetchone() is not None
    except sqlite3.Error:
        return False

"""A backup of rota's database, restored as its documentation says, and looked at."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.servers import databases

NOBODYS = "SELECT count(*) FROM executions WHERE job_id NOT IN (SELECT id FROM jobs)"
ENDED = "SELECT count(*) FROM executions WHERE status = 'succeeded'"


@contextlib.contextmanager
def restored(file: Path, server: str | None, programs: Path | None) -> Iterator[str]:
    """URL of a database restored from a backup. server: URL of a PostgreSQL whose user may create databases"""
    if file.suffix == ".db":
        copy = shutil.copy(file, file.with_suffix(".restored"))
        with closing(sqlite3.connect(copy)) as conn:
            assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        yield f"sqlite:///{copy}"
        return
    assert server is not None
    assert programs is not None
    with databases.fresh(server) as url:
        command = [
            str(programs / "pg_restore"),
            f"--dbname={url}",
            "--no-owner",
            "--exit-on-error",
            str(file),
        ]
        subprocess.run(command, check=True, env={"PATH": os.defpath}, capture_output=True)
        yield url


def ended_in(url: str) -> int:
    """How many executions succeeded there; as many as the jobs' totals and the hours' counts say, each of a job."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as conn:
        ended = conn.execute(text(ENDED)).scalar_one()
        runs = conn.execute(text("SELECT sum(runs) FROM job_state")).scalar_one()
        counted = conn.execute(text("SELECT sum(n) FROM rollups")).scalar_one()
        assert conn.execute(text(NOBODYS)).scalar_one() == 0
    engine.dispose()
    assert {"totals": runs, "hours": counted} == {"totals": ended, "hours": ended}
    return int(ended)

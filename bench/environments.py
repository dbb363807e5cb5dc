"""An environment of its own for each peer, made when it is asked for: `.bench/NAME`, from bench/constraints.txt."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.results import FOLDER

CONSTRAINTS = Path(__file__).with_name("constraints.txt")
SETS = {
    "apscheduler": ("apscheduler", "sqlalchemy", "psycopg[binary]"),
    "celery": ("celery", "redis", "packaging", "sqlalchemy", "psycopg[binary]"),
    "dbos": ("dbos", "psycopg[binary]"),
    "huey": ("huey",),
    "pgqueuer": ("pgqueuer", "asyncpg", "uvloop", "psycopg[binary]"),
    "procrastinate": ("procrastinate", "psycopg[binary]"),
}


def python_of(name: str) -> Path:
    """The Python that has this peer; it is installed first where it is not there, or is of another version."""
    folder = FOLDER / name
    python, stamp = folder / "bin" / "python", folder / "made"
    wanted = "\n".join((*SETS[name], CONSTRAINTS.read_text()))
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(
        f"bench: setting up {folder.relative_to(FOLDER.parent)} (only the first time)",
        file=sys.stderr,
        flush=True,
    )
    shutil.rmtree(folder, ignore_errors=True)
    for command in _commands(folder, python):
        subprocess.run([*command], check=True)
    stamp.write_text(wanted)
    return python


def _commands(folder: Path, python: Path) -> list[list[str | Path]]:
    wanted = [*SETS[folder.name], "-c", str(CONSTRAINTS)]
    if uv := shutil.which("uv"):
        return [[uv, "venv", "-q", "--python", sys.executable, folder],
                [uv, "pip", "install", "-q", "--python", python, *wanted]]  # fmt: skip
    return [[sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "-q", *wanted]]

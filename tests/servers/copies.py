"""SQLite databases by copying one that was migrated once."""

import shutil
from pathlib import Path

from rota.store import migrations
from rota.store.database import Database


def sqlite_template(path: Path) -> Path:
    """Make a migrated database without rows, closed so that it is one file."""
    with Database(f"sqlite:///{path}") as db:
        migrations.upgrade(db)
    return path


def copied_sqlite(template: Path, path: Path) -> str:
    """Copy it. Returns the URL of the copy."""
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"

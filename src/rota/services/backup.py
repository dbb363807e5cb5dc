"""Backups of a database: made while it is written, checked, counted; old ones are taken away."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from rota.domain.errors import Invalid, Unavailable
from rota.store.database import sqlite_module

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,49}")
PARTIAL = ".partial"
CHUNK = 1 << 20
INSTALLED = "/usr/lib/postgresql"
"""Where Debian keeps PostgreSQL's programs, by version."""


def back_up(
    url: URL, folder: Path, name: str, at: datetime, keep: int, *, programs: str | None = None
) -> dict[str, Any]:
    """Write a backup beside the others of that name, check it, and leave at most `keep` of them.

    programs  the folder with pg_dump and pg_restore; None: as they are installed
    Returns {"file", "bytes", "sha256", "deleted"}. What was half written is never taken for a backup.
    Raises Invalid, Unavailable.
    """
    if not NAME.fullmatch(name):
        raise Invalid(f'"{name}" cannot name backups', fix="use letters, digits, _ and -", field="name")
    is_sqlite = url.get_backend_name() == "sqlite"
    for left in folder.glob(f"{name}-*{PARTIAL}"):
        left.unlink()
    target = folder / f"{name}-{at:%Y%m%dT%H%M%SZ}.{'db' if is_sqlite else 'dump'}"
    partial = target.with_name(target.name + PARTIAL)
    if is_sqlite:
        _copy_sqlite(url, partial)
    else:
        _dump_postgres(url, partial, programs)
    os.chmod(partial, 0o600)
    digest = checksum(partial)
    _write(target.with_name(target.name + ".sha256"), f"{digest}  {target.name}\n")
    os.replace(partial, target)
    _sync(folder)
    deleted = [one.name for one in made(folder, name)[max(1, keep) :]]
    for old in deleted:
        (folder / old).unlink(missing_ok=True)
        (folder / f"{old}.sha256").unlink(missing_ok=True)
    return {"file": target.name, "bytes": target.stat().st_size, "sha256": digest, "deleted": deleted}


def made(folder: Path, name: str) -> list[Path]:
    """The backups of that name, the newest first."""
    pattern = re.compile(re.escape(name) + r"-\d{8}T\d{6}Z\.(db|dump)")
    return sorted((one for one in folder.iterdir() if pattern.fullmatch(one.name)), reverse=True)


def checksum(file: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while piece := source.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _copy_sqlite(url: URL, target: Path) -> None:
    """By SQLite's own online backup, in one step: a snapshot, and writers are not held up."""
    module = sqlite_module()
    opened = module.connect(f"file:{url.database}?mode=ro", uri=True), module.connect(str(target))
    with closing(opened[0]) as source, closing(opened[1]) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        wrong = [row[0] for row in copy.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
        wrong += [
            f"row {row[1]} of {row[0]} has no parent" for row in copy.execute("PRAGMA foreign_key_check")
        ]
    if wrong:
        raise Unavailable(f"the copy is not whole: {wrong[0]}", fix="check the disk and the database itself")


def _dump_postgres(url: URL, target: Path, programs: str | None) -> None:
    """By pg_dump in its own format, read back by pg_restore."""
    folder = programs or _installed()
    told = url.set(drivername="postgresql", password=None).render_as_string()
    environ = {
        "PATH": os.defpath,
        "PGPASSWORD": url.password or "",
        "PGAPPNAME": "rota backup",
        "LC_ALL": "C",
    }
    _run([f"{folder}/pg_dump", "--format=custom", f"--file={target}", f"--dbname={told}"], environ)
    _run([f"{folder}/pg_restore", "--list", str(target)], environ)


def _run(command: list[str], environ: dict[str, str]) -> None:
    try:
        done = subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise Unavailable(f"{command[0]} cannot be started: {error.strerror}", fix="install it") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no word"]
        raise Unavailable(f"{Path(command[0]).name}: {said[-1]}", fix="see the server's version and rights")


def _installed() -> str:
    """The folder of the newest pg_dump: it has to be at least as new as the server."""
    found = list(_candidates())
    if not found:
        raise Unavailable("there is no pg_dump on this machine", fix="install PostgreSQL's client programs")
    return found[0]


def _candidates() -> Iterator[str]:
    versions = Path(INSTALLED).glob("*/bin/pg_dump")
    for one in sorted(versions, key=lambda path: float(path.parts[-3]), reverse=True):
        yield str(one.parent)
    if on_path := shutil.which("pg_dump"):
        yield str(Path(on_path).parent)


def _write(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

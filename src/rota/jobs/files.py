"""Files below the allowed roots, walked without following a link, oldest folder first."""

import fnmatch
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rota.domain.errors import Invalid, NotFound
from rota.jobs.allowed import allowed
from rota.services import places


@dataclass(frozen=True, slots=True)
class Found:
    """A plain file. folder: a descriptor of its own folder, good until the next one is asked for"""

    folder: int
    name: str
    path: str
    size: int
    modified: float

    def read(self, most: int) -> bytes:
        """Its bytes. Raises Invalid when there are more than that."""
        descriptor = os.open(self.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.folder)
        with os.fdopen(descriptor, "rb") as source:
            data = source.read(most + 1)
        if len(data) > most:
            raise Invalid(
                f"{self.path} is larger than {most:,} bytes", fix="raise the limit, or leave it out"
            )
        return data

    def delete(self) -> bool:
        """Delete it. Returns whether it was still there."""
        try:
            os.unlink(self.name, dir_fd=self.folder)
        except FileNotFoundError:
            return False
        return True


@contextmanager
def folder(name: str, *, make: bool = False) -> Iterator[int]:
    """A descriptor of an allowed folder. Raises Denied, NotFound."""
    with places.opened(name, allowed("job_roots"), make=make) as found:
        yield found


@contextmanager
def folder_to_be(name: str) -> Iterator[int | None]:
    """The same of a folder that need not be there yet: then None. Raises Denied."""
    with ExitStack() as stack:
        found = None
        with suppress(NotFound):
            found = stack.enter_context(folder(name))
        yield found


def path_of(name: str) -> Path:
    """Where an allowed folder lies. Raises Denied."""
    root, parts = places.placed(name, allowed("job_roots"))
    return root.joinpath(*parts)


def walk(top: int, patterns: Sequence[str], before: datetime | None = None) -> Iterator[Found]:
    """The plain files below, by name, that match a pattern and were not changed since an instant.

    Links, and what lies behind them, are left alone.
    """
    limit = None if before is None else before.timestamp()
    for path, folders, names, here in os.fwalk(".", dir_fd=top, follow_symlinks=False):
        folders.sort()
        for name in sorted(names):
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                continue
            try:
                found = os.stat(name, dir_fd=here, follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(found.st_mode) and (limit is None or found.st_mtime < limit):
                yield Found(here, name, os.path.normpath(f"{path}/{name}"), found.st_size, found.st_mtime)


def write(folder: int, name: str, data: bytes) -> None:
    """Write a file whole or not at all, and see it onto the disk."""
    partial = f".{name}.partial"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(partial, flags, 0o600, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    os.rename(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def read(folder: int, name: str, most: int) -> bytes | None:
    """A file's bytes, None when it is not there."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as source:
        return source.read(most)

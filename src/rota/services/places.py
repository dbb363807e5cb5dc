"""Where ready-made tasks may work: folders below the roots that the settings name, and nowhere else."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rota.domain.errors import Denied, NotFound

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def placed(folder: str, roots: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
    """The root that a folder lies below, and the way from there. Nothing is looked up on the disk below the root.

    folder  absolute, or relative to the first root
    Raises Denied for what lies elsewhere.
    """
    fix = f"use a folder below {', '.join(roots)}, or add its root to the setting job_roots"
    if "\0" in folder or ".." in Path(folder).parts:
        raise Denied(f"the folder {folder!r} may not be used", fix=fix)
    for given in roots:
        root = Path(given).absolute()
        for form in (root, Path(os.path.realpath(root))):
            wanted = form / folder
            if wanted.is_relative_to(form):
                return Path(os.path.realpath(root)), wanted.relative_to(form).parts
    raise Denied(f"the folder {folder!r} may not be used", fix=fix)


@contextmanager
def opened(folder: str, roots: Sequence[str], *, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder, come by step by step without following a link. make: make what is missing

    Raises Denied (outside, or a link on the way), NotFound.
    """
    root, parts = placed(folder, roots)
    try:
        found = os.open(root, _FOLDER)
    except OSError as error:
        raise NotFound(f"the root {root} cannot be opened: {error.strerror}", fix="make it") from error
    try:
        for part in parts:
            inner = _step(found, part, folder, make=make)
            os.close(found)
            found = inner
        yield found
    finally:
        os.close(found)


def _step(parent: int, part: str, folder: str, *, make: bool) -> int:
    try:
        return os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)
    except FileNotFoundError as error:
        if make:
            os.mkdir(part, 0o750, dir_fd=parent)
            return os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)
        raise NotFound(f"there is no folder {folder!r}", fix="make it, or name another one") from error
    except OSError as error:
        raise Denied(f"the folder {folder!r} may not be used: {part} is a link or no folder") from error

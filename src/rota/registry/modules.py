"""Import what was named: modules, packages with all that is in them, and files."""

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from rota.domain.errors import Invalid
from rota.registry.place import shown
from rota.registry.problem import ImportProblem, import_failed

ENTRY_POINTS = "rota.jobs"


def import_all(names: Iterable[str]) -> Iterator[ModuleType | ImportProblem]:
    """Each module that `names` name, packages with all in them, once; or why it could not be imported.

    names  dotted modules, or files ("jobs.py", "tasks/cleanup.py", also absolute)
    The current folder becomes the first place where modules are looked for, as with `python -m`.
    """
    _look_here_first(str(Path.cwd()))
    seen: set[str] = set()
    for name in names:
        module, file = _dotted(name)
        found = list(_import(module, seen))
        wrong = _another(found[0], file) if found and isinstance(found[0], ModuleType) else None
        yield from [wrong] if wrong else found


def require_there(names: Iterable[str]) -> None:
    """Refuse a name for which there is no file and no package, without importing anything. Raises Invalid."""
    _look_here_first(str(Path.cwd()))
    for name in names:
        module, file = _dotted(name)
        if not file.is_file() and not file.with_suffix("").is_dir() and not _is_installed(module):
            message, _, fix = _missing(name).message.rpartition("; ")
            raise Invalid(message, fix=fix, field="modules")


def _is_installed(module: str) -> bool:
    # Only what stands before the first dot can be looked for without importing.
    try:
        return find_spec(module.partition(".")[0]) is not None
    except ValueError:  # What is imported already may lack a spec, as __main__ does.
        return True


def entry_point_modules() -> list[str]:
    """The modules that installed packages offer under the entry-point group "rota.jobs"."""
    return sorted({point.module for point in entry_points(group=ENTRY_POINTS)})


def _import(name: str, seen: set[str]) -> Iterator[ModuleType | ImportProblem]:
    if name in seen:
        return
    seen.add(name)
    try:
        module = importlib.import_module(name)
    except (Exception, SystemExit) as error:
        yield _missing(name) if _is_missing(name, error) else import_failed(name, error)
        return
    yield module
    for inner in _submodules(module):
        yield from _import(f"{name}.{inner}", seen)


def _submodules(module: ModuleType) -> list[str]:
    """What a package holds. `__main__` is a program, not a part: importing it would run it."""
    folders = list(getattr(module, "__path__", ()))
    names = {found.name for found in pkgutil.iter_modules(folders)}
    if folders and getattr(module, "__file__", None) is None:
        # A folder without __init__.py is a package to Python, but pkgutil does not see one inside another.
        inside = (folder for path in folders for folder in Path(path).iterdir() if folder.name.isidentifier())
        names |= {folder.name for folder in inside if folder.is_dir() and any(folder.glob("*.py"))}
    return sorted(names - {"__main__", "__pycache__"})


def _dotted(name: str) -> tuple[str, Path]:
    """The dotted name of a module or file, and the place where its file is or would be."""
    if not name.endswith(".py") and "/" not in name:
        return name, Path.cwd().joinpath(*name.split(".")).with_suffix(".py")
    file = Path(name).resolve()
    root = Path.cwd().resolve() if file.is_relative_to(Path.cwd().resolve()) else file.parent
    _look_here_first(str(root))
    return ".".join(file.relative_to(root).with_suffix("").parts), file


def _look_here_first(folder: str) -> None:
    if folder not in sys.path:
        sys.path.insert(0, folder)


def _another(module: ModuleType, file: Path) -> ImportProblem | None:
    """The problem of a file that bears the name of a module which was there before, such as calendar.py."""
    found = getattr(module, "__file__", None)
    if not file.is_file() or (found and Path(found).resolve() == file.resolve()):
        return None
    taken = f'"{module.__name__}" is already the name of {found or "a part of Python"}'
    message = f"{taken}; give {file.name} another name"
    return ImportProblem(module.__name__, shown(str(file)), 0, message)


def _is_missing(name: str, error: BaseException) -> bool:
    return isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}.")


def _missing(name: str) -> ImportProblem:
    here = Path.cwd()
    near = [p.stem for p in here.iterdir() if p.suffix == ".py" or (p.is_dir() and any(p.glob("*.py")))]
    close = get_close_matches(name, near, n=1)
    meant = f'did you mean "{close[0]}"?' if close else "start in the folder that holds it, or install it"
    return ImportProblem(
        name, "", 0, f'no module named "{name}" in {here} or among the installed ones; {meant}'
    )

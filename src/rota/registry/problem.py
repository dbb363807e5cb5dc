"""What kept a module, a task or a job from being loaded. It is kept and shown; the rest goes on."""

import importlib
import sysconfig
import traceback as tracebacks
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from rota.domain.errors import RotaError
from rota.registry.place import Place, shown


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing that could not be loaded, and why.

    module     the module at fault, or "" when it is the settings
    file       where to look, relative to the current folder when it is below; line is 0 when there is none
    message    what happened and what to do, in one sentence
    traceback  the whole story, or "" when the message is all
    """

    module: str
    file: str
    line: int
    message: str
    traceback: str = ""


def import_failed(module: str, error: BaseException) -> ImportProblem:
    """The problem of a module whose import raised `error`: file and line are not a library's."""
    file, line = _where(error)
    message = f'cannot import "{module}": {_said(error)}'
    return ImportProblem(module, shown(file), line, message, _story(error))


def refused(what: str, place: Place, error: BaseException) -> ImportProblem:
    """The problem of a task or job that cannot be as it is declared at `place`."""
    if isinstance(error, RotaError):
        return ImportProblem(place.module, place.file, place.line, f"{what}: {error}")
    return ImportProblem(place.module, place.file, place.line, f"{what}: {_said(error)}", _story(error))


def _said(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f'it ends the program ({error!r}); put that under if __name__ == "__main__"'
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _where(error: BaseException) -> tuple[str, int]:
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno or 0
    frames = [(f.filename, f.lineno or 0) for f in tracebacks.extract_tb(_from_the_author_on(error))]
    libraries = [sysconfig.get_path(name) for name in ("stdlib", "platlib", "purelib")]
    not_theirs = (*libraries, str(Path(__file__).parents[1]), "<frozen")
    own = [frame for frame in frames if not frame[0].startswith(not_theirs)]
    return (own or frames or [("", 0)])[-1]


def _story(error: BaseException) -> str:
    return "".join(tracebacks.format_exception(type(error), error, _from_the_author_on(error)))


def _from_the_author_on(error: BaseException) -> TracebackType | None:
    """The traceback without what led there: this package and Python's import machinery."""
    skipped = (str(Path(__file__).parent), str(Path(importlib.__file__).parent), "<frozen importlib")
    found = error.__traceback__
    while found is not None and found.tb_frame.f_code.co_filename.startswith(skipped):
        found = found.tb_next
    return found

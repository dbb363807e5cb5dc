"""What takes too long to be answered at once: begun in a thread of the agent, asked for by its number."""

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rota.domain.clock import Clock
from rota.domain.errors import Conflict, NotFound, RotaError
from rota.services import backup, places
from rota.store import upkeep
from rota.store.database import Database


@dataclass(slots=True)
class Errand:
    """One of them. target: what it is about; result: once it is done; problem: when it went wrong"""

    kind: str
    target: str = ""
    done: bool = False
    result: Any = None
    problem: str | None = None


class Errands:
    """Those of this process, one of a kind at a time.

    environ  ROTA_JOB_ROOTS names where backups may be written; ROTA_PG_PROGRAMS where pg_dump is
    """

    def __init__(self, db: Database, clock: Clock, environ: Mapping[str, str]) -> None:
        self.db, self.clock, self.environ = db, clock, environ
        self._numbers = itertools.count(1)
        self._errands: dict[int, Errand] = {}

    def verbs(self) -> dict[str, Callable[..., Any]]:
        """By the names that tasks call them."""
        return {"begin_backup": self.begin_backup, "begin_upkeep": self.begin_upkeep, "errand": self.errand}

    def begin_backup(self, *, folder: str, name: str, keep: int) -> int:
        """Back rota's own database up into a folder below the roots. Returns the number to ask by."""
        roots = tuple(
            part.strip() for part in self.environ.get("ROTA_JOB_ROOTS", "").split(",") if part.strip()
        )
        with places.opened(folder, roots, make=True):
            root, parts = places.placed(folder, roots)
        target, now = root.joinpath(*parts), self.clock.now()
        programs = self.environ.get("ROTA_PG_PROGRAMS")
        return self._begin(
            Errand("backup", f"{target}/{name}"),
            lambda: backup.back_up(self.db.url, Path(target), name, now, keep, programs=programs),
        )

    def begin_upkeep(self) -> int:
        """Let the database look after itself, as it has it. Returns the number to ask by."""
        return self._begin(Errand("upkeep"), lambda: upkeep.look_after(self.db))

    def errand(self, *, number: int) -> dict[str, Any]:
        """How an errand stands: {"done", "result", "problem"}; known until the next one of its kind is begun."""
        found = self._errands.get(number)
        if found is None:
            raise NotFound(f"there is no errand {number}", fix="begin it anew")
        return {"done": found.done, "result": found.result, "problem": found.problem}

    def _begin(self, errand: Errand, work: Callable[[], Any]) -> int:
        """Begin it. The same one that is under way already is joined: who began it was killed, and asks again."""
        mine = {number: one for number, one in self._errands.items() if one.kind == errand.kind}
        for number, one in mine.items():
            if not one.done and one.target == errand.target:
                return number
        if not all(one.done for one in mine.values()):
            fix = "wait until it is done"
            raise Conflict(f"a {errand.kind} is under way already", fix=fix, code="under_way")
        for number in mine:
            del self._errands[number]
        number = next(self._numbers)
        self._errands[number] = errand
        threading.Thread(target=_do, args=(errand, work), name=f"rota-{errand.kind}", daemon=True).start()
        return number


def _do(errand: Errand, work: Callable[[], Any]) -> None:
    try:
        errand.result = work()
    except RotaError as problem:
        errand.problem = str(problem)
    except Exception as problem:
        errand.problem = f"{type(problem).__name__}: {problem}"
    errand.done = True

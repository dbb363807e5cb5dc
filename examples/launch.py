"""Begins an example as an installed application would begin: rota's command line, with the example's jobs and database.

`PROGRAM setup` makes the example's database with some rows and the usual jobs; then `PROGRAM serve`.
"""

import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Example:
    """An example: its name, what fills its database, and what its jobs may touch.

    more   other variables
    first  command lines that tell its jobs what to work on, at the first set-up
    """

    name: str
    fill: Callable[[Engine], None]
    tables: str
    more: tuple[tuple[str, str], ...] = ()
    first: tuple[str, ...] = ()

    def environ(self) -> dict[str, str]:
        """The variables that rota is told by, for the current folder."""
        here = Path("var").resolve()
        return {
            "ROTA_MODULES": f"examples.{self.name}.jobs",
            "ROTA_APP_NAME": self.name,
            "ROTA_APP_DATABASE_URL": f"sqlite:///{here}/{self.name}.db",
            "ROTA_JOB_ROOTS": str(here),
            "ROTA_JOB_TABLES": self.tables,
            "PYTHONPATH": str(ROOT),
            **dict(self.more),
        }

    def main(self) -> None:
        """Be the program."""
        for variable, value in self.environ().items():
            os.environ.setdefault(variable, value)
        from rota.cli import main
        from rota.cli.program import run

        if sys.argv[1:] != ["setup"]:
            main()
        for line in self._set_up():
            if code := run(shlex.split(line)):
                sys.exit(code)
        print(f"\nNow: {sys.argv[0]} serve\nand in a second shell, in this folder: {sys.argv[0]} jobs list")

    def _set_up(self) -> list[str]:
        """Fill the database, the first time. Returns the command lines that make its jobs."""
        Path("var").mkdir(exist_ok=True)
        engine = create_engine(os.environ["ROTA_APP_DATABASE_URL"])
        is_new = not inspect(engine).get_table_names()
        if is_new:
            self.fill(engine)
        engine.dispose()
        return [f"init --set {self.name} --yes", *(f"--quiet {line}" for line in self.first if is_new)]

"""Begins an example as an installed application would begin: rota's command line, with the example's jobs and database.

`PROGRAM setup` makes the example's database with some rows and the usual jobs; then `PROGRAM serve`.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Example:
    """An example: its name, what fills its database, and what its jobs may touch. more: other variables"""

    name: str
    fill: Callable[[Engine], None]
    tables: str
    more: tuple[tuple[str, str], ...] = ()

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
        if sys.argv[1:2] == ["setup"]:
            Path("var").mkdir(exist_ok=True)
            engine = create_engine(os.environ["ROTA_APP_DATABASE_URL"])
            self.fill(engine)
            engine.dispose()
            sys.argv[1:] = ["init", "--set", self.name, "--yes"]
        from rota.cli import main

        main()

"""How long a shell waits for `rota --help` and `rota jobs list`, over a Python that does nothing.

Rounds are interleaved so that a busy machine harms all alike; beside them stands the import of what they are made of.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter

from bench.figure import Ratio, Report, Scale, raced

ROUNDS = 15
BUDGET = 60
"""Seconds after which no further round begins."""
LINES = {
    "python -c pass": ["-c", "pass"],
    "import click": ["-c", "import click"],
    "import sqlalchemy": ["-c", "import sqlalchemy"],
    "import pydantic": ["-c", "from pydantic import BaseModel"],
    "rota --help": ["-m", "rota", "--help"],
    "rota jobs --help": ["-m", "rota", "jobs", "--help"],
    "rota jobs list": ["-m", "rota", "jobs", "list"],
}
BUDGETS = {"rota --help": 100, "rota jobs list": 450}
"""Milliseconds over bare Python."""
TITLE = "How long a shell waits"


def measure(scale: Scale) -> Report:
    """Milliseconds of each line over bare Python."""
    with tempfile.TemporaryDirectory() as folder:
        environ = _environ(Path(folder))
        _run(["-m", "rota", "db", "upgrade"], environ)
        contenders = {name: partial(_run, words, environ) for name, words in LINES.items()}
        found = raced("wall time", "ms", contenders, scale.pick(2, ROUNDS), BUDGET)
    bare = min(found[0].values)
    over = [
        replace(one, what="over bare Python", values=tuple(ms - bare for ms in one.values))
        for one in found[1:]
    ]
    report = Report([found[0], *over])
    for name, budget in BUDGETS.items():
        # The least: whatever else the machine does can only add to it.
        least = next(min(one.values) for one in over if one.who == name)
        report.ratios.append(Ratio(f"{name}: least of all rounds within {budget} ms", budget / least, 1.0))
    return report


def _environ(folder: Path) -> dict[str, str]:
    """Byte code is kept, as where it is installed, but not in our tree."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "ROTA_DATABASE_URL": f"sqlite:///{folder}/rota.db",
        "PYTHONPYCACHEPREFIX": f"{folder}/cache",
    }


def _run(words: list[str], environ: dict[str, str]) -> float:
    begin = perf_counter()
    subprocess.run([sys.executable, *words], env=environ, stdout=subprocess.DEVNULL, check=True)
    return (perf_counter() - begin) * 1000

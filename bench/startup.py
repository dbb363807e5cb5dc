"""How long a shell waits for `rota --help` and `rota jobs list`, over a Python that does nothing.

Rounds are interleaved so that a busy machine harms all alike; beside them stands the import of what they are made of.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROUNDS = 15
LINES = {
    "python -c pass": ["-c", "pass"],
    "import rich_click": ["-c", "import rich_click"],
    "import sqlalchemy": ["-c", "import sqlalchemy"],
    "import pydantic": ["-c", "from pydantic import BaseModel"],
    "rota --help": ["-m", "rota", "--help"],
    "rota jobs --help": ["-m", "rota", "jobs", "--help"],
    "rota jobs list": ["-m", "rota", "jobs", "list"],
}
BUDGETS = {"rota --help": 100, "rota jobs list": 450}
"""Milliseconds over bare Python."""


def main() -> None:
    """Print the milliseconds of each line over bare Python: least and median of all rounds, and the budget."""
    with tempfile.TemporaryDirectory() as folder:
        environ = _environ(Path(folder))
        _run(["-m", "rota", "db", "upgrade"], environ)
        found: dict[str, list[float]] = {name: [] for name in LINES}
        for _ in range(ROUNDS):
            for name, words in LINES.items():
                found[name].append(_run(words, environ))
    bare = found["python -c pass"]
    print(
        f"{'':20}{'least':>8}{'median':>8}  (ms over bare Python, which takes {min(bare):.0f}; {ROUNDS} rounds)"
    )
    for name, times in found.items():
        least, median = min(times) - min(bare), statistics.median(times) - statistics.median(bare)
        budget = (
            f"   budget {BUDGETS[name]}: {'kept' if least < BUDGETS[name] else 'NOT KEPT'}"
            if name in BUDGETS
            else ""
        )
        print(f"{name:20}{least:8.0f}{median:8.0f}{budget}")


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


if __name__ == "__main__":
    main()

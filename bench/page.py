"""The figures in docs/why/performance.md: all below a mark is written anew from the last results."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from bench import machine
from bench.growth import PLOT

PAGE = Path(__file__).parents[1] / "docs" / "why" / "performance.md"
PICTURE = PAGE.parents[1] / "pictures" / "growth.svg"
MARK = "<!-- All below is written by `make bench ARGS=--write`. -->"


def write(sections: Iterable[str]) -> None:
    """Put these sections in place of those that are there."""
    kept, mark, _ = PAGE.read_text().partition(MARK)
    told = ", ".join(f"{what} {value}" for what, value in machine.facts().items())
    PAGE.write_text("\n".join([kept + mark, "", f"The machine: {told}.", "", *sections]).rstrip() + "\n")
    if PLOT.exists():
        shutil.copyfile(PLOT, PICTURE)

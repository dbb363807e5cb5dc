"""The figures in docs/why: what is below a mark is written anew from the last results."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import machine, tables
from bench.growth import PLOT

DOCS = Path(__file__).parents[1] / "docs"
MARK = "<!-- All below is written by `make bench ARGS=--write`. -->"

Found = Sequence[tuple[str, Mapping[str, Any]]]
"""(title, what was kept) of each comparison."""


def write(found: Found) -> None:
    """Put these results in place of those that are there: ratios on one page, figures on another, and the plot."""
    for name, lines in (("performance", list(tables.ratios(found))), ("figures", _figures(found))):
        file = DOCS / "why" / f"{name}.md"
        kept, _, _ = file.read_text().partition(MARK)
        file.write_text("\n".join([kept + MARK, "", *lines]).rstrip() + "\n")
    if PLOT.exists():
        shutil.copyfile(PLOT, DOCS / "pictures" / "growth.svg")


def told(found: Found) -> list[str]:
    """All of it, to print."""
    return [*tables.ratios(found), *_figures(found)]


def _figures(found: Found) -> list[str]:
    facts = ", ".join(f"{what} {value}" for what, value in machine.facts().items())
    return [
        f"The machine: {facts}.",
        "",
        *(line for title, kept in found for line in tables.figures(title, kept)),
    ]

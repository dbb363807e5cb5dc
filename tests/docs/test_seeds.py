"""The table of what was asked for has no empty row, and what it names is there."""

import re
from pathlib import Path

from tests.docs.pages import ROOT
from tests.jobs.workplace import ready_made

PAGE = ROOT / "docs" / "seeds.md"


def rows() -> list[list[str]]:
    """The rows of the tables, without their heads."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0] not in ("it says", "---") and not row[0].startswith("--- ")]


def test_no_row_is_empty():
    assert len(rows()) > 180
    assert [row for row in rows() if len(row) != 2 or not all(row)] == []


def test_every_file_that_the_table_names_is_there():
    named = re.findall(r"`((?:src|tests|examples|bench)/[\w./]+)`", PAGE.read_text())
    assert len(named) > 60
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_step_of_a_walk_that_the_table_names_is_taken():
    walks = "".join(path.read_text() for path in Path(ROOT / "tests" / "walks").glob("test_*.py"))
    for step in re.findall(r"W `([a-z_]+)`", PAGE.read_text()):
        assert f"def {step}(" in walks


def test_every_ready_made_task_is_in_the_reference():
    page = (ROOT / "docs" / "reference" / "ready-made.md").read_text()
    assert [name for name in ready_made() if f"`{name}`" not in page] == []

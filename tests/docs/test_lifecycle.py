"""docs/lifecycle.md draws the states that the code knows."""

import re

from rota.domain.execution import FINAL, NEXT, Status
from rota.domain.job import Definition, Misfire, Overlap
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/lifecycle.md").read_text()
ARROWS = set(re.findall(r"^    (\S+) --> (\w+|\[\*\])", PAGE, re.MULTILINE))
ROWS = set(re.findall(r"^\| (`\w+`|\(new\)) \| `(\w+)` \|", PAGE, re.MULTILINE))


def test_every_move_is_drawn_and_no_other():
    moves = {(before.value, after.value) for before, reachable in NEXT.items() for after in reachable}
    drawn = {(before, after) for before, after in ARROWS if "[*]" not in (before, after)}
    assert drawn == moves


def test_what_is_final_is_drawn_as_an_end():
    assert {before for before, after in ARROWS if after == "[*]"} == {status.value for status in FINAL}


def test_the_table_tells_every_move_but_those_of_a_broker():
    told = {(before.strip("`"), after) for before, after in ROWS}
    moves = {(before.value, after.value) for before, reachable in NEXT.items() for after in reachable}
    assert {move for move in told if move[0] != "(new)"} == {m for m in moves if Status.SUBMITTED not in m}
    assert {after for before, after in told if before == "(new)"} == {"queued", "skipped", "missed"}


def test_every_policy_has_its_row_and_the_default_is_marked():
    for policy in (*Overlap, *Misfire):
        assert f"| `{policy}`" in PAGE
    assert f"`{Definition.model_fields['overlap'].default}` (default)" in PAGE
    assert f"`{Definition.model_fields['misfire'].default}` (default)" in PAGE

"""Every threat has its proof, or a reason why it has none yet."""

import ast
from pathlib import Path

import pytest

from tests.security.rows import ROWS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.threat)
def test_each_row_is_proven_by_tests_that_exist_or_says_why_not(row):
    assert row.tests or row.later
    for named in row.tests:
        path, _, name = named.partition("::")
        found = {
            node.name
            for node in ast.walk(ast.parse((ROOT / path).read_text()))
            if isinstance(node, ast.FunctionDef)
        }
        assert name in found, f"{path} has no {name}"


def test_no_row_stands_twice():
    assert len({row.threat for row in ROWS}) == len(ROWS)

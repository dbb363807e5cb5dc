"""The reference of the command line is made from the code, and is as the code is."""

from pathlib import Path

import pytest

from rota.cli.reference import pages
from rota.cli.root import NOUNS, rota

FOLDER = Path(__file__).parents[2] / "docs" / "reference" / "cli"
ANEW = "write it anew: python -m rota.cli.reference docs/reference/cli"


@pytest.mark.parametrize("name", sorted(pages()))
def test_each_page_is_as_the_code_is(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], ANEW


def test_there_is_no_page_that_the_code_does_not_make():
    assert {path.name for path in FOLDER.iterdir()} == set(pages()), ANEW


def test_the_man_page_names_every_verb(shell):
    done = shell("rota man")
    assert done.code == 0
    assert done.out == pages()["rota.1"]
    for verb in ("jobs validate\\-schedule", "executions logs", "config set", "db upgrade", "serve"):
        assert f".SS rota {verb}" in done.out


def test_what_the_help_says_of_a_noun_that_is_not_loaded_is_what_the_noun_says():
    with rota.make_context("rota", ["jobs"]) as ctx:
        for name, promise in NOUNS.items():
            noun = rota.get_command(ctx, name)
            assert noun is not None
            assert promise.summary == (noun.help or "").splitlines()[0]

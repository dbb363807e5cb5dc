"""docs/reference/jobs.md says what is so: its snippets run, its tables are complete."""

import re
import tomllib
from pathlib import Path

import pytest

from rota.domain.job import Definition
from rota.registry.body import CLASS_ATTRIBUTES
from rota.registry.declared import RENAMED
from rota.sdk import JobContext, Options

PAGE = (Path(__file__).parents[2] / "docs/reference/jobs.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
OPTIONS = dict(
    re.findall(r"^\| `(\w+)` \| ([^|]*?) ?\|", PAGE.partition("## Tasks without")[0], re.MULTILINE)
)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_each_snippet_loads_without_a_problem(author, snippet):
    author.writes("snippet.py", snippet, head="")
    found = author.loads("snippet")
    assert found.problems == []
    assert found.tasks


def test_the_test_that_it_shows_passes(author):
    (snippet,) = (text for text in SNIPPETS if "def test_" in text)
    names: dict[str, object] = {}
    exec(snippet, names)
    test = names["test_greet"]
    assert callable(test)
    test()


def test_the_settings_that_it_shows_belong_to_jobs_that_it_shows(author):
    (settings,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    for number, snippet in enumerate(SNIPPETS):
        author.writes(f"all_of_it/part{number}.py", snippet, head="")
    found = author.loads("all_of_it", config=tomllib.loads(settings)["jobs"])
    assert found.problems == []
    assert found.jobs["nightly_report"].spec.task_kwargs == {"top": 20}
    assert found.jobs["weekly_clean"].spec.schedule_expression == "sat:03:00"


def test_every_option_is_in_the_table_and_no_other():
    assert list(OPTIONS) == list(Options.__annotations__)


@pytest.mark.parametrize(("option", "default"), [item for item in OPTIONS.items() if item[1]])
def test_each_default_in_the_table_is_the_real_one(option, default):
    field = Definition.model_fields[RENAMED.get(option, option)]
    real = field.get_default(call_default_factory=True)
    assert str(real) == default.strip('`"')


def test_everything_that_is_read_from_a_class_is_listed():
    listed = re.search(r"Read from a class: (.*?)\.\n", PAGE, re.DOTALL)
    assert listed
    assert tuple(re.findall(r"`(\w+)`", listed[1])) == CLASS_ATTRIBUTES


def test_everything_of_the_context_is_told():
    shown = {name for name in dir(JobContext.for_test()) if not name.startswith("_")}
    own_to_tests = {"for_test", "lines", "progressed", "beats"}
    assert {name for name in shown - own_to_tests if f"`{name}" not in PAGE} == set()

"""What holds for every ready-made task."""

import inspect

import pytest

from rota.domain.errors import Invalid
from rota.sdk import JobResult
from tests.jobs.workplace import ready_made

TASKS = ready_made()
ALWAYS = {
    "rota.database_cleanup", "rota.cleanup_inactive_sessions", "rota.token_cleanup", "rota.database_maintenance",
    "rota.system_health_check", "rota.performance_monitor", "rota.daily_report", "rota.weekly_report",
    "rota.monthly_report", "rota.session_cleanup", "rota.user_activity_digest", "rota.feature_extraction",
    "rota.behavioral_analysis",
}  # fmt: skip
"""Tasks that have something to do although nobody told them on what."""


def test_each_has_a_title_a_description_and_typed_arguments():
    assert len(TASKS) >= 38
    for name, task in TASKS.items():
        assert name.startswith("rota.")
        assert task.title
        assert task.description
        for argument, said in task.schema["properties"].items():
            assert {"type", "anyOf", "enum", "$ref"} & said.keys(), (name, argument)


def kinds(said):
    """The types that an argument may have."""
    return {one.get("type") for one in (said, *said.get("anyOf", ()))}


NUMBERS = [
    (name, argument)
    for name, task in TASKS.items()
    for argument, said in task.schema["properties"].items()
    if {"integer", "number"} & kinds(said) and "string" not in kinds(said)
]


def test_no_number_reaches_backwards_or_beyond_all_bounds():
    assert len(NUMBERS) > 50
    for name, argument in NUMBERS:
        for hostile in (-1000, 1e30, "1; DROP TABLE jobs", float("nan")):
            with pytest.raises(Invalid, match=argument):
                TASKS[name].bind({argument: hostile})


def test_an_argument_that_there_is_not_is_refused():
    for name, task in TASKS.items():
        with pytest.raises(Invalid, match="no_such_thing"):
            task.bind({"no_such_thing": 1})
        assert name


@pytest.mark.parametrize("name", sorted(TASKS.keys() - ALWAYS))
def test_one_that_is_not_configured_succeeds_and_says_so(name, place):
    done = TASKS[name].call(**{TASKS[name].context: place.context()})
    if inspect.isawaitable(done):
        import asyncio

        done = asyncio.run(_awaited(done))
    result = JobResult.of(done)
    assert result.success
    assert str(result.message).startswith("nothing configured")


async def _awaited(done):
    return await done

"""What holds for every ready-made task."""

import inspect

import pytest

from rota.sdk import JobResult
from tests.jobs.workplace import ready_made

TASKS = ready_made()
ALWAYS = {
    "rota.database_cleanup", "rota.cleanup_inactive_sessions", "rota.token_cleanup", "rota.database_maintenance",
    "rota.system_health_check", "rota.performance_monitor", "rota.daily_report", "rota.weekly_report",
    "rota.monthly_report", "rota.user_activity_digest", "rota.feature_extraction", "rota.behavioral_analysis",
    "rota.session_cleanup",
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

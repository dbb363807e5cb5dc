"""A task says how long its jobs may take."""

import pytest


def test_a_task_says_how_long_its_jobs_may_take_and_a_job_of_code_may_say_otherwise(author):
    found = author.declares(
        """
        @job("nightly")
        @job("short", timeout=5)
        @task("back.up", timeout=3600)
        def back_up(): ...
        @task("plain")
        def plain(): ...
        """
    )
    assert {name: task.published()["timeout"] for name, task in found.tasks.items()} == {
        "back.up": 3600.0,
        "plain": None,
    }
    assert {name: job.spec.timeout for name, job in found.jobs.items()} == {"nightly": 3600.0, "short": 5.0}


@pytest.mark.parametrize("wrong", ["-1", "True", "'soon'", "1e12"])
def test_a_time_out_that_is_none_is_refused(author, wrong):
    (problem,) = author.declares(f"@task('back.up', timeout={wrong})\ndef back_up(): ...").problems
    assert "timeout is" in problem.message
    assert "give seconds" in problem.message

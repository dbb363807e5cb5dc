"""[jobs.NAME] of rota.toml lays its word over the code's."""

import pytest

JOBS = """
@job(daily="03:00", timezone="Europe/Paris", kwargs={"days": 3, "dry": True})
def clean(days: int, dry: bool = False): ...
"""


def test_settings_change_enabled_schedule_and_arguments_and_are_named_as_their_source(author):
    settings = {"enabled": False, "schedule": "0 4 * * *", "task_kwargs": {"days": 9}}
    job = author.declares(JOBS, {"clean": settings}).jobs["clean"]
    assert not job.spec.is_enabled
    assert (job.spec.schedule_type, job.spec.schedule_expression) == ("cron", "0 4 * * *")
    assert job.spec.timezone == "Europe/Paris"
    assert job.spec.task_kwargs == {"days": 9, "dry": True}
    assert job.sources == {
        "is_enabled": "rota.toml",
        "schedule_type": "rota.toml",
        "schedule_expression": "rota.toml",
        "task_kwargs": "rota.toml",
    }
    assert job.source == "written.py:3"


def test_a_schedule_may_be_a_table(author):
    schedule = {"kind": "weekly", "expression": "mon:06:00", "timezone": "UTC"}
    spec = author.declares(JOBS, {"clean": {"schedule": schedule}}).jobs["clean"].spec
    assert (spec.schedule_type, spec.schedule_expression, spec.timezone) == ("weekly", "mon:06:00", "UTC")


def test_a_job_without_a_table_is_as_the_code_says(author):
    assert author.declares(JOBS).jobs["clean"].sources == {}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"claen": {}}, '[jobs.claen]: no job named "claen"; did you mean "clean"? Known jobs: clean'),
        ({"clean": {"enable": False}}, 'a job has no setting named "enable"; did you mean "enabled"?'),
        ({"clean": {"schedule": "0 25 * * *"}}, '"25" is not a'),
        ({"clean": {"schedule": {"expression": "03:00"}}}, "write a cron expression, or { kind ="),
        ({"clean": {"task_kwargs": 3}}, "task_kwargs is a table, not 3"),
        ({"clean": {"task_kwargs": {"days": "many"}}}, 'argument "days" of task "written.clean" is "many"'),
        ({"clean": {"enabled": "perhaps"}}, "enabled is 'perhaps': Input should be a valid boolean"),
    ],
)
def test_settings_that_cannot_be_are_a_problem(author, config, said):
    assert said in author.problem(JOBS, config)


def test_a_schedule_of_the_settings_drops_the_anchor_of_the_code(author):
    job = author.declares(
        """
        from datetime import UTC, datetime
        @job(schedule=Schedule("interval", "2h", anchor=datetime(2026, 1, 1, 1, tzinfo=UTC)))
        def tick(): ...
        """,
        {"tick": {"schedule": {"kind": "interval", "expression": "3h"}}},
    ).jobs["tick"]
    assert job.spec.anchor is None
    assert job.sources["anchor"] == "rota.toml"


def test_a_problem_of_the_settings_names_them(author):
    said = author.problem(JOBS, {"clean": {"enabled": "perhaps"}})
    assert said.startswith('job "clean" as [jobs.clean] of rota.toml wants it: enabled is')


def test_a_job_whose_settings_cannot_be_does_not_run_as_the_code_says(author):
    assert author.declares(JOBS, {"clean": {"enable": False}}).jobs == {}


def test_settings_of_a_job_that_is_a_problem_already_are_no_second_one(author):
    assert author.problem("@job(daily='25:00')\ndef bad(): ...", {"bad": {"enabled": False}})

"""From the author's words to a JobSpec."""

from datetime import UTC, datetime

import pytest

from rota.domain.job import Misfire, Overlap


@pytest.mark.parametrize(
    ("words", "kind", "expression"),
    [
        ("cron='0 2 * * *'", "cron", "0 2 * * *"),
        ("every='15m'", "interval", "15m"),
        ("every=30", "interval", "30"),
        ("every=timedelta(hours=2)", "interval", "7200s"),
        ("daily='03:00'", "daily", "03:00"),
        ("weekly='sun:02:00'", "weekly", "sun:02:00"),
        ("monthly='L:03:00'", "monthly", "L:03:00"),
        ("at='2030-01-01T09:00'", "once", "2030-01-01T09:00"),
        ("at=datetime(2030, 1, 1, 9)", "once", "2030-01-01T09:00:00"),
        ("schedule='@hourly'", "cron", "@hourly"),
        ("schedule='${BACKUP_SCHEDULE}'", "cron", "${BACKUP_SCHEDULE}"),
        ("cron=None, daily='03:00'", "daily", "03:00"),
        ("", "manual", ""),
    ],
)
def test_each_word_for_a_schedule_gives_its_kind(author, words, kind, expression):
    found = author.declares(f"from datetime import *\n@job({words})\ndef tick(): ...")
    assert found.problems == []
    spec = found.jobs["tick"].spec
    assert (spec.schedule_type, spec.schedule_expression) == (kind, expression)


def test_a_schedule_value_brings_its_zone_and_its_anchor(author):
    found = author.declares(
        """
        from datetime import *
        @job(schedule=Schedule("interval", "2h", "Asia/Tokyo", datetime(2026, 1, 1, 1, tzinfo=UTC)))
        def tick(): ...
        """
    )
    spec = found.jobs["tick"].spec
    assert (spec.timezone, spec.anchor) == ("Asia/Tokyo", datetime(2026, 1, 1, 1, tzinfo=UTC))


def test_every_option_reaches_its_field(author):
    found = author.declares(
        """
        @job("nightly", daily="03:00", timezone="Europe/Paris", title="Nightly", description="All of it.",
             job_type="database_maintenance", timeout=60, memory_limit=256, max_retries=3, backoff=2,
             backoff_cap=20, retryable=False, overlap="queue_one", misfire="run_all", grace=5,
             catch_up_limit=7, queue="maintenance", priority=9, critical=True, enabled=False,
             tags=["night", "db"], metadata={"team": "ops"}, kwargs={"days": 3})
        def body(days: int): ...
        """
    )
    spec = found.jobs["nightly"].spec
    assert spec.model_dump(exclude={"anchor"}) == {
        "name": "nightly",
        "title": "Nightly",
        "description": "All of it.",
        "job_type": "database_maintenance",
        "schedule_type": "daily",
        "schedule_expression": "03:00",
        "timezone": "Europe/Paris",
        "task_name": "written.body",
        "task_kwargs": {"days": 3},
        "task_queue": "maintenance",
        "task_priority": 9,
        "is_enabled": False,
        "timeout": 60,
        "memory_limit": 256,
        "max_retries": 3,
        "backoff": 2,
        "backoff_cap": 20,
        "retryable": False,
        "overlap": Overlap.QUEUE_ONE,
        "misfire": Misfire.RUN_ALL,
        "grace": 5,
        "catch_up_limit": 7,
        "critical": True,
        "tags": ("night", "db"),
        "metadata": {"team": "ops"},
    }


def test_the_name_is_the_functions_and_the_description_its_docstring(author):
    found = author.declares('@job\ndef tick():\n    """Says tick.\n\n    Twice.\n    """')
    assert found.jobs["tick"].spec.description == "Says tick.\n\nTwice."
    assert found.jobs["tick"].source == "written.py:2"


def test_one_function_may_be_several_jobs_of_one_task(author):
    found = author.declares(
        """
        @job("weekly_report", weekly="mon:06:00", kwargs={"days": 7})
        @job("monthly_report", monthly="1:06:00", kwargs={"days": 30})
        def report(days: int): ...
        """
    )
    assert {name: job.spec.task_kwargs["days"] for name, job in found.jobs.items()} == {
        "weekly_report": 7,
        "monthly_report": 30,
    }
    assert list(found.tasks) == ["written.report"]


def test_a_job_on_a_named_task_runs_under_that_name(author):
    found = author.declares("@job(daily='03:00')\n@task('app.tasks.backup')\ndef backup(): ...")
    assert found.jobs["backup"].spec.task_name == "app.tasks.backup"
    assert list(found.tasks) == ["app.tasks.backup"]


def test_arguments_are_kept_as_json_the_same_in_every_process(author):
    found = author.declares(
        """
        from datetime import *
        @job(kwargs={"since": date(2026, 1, 1), "tags": {"c", "a", "b"}, "limits": (1, float("inf"))})
        def report(since: date, tags: set[str], limits: tuple[float, float]): ...
        """
    )
    assert found.jobs["report"].spec.task_kwargs == {
        "since": "2026-01-01",
        "tags": ["a", "b", "c"],
        "limits": [1, "Infinity"],
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@job(cron='61 * * * *')\ndef j(): ...", 'job "j": "61" is not a minute'),
        (
            "@job(daily='03:00', every='5m')\ndef j(): ...",
            "a job has one schedule, not daily=, every=; keep one",
        ),
        ("@job(cron=5)\ndef j(): ...", 'cron= is text, not 5; write cron="…"'),
        ("@job(schedule=Schedule('manual'), timezone='UTC')\ndef j(): ...", "take out timezone="),
        ("@job('my job')\ndef j(): ...", "name is 'my job': String should match pattern '^[A-Za-z_]"),
        ("@job(timeout=-1)\ndef j(): ...", "timeout is -1: Input should be greater than or equal to 0"),
        ("@job(priority=10)\ndef j(): ...", "priority is 10: Input should be less than or equal to 9"),
        (
            "@job(kwargs={'dayz': 1})\ndef j(days: int): ...",
            'no argument named "dayz" (and 1 more); did you mean "days"',
        ),
        ("@job\ndef j(days: int): ...", 'task "written.j" needs the argument "days"; it takes integer'),
        ("@job(kwargs={'x': object()})\ndef j(x): ...", "kwargs holds what JSON cannot say"),
        ("@job(kwargs=[1])\ndef j(x): ...", "kwargs is a dict, not [1]"),
        ("@job(metadata={'x': print})\ndef j(): ...", "metadata holds what JSON cannot say"),
    ],
)
def test_a_declaration_that_cannot_be_is_a_problem_in_words(author, text, said):
    assert said in author.problem(text)


def test_a_bad_job_has_its_place_and_the_others_of_its_function_go_on(author):
    found = author.declares("\n@job('good', daily='03:00')\n@job('bad', daily='25:00')\ndef j(): ...")
    assert set(found.jobs) == {"good"}
    assert [(p.module, p.file, p.line) for p in found.problems] == [("written", "written.py", 3)]


def test_a_secret_does_not_stand_in_the_code(author):
    text = "from pydantic import SecretStr\n@job(kwargs={'password': %s})\ndef j(password: SecretStr): ..."
    said = author.problem(text % "SecretStr('hunter2')")
    assert "hunter2" not in said
    assert said.endswith('write "password": "env:NAME" and set NAME where the job runs')


def test_a_secret_by_the_name_of_a_variable_is_taken_on_trust(author):
    found = author.declares(
        """
        from typing import Annotated
        @job(kwargs={"pin": "env:BANK_PIN"})
        def pay(pin: Annotated[int, Secret]): ...
        """
    )
    assert found.jobs["pay"].spec.task_kwargs == {"pin": "env:BANK_PIN"}

"""A job's policies in words."""

import pytest

from rota.domain.job import JobSpec
from rota.web import policies


def job(**policies: object) -> JobSpec:
    fields = {
        "name": "report",
        "task_name": "work",
        "schedule_type": "manual",
        "backoff": 1,
        "backoff_cap": 30,
    }
    return JobSpec.model_validate(fields | policies)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"max_retries": 0}, "times"),
        ({"max_retries": 1}, "time, after 1 s"),
        ({"max_retries": 2}, "times, after 1 s and 2 s"),
        (
            {"max_retries": 3, "backoff": 60, "backoff_cap": 90},
            "times, after 1 min, 1 min 30 s and 1 min 30 s",
        ),
        ({"max_retries": 9}, "times, after 1 s, 2 s, 4 s, 8 s,\u00a0…"),
        ({"max_retries": 3, "retryable": False}, "times, but it may not be tried again"),
        ({"max_retries": 1, "retryable": False}, "time, but it may not be tried again"),
    ],
)
def test_the_number_of_retries_in_a_form_spells_out_its_waits(given, told):
    assert policies.waits(job(**given)) == told


@pytest.mark.parametrize(
    ("retries", "told"),
    [
        (0, "does not try again"),
        (1, "tries again once, after 1 s"),
        (2, "tries again twice, after 1 s and 2 s"),
        (3, "tries again 3 times, after 1 s, 2 s and 4 s"),
    ],
)
def test_a_sentence_says_how_often_a_job_tries_again(retries, told):
    assert policies.again(job(max_retries=retries)) == told

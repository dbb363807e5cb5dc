"""What a body returns or raises."""

from datetime import timedelta

import pytest

from rota import DoNotRetry, JobResult, Retry, Stopped


@pytest.mark.parametrize(
    ("returned", "result"),
    [
        (None, JobResult()),
        (JobResult(items_processed=3), JobResult(items_processed=3)),
        ({"rows": 3}, JobResult(data={"rows": 3})),
        (5, JobResult(data=5)),
        (False, JobResult(data=False)),
        ({"success": False, "message": "no"}, JobResult(success=False, message="no")),
        ({"success": True, "rows": 3}, JobResult(data={"success": True, "rows": 3})),
        ({"success": "yes"}, JobResult(data={"success": "yes"})),
    ],
)
def test_each_returned_value_stands_for_a_result(returned, result):
    assert JobResult.of(returned) == result


def test_retry_waits_seconds_or_a_timedelta_or_by_the_jobs_rule():
    assert Retry(90).after == 90
    assert Retry(after=timedelta(minutes=2), message="busy").after == 120
    assert Retry().after is None
    assert str(Retry(1, "busy")) == "busy"


@pytest.mark.parametrize("after", [-1, timedelta(seconds=-1), float("inf"), float("nan")])
def test_retry_refuses_a_wait_that_cannot_be(after):
    with pytest.raises(ValueError, match="Retry waits 0 seconds or more"):
        Retry(after)


def test_do_not_retry_says_why():
    assert DoNotRetry("the file is gone").message == "the file is gone"


def test_stopped_is_not_swallowed_by_except_exception_and_finally_runs():
    tidied = []

    def body():
        try:
            raise Stopped
        except Exception:
            tidied.append("swallowed")
        finally:
            tidied.append("finally")

    with pytest.raises(Stopped):
        body()
    assert tidied == ["finally"]

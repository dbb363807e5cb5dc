"""What a body returned or raised, and when a signal may interrupt the runner."""

import signal

import pytest

from rota import JobResult, Stopped
from rota.domain.errors import NotFound
from rota.engine.runner_outcome import LARGEST_RESULT, failure, success
from rota.engine.runner_signals import Calm, Signals
from rota.executors.page import Page


@pytest.fixture
def signals():
    """Signals of a runner that are sent by hand; the page is the keeper's too."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGUSR1)}
    made = Signals(Page(), Calm(), lambda: None)
    made.install()
    yield made
    for number, handler in kept.items():
        signal.signal(number, handler)


def order_stop(signals, execution_id):
    """What a keeper does that was told to stop an execution."""
    if signals._page.current == execution_id:
        signals._page.stop = execution_id
        signal.raise_signal(signal.SIGTERM)


def test_a_stop_interrupts_the_body_that_it_was_meant_for(signals):
    signals.expect(1)
    signals.arm()
    with pytest.raises(Stopped):
        order_stop(signals, 1)
    assert signals.delivered


def test_a_stop_before_the_first_line_of_the_body_waits_for_it(signals):
    signals.expect(1)
    order_stop(signals, 1)
    with pytest.raises(Stopped):
        signals.arm()


def test_a_stop_for_another_body_is_nothing(signals):
    signals.expect(1)
    signals.arm()
    signals.disarm()
    signals._page.stop = 1
    signals.expect(2)
    signals.arm()
    signal.raise_signal(signal.SIGTERM)
    assert not signals.delivered


def test_a_second_stop_does_not_disturb_the_tidying_up(signals):
    signals.expect(1)
    signals.arm()
    with pytest.raises(Stopped):
        order_stop(signals, 1)
    order_stop(signals, 1)


def test_an_async_body_is_cancelled_instead(signals):
    cancelled = []
    signals.expect(1)
    signals.arm()
    signals.cancel = lambda: cancelled.append(1)
    order_stop(signals, 1)
    assert cancelled == [1]


def test_nothing_is_raised_where_a_message_is_half_sent(signals):
    signals.expect(1)
    signals.arm()
    calm, sent = signals._calm, []

    def send():
        with calm:
            with calm:
                order_stop(signals, 1)
                sent.append("first half")
            sent.append("second half")

    with pytest.raises(Stopped):
        send()
    assert sent == ["first half", "second half"]


@pytest.mark.parametrize(
    ("value", "succeeded", "fields"),
    [
        (None, True, {}),
        ({"a": 1}, True, {"result": '{"a": 1}'}),
        ("ö", True, {"result": '"ö"'}),
        (["\ud800", {"a\0": "\\u0000"}], True, {"result": r'["\\ud800", {"a␀": "\\u0000"}]'}),
        (0, True, {"result": "0"}),
        (JobResult(message="fine", items_processed=0), True, {"message": "fine", "items_processed": 0}),
        (JobResult(success=False), False, {"reason": "the job said that it failed"}),
        ("x" * (LARGEST_RESULT - 2), True, {"result": '"' + "x" * (LARGEST_RESULT - 2) + '"'}),
    ],
)
def test_a_returned_value_is_a_result(value, succeeded, fields):
    assert success(value) == (succeeded, fields)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"", float("inf"), "x" * LARGEST_RESULT, {(1, 2): 3}])
def test_a_value_that_json_cannot_say_is_a_success_with_a_warning(value):
    succeeded, fields = success(value)
    assert succeeded
    assert fields.keys() == {"warning"}
    assert fields["warning"].startswith("the result was not kept: it ")


def test_metrics_that_json_cannot_say_do_not_take_the_result_along():
    _, fields = success(JobResult(metrics={"a": object()}, data=[1]))
    assert fields["result"] == "[1]"
    assert "the metrics were not kept" in fields["warning"]


def test_an_error_without_words_is_named():
    assert failure(RuntimeError(), memory_limit=None)["reason"] == "RuntimeError"


def test_an_error_whose_words_cannot_be_read_is_told_all_the_same():
    class Broken(Exception):
        def __str__(self):
            raise ValueError

    assert failure(Broken(), memory_limit=None)["error_message"] == "(its message cannot be read: ValueError)"


def test_an_error_of_rota_speaks_for_itself():
    error = NotFound('no task named "x"', fix="declare it")
    assert failure(error, memory_limit=None)["reason"] == 'no task named "x"; declare it'


@pytest.mark.parametrize(("code", "number"), [(None, 0), (3, 3), ("bye", 1)])
def test_an_exit_has_the_code_that_the_interpreter_would_give(code, number):
    fields = failure(SystemExit(code), memory_limit=None)
    assert fields["exit_code"] == number
    assert fields["reason"] == f"the body raised SystemExit({code!r})"


def test_a_memory_error_without_a_limit_is_only_that():
    assert failure(MemoryError(), memory_limit=None)["reason"] == "MemoryError"
    assert failure(MemoryError(), memory_limit=64)["reason"] == "memory limit of 64 MB exceeded"


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (JobResult(message=["a"]), "the message was not kept: it is not text but list"),  # type: ignore[arg-type]
        (JobResult(metrics=[1, 2]), "the metrics were not kept: it is not a dict but list"),  # type: ignore[arg-type]
        (
            JobResult(items_processed=2.5),  # type: ignore[arg-type]
            "the items_processed was not kept: it is not a whole number but float",
        ),
        (JobResult(items_failed=True), "the items_failed was not kept: it is not a whole number but bool"),
        (JobResult(items_failed=2**63), "the items_failed was not kept: it has more than 64 bits"),
        ({"success": True, "metrics": 7}, "the metrics were not kept: it is not a dict but int"),
    ],
)
def test_a_value_of_another_type_than_its_field_is_a_success_with_a_warning(told, problem):
    assert success(told) == (True, {"warning": problem})


def test_what_is_nested_deeper_than_an_answer_may_be_is_not_kept():
    nested: dict[str, object] = {}
    for _ in range(199):
        nested = {"in": nested}
    _, fields = success(JobResult(metrics=nested, data=nested))
    assert fields.keys() == {"warning"}

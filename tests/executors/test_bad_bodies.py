"""Whatever a body does, the record says what happened, the next body runs, and nothing is left."""

import json
import os
import signal
import time

import psutil
import pytest

from rota.domain.execution import Status
from rota.executors.events import Died, Ended
from tests.executors.workshop import attempt, is_alive, pids_in


@pytest.mark.parametrize(
    ("task", "arguments", "text", "exit_code", "number"),
    [
        ("end_process", {"code": 0}, "the body ended its process with exit code 0", 0, None),
        ("end_process", {"code": 7}, "the body ended its process with exit code 7", 7, None),
        ("segfault", {}, "killed by signal 11 (SIGSEGV)", None, 11),
        (
            "kill_own_process",
            {"number": 9},
            "killed by signal 9 (SIGKILL): by somebody, or by the system because memory ran out",
            None,
            9,
        ),
        ("kill_own_process", {"number": 6}, "killed by signal 6 (SIGABRT)", None, 6),
    ],
)
def test_a_body_that_takes_its_process_along_fails_in_words(
    workshop, task, arguments, text, exit_code, number
):
    # All at once: the process may be gone as soon as its body has begun.
    workshop.runner.assign([attempt(7, task, **arguments), attempt(8, "nothing"), attempt(9, "nothing")])
    died = workshop.wait(Died)
    assert (died.text, died.exit_code, died.signal, died.planned) == (text, exit_code, number, False)
    assert died.not_begun == [8, 9]
    ending = died.running
    assert (ending.execution_id, ending.status, ending.reason) == (7, Status.FAILED, text)
    assert ending.exit_code == exit_code
    assert ending.peak_memory_mb > 10
    assert ending.cpu_seconds < 5
    assert workshop.runner.dead


def test_what_was_printed_before_the_process_ended_is_kept(workshop):
    workshop.begin("end_process", code=0)
    assert [line.text for line in workshop.wait(Died).running.lines] == ["last words"]


def test_a_segfault_leaves_a_trace_in_the_output(workshop):
    workshop.begin("segfault")
    lines = [line.text for line in workshop.wait(Died).running.lines]
    assert "Fatal Python error: Segmentation fault" in lines
    assert any("bodies.py" in line and "segfault" in line for line in lines)


@pytest.mark.parametrize("how", ["raise_error", "raise_error_async"])
@pytest.mark.parametrize(
    ("kind", "reason", "error_type", "more"),
    [
        ("value", "ValueError: bad value", "ValueError", {}),
        ("exit", "the body raised SystemExit(3)", "SystemExit", {"exit_code": 3}),
        ("interrupt", "the body raised KeyboardInterrupt", "KeyboardInterrupt", {}),
        ("retry", "later", "rota.sdk.outcome.Retry", {"retry_after": 7}),
        ("no_retry", "useless", "rota.sdk.outcome.DoNotRetry", {"no_retry": True}),
    ],
)
def test_whatever_a_body_raises_is_a_failure_and_the_next_one_runs(
    workshop, how, kind, reason, error_type, more
):
    ended = workshop.run(how, kind=kind)
    ending = ended.ending
    assert (ending.status, ending.reason, ending.error_type) == (Status.FAILED, reason, error_type)
    assert {name: getattr(ending, name) for name in more} == more
    assert not ended.stopped
    assert workshop.run("nothing").ending.status == Status.SUCCEEDED
    assert workshop.run("sleep_async_shortly").ending.status == Status.SUCCEEDED


def test_the_stack_trace_begins_in_the_authors_code(workshop):
    trace = workshop.run("raise_error", kind="value").ending.stack_trace
    first, frame, *_, last = trace.splitlines()
    assert first == "Traceback (most recent call last):"
    assert "bodies.py" in frame
    assert last == "ValueError: bad value"


@pytest.mark.parametrize(
    ("kind", "warning"),
    [
        (
            "object",
            "the result was not kept: it is not JSON (Object of type object is not JSON serializable)",
        ),
        ("bytes", "the result was not kept: it is not JSON (Object of type bytes is not JSON serializable)"),
        ("nan", "the result was not kept: it is not JSON (Out of range float values are not JSON compliant)"),
        ("recursive", "the result was not kept: it is not JSON (Circular reference detected)"),
        ("large", "the result was not kept: it has 70,002 bytes and may have 65,536"),
    ],
)
def test_a_result_that_is_not_json_is_a_success_with_a_warning(workshop, kind, warning):
    ending = workshop.run("give_back", kind=kind).ending
    assert (ending.status, ending.result) == (Status.SUCCEEDED, None)
    assert ending.warning.startswith(warning.rstrip(")"))


def test_a_job_result_says_it_all(workshop):
    full = workshop.run("give_back", kind="full").ending
    assert (full.message, full.items_processed, full.metrics, full.result) == (
        "fine",
        4,
        {"rate": 1.5},
        '{"k": 1}',
    )
    failed = workshop.run("give_back", kind="failed").ending
    assert (failed.status, failed.reason, failed.items_failed) == (Status.FAILED, "nothing to do", 2)
    assert workshop.run("give_back", kind="list").ending.result == '[1, "zwei", null]'


def test_processes_that_a_body_leaves_are_killed_before_its_end_is_told(workshop, tmp_path):
    workshop.begin("leave_behind", path=str(tmp_path / "pids"))
    workshop.runner.assign([attempt(2, "nothing")])
    ending = workshop.wait(Ended).ending
    left = pids_in(tmp_path / "pids")
    assert not [pid for pid in left if is_alive(pid)]
    assert (ending.status, ending.result) == (Status.SUCCEEDED, '"done"')
    assert ending.warning.startswith("2 processes that it had started were still alive and killed (pid ")
    assert all(str(pid) in ending.warning for pid in left)
    died = workshop.wait(Died)
    assert (died.planned, died.running, died.not_begun, died.left) == (True, None, [2], [])


def test_a_body_that_ignores_sigterm_is_killed_with_all_it_forked(workshop, tmp_path):
    number = workshop.begin("stubborn", path=str(tmp_path / "pids"))
    pids = pids_in(tmp_path / "pids")
    workshop.runner.stop(number, "timeout")
    time.sleep(0.3)
    workshop.listen()
    assert is_alive(workshop.runner.pid)
    workshop.runner.kill("timeout")
    died = workshop.wait(Died)
    assert (died.why, died.text, died.left) == ("timeout", "killed: timeout", [])
    assert died.running.execution_id == number
    assert not [pid for pid in pids if is_alive(pid)]


def test_a_forked_child_that_returns_from_the_body_is_no_second_runner(workshop):
    ending = workshop.run("fork_and_return").ending
    assert (ending.result, ending.warning) == ("0", None)
    assert [line.text for line in ending.lines] == ["from the child"]
    assert workshop.run("nothing").ending.status == Status.SUCCEEDED


def test_a_gigabyte_of_output_costs_little_memory_and_keeps_both_ends(workshop):
    before = psutil.Process().memory_info().rss
    ending = workshop.run("print_much", megabytes=1024).ending
    assert psutil.Process().memory_info().rss - before < 50 * 2**20
    assert ending.output_bytes == 2**30 + len("the beginning\nthe end\n")
    texts = [line.text for line in ending.lines]
    assert (texts[0], texts[-1]) == ("the beginning", "the end")
    assert f"… {ending.output_dropped:,} bytes dropped …" in texts
    kept = sum(len(text) + 1 for text in texts)
    assert kept < 2**20 + 100
    assert ending.output_dropped > 2**30 - 2**20 - 100


def test_memory_over_its_limit_is_an_error_at_the_line(workshop):
    workshop.runner.assign([limited(1, "take_memory", 96, megabytes=200)])
    ending = workshop.wait(Ended).ending
    assert (ending.status, ending.error_type) == (Status.FAILED, "MemoryError")
    assert ending.reason == "memory limit of 96 MB exceeded"
    assert "take_memory" in ending.stack_trace


def test_the_limit_of_one_body_is_not_that_of_the_next(workshop):
    workshop.runner.assign(
        [limited(1, "take_memory", 96, megabytes=10), attempt(2, "take_memory", megabytes=200)]
    )
    assert workshop.wait(Ended).ending.status == Status.SUCCEEDED
    after = workshop.wait(Ended).ending
    assert after.status == Status.SUCCEEDED
    assert after.peak_memory_mb > 200


def test_peak_memory_and_cpu_are_the_bodys_own(workshop):
    assert workshop.run("take_memory", megabytes=150).ending.peak_memory_mb > 150
    assert workshop.run("nothing").ending.peak_memory_mb < 100
    assert workshop.run("take_memory_in_child", megabytes=150).ending.peak_memory_mb > 150
    assert 0.4 <= workshop.run("burn", seconds=0.4).ending.cpu_seconds < 0.8
    assert workshop.run("nothing").ending.cpu_seconds < 0.1


def test_the_next_body_finds_its_place_in_order_after_a_vandal(workshop):
    workshop.run("vandalise")
    time.sleep(1.1)
    ending = workshop.run("look_around").ending
    assert json.loads(ending.result)["folder"] == os.getcwd()
    assert [line.text for line in ending.lines] == ["out", "err", "logged"]
    number = workshop.begin("sleep")
    workshop.runner.stop(number, "cancelled")
    assert workshop.wait(Ended).stopped


def test_a_runner_that_is_killed_from_outside_says_so(workshop):
    workshop.begin("sleep")
    os.kill(workshop.runner.pid, signal.SIGKILL)
    died = workshop.wait(Died)
    assert died.signal == 9
    assert died.running.status == Status.FAILED


def limited(execution_id, task, megabytes_limit, **kwargs):
    """An attempt with a memory limit."""
    return attempt(execution_id, task, **kwargs)._replace(memory_limit=megabytes_limit)

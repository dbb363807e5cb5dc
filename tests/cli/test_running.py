"""Runs asked for at a shell, with real processes below: the one-shot agent, and a server."""

import json
import re
import signal
import time

import pytest

from tests.cli.folder import SECONDS, Folder, folder_on


@pytest.fixture
def folder(tmp_path):
    return folder_on(f"sqlite:///{tmp_path}/rota.db", tmp_path)


@pytest.fixture
def folder_on_each(database_url, tmp_path):
    return folder_on(database_url, tmp_path)


def test_a_run_where_nothing_is_alive_starts_an_agent_for_it(folder):
    done = folder.rota("jobs", "run", "system_health_check", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["status"], told["items_processed"]) == ("succeeded", 6)
    assert folder.rota("nodes", "list", "-q").stdout == ""


def test_the_whole_of_a_day_with_a_server(folder_on_each):
    folder = folder_on_each
    with folder.serve() as server:
        begun = server.until(lambda event: event["event"] == "ended")
        assert begun["execution"]["job_name"] == "tick"
        done = folder.rota("jobs", "run", "greet", "--arg", "name=ana", "--follow")
        assert done.returncode == 0, done.stderr
        assert re.search(r"^\d\d:\d\d:\d\d hello ana$", done.stdout, re.MULTILINE)
        assert "greeted ana" in done.stdout
        failed = folder.rota("jobs", "run", "fail")
        assert failed.returncode == 5
        assert "ValueError: no such \\x1b[31mcolour" in failed.stdout
        assert "rota executions logs" in failed.stderr
        queued = folder.rota("jobs", "execute", "greet", "-q")
        assert (queued.returncode, queued.stdout.strip().isdigit()) == (0, True)
        assert "about to fail" in folder.rota("executions", "logs", failed_id(folder)).stdout
        healthy = folder.rota("doctor", "--json")
        assert healthy.returncode == 0, healthy.stdout
        assert json.loads(folder.rota("jobs", "explain", "tick", "--json").stdout)["status"].startswith(
            "Enabled."
        )
        _, err = server.stop()
        assert "Stopping: nothing new starts" in err
        assert err.rstrip().endswith("Stopped. Nothing is left running.")


def failed_id(folder: Folder) -> str:
    """The id of the newest failure."""
    return folder.rota("executions", "list", "--status", "failed", "-q").stdout.split()[0]


def test_a_wait_that_times_out_goes_on_elsewhere(folder):
    with folder.serve() as server:
        server.until(lambda event: event["event"] == "ended")
        done = folder.rota("jobs", "run", "slow", "--timeout", "3")
        assert done.returncode == 8
        assert "goes on" in done.stderr
        running = folder.rota("jobs", "status", "-o", "jsonl").stdout
        assert [json.loads(line)["status"] for line in running.splitlines() if '"slow"' in line] == [
            "running"
        ]
        number = folder.rota("executions", "list", "slow", "-q").stdout.strip()
        assert folder.rota("executions", "cancel", number, "--reason", "enough").returncode == 0
        ended = json.loads(folder.rota("executions", "show", number, "--json").stdout)
        assert ended["cancel_requested_by"]


def test_what_runs_only_here_is_cancelled_when_the_wait_is_interrupted(folder):
    publish(folder)
    process = folder.start("jobs", "run", "slow", "--follow")
    assert process.stdout is not None
    for line in process.stdout:
        if "line 3" in line:
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, err
    assert "runs only here, so it is cancelled" in err
    (one,) = json.loads(folder.rota("executions", "list", "slow", "--json").stdout)
    assert one["status"] == "cancelled"


def publish(folder: Folder) -> None:
    """Let the database know the jobs of the module, as a server that has run and ended leaves them."""
    with folder.serve():
        pass


def test_a_task_that_this_shell_does_not_know_is_not_waited_for(folder):
    publish(folder)
    folder.environ["ROTA_MODULES"] = ""
    done = folder.rota("jobs", "run", "greet")
    assert done.returncode == 7
    assert "no node knows task work.greet" in done.stderr
    assert "-m MODULE" in done.stderr
    assert folder.rota("jobs", "run", "greet", "-m", "work").returncode == 0


def test_a_wait_outlives_a_restart_of_the_server(folder):
    with folder.serve() as server:
        server.until(lambda event: event["event"] == "ended")
        waiting = folder.start("jobs", "run", "slow", "--arg", "seconds=2", "--follow", "-o", "jsonl")
        server.until(lambda event: event["event"] == "begun" and event["execution"]["job_name"] == "slow")
    with folder.serve():
        out, err = waiting.communicate(timeout=SECONDS)
    assert waiting.returncode == 0, err
    *lines, ended = [json.loads(line) for line in out.splitlines()]
    assert [line["text"] for line in lines] == [f"line {number}" for number in range(20)]
    assert ended["status"] == "succeeded"


def test_a_wait_outlives_the_death_of_the_server(folder):
    with folder.serve() as server:
        server.until(lambda event: event["event"] == "ended")
        waiting = folder.start("jobs", "run", "slow", "--arg", "seconds=2", "--follow", "-o", "jsonl")
        server.until(lambda event: event["event"] == "begun" and event["execution"]["job_name"] == "slow")
        server.process.kill()
        server.process.wait(SECONDS)
        for pipe in (server.process.stdout, server.process.stderr):
            assert pipe is not None
            pipe.close()
    with folder.serve():
        out, err = waiting.communicate(timeout=SECONDS)
    *lines, ended = [json.loads(line) for line in out.splitlines()]
    # What ran died with the server, or was let finish by what was left of it: the wait tells which.
    assert (waiting.returncode, ended["status"]) in ((0, "succeeded"), (5, "lost")), err
    assert [line["text"] for line in lines] == [f"line {number}" for number in range(20)][: len(lines)]


def test_a_second_signal_does_not_wait_for_what_runs(folder):
    with folder.serve() as server:
        assert folder.rota("jobs", "execute", "slow").returncode == 0
        server.until(lambda event: event["event"] == "begun" and event["execution"]["job_name"] == "slow")
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        began = time.monotonic()
        _, err = server.stop()
        assert time.monotonic() - began < 25
        assert "Not waiting" in err
    (one,) = json.loads(folder.rota("executions", "list", "slow", "--json").stdout)
    assert (one["status"], one["reason"].startswith("shutdown")) == ("lost", True)


def test_a_job_of_code_runs_before_any_server_has_loaded_it(folder):
    folder.environ["ROTA_MODULES"] = ""
    done = folder.rota("jobs", "run", "greet")
    assert done.returncode == 6
    assert "name its module with -m" in done.stderr
    done = folder.rota("jobs", "run", "greet", "-m", "work", "--arg", "name=ada")
    assert (done.returncode, "greeted ada" in done.stdout) == (0, True), done.stderr
    assert "fail" not in folder.rota("jobs", "list", "-q").stdout
    done = folder.rota("jobs", "run", "gret", "-m", "work")
    assert done.returncode == 6
    assert "work declares none of that name" in done.stderr

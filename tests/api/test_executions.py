"""Runs asked for, waited for, asked for twice, cancelled, tried again; and what they printed."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from rota.domain.attempt import Line
from rota.domain.execution import Status
from tests.world import ANA


@pytest.fixture
def job(site):
    return site.world.add_job("backup", overlap="queue_all")


def run(client, **more):
    return client.post("/api/v1/jobs/backup/execute", **more)


@pytest.mark.parametrize(
    ("hold", "code"), [({"is_enabled": False}, "disabled"), ({"overlap": "skip"}, "overlap"), ({}, "paused")]
)
def test_a_run_that_may_not_be_is_a_conflict_that_says_why(admin, job, hold, code):
    admin.patch("/api/v1/jobs/backup", json=hold)
    if code == "overlap":
        run(admin)
    if code == "paused":
        admin.post("/api/v1/jobs/backup/pause", json={"reason": "the disk is being changed"})
    answer = run(admin)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    forced = run(admin, json={"force": True})
    assert forced.status_code == (409 if code == "overlap" else 202)


def test_the_same_request_again_is_the_same_run(admin, site, job):
    first = run(admin, headers={"Idempotency-Key": "k-1"})
    again = run(admin, headers={"Idempotency-Key": "k-1"})
    other = run(admin, headers={"Idempotency-Key": "k-2"})
    mistaken = run(admin, json={"force": True}, headers={"Idempotency-Key": "k-1"})
    assert again.json()["id"] == first.json()["id"] != other.json()["id"]
    assert (mistaken.status_code, mistaken.json()["code"]) == (409, "key_reused")
    assert site.world.count() == 2
    site.world.clock.advance(86_401)
    assert run(admin, headers={"Idempotency-Key": "k-1"}).json()["id"] not in (
        first.json()["id"],
        other.json()["id"],
    )


def test_one_key_sent_ten_times_at_once_is_one_run(admin, site, job):
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: run(admin, headers={"Idempotency-Key": "once"}), range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == site.world.count() == 1


def test_a_refused_request_leaves_its_key_free(admin, job):
    admin.post("/api/v1/jobs/backup/pause")
    assert run(admin, headers={"Idempotency-Key": "k"}).status_code == 409
    admin.post("/api/v1/jobs/backup/resume")
    assert run(admin, headers={"Idempotency-Key": "k"}).status_code == 202


def test_waiting_for_a_run_answers_when_it_has_ended(admin, site, job):
    def work():
        while not (claimed := site.world.claim()):
            pass
        site.world.end(claimed[0], message="done")

    assert site.world.node
    node = threading.Thread(target=work)
    node.start()
    answer = run(admin, params={"wait": 30})
    node.join()
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
    assert answer.json()["message"] == "done"


def test_waiting_in_vain_answers_with_how_it_stands(admin, job):
    answer = run(admin, params={"wait": 0.3})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")


def test_executions_are_listed_by_filter_and_by_cursor(admin, site, job):
    for _ in range(5):
        run(admin)
    site.world.run(Status.FAILED)
    for _ in range(3):
        run(admin)
    failed, address = [], "/api/v1/executions?job=backup&status=failed&size=2"
    while address:
        answer = admin.get(address)
        failed += [one["id"] for one in answer.json()["items"]]
        address = answer.links.get("next", {}).get("url")
    of_job = admin.get("/api/v1/jobs/backup/executions?status=failed&size=100").json()["items"]
    assert failed == [one["id"] for one in of_job] == sorted(failed, reverse=True)
    assert set(failed) == {one.id for one in site.world.history("backup", Status.FAILED)}
    both = admin.get("/api/v1/executions?status=failed&status=queued&size=100").json()["items"]
    assert {one["status"] for one in both} == {"failed", "queued"}
    assert admin.get("/api/v1/executions?trigger=retry").json()["items"] == []


def test_what_is_queued_is_cancelled_and_what_ended_is_tried_again(admin, site, job):
    made = run(admin).json()["id"]
    cancelled = admin.post(f"/api/v1/executions/{made}/cancel", json={"reason": "not today"})
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert "not today" in cancelled.json()["reason"]
    again = admin.post(f"/api/v1/executions/{made}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "already_ended")
    retried = admin.post(f"/api/v1/executions/{made}/retry")
    assert (retried.status_code, retried.json()["status"]) == (202, "queued")
    assert retried.headers["location"] == f"/api/v1/executions/{retried.json()['id']}"


def printed(world, count):
    """An execution that printed so many lines and has ended. Returns its id."""
    world.executions.execute("backup", by=ANA)
    (claimed,) = world.claim()
    lines = [Line(seq, world.clock.now(), "out", f"line {seq}") for seq in range(1, count + 1)]
    world.end(claimed, lines=lines, output_bytes=10 * count)
    return claimed.execution_id


def test_output_is_read_in_ranges(admin, site, job):
    execution = printed(site.world, 25)
    seen, after, ended = [], 0, False
    while not ended:
        told = admin.get(f"/api/v1/executions/{execution}/logs?after={after}&limit=10").json()
        seen += [line["seq"] for line in told["lines"]]
        after, ended = told["next_after"], told["ended"]
    assert seen == list(range(1, 26))
    assert told["output_bytes"] == 250


def test_following_the_output_of_what_ended_ends(admin, site, job):
    execution = printed(site.world, 3)
    with admin.stream(
        "GET", f"/api/v1/executions/{execution}/logs?follow=true", headers={"Last-Event-ID": "1"}
    ) as got:
        assert got.headers["content-type"].startswith("text/event-stream")
        text = got.read().decode()
    assert [line for line in text.splitlines() if line.startswith(("event", "id"))] == [
        "event: line", "id: 2", "event: line", "id: 3", "event: end", "id: 3",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["", "/logs", "/cancel", "/retry"])
@pytest.mark.parametrize("number", [0, 99, 2**63 - 1, 2**63, 10**30, "x", "\uff11"])
def test_an_execution_that_is_not_there_is_a_problem_not_an_accident(admin, path, number):
    method = "POST" if path in ("/cancel", "/retry") else "GET"
    answer = admin.request(method, f"/api/v1/executions/{number}{path}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"

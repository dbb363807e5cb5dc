"""Answers of servers as the client takes them: errors as they were there, and whatever is no rota told apart."""

import httpx2
import pytest

from rota.client.profile import Server
from rota.client.remote import Remote
from rota.domain.errors import Conflict, Denied, Invalid, InvalidSchedule, NotFound, RotaError, Unavailable
from tests.clock import MovableClock


def asking(answer) -> Remote:
    """A client of a server that answers so."""
    return Remote(Server("http://far.example/rota", "rota_1_x"), MovableClock(), httpx2.MockTransport(answer))


def problem(status: int, code: str, **more: str) -> httpx2.Response:
    """A refusal as rota sends it."""
    return httpx2.Response(status, json={"code": code, "detail": "so it is", **more})


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "denied", Denied),
        (404, "not_found", NotFound),
        (409, "overlap", Conflict),
        (412, "changed", Conflict),
        (422, "invalid", Invalid),
        (422, "invalid_schedule", InvalidSchedule),
        (429, "throttled", Denied),
        (503, "unavailable", Unavailable),
        (500, "internal", RotaError),
    ],
)
def test_a_refusal_becomes_the_error_that_it_was_there(status, code, kind):
    told = problem(status, code, fix="do that", field="name", request_id="r-1")
    with asking(lambda _: told) as remote, pytest.raises(kind) as raised:
        remote.jobs.get("backup")
    assert (raised.value.code, raised.value.fix) == (code, "do that")
    assert "so it is" in raised.value.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx2.Response(404, text="<html>nothing here"), "status 404, and not as rota answers"),
        (httpx2.Response(502, text="bad gateway"), "status 502, and not as rota answers"),
        (
            httpx2.Response(301, headers={"location": "https://far.example/"}),
            "sends on to https://far.example/",
        ),
        (httpx2.Response(200, text="<html>log in, please"), "answers otherwise than this version"),
        (httpx2.Response(200, json={"id": 1, "title": "of long ago"}), "answers otherwise than this version"),
        (problem(404, "no_route"), "does not know GET /rota/api/v1/jobs/backup"),
        (problem(405, "method_not_allowed"), "does not know GET /rota/api/v1/jobs/backup"),
    ],
)
def test_what_is_no_rota_or_an_older_one_is_told_as_that(answer, words):
    with asking(lambda _: answer) as remote, pytest.raises(Unavailable) as raised:
        remote.jobs.get("backup")
    assert words in raised.value.message
    assert raised.value.code == "version"


def test_what_a_newer_server_says_besides_is_left_out():
    job = {"id": 1, "name": "backup", "task_name": "work", "mood": "good"}
    with asking(lambda _: httpx2.Response(200, json=job)) as remote:
        assert remote.jobs.get("backup").name == "backup"


def test_a_server_that_does_not_answer_is_unavailable():
    def late(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("late", request=request)

    with asking(late) as remote, pytest.raises(Unavailable, match="does not answer"):
        remote.statistics.overview()


@pytest.mark.parametrize(
    ("page", "size", "expected"), [(1, 250, (0, 250)), (2, 150, (150, 270)), (3, 90, (180, 270))]
)
def test_a_page_of_any_size_is_put_together_from_those_that_the_api_gives(page, size, expected):
    def users(request: httpx2.Request) -> httpx2.Response:
        number, most = (int(request.url.params[name]) for name in ("page", "size"))
        assert most <= 100
        some = range(270)[(number - 1) * most : number * most]
        made = {"role": "viewer", "is_enabled": True, "has_password": False, "created_by": "ana"}
        at = {"created_at": "2026-03-01T09:00:00Z"}
        return httpx2.Response(200, json=[{"id": one, "name": f"u{one}", **made, **at} for one in some])

    with asking(users) as remote:
        assert [user.id for user in remote.accounts.search(page=page, size=size)] == [*range(*expected)]


def test_the_token_travels_in_a_header_and_nowhere_else():
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=[])

    with asking(answer) as remote:
        remote.catalogue.tasks()
    assert seen[0].headers["authorization"] == "Bearer rota_1_x"
    assert "rota_1_x" not in str(seen[0].url)

"""Those who follow what changes: they lose their connection again and again, and see everything once."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from rota.domain.attempt import Ending, Line
from rota.domain.execution import Status, Trigger
from rota.domain.job import Job
from rota.domain.permission import Role
from rota.engine.ending import end
from rota.store import executions, logs
from rota.store.executions import New
from tests.api.listeners import BREAKS, RUNS, SocketListener, SseListener, bearer, messages
from tests.api.server import Served, serving
from tests.world import ANA, World

BATCH = 25


@pytest.fixture
def served(site) -> Iterator[Served]:
    with serving(site.app) as found:
        yield found


def run_some(world: World, job: Job) -> None:
    """Queue, claim and end BATCH executions, each step in one transaction."""
    now = world.clock.now()
    with world.db.write() as conn:
        new = New(job.id, 1, Status.QUEUED, Trigger.API, "ana", "default", 11, exclusive=False, queued_at=now)
        executions.add(conn, [new] * BATCH)
    claimed = world.claim(idle=BATCH)
    endings = [Ending(one.execution_id, Status.SUCCEEDED, now, now) for one in claimed]
    with world.db.write() as conn:
        end(world.db, conn, world.node, list(zip(claimed, endings, strict=True)), now)


@pytest.mark.parametrize("kind", [SseListener, SocketListener])
def test_a_listener_that_loses_the_connection_20_times_sees_every_event_once(site, served, kind):
    job = site.world.add_job("busy", overlap="allow")
    listener = kind(site, served)
    thread = threading.Thread(target=listener.listen)
    thread.start()
    assert listener.ready.wait(20)
    for _ in range(RUNS // BATCH):
        run_some(site.world, job)
    thread.join(60)
    assert not thread.is_alive()
    assert listener.breaks == BREAKS
    everything = sorted(one.id for one in site.world.history("busy", Status.SUCCEEDED))
    assert len(everything) == RUNS
    for status in ("queued", "running", "succeeded"):
        seen = [id_ for ids in listener.ids(status).values() for id_ in ids]
        assert sorted(seen) == everything, status


def first(client, **headers) -> tuple[str, str, dict[str, Any]]:
    """The first event of a stream."""
    with client.stream("GET", "/api/v1/events", headers=headers) as answer:
        assert answer.status_code == 200
        return next(messages(answer.iter_lines()))


def test_a_place_that_is_too_old_or_none_at_all_is_told_to_begin_anew(site, served):
    with httpx2.Client(base_url=served.url, headers=bearer(site)) as client:
        event, place, _ = first(client)
        assert event == "ready"
        assert first(client, **{"Last-Event-ID": place})[0] == "ready"
        assert first(client, **{"Last-Event-ID": "nonsense"})[0] == "reset"
        site.world.clock.advance(3601)
        assert first(client, **{"Last-Event-ID": place})[0] == "reset"


def test_a_stream_ends_when_its_token_is_revoked(site, served):
    text = site.token(Role.VIEWER)
    token = site.rota.tokens.search(user="a_viewer")[0]
    with (
        httpx2.Client(base_url=served.url, headers={"Authorization": f"Bearer {text}"}, timeout=20) as client,
        client.stream("GET", "/api/v1/events") as answer,
    ):
        lines = answer.iter_lines()
        assert next(messages(lines))[0] == "ready"
        site.rota.tokens.revoke(token.id, ANA)
        site.world.clock.advance(2)
        assert list(lines) == []


def test_changes_of_jobs_and_nodes_are_told_too(site, served):
    with (
        httpx2.Client(base_url=served.url, headers=bearer(site), timeout=20) as client,
        client.stream("GET", "/api/v1/events") as answer,
    ):
        told = messages(answer.iter_lines())
        assert next(told)[0] == "ready"
        job = site.world.add_job("backup")
        assert next(told)[::2] == ("job", {"jobs": [job.id]})
        node = site.world.add_node()
        assert next(told)[::2] == ("node", {"nodes": [node]})


def test_output_is_followed_while_it_is_written(site, served):
    site.world.add_job("backup")
    made = site.world.executions.execute("backup", ANA)
    (claimed,) = site.world.claim()
    with (
        httpx2.Client(base_url=served.url, headers=bearer(site), timeout=20) as client,
        client.stream("GET", f"/api/v1/executions/{made}/logs?follow=true") as answer,
    ):
        told = messages(answer.iter_lines())
        for seq in (1, 2):
            with site.world.db.write() as conn:
                logs.add(conn, [(made, Line(seq, site.world.clock.now(), "out", f"line {seq}"))])
            event, id_, data = next(one for one in told if one[0])
            assert (event, id_, data["text"]) == ("line", str(seq), f"line {seq}")
        site.world.end(claimed)
        assert next(one for one in told if one[0])[0] == "end"
        assert list(told) == []


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({}, "?ticket=nonsense"),
        ({"Authorization": "Bearer rota_1_nonsense"}, ""),
        ({"Cookie": "rota=nonsense", "Origin": "http://127.0.0.1"}, ""),
    ],
)
def test_a_web_socket_opens_for_nobody_who_is_not_known(served, headers, query):
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"{served.ws}/api/v1/ws{query}", additional_headers=headers),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_a_cookie_opens_a_web_socket_only_from_a_page_of_this_server(site, served):
    begun = site.rota.sessions.begin(site.users[Role.VIEWER])
    cookie = {"Cookie": f"rota={begun.secret}"}
    own = Origin(f"http://127.0.0.1:{served.port}")
    with connect(f"{served.ws}/api/v1/ws", additional_headers=cookie, origin=own) as socket:
        assert json.loads(socket.recv())["event"] == "ready"
    for origin in (None, Origin("http://evil.example"), Origin("null")):
        with (
            pytest.raises(InvalidStatus),
            connect(f"{served.ws}/api/v1/ws", additional_headers=cookie, origin=origin),
        ):
            pass


def test_a_ticket_opens_one_web_socket_and_closes_when_the_user_is_disabled(site, served):
    ticket = site.rota.sessions.ticket(site.rota.tokens.lookup(site.tokens[Role.VIEWER]))
    address = f"{served.ws}/api/v1/ws?ticket={ticket}"
    with connect(address) as socket:
        assert json.loads(socket.recv())["event"] == "ready"
        with pytest.raises(InvalidStatus), connect(address):
            pass
        site.rota.accounts.disable("a_viewer", ANA)
        site.world.clock.advance(2)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008

"""What every answer has, and what no request gets past."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import structlog
from fastapi import APIRouter
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect

from rota.asgi import create
from rota.domain.permission import Role
from rota.http import edge
from rota.http.edge import HEADERS, Edge, Incoming, is_allowed
from rota.http.guard import ACTION, GuardedRoute
from tests.api.server import serving
from tests.embedding.hosting import until
from tests.world import World


@pytest.fixture
def client(world):
    with TestClient(create(world.rota), base_url="http://localhost", raise_server_exceptions=False) as found:
        yield found


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/jobs/", "/nowhere", "/api/v1/events", "/metrics"])
def test_every_answer_has_the_headers_that_keep_browsers_safe(client, path):
    answer = client.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert len(answer.headers["x-request-id"]) == 32
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("given", "kept"), [("a-1", True), ("x" * 65, False), ("a b", False), ('a"\r', False)]
)
def test_a_request_id_is_kept_when_it_is_plain(client, given, kept):
    answer = client.get("/nowhere", headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("host", "fits"),
    [
        ("localhost", True),
        ("LOCALHOST:8321", True),
        ("127.0.0.1:80", True),
        ("[::1]:80", True),
        ("localhost.", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("", False),
        ("[::1].evil.example", False),
    ],
)
def test_only_our_own_names_are_answered_to(client, host, fits):
    answer = client.get("/healthz", headers={"Host": host})
    assert answer.status_code == (200 if fits else 421)


def test_names_may_be_all_below_one_or_any():
    assert is_allowed("a.example.com", ["*.example.com"])
    assert not is_allowed("example.com", ["*.example.com"])
    assert not is_allowed("badexample.com", ["*.example.com"])
    assert is_allowed("whatever", ["*"])


def test_what_is_too_large_is_not_read(site):
    with site.client() as client:
        large = client.post(
            "/api/v1/jobs/", content=b"x" * 1_048_577, headers={"Content-Type": "application/json"}
        )
        assert (large.status_code, large.json()["code"]) == (413, "too_large")

        def endless():
            for _ in range(2000):
                yield b"x" * 1024

        chunked = client.post(
            "/api/v1/jobs/", content=endless(), headers={"Content-Type": "application/json"}
        )
        assert chunked.status_code == 413


def test_a_body_that_drips_in_is_not_waited_for(site, monkeypatch):
    monkeypatch.setattr(edge, "MOST_SECONDS", 0.2)
    head = (
        "POST /api/v1/jobs/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {site.tokens[Role.ADMIN]}\r\nContent-Length: 100000\r\n\r\n"
    )
    with serving(site.app) as served, socket.create_connection(("127.0.0.1", served.port)) as sender:
        sender.sendall(head.encode())
        told = drip_until_answered(sender)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in told.lower()
    assert b'"code":"too_slow"' in told
    assert b'"fix":"send the request again' in told


def drip_until_answered(sender: socket.socket) -> bytes:
    """Send a character now and then, each of which comes in time; what is answered until the connection ends."""
    sender.settimeout(0.02)
    told = b""
    for _ in range(3000):
        try:
            part = sender.recv(65536)
            if not part:
                return told
            told += part
        except TimeoutError:
            with suppress(ConnectionError):
                sender.sendall(b" ")
        except ConnectionError:  # A character crossed the end.
            return told
    raise AssertionError("a minute has passed without an answer")


def test_what_comes_behind_a_whole_body_may_take_its_time(monkeypatch):
    monkeypatch.setattr(edge, "MOST_SECONDS", 0.0)
    parts: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": b"{}"}, {"type": "http.disconnect"}]
    )

    async def receive():
        part = next(parts)
        if part["type"] == "http.disconnect":
            await asyncio.sleep(0.01)
        return part

    async def take():
        incoming = Incoming(receive)
        return [await incoming(), await incoming()]

    assert [part["type"] for part in asyncio.run(take())] == ["http.request", "http.disconnect"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_only_json_is_read(site, kind):
    with site.client() as client:
        answer = client.post(
            "/api/v1/jobs/x/pause", content=b'{"reason": "x"}', headers={"Content-Type": kind}
        )
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["/api/v1/jobs/?search=%00", "/api/v1/jobs/a%00b"])
def test_an_address_with_a_nul_is_refused(admin, path):
    assert admin.get(path).status_code == 400


@pytest.mark.parametrize("method", ["HEAD", "TRACE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/api/v1/jobs/backup/execute", "/api/v1/jobs/backup"])
def test_a_method_that_asks_does_nothing(admin, site, method, path):
    site.world.add_job("backup")
    assert admin.request(method, path).status_code == 405
    assert site.world.count() == 0


def test_who_leaves_before_the_answer_is_no_failure(capsys):
    async def gone(scope, receive, send):
        raise ClientDisconnect

    async def leave():
        return {"type": "http.disconnect"}

    sent = []
    scope = {
        "type": "http",
        "scheme": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", b"a")],
    }

    async def keep(message):
        sent.append(message)

    asyncio.run(Edge(gone, ["a"])(scope, leave, keep))
    assert sent[0]["status"] == 400, "a host's middleware wants an answer, also of one that reaches nobody"
    assert "a request failed" not in "".join(capsys.readouterr())


def test_who_leaves_in_the_middle_of_a_form_is_no_failure(site):
    form = "application/x-www-form-urlencoded"
    head = (
        f"POST /admin/cron/-/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: {form}\r\nContent-Length: 100"
    )
    with structlog.testing.capture_logs() as told, serving(site.app) as served:
        with socket.create_connection(("127.0.0.1", served.port)) as sender:
            sender.sendall(f"{head}\r\n\r\nname=a".encode())
        until(lambda: told, "something is told")
    assert [one["event"] for one in told] == ["a client left before it was answered"]


def test_an_accident_tells_nothing_but_its_id(world):
    router = APIRouter(route_class=GuardedRoute)

    @router.get("/broken", openapi_extra={ACTION: "public"})
    def broken() -> None:
        raise RuntimeError("SELECT password FROM users -- /secret/place.py")

    app = create(world.rota)
    app.include_router(router)
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "SELECT" not in answer.text
    assert "place.py" not in answer.text


def test_nothing_but_health_answers_to_nobody(client):
    for path in ("/docs", "/redoc", "/openapi.json", "/api/v1/openapi.json", "/metrics", "/api/v1/jobs/"):
        assert client.get(path).status_code in (401, 404), path


def test_ready_means_that_the_database_answers(world: World, client):
    assert client.get("/readyz").json() == {"status": "ok"}


def test_a_login_of_the_application_around_it_is_enough(world):
    from dataclasses import replace

    from rota.domain.actor import Actor

    def who(request):
        name = request.headers.get("x-user")
        return replace(Actor(name, "web"), role=Role.VIEWER) if name else None

    with TestClient(create(world.rota, auth=who), base_url="http://localhost") as client:
        assert client.get("/api/v1/me").status_code == 401
        assert client.get("/api/v1/me", headers={"X-User": "eve"}).json()["name"] == "eve"
        assert client.post("/api/v1/jobs/x/pause", headers={"X-User": "eve"}).status_code == 403

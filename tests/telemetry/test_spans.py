"""Spans: one for each request and one for each execution; none, and nothing imported, where tracing is off."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from rota.domain.attempt import Attempt, Ending
from rota.domain.execution import Status
from rota.engine.dispatcher import NOTHING
from rota.engine.ledger import Ledger
from rota.engine.tray import Tray
from rota.http.tracing import Traced
from rota.telemetry.spans import Tracing
from tests.api.site import HOST, ROOT, Site

AT = datetime(2026, 3, 1, 2, 0, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Kept:
    """Spans in memory, and what puts them there."""

    exporter: InMemorySpanExporter
    provider: TracerProvider

    def spans(self):
        """Those that have ended."""
        return self.exporter.get_finished_spans()


@pytest.fixture
def kept():
    """What was traced, in memory."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield Kept(exporter, provider)
    provider.shutdown()


def test_a_request_is_a_span_of_whoever_sent_it(world, kept):
    traced = Traced(Site(world).app, Tracing(kept.provider))
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with TestClient(traced, base_url=HOST) as client:
        client.get("/healthz", headers={"traceparent": parent, "X-Request-ID": "r-1"})
        client.get("/api/v1/jobs/")
    first, second = kept.spans()
    assert (first.kind, first.name, f"{first.context.trace_id:x}") == (SpanKind.SERVER, "GET", parent[4:35])
    told = {"http.request.method": "GET", "url.path": "/healthz", "http.response.status_code": 200}
    assert dict(first.attributes) == {**told, "rota.request_id": "r-1"}
    assert second.attributes["http.response.status_code"] == 401
    assert second.parent is None


def test_a_request_that_fails_here_is_an_error(world, kept):
    async def failing(scope, receive, send):
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    TestClient(Traced(failing, Tracing(kept.provider)), base_url=HOST).get("/readyz")
    (span,) = kept.spans()
    assert span.status.status_code is StatusCode.ERROR


def test_an_execution_is_a_span_as_long_as_its_body_ran(world, kept):
    world.add_job("backup")
    world.executions.execute("backup", ROOT)
    (attempt,) = world.claim()
    now = world.clock.now()
    ending = Ending(attempt.execution_id, Status.SUCCEEDED, now, now - timedelta(seconds=3))
    ledger = Ledger(world.db, world.clock, world.dispatcher(), Tracing(kept.provider).ended)
    stranger = (Attempt(99, attempt.job_id, "x", "work", 99, 1), Ending(99, Status.SUCCEEDED, now))
    ledger.write(Tray(endings=[(attempt, ending), stranger]), NOTHING)
    (span,) = kept.spans()
    assert (span.name, span.end_time - span.start_time) == ("backup", 3 * 10**9)
    assert span.attributes["rota.execution.id"] == attempt.execution_id
    assert span.attributes["rota.status"] == "succeeded"
    assert span.status.status_code is StatusCode.UNSET


def test_a_failure_is_an_error_named_by_its_kind(kept):
    ending = Ending(
        7, Status.FAILED, AT, AT - timedelta(seconds=1), error_type="ValueError", error_message="secret"
    )
    Tracing(kept.provider).ended(Attempt(7, 1, "backup", "work", 7, 2), ending)
    (span,) = kept.spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "ValueError")
    assert span.attributes["rota.attempt"] == 2


def test_where_tracing_is_off_nothing_of_it_is_imported():
    code = (
        "import sys; from rota.app import build; from rota.asgi import create; from rota.settings import Settings; "
        "import rota.engine.boot; create(build(Settings(database_url='sqlite:///unused.db'))); "
        "print([name for name in sys.modules if name == 'rota.telemetry.spans'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100
    )
    assert done.stdout.strip() == "[]"

"""Spans for OpenTelemetry (extra `otel`): one a request, one an execution. Imported only where tracing is on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, StatusCode, TracerProvider

from rota.domain.attempt import Attempt, Ending
from rota.domain.errors import Invalid
from rota.domain.execution import Status

NAME = "rota"
NANOSECONDS = 1_000_000_000


def require_exporter() -> None:
    """Raises Invalid when the extra is not installed: better at the start than in every process below it."""
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter
        import opentelemetry.sdk.trace.export  # noqa: F401
    except ImportError as error:
        fix = "pip install 'rota[otel]', or set otel to false"
        raise Invalid("tracing is on, and OpenTelemetry is not installed", fix=fix, field="otel") from error


def set_up(service: str) -> None:
    """Send this process's spans by OTLP, as the OTEL_… variables say. A provider that is there already stays.

    service  what this process is called, unless OTEL_SERVICE_NAME says otherwise
    Raises Invalid when the extra is not installed.
    """
    require_exporter()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider as Exporting
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return
    provider = Exporting(resource=Resource({SERVICE_NAME: service}).merge(Resource.create()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


class Tracing:
    """Makes spans.

    provider  who takes them; default: that of this process
    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._tracer = trace.get_tracer(NAME, tracer_provider=provider)

    @contextmanager
    def request(self, method: str, path: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """A request, as the child of the span that its sender names. An exception that escapes is on it."""
        told = {"http.request.method": method, "url.path": path}
        parent = propagate.extract(headers)
        with self._tracer.start_as_current_span(method, parent, SpanKind.SERVER, told) as span:
            yield span

    def ended(self, attempt: Attempt, ending: Ending) -> None:
        """An execution, from when its body began until it ended; one that never began has no length."""
        told: dict[str, Any] = {
            "rota.execution.id": attempt.execution_id,
            "rota.job.name": attempt.job_name,
            "rota.task.name": attempt.task_name,
            "rota.queue": attempt.queue,
            "rota.attempt": attempt.attempt,
            "rota.status": ending.status.value,
        }
        began = ending.started_at or ending.ended_at
        span = self._tracer.start_span(
            attempt.job_name, kind=SpanKind.CONSUMER, attributes=told, start_time=_nanoseconds(began)
        )
        if ending.status is not Status.SUCCEEDED:
            span.set_status(StatusCode.ERROR, ending.error_type or ending.status.value)
        span.end(_nanoseconds(ending.ended_at))


def answered(span: Span, status: int, request_id: str) -> None:
    """Note how a request was answered. From 500 on it is an error of ours."""
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("rota.request_id", request_id)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * NANOSECONDS)

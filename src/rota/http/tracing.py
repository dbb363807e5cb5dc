"""A span for every request. Part of an application only where tracing is on."""

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from rota.telemetry.spans import Tracing


class Traced:
    """Wraps an application. WebSockets and streams are requests that take long."""

    def __init__(self, app: ASGIApp, tracing: "Tracing") -> None:
        self.app, self.tracing = app, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        from rota.telemetry.spans import answered

        method = scope.get("method", "WEBSOCKET")
        with self.tracing.request(method, scope["path"], Headers(scope=scope)) as span:

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    answered(span, message["status"], scope.get("state", {}).get("request_id", ""))
                await send(message)

            await self.app(scope, receive, noting)

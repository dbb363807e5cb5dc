"""Streams of server-sent events: their wire format, and an answer that ends when the process does."""

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse

from rota.http.hub import Closed

MEDIA_TYPE = "text/event-stream"
HEARTBEAT = 15.0
"""Seconds of silence after which a heartbeat tells both ends that the other one is there."""

RECHECK = 1.0
"""Seconds between looks whether the one who listens still may."""

EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "id": {"type": "string"},
    },
}
"""One event of a stream, as OpenAPI describes it."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def message(event: str, data: Any, id_: str | None = None) -> bytes:
    """One event on the wire."""
    return format_sse_event(event=event, data_str=json.dumps(data, separators=(",", ":")), id=id_)


def heartbeat(id_: str | None = None) -> bytes:
    """Nothing happened; with an id, a listener that resumes from it does not ask for what is long past."""
    return format_sse_event(comment="heartbeat", id=id_)


def stream(chunks: AsyncIterator[bytes]) -> StreamingResponse:
    """The answer that sends `chunks` as they come."""
    return StreamingResponse(_until_closed(chunks), media_type=MEDIA_TYPE, headers=HEADERS)


async def _until_closed(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield chunk
    except Closed:
        return

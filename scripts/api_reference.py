"""Write docs/reference/api.md anew from the routes: `python scripts/api_reference.py`."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from rota.api.document import make
from rota.app import build
from rota.asgi import create
from rota.domain.permission import LEAST, Action
from rota.http.guard import ACTION, PUBLIC
from rota.settings import Settings

PAGE = Path(__file__).parents[1] / "docs/reference/api.md"

HEAD = """\
<!-- Written by scripts/api_reference.py from src/rota/api: change it there. -->
# The API

`rota serve` answers at `http://127.0.0.1:8321` (settings `host` and `port`). `GET /api/v1/openapi.json` is the whole
description. A slash at the end of a path makes no difference.

**Who asks.** `Authorization: Bearer TOKEN` (make one with `rota tokens create`), or the cookie that
`POST /api/v1/session` sets; a change by cookie also needs the header `X-CSRF-Token`, which `GET /api/v1/me` tells. A
viewer reads, an operator also runs, cancels, pauses and resumes, an admin may do all. The tables tell the least role.

**Refusals** are problem documents (RFC 9457), `application/problem+json`: `status`, `code` (a stable word), `detail`
(what happened), `field`, `fix` (what to do), `request_id`. Codes worth knowing: `not_found`, `invalid`,
`invalid_schedule`, `name_taken`, `disabled`, `paused`, `overlap`, `changed` (412, If-Match), `key_reused`, `denied`,
`csrf`, `cross_site`, `throttled` (429, Retry-After), `too_large` (413: a body has at most 1 MiB), `too_slow` (408: it
arrives within 30 s), `unavailable` (503).

**Changing what others change.** A job comes with an `ETag`; sent back as `If-Match`, a change is refused with 412 when
the job has changed since. **Asking twice.** `Idempotency-Key` on `execute`: the same key within a day is the same run.

**Lists.** Jobs by `page` and `size` (at most 100) as far as 10,000 deep, and by `cursor` beyond; executions and the
audit log by `cursor`. The header `Link` holds the address of the next page.

**What changes.** `GET /api/v1/events` is a stream of server-sent events, `/api/v1/ws` the same as a WebSocket (open it
with `?ticket=` from `POST /api/v1/ws/ticket`, or by cookie from a page of this server). After a break, send the id of
the last event (`Last-Event-ID`; on the WebSocket `?last_event_id=`): nothing is left out for an hour; after that comes
`reset`, and everything has to be read anew. `GET /api/v1/executions/{execution}/logs?follow=true` follows the output.

"""


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    with (
        tempfile.TemporaryDirectory() as folder,
        build(Settings(database_url=f"sqlite:///{folder}/rota.db")) as rota,
    ):
        return make(create(rota))


def page(told: dict[str, Any]) -> str:
    """The whole page."""
    by_tag: dict[str, list[str]] = {}
    examples: list[str] = []
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            rows = by_tag.setdefault(operation["tags"][0], [])
            rows.append(f"| `{method.upper()} {path}` | {operation['summary']} | {_least(operation)} |\n")
            examples += _examples(method, path, operation)
    tables = [f"## {tag.capitalize()}\n\n| | | least role |\n| --- | --- | --- |\n{''.join(rows)}\n"
              for tag, rows in by_tag.items()]  # fmt: skip
    return HEAD + "".join(tables) + "## Examples\n\n" + "\n".join(examples)


def _least(operation: dict[str, Any]) -> str:
    action = operation[ACTION]
    return "anybody" if action == PUBLIC else LEAST[Action(action)].value


def _examples(method: str, path: str, operation: dict[str, Any]) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return [
        f"{example['summary']}: `{method.upper()} {path}`\n\n```text\n{json.dumps(example['value'], indent=2)}\n```\n"
        for example in content.get("examples", {}).values()
        if isinstance(example, dict) and "value" in example
    ]


def main() -> int:
    """Write the page. Returns 0."""
    PAGE.write_text(page(document()))
    print(f"wrote {PAGE.name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

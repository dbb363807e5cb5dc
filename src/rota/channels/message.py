"""What is sent: one message for one or many causes."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class Undelivered(Exception):
    """It did not arrive; the text says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    id      the same however often it is sent
    html    the same as `text`, for mails; None: only text
    causes  what it tells, for programs
    """

    id: str
    at: datetime
    title: str
    text: str
    html: str | None = None
    causes: tuple[dict[str, Any], ...] = ()

    @property
    def headline(self) -> str:
        """The title without what could end a line of a header."""
        return " ".join("".join(ch if ch.isprintable() else " " for ch in self.title).split())[:200]

    def as_json(self) -> bytes:
        """For webhooks."""
        told = {"id": self.id, "at": self.at.isoformat(), "title": self.headline, "text": self.text,
                "causes": list(self.causes)}  # fmt: skip
        return json.dumps(told, ensure_ascii=False).encode()

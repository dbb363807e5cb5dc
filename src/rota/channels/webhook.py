"""Webhooks: a POST with a signature that only who knows the secret can make."""

import hashlib
import hmac
from collections.abc import Iterable

from rota.channels.message import Message, Undelivered
from rota.channels.web import request
from rota.domain.errors import RotaError

PATIENCE = 10.0
"""Seconds for an answer."""


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """What the header X-Rota-Signature holds: "v1=" and HMAC-SHA256, in hexadecimal, of id.timestamp.body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def send(url: str, secret: str | None, message: Message, hosts: Iterable[str]) -> None:
    """Post it. Raises Undelivered."""
    body, timestamp = message.as_json(), str(int(message.at.timestamp()))
    headers = {"Content-Type": "application/json", "X-Rota-Id": message.id, "X-Rota-Timestamp": timestamp}
    if secret:
        headers["X-Rota-Signature"] = signature(secret, message.id, timestamp, body)
    try:
        answer = request(
            "POST", url, hosts=hosts, headers=headers, body=body, timeout=PATIENCE, most=1_000_000
        )
    except RotaError as error:
        raise Undelivered(str(error)) from error
    if not answer.is_good:
        raise Undelivered(f"the webhook answered {answer.status}")

"""One message to one channel."""

from collections.abc import Iterable

from rota.channels import services, webhook
from rota.channels.message import Message
from rota.domain.address import parse
from rota.domain.alert import ChannelKind


def check(kind: ChannelKind, url: str) -> None:
    """Raises Invalid for an address that such a channel cannot have."""
    if kind is ChannelKind.WEBHOOK:
        parse(url)
    else:
        services.check(url)


def send(kind: ChannelKind, url: str, secret: str | None, message: Message, hosts: Iterable[str]) -> None:
    """Send it, and wait until it was taken. Raises Undelivered.

    hosts  those that a webhook may call although they are inside
    """
    if kind is ChannelKind.WEBHOOK:
        webhook.send(url, secret, message, hosts)
    else:
        services.send(url, message)

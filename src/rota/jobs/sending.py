"""Saying something through channels, for tasks that notify."""

import hashlib
from collections.abc import Sequence

from rota.domain.errors import unknown
from rota.jobs.page import Page
from rota.sdk import JobContext


def require_channels(context: JobContext, to: Sequence[str] | None) -> None:
    """Refuse a channel that there is not, before anything is made. Raises NotFound."""
    known = context.rota.channel_names() if to else ()
    for name in to or ():
        if name not in known:
            raise unknown("channel", name, known)


def send(context: JobContext, page: Page, to: Sequence[str], *parts: object) -> bool:
    """Send a page to channels; once for the same job and parts. Returns whether it is new. Raises NotFound."""
    told = "\x1f".join(map(str, (context.job_name, *parts)))
    key = hashlib.sha256(told.encode()).hexdigest()
    sent = context.rota.notify(
        key=key, title=page.title, text=page.text, html=page.html, to=list(to), job=context.job_name
    )
    return bool(sent)

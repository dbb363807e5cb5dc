"""Saying something through channels, for tasks that notify."""

import hashlib
from collections.abc import Sequence

from rota.jobs.page import Page
from rota.sdk import JobContext


def send(context: JobContext, page: Page, to: Sequence[str], *parts: object) -> bool:
    """Send a page to channels; once for the same job and parts. Returns whether it is new. Raises NotFound."""
    told = "\x1f".join(map(str, (context.job_name, *parts)))
    key = hashlib.sha256(told.encode()).hexdigest()
    sent = context.rota.notify(
        key=key, title=page.title, text=page.text, html=page.html, to=list(to), job=context.job_name
    )
    return bool(sent)

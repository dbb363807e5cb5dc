"""Waiting for what the agent does in a thread of its own."""

import time
from typing import Any

from rota.domain.errors import Unavailable
from rota.sdk import JobContext


def wait_for(context: JobContext, number: int, what: str) -> Any:
    """What an errand brought. Raises Unavailable with what went wrong."""
    waited = 0.05
    while True:
        stands = context.rota.errand(number=number)
        if stands["done"]:
            break
        context.progress(0, message=f"{what} is under way")
        time.sleep(waited)
        waited = min(2.0, waited * 2)
    if stands["problem"]:
        raise Unavailable(f"{what}: {stands['problem']}", fix="see the log of the agent")
    return stands["result"]

"""The program `manage`."""

import os
import sys

from examples.chatbot_platform.tables import fill
from examples.launch import Example

EXAMPLE = Example("chatbot_platform", fill, "messages,usage", (("ROTA_JOB_COMMANDS", sys.executable),))
ON_CELERY = "maintenance=celery,backup=celery,*=local"
"""Which queues Celery runs where there is a broker; the default jobs stay with rota's own runners."""


def main() -> None:
    """`./manage jobs list`, and all else that rota's command line knows."""
    if os.environ.get("ROTA_BROKER_URL"):
        os.environ.setdefault("ROTA_QUEUES", ON_CELERY)
    EXAMPLE.main()

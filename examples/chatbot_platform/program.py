"""The program `manage`."""

import sys

from examples.chatbot_platform.tables import fill
from examples.launch import Example

EXAMPLE = Example("chatbot_platform", fill, "messages,usage", (("ROTA_JOB_COMMANDS", sys.executable),))


def main() -> None:
    """`./manage jobs list`, and all else that rota's command line knows."""
    EXAMPLE.main()

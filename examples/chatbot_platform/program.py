"""The program `manage`."""

import json
import os
import sys
from pathlib import Path

from examples.chatbot_platform.tables import fill
from examples.launch import Example

SERVER = {
    "name": "documents",
    "tools": ["search"],
    "command": [sys.executable, str(Path(__file__).with_name("mcp_server.py"))],
}
EXAMPLE = Example(
    "chatbot_platform",
    fill,
    "messages,usage",
    (("ROTA_JOB_COMMANDS", sys.executable),),
    (
        """jobs update document_cleanup --arg 'folders=["documents"]'""",
        "jobs update analytics_aggregation --arg table=messages --arg group_by=user --arg into=usage",
        f"jobs update mcp_server_health_check --arg 'servers={json.dumps([SERVER])}' --arg timeout_seconds=60",
    ),
)
ON_CELERY = "maintenance=celery,backup=celery,*=local"
"""Which queues Celery runs where there is a broker; the default jobs stay with rota's own runners."""


def main() -> None:
    """`./manage jobs list`, and all else that rota's command line knows."""
    if os.environ.get("ROTA_BROKER_URL"):
        os.environ.setdefault("ROTA_QUEUES", ON_CELERY)
    EXAMPLE.main()

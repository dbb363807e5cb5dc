"""The program `systemprompt`."""

from examples.launch import Example
from examples.systemprompt.tables import fill

EXAMPLE = Example(
    "systemprompt",
    fill,
    "sessions,contexts,messages,logs,mcp_executions,oauth_tokens,images,content",
    first=("jobs update malicious_ip_blacklist --arg folder=feeds --arg file=blacklist.txt",),
)


def main() -> None:
    """`systemprompt jobs list`, and all else that rota's command line knows."""
    EXAMPLE.main()

"""The program `systemprompt`."""

from examples.launch import Example
from examples.systemprompt.tables import fill

EXAMPLE = Example(
    "systemprompt", fill, "sessions,contexts,messages,logs,mcp_executions,oauth_tokens,images,content"
)


def main() -> None:
    """`systemprompt jobs list`, and all else that rota's command line knows."""
    EXAMPLE.main()

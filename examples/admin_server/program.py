"""The program `admin-server`."""

from examples.admin_server.tables import fill
from examples.launch import Example

EXAMPLE = Example("admin_server", fill, "sessions,licences")


def main() -> None:
    """rota's command line, with the jobs of the admin server."""
    EXAMPLE.main()

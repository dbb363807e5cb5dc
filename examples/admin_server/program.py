"""The program `admin-server`."""

from examples.admin_server.tables import fill
from examples.launch import Example

EXAMPLE = Example(
    "admin_server",
    fill,
    "sessions,licences",
    first=(
        "jobs update audit_log_cleanup --arg folder=audit",
        "jobs update licence_expiry --arg table=licences",
        "jobs update subscription_renewal --arg table=licences",
        "jobs update database_backup --arg folder=backups",
    ),
)


def main() -> None:
    """rota's command line, with the jobs of the admin server."""
    EXAMPLE.main()

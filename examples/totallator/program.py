"""The program `totallator`."""

from examples.launch import Example
from examples.totallator.tables import fill

EXAMPLE = Example("totallator", fill, "journals,sessions", (("BACKUP_SCHEDULE", "0 2 * * *"),))


def main() -> None:
    """rota's command line, with the jobs of the journal."""
    EXAMPLE.main()

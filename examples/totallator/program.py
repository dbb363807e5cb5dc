"""The program `totallator`."""

import json

from examples.launch import Example
from examples.totallator.tables import fill

RULES = [
    {"column": "text", "op": "begins_with", "value": "rent", "then": {"category": "housing"}},
    {"column": "text", "op": "contains", "value": "tram", "then": {"category": "travel"}},
]
EXAMPLE = Example(
    "totallator",
    fill,
    "journals,sessions",
    (("BACKUP_SCHEDULE", "0 2 * * *"),),
    (
        """jobs update journal_cleanup --arg table=journals --arg status_column=status --arg 'statuses=["void"]'""",
        "jobs update filter_processing --arg table=journals --arg only_null=category "
        f"--arg 'rules={json.dumps(RULES)}'",
        "jobs update database_backup --arg folder=backups",
        "jobs update import_processing --arg folder=imports --arg table=journals",
        "jobs update file_integrity --arg folder=statements --arg manifest_folder=integrity",
    ),
)


def main() -> None:
    """rota's command line, with the jobs of the journal."""
    EXAMPLE.main()

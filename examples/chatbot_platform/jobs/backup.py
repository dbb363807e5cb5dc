"""Backups."""

import shutil
from pathlib import Path

from rota import JobContext, JobResult, task


@task("app.tasks.backup.create_backup", title="Create a backup")
def create_backup(context: JobContext) -> JobResult:
    """Copy the documents aside."""
    target = Path("var/backup")
    shutil.copytree("var/documents", target, dirs_exist_ok=True)
    count = sum(1 for path in target.iterdir() if path.is_file())
    return JobResult(message=f"{count} documents copied", items_processed=count)

"""Cleaning."""

from pathlib import Path
from typing import Literal

from rota import JobContext, JobResult, task


@task("app.tasks.cleanup.system_cleanup", title="System cleanup")
def system_cleanup(context: JobContext, *, cleanup_level: Literal["usual", "deep"] = "usual") -> JobResult:
    """Clean up temporary files and logs; deep: also what is in folders below."""
    top = Path("var/tmp")
    found = [
        path for path in (top.rglob("*") if cleanup_level == "deep" else top.glob("*")) if path.is_file()
    ]
    for number, path in enumerate(found, 1):
        path.unlink()
        context.progress(number, len(found))
    return JobResult(message=f"{cleanup_level} cleanup: {len(found)} files", items_processed=len(found))

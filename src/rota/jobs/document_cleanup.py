"""Delete files by age and name: processed documents, temporary files."""

from datetime import timedelta

from rota.domain.words import plural
from rota.jobs import files
from rota.jobs.allowed import Most, Span, allowed, nothing_configured, now, verb
from rota.sdk import JobContext, JobResult, task


@task("rota.document_cleanup", title="Delete old documents and temporary files", timeout=3600)
def document_cleanup(
    context: JobContext,
    *,
    folders: list[str] | None = None,
    patterns: list[str] | None = None,
    days: Span = 30,
    most: Most = 100_000,
    dry_run: bool = False,
) -> JobResult:
    """Delete the files in `folders` and below that match one of `patterns` and were not changed for `days` days.

    folders   below a root of the setting job_roots
    patterns  as ["*.tmp", "*.pdf"]; all files unless given
    Links are neither followed nor deleted. Safe to run twice, and to interrupt.
    """
    if not folders or not allowed("job_roots"):
        return nothing_configured("set the argument folders, and the setting job_roots")
    deleted = freed = failed = 0
    before = now() - timedelta(days=days)
    for folder in folders:
        with files.folder(folder) as place:
            for found in files.walk(place, patterns or ["*"], before):
                if deleted + failed >= most:
                    break
                try:
                    gone = dry_run or found.delete()
                except OSError as error:
                    failed += 1
                    context.log.warning("%s: %s", found.path, error.strerror)
                    continue
                deleted, freed = deleted + gone, freed + (found.size if gone else 0)
                context.progress(deleted, message=plural(deleted, "file"))
    told = f"{plural(deleted, 'file')} ({freed:,} bytes) {verb(dry_run, 'deleted')}"
    return JobResult(
        success=not failed,
        message=told,
        items_processed=deleted,
        items_failed=failed,
        metrics={"bytes": freed},
    )

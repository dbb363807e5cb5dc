"""Move old rows of the audit log into a compressed file, behind a checkpoint of its chain."""

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta

from rota.domain.words import plural
from rota.jobs import files
from rota.jobs.allowed import Span, allowed, nothing_configured, now
from rota.sdk import JobContext, JobResult, task

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@task("rota.audit_archive", title="Archive the audit log", timeout=3600)
def audit_archive(
    context: JobContext, *, folder: str = "", keep_days: Span = 365, dry_run: bool = False
) -> JobResult:
    """Write the audit rows older than `keep_days` days into a file of `folder`, read it back, then delete them.

    folder  below a root of the setting job_roots
    The file holds a JSON object a line, with the seals, so that the chain can be followed into it. A run that
    was interrupted leaves everything in the log; the next one writes the file anew.
    """
    if not folder or not allowed("job_roots"):
        return nothing_configured("set the argument folder, and the setting job_roots")
    if keep_days < 1:
        return JobResult(success=False, message="keep_days is at least 1")
    before = (now() - timedelta(days=keep_days)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = list(_lines(context, before))
    if not lines or dry_run:
        return JobResult(
            message=f"{plural(len(lines), 'row')} {'would be ' if dry_run else ''}archived",
            items_processed=len(lines),
        )
    data = "".join(lines).encode()
    name = f"audit-until-{before:%Y%m%d}-{len(lines)}.jsonl.gz"
    with files.folder(folder, make=True) as place:
        files.write(place, name, gzip.compress(data, mtime=0))
        kept = gzip.decompress(files.read(place, name, 1 << 33) or b"")
    if hashlib.sha256(kept).digest() != hashlib.sha256(data).digest():
        return JobResult(success=False, message=f"{name} could not be read back; nothing was deleted")
    context.progress(len(lines), len(lines), f"{name} is written")
    deleted = context.rota.archive_audit(before=before.isoformat())
    return JobResult(
        message=f"{plural(deleted, 'row')} archived in {name}", items_processed=deleted, data={"file": name}
    )


def _lines(context: JobContext, before: datetime) -> "list[str]":
    lines: list[str] = []
    last = 0
    while page := context.rota.audit_page(
        after_id=last, begins=BEGINNING.isoformat(), ends=before.isoformat()
    ):
        lines += [json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in page]
        last = page[-1]["id"]
        context.progress(len(lines), message=f"{plural(len(lines), 'row')} read")
    return lines

"""Move old files into compressed JSONL, read back before anything is deleted."""

import base64
import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from rota.domain.errors import Invalid
from rota.domain.words import plural
from rota.jobs import files
from rota.jobs.allowed import Most, Span, allowed, nothing_configured, now
from rota.sdk import JobContext, JobResult, task


@task("rota.archive_files", title="Archive old files", timeout=3600)
def archive_files(
    context: JobContext,
    *,
    folder: str = "",
    target: str = "",
    patterns: list[str] | None = None,
    days: Span = 90,
    most: Most = 10_000,
    largest_mb: Annotated[float, Field(gt=0, le=100_000)] = 50,
    dry_run: bool = False,
) -> JobResult:
    """Write each file of `folder` not changed for `days` days into a file of `target`, then delete it.

    folder, target  below roots of the setting job_roots; neither below the other
    Each archive is one line of compressed JSON: path, time, size, SHA-256 and the content. A file is deleted only
    after its archive was read back. Larger ones than `largest_mb` are left, and counted as failed.
    """
    if not (folder and target and allowed("job_roots")):
        return nothing_configured("set the arguments folder and target, and the setting job_roots")
    here, there = files.path_of(folder), files.path_of(target)
    if here.is_relative_to(there) or there.is_relative_to(here):
        raise Invalid(
            "the archive may not lie in what is archived", fix="name another target", field="target"
        )
    done = failed = 0
    opened = files.folder_to_be(target) if dry_run else files.folder(target, make=True)
    with files.folder(folder) as source, opened as place:
        for found in files.walk(source, patterns or ["*"], now() - timedelta(days=days)):
            if done + failed >= most:
                break
            if found.size > largest_mb * 1e6:
                context.log.warning("%s is larger than %g MB and stays", found.path, largest_mb)
                failed += 1
                continue
            if place is not None and not dry_run:
                _move(context, found, place, done)
            done += 1
    told = f"{plural(done, 'file')} {'would be archived' if dry_run else 'archived'}"
    return JobResult(success=not failed, message=told, items_processed=done, items_failed=failed)


def _move(context: JobContext, found: files.Found, place: int, done: int) -> None:
    data = found.read(found.size)
    at = datetime.fromtimestamp(found.modified, UTC).isoformat()
    digest = hashlib.sha256(data).hexdigest()
    line = {"path": found.path, "modified": at, "size": len(data), "sha256": digest,
            "content": base64.b64encode(data).decode()}  # fmt: skip
    name = f"{hashlib.sha256(found.path.encode()).hexdigest()[:16]}-{digest[:16]}.jsonl.gz"
    files.write(place, name, gzip.compress((json.dumps(line) + "\n").encode(), mtime=0))
    kept = json.loads(gzip.decompress(files.read(place, name, 1 << 33) or b""))
    if hashlib.sha256(base64.b64decode(kept["content"])).hexdigest() != digest:
        raise OSError(f"the archive of {found.path} could not be read back; nothing was deleted")
    context.progress(done, message=f"{found.path} is archived")
    found.delete()
    context.progress(done + 1, message=f"{plural(done + 1, 'file')} archived")

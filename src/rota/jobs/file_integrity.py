"""Whether files are as they were: a list of their hashes, compared with the one that was kept."""

import hashlib
import json
import os

from rota.domain.words import plural
from rota.jobs import files
from rota.jobs.allowed import allowed, nothing_configured
from rota.sdk import JobContext, JobResult, task

MOST = 1 << 28
LISTED = 20


@task("rota.file_integrity", title="File integrity check", timeout=3600)
def file_integrity(
    context: JobContext,
    *,
    folder: str = "",
    patterns: list[str] | None = None,
    manifest_folder: str = "",
    accept: bool = False,
    dry_run: bool = False,
) -> JobResult:
    """Hash the files of `folder`, and fail when one changed, appeared or vanished since the list was made.

    folder           below a root of the setting job_roots
    manifest_folder  where the list is kept, below a root too and not in `folder`; the first run makes it
    accept           take what is found as right from now on
    """
    if not (folder and manifest_folder and allowed("job_roots")):
        return nothing_configured("set the arguments folder and manifest_folder, and the setting job_roots")
    found = _hashes(context, folder, patterns or ["*"])
    name = f"integrity-{hashlib.sha256(folder.encode()).hexdigest()[:16]}.json"
    opened = files.folder_to_be(manifest_folder) if dry_run else files.folder(manifest_folder, make=True)
    with opened as place:
        kept = None if place is None else files.read(place, name, MOST)
        known: dict[str, str] | None = None if kept is None else json.loads(kept)
        if place is not None and (known is None or accept) and not dry_run:
            files.write(place, name, json.dumps(found, sort_keys=True).encode())
    if known is None or accept:
        return JobResult(
            message=f"{plural(len(found), 'file')} noted, to be compared with from now on",
            items_processed=len(found),
        )
    wrong = {
        "changed": sorted(path for path in known.keys() & found.keys() if known[path] != found[path]),
        "appeared": sorted(found.keys() - known.keys()),
        "vanished": sorted(known.keys() - found.keys()),
    }
    for word, paths in wrong.items():
        for path in paths[:LISTED]:
            context.log.warning("%s: %s", word, path)
    count = sum(map(len, wrong.values()))
    told = ", ".join(f"{len(paths)} {word}" for word, paths in wrong.items() if paths)
    shown = {word: paths[:LISTED] for word, paths in wrong.items() if paths}
    message = told or f"{plural(len(found), 'file')} as before"
    return JobResult(not count, message, len(found), count, data=shown or None)


def _hashes(context: JobContext, folder: str, patterns: list[str]) -> dict[str, str]:
    hashes: dict[str, str] = {}
    with files.folder(folder) as place:
        for found in files.walk(place, patterns):
            descriptor = os.open(found.name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=found.folder)
            with os.fdopen(descriptor, "rb") as source:
                hashes[found.path] = hashlib.file_digest(source, "sha256").hexdigest()
            context.progress(len(hashes), message=found.path)
    return hashes

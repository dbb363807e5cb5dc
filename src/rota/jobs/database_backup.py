"""Back databases up: checked, with a checksum, the oldest taken away."""

import os
from typing import Any, Literal

from rota.jobs.allowed import Most, allowed, database, nothing_configured, now
from rota.jobs.errand import wait_for
from rota.sdk import JobContext, JobResult, task
from rota.services import places


@task("rota.database_backup", title="Back up databases", timeout=7200)
def database_backup(
    context: JobContext,
    *,
    folder: str = "",
    which: Literal["rota", "application", "both"] = "both",
    keep: Most = 7,
    dry_run: bool = False,
) -> JobResult:
    """Write backups of rota's database and the application's into `folder`, and leave the newest `keep` of each.

    folder  below a root of the setting job_roots
    SQLite is copied by its online backup and checked; PostgreSQL by pg_dump in its custom format, whose list is
    read back. Beside each lies its SHA-256. What was half written is never taken for a backup, and goes with the
    next run.
    """
    if not folder or not allowed("job_roots"):
        return nothing_configured("set the argument folder, and the setting job_roots")
    if keep < 1:
        return JobResult(success=False, message="keep is at least 1")
    from rota.services import backup

    root, parts = places.placed(folder, allowed("job_roots"))
    engine = database(context) if which != "rota" else None
    wanted = [] if which == "application" else ["rota"]
    wanted += ["application"] if engine is not None else []
    if dry_run or not wanted:
        told = f"{' and '.join(wanted)} would be backed up" if wanted else "nothing configured"
        return JobResult(message=told, items_processed=len(wanted))
    made: dict[str, dict[str, Any]] = {}
    for name in wanted:
        if name == "rota":
            number = context.rota.begin_backup(folder=folder, name=name, keep=keep)
            made[name] = wait_for(context, number, "the backup")
        elif engine is not None:
            with places.opened(folder, allowed("job_roots"), make=True):
                programs = os.environ.get("ROTA_PG_PROGRAMS")
                target = root.joinpath(*parts)
                made[name] = backup.back_up(engine.url, target, name, now(), keep, programs=programs)
        context.progress(len(made), len(wanted), f"{name} is backed up")
    told = ", ".join(f"{one['file']} ({one['bytes']:,} bytes)" for one in made.values())
    return JobResult(message=told, items_processed=len(made), data=made)

"""Let the databases look after themselves: VACUUM, ANALYZE, optimize, as each has it."""

from typing import Any, Literal

from rota.jobs.allowed import database
from rota.jobs.errand import wait_for
from rota.sdk import JobContext, JobResult, task


@task("rota.database_maintenance", title="Database maintenance", timeout=7200)
def database_maintenance(
    context: JobContext, *, which: Literal["rota", "application", "both"] = "both", dry_run: bool = False
) -> JobResult:
    """Renew the statistics and give back the room of deleted rows, in rota's database and the application's.

    Nobody is kept from reading or writing for long. Safe to run twice, and to interrupt.
    """
    engine = database(context) if which != "rota" else None
    wanted = [name for name in ("rota", "application") if which in (name, "both")]
    wanted = [name for name in wanted if name == "rota" or engine is not None]
    if not wanted or dry_run:
        told = f"{' and '.join(wanted)} would be looked after" if wanted else "nothing configured"
        return JobResult(message=told, items_processed=len(wanted) if dry_run else 0)
    from rota.store.upkeep import look_after_application

    done: dict[str, Any] = {}
    for name in wanted:
        if name == "rota":
            done[name] = wait_for(context, context.rota.begin_upkeep(), "upkeep")
        elif engine is not None:
            done[name] = look_after_application(engine)
        context.progress(len(done), len(wanted), f"{name} is looked after")
    freed = sum(one["freed"] for one in done.values())
    return JobResult(
        message=f"{' and '.join(done)}: {freed:,} bytes given back",
        items_processed=len(done),
        metrics={"freed_bytes": freed},
        data=done,
    )

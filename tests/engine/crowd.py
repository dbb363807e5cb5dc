"""Very many jobs, made by one statement."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, text

from rota.store.schema import job_state, jobs
from tests.world import World


def many_jobs(world: World, number: int, *, due: datetime | None = None, **columns: object) -> None:
    """Copy a job of every hour `number` times, all due at the same second (in an hour unless given)."""
    first = world.add_job("job_0", every="1h")
    at = due or world.clock.now() + timedelta(hours=1)
    with world.db.write() as conn:
        row = conn.execute(select(jobs).where(jobs.c.id == first.id)).one()._asdict()
        for begin in range(1, number, 10_000):
            some = range(begin, min(number, begin + 10_000))
            copies = [{**row, "id": first.id + n, "name": f"job_{n}", **columns} for n in some]
            conn.execute(insert(jobs), copies)
            conn.execute(insert(job_state), [{"job_id": first.id + n, "next_run": at} for n in some])
        if not world.db.is_sqlite:
            conn.execute(text("SELECT setval('jobs_id_seq', (SELECT max(id) FROM jobs))"))
        conn.execute(job_state.update().where(job_state.c.job_id == first.id).values(next_run=at))

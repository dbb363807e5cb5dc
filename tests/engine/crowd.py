"""Very many jobs, made inside of the database."""

from datetime import datetime, timedelta

from sqlalchemy import String, cast, insert, literal, select, text

from rota.store.schema import job_state, jobs
from tests.world import World


def many_jobs(world: World, number: int, *, due: datetime | None = None, **columns: object) -> None:
    """Copy a job of every hour `number` times, all due at the same second (in an hour unless given)."""
    first = world.add_job("job_0", every="1h")
    at = due or world.clock.now() + timedelta(hours=1)
    others = select(literal(1).label("n")).cte("others", recursive=True)
    others = others.union_all(select(others.c.n + 1).where(others.c.n < number - 1))
    own = {"id": first.id + others.c.n, "name": literal("job_").concat(cast(others.c.n, String))}
    given = {name: literal(value, jobs.c[name].type) for name, value in columns.items()}
    row = {column.name: column for column in jobs.c} | own | given
    copies = select(*row.values()).select_from(jobs.join(others, jobs.c.id == first.id))
    states = select(first.id + others.c.n, literal(at, job_state.c.next_run.type))
    with world.db.write() as conn:
        conn.execute(insert(jobs).from_select(list(row), copies))
        conn.execute(insert(job_state).from_select(["job_id", "next_run"], states))
        if not world.db.is_sqlite:
            conn.execute(text("SELECT setval('jobs_id_seq', (SELECT max(id) FROM jobs))"))
        conn.execute(job_state.update().where(job_state.c.job_id == first.id).values(next_run=at))

"""When the rules of time zones change, fires that were computed by the old ones are computed anew."""

from sqlalchemy import Connection

from rota.domain.job import Job
from rota.services import timing
from rota.services.jobs import Jobs
from rota.store import jobs as table
from rota.store import settings

KEY = "tzdata"
BATCH = 500


class Zones:
    """Compares the version of the zone rules with the one that the stored fires were computed by."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs, self.db, self.clock = jobs, jobs.db, jobs.clock

    def renew(self, version: str) -> int:
        """Compute the next fires anew if `version` is not the stored one. Returns how many changed.

        What is due already stays due: its instant is past, whatever the new rules say.
        """
        with self.db.read() as conn:
            if settings.all_of(conn).get(KEY) == version:
                return 0
        changed, after = 0, 0
        while True:
            with self.db.write() as conn:
                batch = table.after(conn, after, BATCH)
                for job in batch:
                    changed += self._renew(conn, job)
                if not batch:
                    settings.put(conn, KEY, version)
                    return changed
            after = batch[-1].id

    def _renew(self, conn: Connection, job: Job) -> bool:
        now = self.clock.now()
        if job.next_run is None or job.next_run <= now or timing.next_fire(job, now)[0] == job.next_run:
            return False
        timing.set_next(conn, job, now)
        return True

"""The jobs that a new database starts with."""

from sqlalchemy import Connection

from rota.domain.actor import SYSTEM
from rota.domain.job import JobSpec
from rota.services.jobs import Jobs, create

NEW = (
    JobSpec(
        name="system_health_check",
        title="System Health Check",
        description="Looks at the database, the disk, the memory and the scheduler's lag",
        job_type="system_health_check",
        schedule_type="interval",
        schedule_expression="15",
        task_name="rota.system_health_check",
    ),
    JobSpec(
        name="database_cleanup",
        title="Database Cleanup",
        description="Clean up old database records",
        job_type="database_maintenance",
        schedule_type="daily",
        schedule_expression="03:00",
        task_name="rota.database_cleanup",
        timeout=3600,
    ),
)
"""Runtime jobs, so that they can be changed and deleted like any other."""


class Defaults:
    """Makes the default jobs, once, when the database is new."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    def create(self, conn: Connection) -> None:
        """Make them in the caller's transaction."""
        for spec in NEW:
            create(conn, self.jobs.clock, self.jobs.variables, spec, SYSTEM)

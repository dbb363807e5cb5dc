"""The jobs that a new database starts with."""

from types import ModuleType

from sqlalchemy import Connection

from rota.domain.actor import SYSTEM
from rota.domain.job import JobSpec
from rota.registry import Registry
from rota.registry.finding import READY_MADE, Finding
from rota.registry.modules import import_all
from rota.services.jobs import Jobs, create
from rota.store import definitions

APP = "rota"
"""The application that the ready-made tasks are published under."""

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
    JobSpec(
        name="session_cleanup",
        title="Session Cleanup",
        description="Close inactive sessions of the application",
        job_type="database_maintenance",
        task_name="rota.session_cleanup",
    ),
)
"""Runtime jobs, so that they can be changed and deleted like any other."""


class Defaults:
    """Makes the default jobs, once, when the database is new."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    def create(self, conn: Connection) -> None:
        """Make them in the caller's transaction, and make their tasks known: no node has told of them yet."""
        definitions.publish(conn, APP, ready_made().published(), self.jobs.clock.now())
        for spec in NEW:
            create(conn, self.jobs.clock, self.jobs.variables, spec, SYSTEM)


def ready_made() -> Registry:
    """The tasks that come with rota, and no others: a process that migrates runs nobody else's code."""
    finding = Finding({}, {})
    for module in import_all([READY_MADE]):
        if isinstance(module, ModuleType):
            finding.search(module)
    return Registry(finding.tasks, finding.jobs, finding.problems)

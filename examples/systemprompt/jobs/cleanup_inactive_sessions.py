"""Closes inactive sessions."""

from datetime import UTC, datetime, timedelta

from examples.systemprompt.tables import sessions
from rota import JobContext, JobResult, job


@job
class CleanupInactiveSessions:
    """Closes sessions inactive for 1 hour."""

    def name(self) -> str:
        """Its name."""
        return "cleanup_inactive_sessions"

    def description(self) -> str:
        """What it does."""
        return "Closes sessions inactive for 1 hour"

    def schedule(self) -> str:
        """Every 10 minutes."""
        return "*/10 * * * *"

    def enabled(self) -> bool:
        """It is."""
        return True

    async def execute(self, ctx: JobContext) -> JobResult:
        """Delete them."""
        limit = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1)  # noqa: TID251
        with ctx.db.begin() as conn:
            closed = conn.execute(sessions.delete().where(sessions.c.last_activity < limit)).rowcount
        return JobResult(
            success=True, message=f"{closed} sessions closed", items_processed=closed, items_failed=0
        )

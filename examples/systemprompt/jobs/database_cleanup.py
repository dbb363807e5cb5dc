"""Deletes orphaned logs, MCP executions and expired OAuth tokens."""

from datetime import UTC, datetime

from examples.systemprompt.tables import contexts, logs, mcp_executions, oauth_tokens, sessions
from rota import JobContext, JobResult, job


@job
class InfrastructureCleanup:
    """Deletes what nothing refers to any more."""

    name = "infrastructure_cleanup"
    description = "Deletes orphaned logs, MCP executions, expired OAuth tokens"
    schedule = "0 3 * * *"

    async def execute(self, ctx: JobContext) -> JobResult:
        """Delete them, in one transaction."""
        now = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251
        orphans = (
            logs.delete().where(logs.c.session_id.not_in(sessions.select().with_only_columns(sessions.c.id))),
            mcp_executions.delete().where(
                mcp_executions.c.context_id.not_in(contexts.select().with_only_columns(contexts.c.id))
            ),
            oauth_tokens.delete().where(oauth_tokens.c.expires_at < now),
        )
        with ctx.db.begin() as conn:
            counts = [conn.execute(statement).rowcount for statement in orphans]
        ctx.log.info("deleted %d logs, %d MCP executions, %d tokens", *counts)
        return JobResult(message=f"{sum(counts)} records deleted", items_processed=sum(counts))

"""Removes conversation contexts with no messages."""

from sqlalchemy import exists

from examples.systemprompt.tables import contexts, messages
from rota import JobContext, JobResult, job


@job
class CleanupEmptyContexts:
    """Removes conversation contexts with no messages."""

    name = "cleanup_empty_contexts"
    description = "Removes conversation contexts with no messages"
    schedule = "0 */2 * * *"
    enabled = True

    async def execute(self, ctx: JobContext) -> JobResult:
        """Delete them."""
        empty = ~exists().where(messages.c.context_id == contexts.c.id)
        with ctx.db.begin() as conn:
            removed = conn.execute(contexts.delete().where(empty)).rowcount
        return JobResult(message=f"{removed} contexts removed", items_processed=removed)

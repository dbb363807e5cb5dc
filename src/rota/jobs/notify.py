"""Say something through channels."""

from rota.jobs.allowed import nothing_configured
from rota.sdk import JobContext, JobResult, task


@task("rota.notify", title="Send a message")
def notify(
    context: JobContext,
    *,
    to: list[str] | None = None,
    title: str = "",
    text: str = "",
    dry_run: bool = False,
) -> JobResult:
    """Send a message to the channels `to`: once for each slot, however often the attempt is tried."""
    if not to or not (title or text):
        return nothing_configured("set the arguments to, title and text")
    if dry_run:
        return JobResult(message=f"would be sent to {', '.join(to)}", items_processed=len(to))
    key = f"notify:{context.idempotency_key}"
    context.rota.notify(
        key=key, title=title or text.splitlines()[0], text=text or title, to=to, job=context.job_name
    )
    context.progress(1, 1, "told")
    return JobResult(message=f"sent to {', '.join(to)}", items_processed=len(to))

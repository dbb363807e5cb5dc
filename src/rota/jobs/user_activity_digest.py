"""What users did lately, from the audit log."""

from collections import Counter, defaultdict
from datetime import timedelta

from rota.domain.words import plural
from rota.jobs.allowed import Span, now
from rota.jobs.page import Page
from rota.jobs.sending import require_channels, send
from rota.sdk import JobContext, JobResult, task


@task("rota.user_activity_digest", title="User activity digest")
def user_activity_digest(
    context: JobContext, *, to: list[str] | None = None, days: Span = 1, dry_run: bool = False
) -> JobResult:
    """Sum up by user what the audit log says of the last `days` days; kept as a report, and sent to `to`."""
    require_channels(context, to)
    end = (context.scheduled_for or now()).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    begins = end - timedelta(days=days)
    actions: defaultdict[str, Counter[str]] = defaultdict(Counter)
    rows = last = 0
    while page := context.rota.audit_page(after_id=last, begins=begins.isoformat(), ends=end.isoformat()):
        for row in page:
            actions[row["actor"]][row["action"]] += 1
        rows, last = rows + len(page), page[-1]["id"]
        context.progress(rows, message=f"{plural(rows, 'row')} read")
    told = Page(f"What {plural(len(actions), 'user')} did, {begins:%Y-%m-%d} to {end:%Y-%m-%d}")
    table = [
        (who, sum(done.values()), ", ".join(f"{a} {n}" for a, n in done.most_common(5)))
        for who, done in sorted(actions.items())
    ]
    told.table(("who", "actions", "most often"), table)
    if not dry_run:
        args = {"kind": "activity", "begins": begins.isoformat(), "ends": end.isoformat()}
        context.rota.keep_report(**args, title=told.title, html=told.html, text=told.text)
        if to:
            send(context, told, to, begins.isoformat())
    data = {who: sum(done.values()) for who, done in actions.items()}
    return JobResult(message=told.title, items_processed=rows, data=data)

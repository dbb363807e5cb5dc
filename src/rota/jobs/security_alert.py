"""Tell of refused log-ins, denied actions and new admins."""

from collections import Counter
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from rota.domain.words import plural
from rota.jobs.allowed import Span, nothing_configured, now
from rota.jobs.page import Page
from rota.jobs.sending import send
from rota.sdk import JobContext, JobResult, task


@task("rota.security_alert", title="Security alerts")
def security_alert(
    context: JobContext,
    *,
    to: list[str] | None = None,
    minutes: Span = 15,
    refused_logins: Annotated[int, Field(ge=1, le=1_000_000)] = 5,
    dry_run: bool = False,
) -> JobResult:
    """Tell the channels `to` what the audit log says of the last `minutes` minutes.

    refused_logins  refused log-ins are told when there were at least so many; denials and new admins always are
    What was told once is not told again.
    """
    if not to:
        return nothing_configured("set the argument to: the channels that are told")
    end = now()
    begins = (end - timedelta(minutes=minutes)).isoformat()
    events = context.rota.security_events(begins=begins, ends=end.isoformat())
    refused = [one for one in events if one["action"].startswith("login.")]
    told = [one for one in events if one not in refused or len(refused) >= refused_logins]
    if not told or dry_run:
        return JobResult(message=f"{plural(len(told), 'event')} to tell of", items_processed=len(told))
    page = Page(f"{plural(len(told), 'security event')}")
    counted = Counter(one["action"] for one in told)
    page.paragraph(", ".join(f"{n} {action}" for action, n in counted.most_common()))
    rows = [
        (one["at"][:19], one["actor"], one["action"], one["target"], one["address"] or "")
        for one in told[-50:]
    ]
    page.table(("at", "who", "action", "on what", "from"), rows)
    context.progress(1, 2, "found")
    is_new = send(context, page, to, told[-1]["id"])
    context.progress(2, 2, "told")
    return JobResult(message=page.title + ("" if is_new else " (told before)"), items_processed=len(told))

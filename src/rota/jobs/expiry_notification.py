"""Tell of tokens that expire soon, and of passwords that are old."""

from rota.domain.words import plural
from rota.jobs.allowed import Span, nothing_configured, now
from rota.jobs.page import Page
from rota.jobs.sending import send
from rota.sdk import JobContext, JobResult, task


@task("rota.expiry_notification", title="Expiry notifications")
def expiry_notification(
    context: JobContext,
    *,
    to: list[str] | None = None,
    days: Span = 14,
    password_days: Span = 365,
    dry_run: bool = False,
) -> JobResult:
    """Tell the channels `to` which tokens expire within `days` days and which passwords are older than `password_days`.

    At most once a day, and only when there is something to tell.
    """
    if not to:
        return nothing_configured("set the argument to: the channels that are told")
    found = context.rota.expiring(days=days, password_days=password_days)
    count = len(found["tokens"]) + len(found["passwords"])
    if not count or dry_run:
        return JobResult(
            message=f"{plural(count, 'credential')} about to expire"
            + (" (nobody was told)" if dry_run else ""),
            items_processed=count,
        )
    page = Page(f"{plural(count, 'credential')} about to expire")
    page.head("Tokens")
    page.table(
        ("token", "of", "expires"),
        [(one["name"], one["user"], one["expires_at"][:16]) for one in found["tokens"]],
    )
    page.head("Passwords")
    page.table(
        ("user", "last changed"), [(one["user"], one["changed_at"][:10]) for one in found["passwords"]]
    )
    context.progress(1, 2, "found")
    told = send(context, page, to, f"{now():%Y-%m-%d}")
    context.progress(2, 2, "told")
    before = "" if told else " (told before)"
    return JobResult(message=f"{plural(count, 'credential')} about to expire{before}", items_processed=count)

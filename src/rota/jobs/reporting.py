"""What all reports have in common: the time they tell of, what they say, how they are kept and sent."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from rota.domain.words import plural
from rota.jobs.page import Page
from rota.jobs.sending import require_channels
from rota.sdk import JobContext, JobResult

BAD = ("failed", "timed_out", "lost")


def run_report(
    context: JobContext,
    kind: str,
    begins: datetime,
    ends: datetime,
    to: list[str] | None,
    *,
    dry_run: bool,
    audit: bool = False,
) -> JobResult:
    """Make the report of a time, keep it, and send it to the channels; once, however often it is run.

    dry_run  only show it in the output
    audit  with what an auditor asks
    """
    require_channels(context, to)
    figures = context.rota.figures(begins=begins.isoformat(), ends=ends.isoformat())
    first, last = f"{begins:%Y-%m-%d}", f"{ends - timedelta(days=1):%Y-%m-%d}"
    page = Page(f"{kind.capitalize()} report, {first if first == last else f'{first} to {last}'}")
    _fill(page, kind, figures)
    if audit:
        _audit(page, figures)
    context.progress(1, 2, "the report is made")
    ended = sum(one["n"] for one in figures["jobs"])
    if dry_run:
        context.log.info("%s", page.text)
        return JobResult(message=f"{page.title} (neither kept nor sent)", items_processed=ended)
    args = {"kind": kind, "begins": begins.isoformat(), "ends": ends.isoformat()}
    number = context.rota.keep_report(**args, title=page.title, html=page.html, text=page.text)
    if to:
        key = f"report:{kind}:{begins.isoformat()}"
        context.rota.notify(
            key=key, title=page.title, text=page.text, html=page.html, to=to, job=context.job_name
        )
    context.progress(2, 2, "the report is kept")
    sent = f", sent to {', '.join(to)}" if to else ""
    return JobResult(
        message=f"report {number}: {page.title}{sent}", items_processed=ended, data={"report": number}
    )


def _fill(page: Page, kind: str, figures: dict[str, Any]) -> None:
    totals = Counter[str]()
    for one in figures["jobs"]:
        totals[one["status"]] += one["n"]
    page.paragraph(
        ", ".join(f"{n:,} {status.replace('_', ' ')}" for status, n in totals.most_common()) or "Nothing ran."
    )
    page.head("Over time")
    page.bars(_over_time(figures["hours"], by_day=kind != "daily"))
    page.head("Jobs")
    page.table(("job", "runs", "failed", "average"), _jobs(figures["jobs"]))
    page.head("Who did what")
    page.table(("who", "actions"), list(figures["audit"]["actors"].items())[:20])


def _over_time(hours: list[dict[str, Any]], *, by_day: bool) -> list[tuple[str, int, int]]:
    counted: dict[str, list[int]] = {}
    for one in hours:
        label = one["at"][:10] if by_day else one["at"][11:16]
        row = counted.setdefault(label, [0, 0])
        row[one["status"] in BAD] += one["n"]
    return [(label, good, bad) for label, (good, bad) in counted.items()]


def _jobs(found: list[dict[str, Any]]) -> list[tuple[str, int, int, str]]:
    counted: dict[str, list[int]] = {}
    for one in found:
        row = counted.setdefault(one["job"], [0, 0, 0])
        row[0] += one["n"]
        row[1] += one["n"] if one["status"] in BAD else 0
        row[2] += one["ms"]
    ordered = sorted(counted.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
    return [(name, n, bad, f"{ms / max(n, 1) / 1000:.3g} s") for name, (n, bad, ms) in ordered[:50]]


def _audit(page: Page, figures: dict[str, Any]) -> None:
    """Changes, denials, failures, retention, and where the sealed log stands."""
    page.head("Changes")
    page.table(("action", "times"), list(figures["audit"]["actions"].items()))
    page.head("Denials, refused log-ins and new admins")
    rows = [(one["at"][:19], one["actor"], one["action"], one["target"]) for one in figures["security"]]
    page.table(("at", "who", "action", "on what"), rows[-100:])
    page.head("Failures")
    page.table(("job", "runs", "failed", "average"), [row for row in _jobs(figures["jobs"]) if row[2]])
    page.head("Retention")
    kept, seal = figures["retention"], figures["seal"]
    page.paragraph(f"Executions are kept {kept['days']:g} days, failures {kept['failed_days']:g} days.")
    page.paragraph(f"The audit log is sealed up to row {seal['seq']}: {seal['hash']}")
    page.paragraph(f"Logins are refused from {plural(figures['blocked'], 'network')}.")

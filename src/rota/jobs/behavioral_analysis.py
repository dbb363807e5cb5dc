"""Who behaves otherwise than before."""

from datetime import timedelta
from statistics import fmean, pstdev
from typing import Annotated

from pydantic import Field

from rota.domain.words import plural
from rota.jobs.allowed import Days, now
from rota.jobs.features import audited, gather
from rota.jobs.page import Page
from rota.jobs.sending import require_channels, send
from rota.sdk import JobContext, JobResult, task

FEATURES = ("actions", "kinds", "addresses", "refused_share", "night_share")
LEAST = {"actions": 20.0, "kinds": 5.0, "addresses": 2.0, "refused_share": 0.2, "night_share": 0.3}
"""A smaller change is never remarkable."""


@task("rota.behavioral_analysis", title="Behavioural analysis", timeout=1800)
def behavioral_analysis(
    context: JobContext,
    *,
    days: Days = 14,
    deviations: Annotated[float, Field(ge=0, le=1000)] = 3,
    to: list[str] | None = None,
    dry_run: bool = False,
) -> JobResult:
    """Compare what each actor did in the last 24 hours with each of the `days` days before, by the audit log.

    deviations  how many standard deviations from the usual are remarkable
    to          the channels that are told of it
    """
    require_channels(context, to)
    end = now()
    past: dict[str, list[dict[str, float]]] = {}
    for back in range(days, 0, -1):
        begins = end - timedelta(days=back + 1)
        for who, doings in gather(audited(context, begins, begins + timedelta(days=1))).items():
            past.setdefault(who, []).append(doings.numbers())
    today = gather(audited(context, end - timedelta(days=1), end))
    odd = []
    for who, doings in sorted(today.items()):
        numbers, before = doings.numbers(), past.get(who, [])
        for feature in FEATURES:
            usual = [one[feature] for one in before] + [0.0] * (days - len(before))
            most = fmean(usual) + max(deviations * pstdev(usual), LEAST[feature])
            if numbers[feature] > most:
                odd.append((who, feature, f"{numbers[feature]:g}", f"{fmean(usual):.3g}"))
    if odd and to and not dry_run:
        page = Page(f"{len({who for who, *_ in odd})} actors behave otherwise than before")
        page.table(("who", "what", "now", "usually"), odd)
        send(context, page, to, f"{end:%Y-%m-%d}", *[row[:2] for row in odd])
    told = f"{plural(len(today), 'actor')} looked at, {plural(len(odd), 'thing')} remarkable"
    return JobResult(
        message=told, items_processed=len(today), items_failed=0, data=[list(row) for row in odd[:200]]
    )

"""Whether web addresses answer as they should."""

from typing import Annotated

from pydantic import Field

from rota.domain.errors import RotaError
from rota.domain.words import plural
from rota.jobs.allowed import Seconds, allowed, nothing_configured
from rota.sdk import JobContext, JobResult, task


@task("rota.http_check", title="Check web addresses")
def http_check(
    context: JobContext,
    *,
    urls: list[str] | None = None,
    status: Annotated[int, Field(ge=100, le=599)] = 200,
    contains: str = "",
    slowest_seconds: Seconds = 10,
) -> JobResult:
    """Call each address, and fail when one answers otherwise, too slowly, or without the text.

    urls  http or https; hosts inside your own network are named in the setting job_hosts
    Redirects are not followed: give the address that they lead to, or the status 301.
    """
    if not urls:
        return nothing_configured("set the argument urls")
    from rota.channels.web import request

    problems: list[str] = []
    metrics: dict[str, float] = {}
    for number, url in enumerate(urls, 1):
        try:
            answer = request("GET", url, hosts=allowed("job_hosts"), timeout=slowest_seconds, most=5_000_000)
        except RotaError as error:
            problems.append(f"{url}: {error.message}")
        else:
            metrics[url] = round(answer.seconds, 3)
            if answer.status != status:
                problems.append(f"{url}: answered {answer.status}, not {status}")
            elif contains and contains not in answer.text:
                problems.append(f"{url}: the text is not in the answer")
        context.progress(number, len(urls), url)
    told = "; ".join(problems) or f"{plural(len(urls), 'address')} answered"
    return JobResult(
        success=not problems,
        message=told,
        items_processed=len(urls),
        items_failed=len(problems),
        metrics=metrics,
    )

"""Call a web address."""

from typing import Annotated, Literal

from rota.jobs.allowed import Seconds, allowed, nothing_configured
from rota.sdk import JobContext, JobResult, Retry, Secret, task

SHOWN = 2000


@task("rota.http_request", title="Call a web address")
def http_request(
    context: JobContext,
    *,
    url: str = "",
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET",
    headers: dict[str, str] | None = None,
    authorization: Annotated[str, Secret] = "",
    body: str = "",
    expected: list[int] | None = None,
    timeout_seconds: Seconds = 30,
    dry_run: bool = False,
) -> JobResult:
    """Call an address, and fail when it answers with a status that is not `expected` (default: any of 200 to 299).

    url            http or https; hosts inside your own network are named in the setting job_hosts
    authorization  the header Authorization, as "env:NAME"
    The header Idempotency-Key is the same for all attempts. No redirect is followed.
    """
    if not url:
        return nothing_configured("set the argument url")
    from rota.channels.web import request, resolve
    from rota.domain.address import parse

    if dry_run:
        resolve(parse(url), allowed("job_hosts"))
        return JobResult(message=f"{method} {url} would be called", items_processed=0)
    given = {"Idempotency-Key": context.idempotency_key} | (headers or {})
    given |= {"Authorization": authorization} if authorization else {}
    context.progress(0, 1, "called")
    answer = request(
        method, url, hosts=allowed("job_hosts"), headers=given, body=body.encode() if body else None,
        timeout=timeout_seconds,
    )  # fmt: skip
    context.progress(1, 1, "answered")
    context.log.info("%s", answer.text[:SHOWN])
    if answer.status in (429, 503) and not expected:
        wait = answer.headers.get("retry-after", "")
        raise Retry(
            after=min(float(wait), 3600) if wait.isdigit() else None, message=f"answered {answer.status}"
        )
    is_good = answer.status in expected if expected else answer.is_good
    return JobResult(success=is_good, message=f"answered {answer.status}", items_processed=1,
                     metrics={"seconds": round(answer.seconds, 3)})  # fmt: skip

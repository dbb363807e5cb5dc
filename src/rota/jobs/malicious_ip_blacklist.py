"""Refuse log-ins from addresses that a feed names, or that tried too many passwords."""

from collections import Counter
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from rota.domain.words import plural
from rota.jobs import files
from rota.jobs.allowed import Span, allowed, nothing_configured, now
from rota.sdk import JobContext, JobResult, task

MOST_BYTES = 10_000_000


@task("rota.malicious_ip_blacklist", title="Update the IP blacklist")
def malicious_ip_blacklist(
    context: JobContext,
    *,
    url: str = "",
    folder: str = "",
    file: str = "",
    refused_logins: Annotated[int, Field(ge=0, le=1_000_000)] = 0,
    hours: Span = 24,
    block_days: Span | None = None,
    dry_run: bool = False,
) -> JobResult:
    """Block the networks that a feed names (a line each; `#` begins a remark), and no longer those it has dropped.

    url             of a feed; hosts inside your own network are named in the setting job_hosts
    folder, file    of a feed below a root of the setting job_roots
    refused_logins  also block addresses with more refused log-ins than this within `hours` hours; 0: no
    block_days      how long a block holds when the feed is not read again; default: until it is
    Private addresses, and networks wider than /8, are refused.
    """
    if not (url or (folder and file) or refused_logins):
        return nothing_configured("set the argument url, or folder and file, or refused_logins")
    found = {source: _networks(text) for source, text in _feeds(url, folder, file)}
    if refused_logins:
        found["refused log-ins"] = _guessers(context, refused_logins, hours)
    count, refused = sum(map(len, found.values())), 0
    for number, (source, networks) in enumerate(found.items(), 1):
        if not dry_run:
            done = context.rota.block_addresses(
                source=source, networks=networks, reason=context.job_name, days=block_days
            )
            refused += done["refused"]
        context.progress(number, len(found), source)
    verb = "would be blocked" if dry_run else "blocked"
    return JobResult(
        message=f"{plural(count - refused, 'network')} {verb}",
        items_processed=count - refused,
        items_failed=refused,
    )


def _feeds(url: str, folder: str, file: str) -> list[tuple[str, str]]:
    """The texts of the feeds by what they are called."""
    from rota.channels.web import request
    from rota.domain.errors import NotFound, Unavailable

    feeds = []
    if url:
        answer = request("GET", url, hosts=allowed("job_hosts"), timeout=30, most=MOST_BYTES)
        if not answer.is_good:
            raise Unavailable(f"{url} answered {answer.status}", fix="what was blocked stays blocked")
        feeds.append((url, answer.text))
    if folder and file:
        with files.folder(folder) as place:
            data = files.read(place, file, MOST_BYTES)
        if data is None:
            raise NotFound(f"there is no file {file} in {folder}", fix="what was blocked stays blocked")
        feeds.append((f"{folder}/{file}", data.decode("utf-8", "replace")))
    return feeds


def _networks(text: str) -> list[str]:
    lines = (line.partition("#")[0].partition(";")[0].strip() for line in text.splitlines())
    return [line.split()[0] for line in lines if line]


def _guessers(context: JobContext, most: int, hours: float) -> list[str]:
    end = now()
    begins = (end - timedelta(hours=hours)).isoformat()
    events = context.rota.security_events(begins=begins, ends=end.isoformat())
    counted = Counter(one["address"] for one in events if one["action"] == "login.refused" and one["address"])
    return [address for address, n in counted.items() if n > most]

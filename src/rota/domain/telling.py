"""The words of an alert."""

from collections import Counter
from collections.abc import Sequence

from rota.domain.alert import Cause, Kind

LISTED = 20
"""Causes that a message tells one by one; the others are counted."""

_WORDS = {
    Kind.FAILED: "failed",
    Kind.TIMED_OUT: "ran out of time",
    Kind.LOST: "was lost",
    Kind.PAUSED: "was paused by rota",
    Kind.MISSED: "missed a run",
    Kind.OVERDUE: "is overdue",
    Kind.SLOW: "was slower than usual",
    Kind.STUCK: "gives no sign of life",
    Kind.RECOVERED: "has recovered",
    Kind.NOTICE: "says something",
}


def sentence(cause: Cause) -> str:
    """One cause in one line: "backup failed: OSError: disk full (execution 12, 2026-03-02 12:00:00 UTC)"."""
    info = cause.info or {}
    detail = f": {info['detail']}" if info.get("detail") else ""
    which = f"execution {cause.execution_id}, " if cause.execution_id else ""
    line = f"{info.get('job', 'rota')} {_WORDS[cause.kind]}{detail} ({which}{cause.at:%Y-%m-%d %H:%M:%S} UTC)"
    return " ".join(line.split())


def title(causes: Sequence[Cause]) -> str:
    """What a message is called: the one thing, or how many of which."""
    if len(causes) == 1:
        info = causes[0].info or {}
        return str(info.get("title") or f"{info.get('job', 'rota')} {_WORDS[causes[0].kind]}")
    counted = Counter(f"{(one.info or {}).get('job', 'rota')} {_WORDS[one.kind]}" for one in causes)
    told = ", ".join(f"{what} ({n})" if n > 1 else what for what, n in counted.most_common(3))
    more = f" and {len(counted) - 3} more" if len(counted) > 3 else ""
    return f"{len(causes):,} alerts: {told}{more}"


def text(causes: Sequence[Cause]) -> str:
    """The message itself: a line for each of the first, and how many there are besides."""
    if len(causes) == 1 and (given := (causes[0].info or {}).get("text")):
        return str(given)
    lines = [sentence(one) for one in causes[:LISTED]]
    if len(causes) > LISTED:
        lines.append(f"… and {len(causes) - LISTED:,} more")
    return "\n".join(lines)

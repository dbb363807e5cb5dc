"""The demo's alerts: two channels, three rules, and what they told of the last week's failures."""

from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import Connection

from rota.domain.alert import FAILURES, Cause, ChannelKind, Kind, Mode, RuleSpec, Scope
from rota.domain.execution import UNSUCCESSFUL, Execution, Status, Trigger
from rota.store import alerts, causes, channels, deliveries, history
from rota.store.history import Filter

CHANNELS = (("ops_chat", ChannelKind.APPRISE), ("pager", ChannelKind.WEBHOOK))
"""Their addresses are in variables that are not set, so that nothing of a demo is ever sent anywhere."""
THROTTLE = timedelta(minutes=5)
RULES = (
    RuleSpec(name="failures", channels=("ops_chat",), throttle=THROTTLE.seconds),
    RuleSpec(
        name="money", kinds=(*FAILURES, Kind.MISSED, Kind.OVERDUE), scope=Scope.TAG, target="billing",
        channels=("pager", "ops_chat"), mode=Mode.FIRST, throttle=0,
    ),
    RuleSpec(name="growing", kinds=(Kind.SLOW, Kind.STUCK), channels=("ops_chat",), throttle=3600),
)  # fmt: skip
WEEK = timedelta(days=7)
MOST = 200


def tell(conn: Connection, since: datetime, now: datetime) -> None:
    """Write all of it. since: when channels and rules were made"""
    ids = {
        name: channels.add(conn, name, kind, f"env:DEMO_{name.upper()}", None, by="maria", at=since)
        for name, kind in CHANNELS
    }
    rules = {rule.name: alerts.add(conn, rule, by="maria", at=since) for rule in RULES}
    failed = history.listing(conn, Filter(statuses=UNSUCCESSFUL, since=now - WEEK), MOST)
    mended = history.listing(
        conn, Filter(statuses=(Status.SUCCEEDED,), trigger=Trigger.RETRY, since=now - WEEK), MOST
    )
    well = {one.first_id for one in mended}
    lost = [one for one in _last_attempts(failed) if (one.first_id or one.id) not in well]
    causes.add(conn, sorted(map(_cause, lost), key=lambda cause: cause.at))
    numbers, chat, at = count(1), ids["ops_chat"], now
    for cause in causes.take(conn, MOST):
        if cause.at > at + THROTTLE:
            _send(conn, chat, at + THROTTLE, f"demo-{next(numbers)}")
        at = cause.at
        deliveries.add(conn, [(cause.id, chat, rules["failures"])], at)
        _send(conn, chat, at, f"demo-{next(numbers)}")
        causes.handled(conn, [cause.id], at)
    _send(conn, chat, at + THROTTLE, f"demo-{next(numbers)}")


def _last_attempts(found: list[Execution]) -> list[Execution]:
    """Those that were not tried again; the newest first."""
    last: dict[int, Execution] = {}
    for one in found:
        last.setdefault(one.first_id or one.id, one)
    return list(last.values())


def _cause(one: Execution) -> Cause:
    at = one.ended_at or one.queued_at
    detail = f"{one.error_type}: {one.error_message}" if one.error_type else None
    info = {"job": one.job_name, "detail": detail}
    return Cause(Kind(one.status.value), f"demo:{one.id}", at, one.job_id, one.id, info)


def _send(conn: Connection, channel: int, at: datetime, message: str) -> None:
    """Put what may go in one message, which arrives a moment later."""
    if group := deliveries.next_group(conn, channel, at, 100):
        deliveries.name(conn, group, message)
        deliveries.tried(conn, channel, message, at + timedelta(seconds=1.4))
        channels.arrived(conn, channel, at + timedelta(seconds=1.4))

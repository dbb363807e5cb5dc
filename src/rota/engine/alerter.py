"""Cause to delivered: what happened is told to whom the rules name. Any number of alerters may run."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from rota.channels.message import Message, Undelivered
from rota.domain import telling
from rota.domain.alert import FAILURES, Cause, Kind, Mode, Rule, Subject, asks, concerns
from rota.domain.clock import Clock
from rota.services.channels import Post
from rota.store import alerts, causes, channels, deliveries, rollups
from rota.store.database import Database

BATCH = 500
MOST_IN_ONE = 1000
"""Causes that one message tells, at most."""

LOOK = 10.0
"""Seconds between looks for what nobody writes down: overdue, slow, stuck."""

CLAIM = timedelta(seconds=120)
"""For how long a channel is left to whoever sends to it."""

KEPT = timedelta(days=90)
WEEK, ENOUGH = timedelta(days=7), 20
"""A job is slow by the runs of a week, when there were enough."""

log = structlog.get_logger("rota.alerter")


class Alerter:
    """Handles causes and sends messages, a batch a transaction; nothing is sent inside of one."""

    def __init__(self, db: Database, clock: Clock, post: Post) -> None:
        self.db, self.clock, self.post = db, clock, post
        self._looked_at = self._forgot_at = float("-inf")

    def tick(self) -> int:
        """Look, handle, send. Returns how many messages arrived."""
        now = self.clock.monotonic()
        if now - self._looked_at >= LOOK:
            self._looked_at = now
            self._look()
        if now - self._forgot_at >= 3600:
            self._forgot_at = now
            self._forget()
        is_open = causes.is_any_open(self.db.look)
        while is_open:
            is_open = self._handle() == BATCH
        ready = channels.waiting(self.db.look, self.clock.now())
        return sum(self._serve(channel) for channel in ready)

    def _look(self) -> None:
        found, back = list[Cause](), causes.recovered(self.db.look, self.clock.now())
        if alerts.is_any_enabled(self.db.look):
            with self.db.read() as conn:
                found = self._watched(conn, alerts.listing(conn, self.clock.now(), enabled=True))
        if found or back:
            with self.db.write() as conn:
                causes.add(conn, found + back)
                causes.closed(conn, back)

    def _watched(self, conn: Connection, rules: Sequence[Rule]) -> list[Cause]:
        now, found = self.clock.now(), []
        if (late := _least(rules, Kind.OVERDUE)) is not None:
            found += causes.overdue(conn, now, late)
        if (silent := _least(rules, Kind.STUCK)) is not None:
            found += causes.stuck(conn, now, silent)
        if any(Kind.SLOW in rule.kinds for rule in rules):
            since = now - timedelta(seconds=6 * LOOK)
            for job_id, name in causes.busy_jobs(conn, since):
                if causes.successes(conn, job_id, now - WEEK) >= ENOUGH:
                    (limit,) = rollups.durations(conn, job_id, now - WEEK, (0.95,))
                    found += causes.slow(conn, job_id, name, since, limit or 0)
        return found

    def _handle(self) -> int:
        """Write the deliveries of a batch of causes. Returns how many causes it was."""
        with self.db.write() as conn:
            now, found = self.clock.now(), causes.take(conn, BATCH)
            if not found:
                return 0
            rules, muted = alerts.listing(conn, now, enabled=True), set(alerts.muted(conn, now))
            known = causes.subjects(conn, {one.job_id for one in found if one.job_id is not None})
            ids, told = channels.ids(conn), list[Cause]()
            rows: list[tuple[int, int, int | None]] = []
            for cause in found:
                for rule in self._asking(conn, cause, rules, muted, known):
                    rows += [(cause.id, ids[name], rule.id) for name in rule.channels if name in ids]
                    told.append(cause)
                if cause.kind is Kind.NOTICE and "all" not in muted:
                    rows += [
                        (cause.id, ids[name], None)
                        for name in (cause.info or {}).get("channels", ())
                        if name in ids
                    ]
            deliveries.add(conn, rows, now)
            causes.opened(conn, told)
            causes.handled(conn, [one.id for one in found], now)
            return len(found)

    def _asking(
        self,
        conn: Connection,
        cause: Cause,
        rules: Sequence[Rule],
        muted: set[str],
        known: dict[int, Subject],
    ) -> Iterable[Rule]:
        """The rules that ask for that."""
        subject = known.get(cause.job_id or 0)
        if subject is None or cause.kind is Kind.NOTICE or {"all", f"job:{subject.name}"} & muted:
            return []
        mine = [rule for rule in rules if concerns(rule, subject) and f"rule:{rule.name}" not in muted]
        in_a_row = 0
        if cause.kind in FAILURES and any(rule.mode is not Mode.EACH for rule in mine):
            most = max(rule.streak for rule in mine) + 1
            in_a_row = causes.failures_in_a_row(conn, cause.job_id or 0, cause.execution_id or 0, most)
        return [rule for rule in mine if asks(rule, cause.kind, in_a_row)]

    def _serve(self, channel: int) -> int:
        """Send what waits for a channel, message by message, until one does not arrive. Returns how many did."""
        now, sent = self.clock.now(), 0
        with self.db.write() as conn:
            if not channels.claim(conn, channel, now, now + CLAIM):
                return 0
        try:
            while self._send_next(channel):
                sent += 1
        finally:
            with self.db.write() as conn:
                channels.release(conn, channel)
        return sent

    def _send_next(self, channel: int) -> bool:
        """Send one message. Returns whether there was one and it arrived."""
        with self.db.write() as conn:
            kept, message_id = channels.find(conn, channel), deliveries.begun(conn, channel)
            if message_id is None:
                group = deliveries.next_group(conn, channel, self.clock.now(), MOST_IN_ONE)
                if not group:
                    return False
                message_id = uuid.uuid4().hex
                deliveries.name(conn, group, message_id)
            told = deliveries.causes_of(conn, channel, message_id)
        if kept is None:
            return False
        problem = None
        try:
            self.post.send(kept, _message(message_id, told))
        except Undelivered as failure:
            problem = str(failure)
            log.warning("a channel cannot be reached", channel=kept.channel.name, problem=problem)
        except Exception as failure:
            # A service that trips over its own answer must not keep the other channels waiting.
            problem = f"{type(failure).__name__}: {failure}"
            log.exception("a channel failed", channel=kept.channel.name)
        with self.db.write() as conn:
            now = self.clock.now()
            deliveries.tried(conn, channel, message_id, None if problem else now)
            if problem:
                channels.failed(conn, channel, now, problem)
            else:
                channels.arrived(conn, channel, now)
        return problem is None

    def _forget(self) -> None:
        while True:
            with self.db.write() as conn:
                if causes.forget(conn, self.clock.now() - KEPT, BATCH) < BATCH:
                    return


def _least(rules: Sequence[Rule], kind: Kind) -> float | None:
    return min((rule.seconds for rule in rules if kind in rule.kinds), default=None)


def _message(message_id: str, told: Sequence[Cause]) -> Message:
    """The message for these causes; however often it is made, it is the same."""
    html = (told[0].info or {}).get("html") if len(told) == 1 else None
    items = tuple(
        {"kind": one.kind.value, "at": one.at.isoformat(), "job": (one.info or {}).get("job"),
         "execution_id": one.execution_id, "detail": (one.info or {}).get("detail")}
        for one in told
    )  # fmt: skip
    at = max(one.at for one in told)
    return Message(message_id, at, telling.title(told), telling.text(told), html, items)

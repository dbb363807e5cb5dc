"""Alerts: rules, mutes, channels, and a message to try one."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from rota.channels import sending
from rota.channels.message import Message, Undelivered
from rota.domain.actor import Actor
from rota.domain.alert import Channel, ChannelKind, ChannelSpec, Mute, Rule, RuleSpec, Scope
from rota.domain.clock import Clock
from rota.domain.errors import Conflict, Invalid, NotFound, Unavailable, unknown
from rota.domain.permission import Action
from rota.services.jobs import require
from rota.services.rights import acting
from rota.services.vault import Vault
from rota.store import alerts, audit, channels, deliveries
from rota.store.channels import Kept
from rota.store.database import Database
from rota.store.deliveries import Delivery

Send = Callable[[ChannelKind, str, str | None, Message, Sequence[str]], None]
_SECRET = {"properties": {"url": {"writeOnly": True}, "secret": {"writeOnly": True}}}


class Post:
    """Sends to channels as they are kept: opens their addresses.

    environ  where the values of "env:NAME" are read
    hosts    those that webhooks may call although they are inside
    """

    def __init__(
        self, vault: Vault, environ: Mapping[str, str], hosts: Sequence[str], send: Send = sending.send
    ) -> None:
        self.vault, self.environ, self.hosts, self._send = vault, environ, tuple(hosts), send

    def send(self, kept: Kept, message: Message) -> None:
        """Send it and wait until it was taken. Raises Undelivered."""
        try:
            url, secret = self._opened(kept.url), self._opened(kept.secret) if kept.secret else None
            self._send(kept.channel.kind, url, secret, message, self.hosts)
        except (Invalid, Unavailable) as problem:
            raise Undelivered(str(problem)) from problem

    def _opened(self, stored: str) -> str:
        import json

        text = str(json.loads(self.vault.open(json.dumps({"url": stored}))[0])["url"])
        if not text.startswith("env:"):
            return text
        name = text.removeprefix("env:")
        if name not in self.environ:
            raise Unavailable(f"the variable {name} is not set", fix="set it where rota schedules")
        return self.environ[name]


class Alerts:
    """The verbs on rules, mutes and channels."""

    def __init__(self, db: Database, clock: Clock, post: Post) -> None:
        self.db, self.clock, self.post = db, clock, post

    def rules(self) -> list[Rule]:
        """All rules, by name."""
        with self.db.read() as conn:
            return alerts.listing(conn, self.clock.now())

    def rule(self, reference: str | int) -> Rule:
        """The rule of that name or id. Raises NotFound."""
        with self.db.read() as conn:
            return self._rule(conn, reference)

    def _rule(self, conn: Connection, reference: str | int) -> Rule:
        now = self.clock.now()
        found = alerts.find(conn, reference, now)
        if found is None:
            raise unknown("alert", str(reference), [one.name for one in alerts.listing(conn, now)])
        return found

    def create(self, spec: RuleSpec, by: Actor) -> Rule:
        """Make a rule. Raises NotFound (a channel, a job), Conflict (name), Denied."""
        with acting(self.db, self.clock, by, Action.ALERT_CREATE, f"alert:{spec.name}") as conn:
            known = channels.ids(conn)
            for name in spec.channels:
                if name not in known:
                    raise unknown("channel", name, known)
            if spec.scope is Scope.JOB and spec.target is not None:
                require(conn, spec.target)
            try:
                with conn.begin_nested():
                    rule_id = alerts.add(conn, spec, by=by.name, at=self.clock.now())
            except IntegrityError as error:
                raise _taken("an alert", spec.name) from error
            told = spec.model_dump(mode="json")
            self._record(conn, by, Action.ALERT_CREATE, f"alert:{spec.name}", after=told)
            return self._rule(conn, rule_id)

    def delete(self, reference: str | int, by: Actor) -> None:
        """Take a rule away; what it has not sent yet is not sent. Raises NotFound, Denied."""
        with acting(self.db, self.clock, by, Action.ALERT_DELETE, f"alert:{reference}") as conn:
            rule = self._rule(conn, reference)
            deliveries.drop(conn, rule_id=rule.id)
            alerts.remove(conn, rule.id)
            self._record(conn, by, Action.ALERT_DELETE, f"alert:{rule.name}")

    def mutes(self) -> list[Mute]:
        """What is muted now."""
        with self.db.read() as conn:
            return alerts.mutes(conn, self.clock.now())

    def mute(self, target: str, until: datetime, by: Actor, reason: str | None = None) -> Mute:
        """Send nothing for "all", "job:NAME" or "rule:NAME" until then, nor what waits. Raises NotFound, Invalid."""
        with acting(self.db, self.clock, by, Action.ALERT_MUTE, f"alert:{target}") as conn:
            if until <= self.clock.now():
                raise Invalid("that time is past", fix="give a later one", field="until")
            kind, _, name = target.partition(":")
            if target == "all":
                deliveries.drop(conn)
            elif kind == "job" and name:
                deliveries.drop(conn, job_id=require(conn, name).id)
            elif kind == "rule" and name:
                deliveries.drop(conn, rule_id=self._rule(conn, name).id)
            else:
                raise Invalid(
                    f'"{target}" cannot be muted', fix='use "all", "job:NAME" or "rule:NAME"', field="target"
                )
            mute = Mute(target=target, until=until, reason=reason, by=by.name)
            alerts.mute(conn, mute)
            told = {"until": until.isoformat()}
            self._record(conn, by, Action.ALERT_MUTE, f"alert:{target}", after=told, reason=reason)
            return mute

    def unmute(self, target: str, by: Actor) -> None:
        """Send again for that. Raises NotFound when it is not muted."""
        with acting(self.db, self.clock, by, Action.ALERT_MUTE, f"alert:{target}") as conn:
            if not alerts.unmute(conn, [target]):
                raise NotFound(f'"{target}" is not muted', fix="see `rota alerts list`")
            self._record(conn, by, Action.ALERT_MUTE, f"alert:{target}", after={"until": None})

    def channels(self) -> list[Channel]:
        """All channels, by name, without their addresses."""
        with self.db.read() as conn:
            return [one.channel for one in channels.listing(conn)]

    def channel(self, reference: str | int) -> Channel:
        """The channel of that name or id. Raises NotFound."""
        with self.db.read() as conn:
            return _channel(conn, reference).channel

    def add_channel(self, spec: ChannelSpec, by: Actor) -> Channel:
        """Make a channel; its address is stored sealed, or as "env:NAME". Raises Invalid, Conflict, Denied."""
        with acting(self.db, self.clock, by, Action.CHANNEL_CREATE, f"channel:{spec.name}") as conn:
            if not spec.url.startswith("env:"):
                sending.check(spec.kind, spec.url)
            given = {"url": spec.url, "secret": spec.secret}
            try:
                kept = self.post.vault.seal(_SECRET, given)
            except Invalid as problem:
                told = "the address of a channel is secret and cannot be stored without a key"
                fix = 'set ROTA_SECRET_KEY, or give "env:NAME", which is read where rota schedules'
                raise Invalid(told, fix=fix, field="url") from problem
            try:
                with conn.begin_nested():
                    now = self.clock.now()
                    made = channels.add(
                        conn, spec.name, spec.kind, kept["url"], kept["secret"], by=by.name, at=now
                    )
            except IntegrityError as error:
                raise _taken("a channel", spec.name) from error
            told_audit = {"kind": spec.kind.value}
            self._record(conn, by, Action.CHANNEL_CREATE, f"channel:{spec.name}", after=told_audit)
            return _channel(conn, made).channel

    def remove_channel(self, reference: str | int, by: Actor) -> None:
        """Take a channel away. Raises NotFound, and Conflict while a rule sends to it."""
        with acting(self.db, self.clock, by, Action.CHANNEL_DELETE, f"channel:{reference}") as conn:
            found = _channel(conn, reference).channel
            if users := alerts.users_of(conn, found.name):
                fix = f"delete {', '.join(users)} first"
                raise Conflict(f'alerts are sent to the channel "{found.name}"', fix=fix, code="in_use")
            channels.remove(conn, found.id)
            self._record(conn, by, Action.CHANNEL_DELETE, f"channel:{found.name}")

    def test(self, reference: str | int, by: Actor) -> Channel:
        """Send a message to a channel now, to try it. Raises Conflict with what went wrong."""
        with acting(self.db, self.clock, by, Action.CHANNEL_TEST, f"channel:{reference}") as conn:
            kept, now = _channel(conn, reference), self.clock.now()
            self._record(conn, by, Action.CHANNEL_TEST, f"channel:{kept.channel.name}")
        text = f"{by.name} asked for this message, to see whether the channel {kept.channel.name} works. It does."
        message = Message(uuid.uuid4().hex, now, "A test from rota", text)
        try:
            self.post.send(kept, message)
        except Undelivered as problem:
            fix = "check its address, then try again"
            raise Conflict(f"{kept.channel.name}: {problem}", fix=fix, code="undelivered") from problem
        return self.channel(kept.channel.id)

    def deliveries(self, *, before_id: int | None = None, size: int = 50) -> list[Delivery]:
        """What was sent, or waits to be: the newest first."""
        with self.db.read() as conn:
            return deliveries.listing(conn, before_id=before_id, size=size)

    def _record(self, conn: Connection, by: Actor, action: Action, target: str, **told: object) -> None:
        audit.record(conn, by, action.value, target, at=self.clock.now(), **told)  # type: ignore[arg-type]


def _channel(conn: Connection, reference: str | int) -> Kept:
    found = channels.find(conn, reference)
    if found is None:
        raise unknown("channel", str(reference), channels.ids(conn))
    return found


def _taken(what: str, name: str) -> Conflict:
    return Conflict(
        f'there is {what} named "{name}" already', fix="choose another name", field="name", code="name_taken"
    )

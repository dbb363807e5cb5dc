"""Channels: where alerts go, their addresses sealed, and a message to try one."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from rota.channels import sending
from rota.channels.message import Message, Undelivered
from rota.domain.actor import Actor
from rota.domain.alert import Channel, ChannelKind, ChannelPatch, ChannelSpec
from rota.domain.clock import Clock
from rota.domain.errors import Conflict, Invalid, Unavailable, name_taken, unknown
from rota.domain.permission import Action
from rota.domain.secret import REFERENCE
from rota.services.rights import acting
from rota.services.vault import Vault
from rota.store import alerts, audit, channels
from rota.store.channels import Kept
from rota.store.database import Database

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
        if not text.startswith(REFERENCE):
            return text
        name = text.removeprefix(REFERENCE)
        if name not in self.environ:
            raise Unavailable(f"the variable {name} is not set", fix="set it where rota schedules")
        return self.environ[name]


class Channels:
    """The verbs on channels."""

    def __init__(self, db: Database, clock: Clock, post: Post) -> None:
        self.db, self.clock, self.post = db, clock, post

    def listing(self) -> list[Channel]:
        """All channels, by name, without their addresses."""
        with self.db.read() as conn:
            return [one.channel for one in channels.listing(conn)]

    def get(self, reference: str | int) -> Channel:
        """The channel of that name or id. Raises NotFound."""
        with self.db.read() as conn:
            return _kept(conn, reference).channel

    def create(self, spec: ChannelSpec, by: Actor) -> Channel:
        """Make a channel; its address is stored sealed, or as "env:NAME". Raises Invalid, Conflict, Denied."""
        with acting(self.db, self.clock, by, Action.CHANNEL_CREATE, f"channel:{spec.name}") as conn:
            stored, now = self._stored(spec.kind, {"url": spec.url, "secret": spec.secret}), self.clock.now()
            try:
                with conn.begin_nested():
                    url, secret = stored["url"], stored["secret"]
                    made = channels.add(conn, spec.name, spec.kind, url, secret, by=by.name, at=now)
            except IntegrityError as error:
                raise name_taken("a channel", spec.name) from error
            self._record(conn, by, Action.CHANNEL_CREATE, spec.name, after={"kind": spec.kind.value})
            return _kept(conn, made).channel

    def update(self, reference: str | int, patch: ChannelPatch, by: Actor) -> Channel:
        """Give a channel another address or signature; it is tried at once. Raises NotFound, Invalid, Denied."""
        with acting(self.db, self.clock, by, Action.CHANNEL_UPDATE, f"channel:{reference}") as conn:
            found = _kept(conn, reference).channel
            given = patch.model_dump(exclude_unset=True)
            if given:
                kind = patch.kind or found.kind
                stored = self._stored(
                    kind, {name: given[name] for name in ("url", "secret") if name in given}
                )
                channels.change(conn, found.id, stored | {"kind": kind.value})
                self._record(
                    conn, by, Action.CHANNEL_UPDATE, found.name, after=dict.fromkeys(given, "changed")
                )
            return _kept(conn, found.id).channel

    def _stored(self, kind: ChannelKind, given: dict[str, str | None]) -> dict[str, Any]:
        """An address and a secret as they are kept. Raises Invalid."""
        if (url := given.get("url")) is not None and not url.startswith(REFERENCE):
            sending.check(kind, url)
        try:
            return dict(self.post.vault.seal(_SECRET, given))
        except Invalid as problem:
            told = "the address of a channel is secret and cannot be stored without a key"
            fix = 'set ROTA_SECRET_KEY, or give "env:NAME", which is read where rota schedules'
            raise Invalid(told, fix=fix, field="url") from problem

    def delete(self, reference: str | int, by: Actor) -> None:
        """Take a channel away. Raises NotFound, and Conflict while a rule sends to it."""
        with acting(self.db, self.clock, by, Action.CHANNEL_DELETE, f"channel:{reference}") as conn:
            found = _kept(conn, reference).channel
            if users := alerts.users_of(conn, found.name):
                fix = f"delete {', '.join(users)} first"
                raise Conflict(f'alerts are sent to the channel "{found.name}"', fix=fix, code="in_use")
            channels.remove(conn, found.id)
            self._record(conn, by, Action.CHANNEL_DELETE, found.name)

    def test(self, reference: str | int, by: Actor) -> Channel:
        """Send a message to a channel now, to try it. Raises Conflict with what went wrong."""
        with acting(self.db, self.clock, by, Action.CHANNEL_TEST, f"channel:{reference}") as conn:
            kept, now = _kept(conn, reference), self.clock.now()
            self._record(conn, by, Action.CHANNEL_TEST, kept.channel.name)
        text = f"{by.name} asked for this message, to see whether the channel {kept.channel.name} works. It does."
        message = Message(uuid.uuid4().hex, now, "A test from rota", text)
        try:
            self.post.send(kept, message)
        except Undelivered as problem:
            # It is not noted as failed: who tries it may not see the variable that is read where rota schedules.
            fix = "check its address, then try again"
            raise Conflict(f"{kept.channel.name}: {problem}", fix=fix, code="undelivered") from problem
        with self.db.write() as conn:
            channels.arrived(conn, kept.channel.id, self.clock.now())
        return self.get(kept.channel.id)

    def _record(self, conn: Connection, by: Actor, action: Action, name: str, **told: Any) -> None:
        audit.record(conn, by, action.value, f"channel:{name}", at=self.clock.now(), **told)


def _kept(conn: Connection, reference: str | int) -> Kept:
    found = channels.find(conn, reference)
    if found is None:
        raise unknown("channel", str(reference), channels.ids(conn))
    return found

"""A desk with a channel, and what arrives there."""

from datetime import UTC, datetime

from sqlalchemy import select

from rota.channels.message import Message
from rota.domain.alert import ChannelKind, ChannelSpec
from rota.engine.alerter import Alerter
from rota.services.alerts import Alerts
from rota.services.channels import Post
from rota.services.vault import Vault
from rota.store.schema import reports
from tests.world import ANA


class Told:
    """A desk in the present with a channel "ops", and what arrives there."""

    def __init__(self, desk) -> None:
        self.desk, self.world = desk, desk.world
        self.messages: list[Message] = []
        self.world.clock.wall = datetime.now(UTC)
        post = Post(Vault("key"), {}, (), lambda *args: self.messages.append(args[3]))
        alerts = Alerts(self.world.db, self.world.clock, post)
        alerts.channels.create(
            ChannelSpec(name="ops", kind=ChannelKind.WEBHOOK, url="https://example.com/"), ANA
        )
        self.alerter = Alerter(self.world.db, self.world.clock, post)

    def arrived(self):
        self.alerter.tick()
        return [one.title for one in self.messages]

    def kept(self):
        with self.world.db.read() as conn:
            return conn.execute(select(reports.c.kind, reports.c.title, reports.c.html, reports.c.text)).all()

"""A world in which alerts are told to a box."""

from rota.channels.message import Message, Undelivered
from rota.domain.alert import ChannelKind, ChannelSpec, RuleSpec
from rota.domain.execution import Status
from rota.engine.alerter import Alerter
from rota.services.alerts import Alerts
from rota.services.channels import Post
from rota.services.vault import Vault
from tests.world import ANA


class Box:
    """Takes messages in place of a channel; `down`: nothing arrives."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.down, self.tried = False, 0

    def __call__(self, kind, url, secret, message, hosts):
        self.tried += 1
        if self.down:
            raise Undelivered("nobody there")
        self.messages.append(message)

    @property
    def titles(self):
        return [one.title for one in self.messages]


class Told:
    """A world with a channel "ops", its alerter, and what was sent."""

    def __init__(self, world) -> None:
        self.world, self.box = world, Box()
        post = Post(Vault("a key"), {}, (), self.box)
        self.alerts, self.alerter = Alerts(world.db, world.clock, post), Alerter(world.db, world.clock, post)
        url = "https://example.com/hook"
        self.alerts.channels.create(ChannelSpec(name="ops", kind=ChannelKind.WEBHOOK, url=url), ANA)

    def rule(self, name="all", **fields):
        return self.alerts.create(RuleSpec(name=name, channels=("ops",), **fields), ANA)

    def run(self, job, status=Status.SUCCEEDED, **fields):
        self.world.executions.execute(job, ANA)
        self.world.run(status, **fields)

    def after(self, seconds=11.0):
        self.world.clock.advance(seconds)
        self.alerter.tick()

"""Alerts, channels and reports through a server."""

from datetime import datetime
from functools import cached_property
from typing import Any

from rota.client.wire import MOST, Wire, instant, known
from rota.domain.actor import Actor
from rota.domain.alert import Channel, ChannelPatch, ChannelSpec, Mute, Rule, RuleSpec
from rota.domain.errors import NotFound, RotaError, unknown
from rota.store.deliveries import Delivery
from rota.store.reports import Report

REFERENCE = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"


class Channels:
    """The verbs of `services.channels.Channels`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def listing(self) -> list[Channel]:
        """All channels, by name, without their addresses."""
        return [self.wire.model(Channel, one) for one in self.wire.get("channels")]

    def get(self, reference: str | int) -> Channel:
        """The channel of that name or id. Raises NotFound."""
        return self.wire.model(Channel, self.wire.get("channels", self._named(reference)))

    def create(self, spec: ChannelSpec, by: Actor) -> Channel:
        """Make a channel. Raises Invalid, Conflict (name, no key to seal its address with), Denied."""
        return self.wire.model(Channel, self.wire.ask("POST", "channels", body=spec.model_dump(mode="json")))

    def update(self, reference: str | int, patch: ChannelPatch, by: Actor) -> Channel:
        """Change what is given. Raises NotFound, Invalid, Denied."""
        body = patch.model_dump(mode="json", exclude_unset=True)
        return self.wire.model(Channel, self.wire.ask("PATCH", "channels", self._named(reference), body=body))

    def delete(self, reference: str | int, by: Actor) -> None:
        """Take a channel away. Raises NotFound, Conflict (an alert is sent there), Denied."""
        self.wire.ask("DELETE", "channels", self._named(reference))

    def test(self, reference: str | int, by: Actor) -> Channel:
        """Send a message there now. Raises NotFound, Conflict (it was not taken), Denied."""
        return self.wire.model(Channel, self.wire.ask("POST", "channels", self._named(reference), "test"))

    def _named(self, reference: str | int) -> str:
        def nothing() -> RotaError:
            return unknown("channel", str(reference), [one.name for one in self.listing()])

        return known(reference, REFERENCE, nothing)


class Alerts:
    """The verbs of `services.alerts.Alerts`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    @cached_property
    def channels(self) -> Channels:
        """Where alerts are sent."""
        return Channels(self.wire)

    def rules(self) -> list[Rule]:
        """All rules, by name."""
        return [self.wire.model(Rule, one) for one in self.wire.get("alerts")]

    def rule(self, reference: str | int) -> Rule:
        """The rule of that name or id. Raises NotFound."""
        return self.wire.model(Rule, self.wire.get("alerts", self._named(reference)))

    def create(self, spec: RuleSpec, by: Actor) -> Rule:
        """Make a rule. Raises NotFound (a channel, a job), Conflict (name), Denied."""
        return self.wire.model(Rule, self.wire.ask("POST", "alerts", body=spec.model_dump(mode="json")))

    def update(self, reference: str | int, spec: RuleSpec, by: Actor) -> Rule:
        """Put another rule in its place, of the same name. Raises NotFound, Invalid, Denied."""
        body = spec.model_dump(mode="json")
        return self.wire.model(Rule, self.wire.ask("PUT", "alerts", self._named(reference), body=body))

    def switch(self, reference: str | int, is_enabled: bool, by: Actor) -> Rule:
        """Let a rule tell things, or not. Raises NotFound, Denied."""
        verb = "enable" if is_enabled else "disable"
        return self.wire.model(Rule, self.wire.ask("POST", "alerts", self._named(reference), verb))

    def delete(self, reference: str | int, by: Actor) -> None:
        """Take a rule away. Raises NotFound, Denied."""
        self.wire.ask("DELETE", "alerts", self._named(reference))

    def mutes(self) -> list[Mute]:
        """What is muted now."""
        return [self.wire.model(Mute, one) for one in self.wire.get("alerts", "mutes")]

    def mute(self, target: str, until: datetime, by: Actor, reason: str | None = None) -> Mute:
        """Send nothing for that until then. Raises NotFound, Invalid, Denied."""
        body = {"target": target, "until": instant(until), "reason": reason}
        return self.wire.model(Mute, self.wire.ask("POST", "alerts", "mutes", body=body))

    def unmute(self, target: str, by: Actor) -> None:
        """Send again for that. Raises NotFound, Denied."""

        def nothing() -> RotaError:
            return NotFound(f'"{target}" is not muted', fix="see `rota alerts list`")

        self.wire.ask("DELETE", "alerts", "mutes", known(target, r"[^/]{1,110}", nothing))

    def deliveries(self, *, size: int = 50) -> list[Delivery]:
        """What was sent, or waits to be: the newest first."""
        found: list[Delivery] = []
        before: int | None = None
        while len(found) < size:
            wanted = min(MOST, size - len(found))
            told = self.wire.get("alerts", "deliveries", before_id=before, size=wanted)
            some = [self.wire.read(Delivery, one) for one in told]
            found += some
            if len(some) < wanted:
                break
            before = some[-1].id
        return found

    def _named(self, reference: str | int) -> str:
        def nothing() -> RotaError:
            return unknown("alert", str(reference), [one.name for one in self.rules()])

        return known(reference, REFERENCE, nothing)


class Reports:
    """The verbs of `services.reports.Reports`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def search(self, *, page: int = 1, size: int = 50) -> list[Report]:
        """One page of the reports, the newest first, without what they say."""
        return [self._report(one) for one in self.wire.window("reports", page=page, size=size)]

    def get(self, report_id: int) -> Report:
        """One with what it says. Raises NotFound."""
        return self._report(self.wire.get("reports", report_id))

    def _report(self, told: dict[str, Any]) -> Report:
        fields = {name: told[name] for name in Report.__dataclass_fields__ if name in told}
        return self.wire.read(Report, {"html": "", "text": ""} | fields)

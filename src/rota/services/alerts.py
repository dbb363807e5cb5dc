"""Alerts: rules that say what is told to whom, what is muted, and what was sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from rota.domain.actor import Actor
from rota.domain.alert import Mute, Rule, RuleSpec, Scope, Subject, concerns
from rota.domain.clock import Clock
from rota.domain.errors import Invalid, NotFound, name_taken, unknown
from rota.domain.job import Job, JobSpec
from rota.domain.permission import Action
from rota.services.channels import Channels, Post
from rota.services.jobs import require
from rota.services.rights import acting
from rota.store import alerts, audit, channels, deliveries
from rota.store.database import Database
from rota.store.deliveries import Delivery


class Alerts:
    """The verbs on rules and mutes; those on channels are in `channels`."""

    def __init__(self, db: Database, clock: Clock, post: Post) -> None:
        self.db, self.clock, self.channels = db, clock, Channels(db, clock, post)

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
            _check(conn, spec)
            try:
                with conn.begin_nested():
                    rule_id = alerts.add(conn, spec, by=by.name, at=self.clock.now())
            except IntegrityError as error:
                raise name_taken("an alert", spec.name) from error
            told = spec.model_dump(mode="json")
            self._record(conn, by, Action.ALERT_CREATE, f"alert:{spec.name}", after=told)
            return self._rule(conn, rule_id)

    def update(self, reference: str | int, spec: RuleSpec, by: Actor) -> Rule:
        """Put another rule in its place, of the same name. Raises NotFound (also a channel, a job), Invalid, Denied."""
        with acting(self.db, self.clock, by, Action.ALERT_UPDATE, f"alert:{reference}") as conn:
            rule = self._rule(conn, reference)
            if spec.name != rule.name:
                raise Invalid(f'the alert is named "{rule.name}"', fix="make another one", field="name")
            _check(conn, spec)
            alerts.change(conn, rule.id, spec)
            before, after = _told(rule), _told(spec)
            if before != after:
                self._record(conn, by, Action.ALERT_UPDATE, f"alert:{rule.name}", before=before, after=after)
            return self._rule(conn, rule.id)

    def switch(self, reference: str | int, is_enabled: bool, by: Actor) -> Rule:
        """Let a rule tell things, or not; what it has not sent yet is not sent. Raises NotFound, Denied."""
        with acting(self.db, self.clock, by, Action.ALERT_UPDATE, f"alert:{reference}") as conn:
            rule = self._rule(conn, reference)
            alerts.switch(conn, rule.id, is_enabled)
            if not is_enabled:
                deliveries.drop(conn, rule_id=rule.id)
            self._record(
                conn, by, Action.ALERT_UPDATE, f"alert:{rule.name}", after={"is_enabled": is_enabled}
            )
            return self._rule(conn, rule.id)

    def concerning(self, job: Job | JobSpec) -> list[Rule]:
        """The rules that ask for something of a job, or of one that is to be made, by name."""
        subject = Subject(job.name, job.job_type, job.tags, job.critical)
        return [rule for rule in self.rules() if concerns(rule, subject)]

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

    def deliveries(
        self, *, before_id: int | None = None, size: int = 50, job_id: int | None = None
    ) -> list[Delivery]:
        """What was sent, or waits to be: the newest first. job_id: only of that job, among the latest"""
        with self.db.read() as conn:
            return deliveries.listing(conn, before_id=before_id, size=size, job_id=job_id)

    def _record(self, conn: Connection, by: Actor, action: Action, target: str, **told: Any) -> None:
        audit.record(conn, by, action.value, target, at=self.clock.now(), **told)


def _check(conn: Connection, spec: RuleSpec) -> None:
    """Raises NotFound for a channel or a job that is not there."""
    known = channels.ids(conn)
    for name in spec.channels:
        if name not in known:
            raise unknown("channel", name, known)
    if spec.scope is Scope.JOB and spec.target is not None:
        require(conn, spec.target)


def _told(spec: RuleSpec) -> dict[str, Any]:
    return spec.model_dump(mode="json", include=set(RuleSpec.model_fields))

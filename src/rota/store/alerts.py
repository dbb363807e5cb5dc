"""Rules and mutes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from rota.domain.alert import Mute, Rule, RuleSpec
from rota.store import upsert
from rota.store.looking import Look
from rota.store.schema import alert_mutes, alert_rules

_r, _m = alert_rules.c, alert_mutes.c


def add(conn: Connection, spec: RuleSpec, *, by: str, at: datetime) -> int:
    """Write a new rule. Returns its id."""
    values = spec.model_dump(mode="json")
    made = insert(alert_rules).values(**values, is_enabled=True, created_at=at, created_by=by)
    return int(conn.execute(made.returning(_r.id)).scalar_one())


def find(conn: Connection, reference: str | int, at: datetime) -> Rule | None:
    """The rule of that name or id."""
    wanted = _r.id == reference if isinstance(reference, int) else _r.name == reference
    row = conn.execute(select(alert_rules).where(wanted)).one_or_none()
    return None if row is None else _rule(row, muted(conn, at))


def listing(conn: Connection, at: datetime, *, enabled: bool = False) -> list[Rule]:
    """All rules by name, or those that are enabled."""
    query = select(alert_rules).order_by(_r.name)
    until = muted(conn, at)
    return [_rule(row, until) for row in conn.execute(query.where(_r.is_enabled) if enabled else query)]


_ANY_ENABLED = select(select(_r.id).where(_r.is_enabled).exists())


def is_any_enabled(look: Look) -> bool:
    """Whether there is a rule that holds."""
    return bool(look(_ANY_ENABLED)[0][0])


def _rule(row: Row[Any], until: dict[str, datetime]) -> Rule:
    return Rule(**row._mapping, muted_until=until.get(f"rule:{row.name}"))


def change(conn: Connection, rule_id: int, spec: RuleSpec) -> None:
    """Write what a rule says now."""
    conn.execute(update(alert_rules).where(_r.id == rule_id).values(**spec.model_dump(mode="json")))


def switch(conn: Connection, rule_id: int, is_enabled: bool) -> None:
    """Enable or disable one."""
    conn.execute(update(alert_rules).where(_r.id == rule_id).values(is_enabled=is_enabled))


def remove(conn: Connection, rule_id: int) -> None:
    """Delete one."""
    conn.execute(delete(alert_rules).where(_r.id == rule_id))


def users_of(conn: Connection, channel: str) -> list[str]:
    """The names of the rules that send to a channel."""
    return [name for name, used in conn.execute(select(_r.name, _r.channels)) if channel in used]


def mutes(conn: Connection, at: datetime) -> list[Mute]:
    """Those that hold at an instant."""
    query = select(alert_mutes).where(_m.until > at).order_by(_m.target)
    return [Mute(**row._mapping) for row in conn.execute(query)]


def muted(conn: Connection, at: datetime) -> dict[str, datetime]:
    """What is muted at an instant, until when."""
    return {one.target: one.until for one in mutes(conn, at)}


def mute(conn: Connection, one: Mute) -> None:
    """Mute it, or until another time."""
    values = one.model_dump()
    made = upsert.insert(conn.dialect.name, alert_mutes).values(values)
    conn.execute(made.on_conflict_do_update(index_elements=[_m.target], set_=values))


def unmute(conn: Connection, targets: Sequence[str]) -> int:
    """Take mutes back. Returns how many there were."""
    return conn.execute(delete(alert_mutes).where(_m.target.in_(targets))).rowcount

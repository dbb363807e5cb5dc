"""How the whole stands, for the frame of every page: what is wrong with it, and which nodes live."""

from dataclasses import dataclass
from datetime import timedelta

from rota.app import Rota
from rota.domain.permission import Role
from rota.services.activity import Activity, Day
from rota.services.finding import Finding
from rota.services.glance import Concern, Glance, Glances
from rota.web.fresh import Fresh

FRESH = 2.0
"""Seconds that what concerns all jobs may be old."""


@dataclass(frozen=True, slots=True)
class System:
    """wrong: the worst first; silent: since the scheduler's last heartbeat, None without a scheduler"""

    wrong: list[Finding]
    scheduler: str | None
    silent: timedelta | None
    nodes: int
    slots: int


def system(rota: Rota) -> Fresh[System]:
    """How the whole stands, at most FRESH seconds ago."""

    def look() -> System:
        seen = [one for one in rota.presence.nodes() if one.is_alive]
        first = next((one for one in seen if one.node.role == "scheduler"), None)
        return System(
            wrong=telling(rota.diagnosis.alarms()),
            scheduler=first.node.name if first else None,
            silent=first.silent if first else None,
            nodes=len({one.node.name for one in seen}),
            slots=sum(one.node.slots for one in seen),
        )

    return Fresh(look, rota.clock, FRESH)


def telling(found: list[Finding]) -> list[Finding]:
    """What to tell of it. Where nothing runs at all, no queue is served either, which needs no saying."""
    if any(one.name == "agent" for one in found):
        return [one for one in found if one.name != "queue"]
    return found


def least(rota: Rota) -> Fresh[Role]:
    """The least role that may open the dashboard."""
    return Fresh(lambda: rota.configuration.held().dashboard_role, rota.clock, FRESH)


def glance(rota: Rota) -> Fresh[Glance]:
    """The five numbers above the list of jobs."""
    return Fresh(Glances(rota.db, rota.clock).glance, rota.clock, FRESH)


def concerns(rota: Rota) -> Fresh[list[Concern]]:
    """What needs attention."""
    return Fresh(Glances(rota.db, rota.clock).concerns, rota.clock, FRESH)


def day(rota: Rota) -> Fresh[Day]:
    """What ended in the last twelve hours, and what is planned for the next twelve."""
    return Fresh(Activity(rota.db, rota.clock).day, rota.clock, FRESH)

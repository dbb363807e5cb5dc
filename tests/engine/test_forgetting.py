"""Events are kept for as long as a watcher may resume from them, and not much longer."""

from sqlalchemy import select

from rota.engine.host import FORGET, Host
from rota.store.events import KEPT, SLACK
from rota.store.schema import events
from tests.world import World


def kept(world: World) -> list[dict[str, list[int]]]:
    """What is told of jobs, oldest first."""
    with world.db.read() as conn:
        told = select(events.c.payload).where(events.c.kind == "job").order_by(events.c.id)
        return list(conn.execute(told).scalars())


def test_an_event_is_forgotten_when_nobody_may_resume_from_it_any_more(world):
    scheduling = Host(world.db, world.clock, world.rota.node("scheduler"), world.holds, world.reaper(), None)
    scheduling._register()
    first = world.add_job("first")
    world.clock.advance(KEPT.total_seconds())
    second = world.add_job("second")
    scheduling._tend()
    assert kept(world) == [{"jobs": [first.id]}, {"jobs": [second.id]}]
    world.clock.advance(SLACK.total_seconds() + FORGET)
    scheduling._tend()
    assert kept(world) == [{"jobs": [second.id]}]

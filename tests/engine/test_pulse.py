"""The sign of life: it is told while the schedule is kept, and silence is the alarm."""

from rota.engine.pulse import LATE, Pulse
from tests.channels.receivers import web


def test_it_is_told_while_nothing_is_planned_late(world):
    world.add_job("hourly", every="1h")
    with web() as server:
        pulse = Pulse(world.db, world.clock, server.url, [server.host])
        assert pulse.tick()
        world.clock.advance(3600 + LATE + 1)
        assert not pulse.tick()
        assert len(server.calls) == 1
        world.tick()
        assert pulse.tick()
        server.status = 500
        assert not pulse.tick()
    assert not pulse.tick()


def test_without_an_address_nobody_is_told(world):
    assert not Pulse(world.db, world.clock, None, ()).tick()

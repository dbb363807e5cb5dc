"""Whoever schedules seals the audit log too, every few seconds, beside its other looks."""

from rota.engine.host import SEAL, Host
from rota.services.auditing import Auditing
from tests.world import ANA, World


def host(world: World) -> Host:
    """A scheduling process whose looks are made by hand."""
    made = Host(world.db, world.clock, world.rota.node("scheduler"), world.holds, world.reaper(), None)
    made._register()
    return made


def test_rows_are_sealed_within_seconds(world):
    auditing, scheduling = Auditing(world.db, world.clock), host(world)
    scheduling._tend()
    auditing.record(ANA, "job.pause", "job:x")
    scheduling._tend()
    assert auditing.verify().unsealed == 1
    world.clock.advance(SEAL)
    scheduling._tend()
    assert (auditing.verify().unsealed, auditing.verify().rows) == (0, 1)


def test_two_processes_keep_one_chain(world):
    auditing, both = Auditing(world.db, world.clock), [host(world), host(world)]
    for n in range(6):
        auditing.record(ANA, "job.pause", f"job:{n}")
        both[n % 2]._tend()
        world.clock.advance(SEAL)
    for one in both:
        one._tend()
    found = auditing.verify()
    assert (found.faults, found.rows, found.unsealed) == ((), 6, 0)

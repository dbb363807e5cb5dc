"""A drained node finishes what it has and is given nothing more."""

import pytest

from rota.domain.errors import NotFound
from rota.engine.host import Host
from rota.engine.membership import BEAT
from rota.store import nodes
from tests.world import ANA


def test_a_drained_node_claims_nothing_and_ends_what_it_has(world):
    job = world.add_job(overlap="allow")
    draining = world.rota.presence
    world.executions.execute(job.id, ANA)
    (begun,) = world.claim()
    world.executions.execute(job.id, ANA)
    assert [seen.node.status for seen in draining.drain("node", ANA)] == ["draining"]
    assert world.claim() == []
    assert world.end(begun)
    assert world.beat(world.node)
    draining.undrain("node", ANA)
    assert len(world.claim()) == 1
    assert ("ana", "node.drain", "node:node") in world.audited()


def test_a_node_is_drained_by_name_or_by_id(world):
    first, second = world.add_node("twin"), world.add_node("twin")
    draining = world.rota.presence
    assert [seen.node.id for seen in draining.drain("twin", ANA)] == [first, second]
    assert [seen.node.status for seen in draining.undrain(str(second), ANA)] == ["live"]
    with pytest.raises(NotFound, match='no node named "twim"'):
        draining.drain("twim", ANA)


def test_a_drained_scheduler_plans_nothing_until_it_is_let_in_again(world):
    host = Host(world.db, world.clock, world.rota.node("scheduler"), world.holds, world.reaper(), None)
    host._register()
    world.add_job(every="1m")
    draining, own = world.rota.presence, str(host.node.id)
    for told, rows in ((draining.drain, 0), (draining.undrain, 1)):
        told(own, ANA)
        world.clock.advance(60 + BEAT)
        host.membership.tick()
        host._schedule()
        assert bool(world.count()) is bool(rows)


def test_a_node_tells_how_far_its_clock_is_from_the_database_s(world):
    node = world.add_node()
    with world.db.write() as conn:
        assert nodes.beat(conn, node, world.rota.clock.now())
    (seen,) = world.rota.presence.nodes()
    assert (seen.node.clock_offset_ms is None) == world.db.is_sqlite

"""When the rules of zones change, what is not due yet is computed anew."""

from datetime import timedelta

from rota.services.zones import Zones
from rota.store import jobs as table
from tests.clock import NOON


def test_a_zone_that_new_rules_do_not_know_is_the_problem_of_its_jobs(world):
    for name in ("abolished", "sound"):
        world.add_job(name, daily="13:00", timezone="Europe/Paris")
    job = world.jobs.get("abolished")
    with world.db.write() as conn:
        table.change(conn, job.id, {"timezone": "Mars/Olympus"}, by="test", at=NOON)
    assert Zones(world.jobs).renew("a year later") == 1
    abolished, sound = world.jobs.search()
    assert (abolished.status, abolished.next_run) == ("problem", None)
    assert "Mars/Olympus" in abolished.problem
    assert (sound.status, sound.next_run) == ("active", NOON + timedelta(days=1))


def test_the_same_rules_compute_nothing_anew(world):
    world.add_job("backup", daily="13:00")
    zones = Zones(world.jobs)
    assert (zones.renew("a"), zones.renew("a")) == (0, 0)

"""The demo: three months of history in a database of its own, the same for the same seed."""

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from rota.cli.program import run
from rota.services.accounts import Accounts
from rota.services.demo import cast
from rota.services.demo.making import Demo
from rota.services.results import Results
from rota.store.jobs import Filter
from rota.store.schema import executions, rollups
from tests.services.conftest import QUICK
from tests.world import ANA, World


def fill(world: World, seed: int = 1) -> int:
    return Demo(world.db, world.clock, Accounts(world.db, world.clock, QUICK)).fill(
        seed, "a long pass phrase"
    )


def test_the_history_has_every_ending_and_its_counts_agree(world, monkeypatch):
    few = [part for part in cast.CAST if part.spec.schedule_type != "interval"]
    monkeypatch.setattr("rota.services.demo.making.CAST", tuple(few))
    n = fill(world)
    assert n == world.count()
    with world.db.read() as conn:
        statuses = set(conn.execute(select(executions.c.status).distinct()).scalars())
        month = world.clock.now() - timedelta(days=29)
        kept = conn.execute(
            select(func.sum(executions.c.slot_count)).where(executions.c.ended_at >= month.replace(minute=0))
        ).scalar_one()
        counted = conn.execute(select(func.sum(rollups.c.n)).where(rollups.c.hour >= month.replace(minute=0)))
        assert int(counted.scalar_one()) == kept
    assert {"succeeded", "failed", "skipped", "missed"} <= statuses
    retries = [one for one in world.history() if one.attempt > 1]
    assert retries
    assert all(one.first_id < one.id for one in retries)
    broken = world.jobs.get("analytics_aggregation")
    assert broken.last_status == "failed"
    last = world.last("analytics_aggregation")
    same = Results(world.db, world.clock).same(last)
    assert same is not None
    assert same.times == same.of
    assert world.executions.lines(last.id)[-1].source == "error"
    assert [job.name for job in world.jobs.search(Filter(is_enabled=False))] == ["legacy_export"]
    assert world.rota.entrance.authenticate("maria", "a long pass phrase").role == "admin"
    world.add_job("still_works")
    world.executions.execute("still_works", ANA)
    assert world.last("still_works").id > n


def test_every_job_of_the_demo_has_run_those_of_a_new_database_too(tmp_path, monkeypatch):
    few = [part for part in cast.CAST if part.spec.name != "price_feed"]
    monkeypatch.setattr("rota.services.demo.making.CAST", tuple(few))
    file = tmp_path / "shop.db"
    assert run(["demo", str(file), "-q"]) == 0
    with sqlite3.connect(file) as conn:
        never = conn.execute(
            "SELECT name FROM jobs JOIN job_state ON job_id = jobs.id WHERE last_run IS NULL"
        ).fetchall()
        makers = conn.execute("SELECT created_by FROM jobs WHERE name = 'database_cleanup'").fetchall()
    assert never == []
    assert makers == [("system",)]


@pytest.mark.parametrize("content", [b"", b"anything", None])
def test_what_is_no_demo_is_never_touched(tmp_path, capsys, content):
    file = tmp_path / "precious.db"
    if content is None:
        with sqlite3.connect(file) as conn:
            conn.execute("CREATE TABLE settings (name TEXT, value TEXT)")
    else:
        file.write_bytes(content)
    before = file.read_bytes()
    assert run(["demo", str(file), "--again"]) == 1
    assert "is no demo" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_a_demo_is_made_anew_only_when_that_is_asked_for(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("rota.services.demo.making.CAST", cast.CAST[8:10])
    file = str(tmp_path / "shop.db")
    assert run(["demo", file, "-q"]) == 0
    capsys.readouterr()
    assert run(["demo", file]) == 1
    assert "is a demo already" in capsys.readouterr().err
    assert run(["demo", file, "--again"]) == 0
    told = capsys.readouterr().out
    assert f"rota serve --database-url sqlite:///{file} -m rota.demo" in told
    assert "maria, password " in told

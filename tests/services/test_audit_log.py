"""The audit log, read: who, how, from where; searched, and exported safely."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from rota.domain.actor import Actor
from rota.domain.errors import Denied, Invalid
from rota.services.auditing import Auditing
from rota.store.audit import Filter
from tests.clock import NOON
from tests.services.conftest import MACHINE


def test_each_row_tells_who_how_and_from_where(world):
    by = Actor("ana", "api", token_id=7, address="192.0.2.1", request_id="r-1")
    log = Auditing(world.db, world.clock)
    log.record(by, "job.export", "job:x", reason="asked")
    (entry,) = log.search()
    assert (entry.actor, entry.face, entry.token, entry.address) == ("ana", "api", 7, "192.0.2.1")
    assert (entry.request_id, entry.reason, entry.at, entry.seq) == ("r-1", "asked", NOON, None)


def test_the_log_is_searched_by_actor_action_time_face_and_request(world):
    log = Auditing(world.db, world.clock)
    log.record(Actor("ana", "api", request_id="r-1"), "job.pause", "job:x")
    world.clock.advance(60)
    log.record(Actor("ben", "cli"), "jobs", "job:y")
    later = NOON + timedelta(seconds=30)
    wanted: dict[str, Any] = {
        "actor": "ana",
        "action": "job",
        "until": later,
        "face": "api",
        "request_id": "r-1",
    }
    for name, value in wanted.items():
        assert [entry.actor for entry in log.search(Filter(**{name: value}))] == ["ana"]
    assert [entry.actor for entry in log.search(Filter(since=later))] == ["ben"]


def test_an_export_is_whole_in_order_and_recorded(world, monkeypatch):
    log = Auditing(world.db, world.clock)
    for number in range(8):
        log.record(MACHINE, "job.pause", f"job:{number}", after={"n": number, "x": 1.5})
    monkeypatch.setattr("rota.services.auditing.BATCH", 3)
    rows = [json.loads(line) for line in "".join(log.export("jsonl", MACHINE)).splitlines()]
    assert [row["id"] for row in rows] == list(range(1, 10))
    assert rows[2]["after"] == {"n": 2, "x": 1.5}
    assert rows[-1]["action"] == "audit.export"
    some = "".join(log.export("jsonl", MACHINE, Filter(target="job:3")))
    assert [json.loads(line)["id"] for line in some.splitlines()] == [4]


@pytest.mark.parametrize("first", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_csv_formula_injection_no_cell_begins_like_a_formula(world, first):
    log = Auditing(world.db, world.clock)
    log.record(Actor(first, "api"), "job.pause", 'with "quotes", commas\r\nand lines', reason=first)
    text = "".join(log.export("csv", MACHINE))
    head, row, *_ = csv.reader(io.StringIO(text, newline=""))
    told = dict(zip(head, row, strict=True))
    assert (told["actor"], told["reason"]) == (f"'{first}", f"'{first}")
    assert told["target"] == 'with "quotes", commas\r\nand lines'
    assert text.endswith("\r\n")


def test_an_export_that_is_not_permitted_begins_not_at_all(staff):
    with pytest.raises(Denied):
        staff.auditing.export("jsonl", staff.actor("olga"))
    with pytest.raises(Invalid):
        staff.auditing.export("xml", MACHINE)
    assert staff.told("audit.export") == []

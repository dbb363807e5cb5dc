"""Archiving: nothing is deleted that cannot be read back from its archive."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Column, DateTime, Integer, String

from rota.domain.errors import Denied, Invalid
from rota.jobs import files
from rota.jobs.archive_files import archive_files
from rota.jobs.archive_rows import archive_rows
from rota.jobs.audit_archive import audit_archive
from rota.services.auditing import Auditing
from tests.world import ANA

OLD = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=400)


def logs(place, n=25):
    columns = (
        Column("id", Integer, primary_key=True),
        Column("created_at", DateTime),
        Column("text", String),
    )
    rows = [{"id": i, "created_at": OLD, "text": f"line {i} é"} for i in range(n)]
    return place.table(
        "logs",
        *columns,
        rows=[*rows, {"id": 999, "created_at": datetime.now(UTC).replace(tzinfo=None), "text": "new"}],
    )


def archived(place, folder="archive"):
    lines = []
    for path in sorted((place.root / folder).glob("*.jsonl.gz")):
        lines += [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    return lines


HOW = {"table": "logs", "folder": "archive", "batch": 10}


def test_old_rows_are_in_the_archive_and_not_in_the_table_any_more(place):
    table = logs(place)
    assert place.run(archive_rows, **HOW, dry_run=True).message == "25 rows of logs would be archived"
    assert place.run(archive_rows, **HOW).items_processed == 25
    assert place.rows(table.c.id) == [(999,)]
    assert [one["text"] for one in archived(place)] == [f"line {i} é" for i in range(25)]
    assert len(place.files("*.gz")) == 3


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_archive_that_was_killed_loses_nothing(place, at):
    table = logs(place)
    place.kill(archive_rows, at=at, **HOW)
    place.run(archive_rows, **HOW)
    assert {one["id"] for one in archived(place)} == set(range(25))
    assert place.rows(table.c.id) == [(999,)]


def test_what_cannot_be_read_back_is_not_deleted(place, monkeypatch):
    table = logs(place)
    monkeypatch.setattr(files, "read", lambda *_: gzip.compress(b"something else\n"))
    with pytest.raises(OSError, match="could not be read back"):
        place.run(archive_rows, **HOW)
    assert place.count(table) == 26


def test_a_hostile_table_or_folder_is_refused(place):
    logs(place)
    for hostile in ({"table": "users"}, {"table": "logs--"}, {"folder": "../out"}, {"column": "id)"}):
        with pytest.raises((Denied, Invalid)):
            place.run(archive_rows, **(HOW | hostile))


def test_old_files_are_in_the_archive_with_their_content(place):
    place.file("in/a.txt", "one", days_old=100)
    place.file("in/deep/b.txt", "two", days_old=100)
    place.file("in/new.txt")
    how = {"folder": "in", "target": "out"}
    assert place.run(archive_files, **how, dry_run=True).items_processed == 2
    assert place.run(archive_files, **how).items_processed == 2
    assert place.files("*.txt") == ["in/new.txt"]
    found = {one["path"]: base64.b64decode(one["content"]).decode() for one in archived(place, "out")}
    assert found == {"a.txt": "one", "deep/b.txt": "two"}


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_archive_of_files_that_was_killed_loses_nothing(place, at):
    for name in "abc":
        place.file(f"in/{name}.txt", name, days_old=100)
    place.kill(archive_files, at=at, folder="in", target="out")
    place.run(archive_files, folder="in", target="out")
    assert {base64.b64decode(one["content"]).decode() for one in archived(place, "out")} == set("abc")
    assert place.files("*.txt") == []


def test_large_files_stay_and_an_archive_may_not_lie_in_itself(place):
    place.file("in/a.txt", "x" * 2000, days_old=100)
    done = place.run(archive_files, folder="in", target="out", largest_mb=0.001)
    assert (done.success, done.items_failed) == (False, 1)
    for target in ("in/out", "./in/out", "in", f"{place.root}/in/deep", "../out"):
        with pytest.raises((Invalid, Denied)):
            place.run(archive_files, folder="in", target=target)


def test_the_audit_log_is_archived_behind_a_checkpoint_of_its_chain(desk):
    world = desk.world
    auditing = Auditing(world.db, world.clock)
    for number in range(5):
        auditing.record(ANA, "job.pause", f"job:{number}")
    auditing.seal()
    how = {"folder": "audit", "keep_days": 30}
    world.clock.wall = datetime.now(UTC)
    auditing.record(ANA, "job.resume", "job:new")
    auditing.seal()
    assert desk.run(audit_archive, **how, dry_run=True).items_processed == 5
    if world.db.is_sqlite:
        desk.kill(audit_archive, at=2, **how)
        assert len(world.audited()) == 6
    done = desk.run(audit_archive, **how)
    assert done.items_processed == 5
    with files.folder("audit") as place:
        lines = gzip.decompress(files.read(place, done.data["file"], 1 << 20) or b"").splitlines()
    assert [json.loads(line)["target"] for line in lines] == [f"job:{n}" for n in range(5)]
    assert [action for _, action, _ in world.audited()] == ["job.resume", "audit.archive"]
    auditing.seal()
    assert auditing.verify().is_whole


def test_the_audit_archive_goes_nowhere_else(desk):
    Auditing(desk.world.db, desk.world.clock).record(ANA, "job.pause", "job:x")
    with pytest.raises(Denied):
        desk.run(audit_archive, folder="/etc", keep_days=1)
    assert not desk.run(audit_archive, folder="x", keep_days=0).success

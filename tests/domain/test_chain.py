"""The seal of the audit log: whatever is done to sealed rows is found, and named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.domain.chain import ARCHIVE, GENESIS, Head, Inspection, Link, digest


def log(n: int) -> list[Link]:
    """A sealed log of n rows; ids begin at 101."""
    rows, previous = [], GENESIS
    for seq in range(1, n + 1):
        content = {"id": 100 + seq, "action": "job.pause", "after": {"n": seq}, "reason": "é"}
        sealed = digest(content, seq, previous)
        rows.append(Link(100 + seq, content, seq, previous, sealed))
        previous = sealed
    return rows


def head(rows: list[Link]) -> Head:
    return Head(rows[-1].seq or 0, rows[-1].hash or "")


def found(rows: list[Link], *heads: Head) -> list[tuple[str, int]]:
    inspection = Inspection(heads)
    for link in sorted(rows, key=lambda link: (link.seq is None, link.seq)):
        inspection.take(link)
    inspection.finish()
    return [(fault.kind, fault.seq) for fault in inspection.faults]


def checkpoint(through: Link, seq: int | None = None) -> Link:
    content = {"id": 999, "action": ARCHIVE, "after": {"through": through.seq, "hash": through.hash}}
    return Link(999, content, seq, None, None)


def test_a_log_that_nobody_touched_is_whole():
    rows = log(20)
    assert found(rows, head(rows)) == []
    assert found([]) == []


@pytest.mark.parametrize("change", [{"reason": "e"}, {"after": {"n": 6}}, {"actor": "eve"}])
def test_an_edited_row_is_named(change):
    rows = log(9)
    rows[4] = replace(rows[4], content={**rows[4].content, **change})
    assert found(rows, head(rows)) == [("edited", 5)]


def test_a_row_that_was_sealed_anew_is_named():
    rows = log(9)
    content = {**rows[4].content, "reason": "another"}
    rows[4] = replace(rows[4], content=content, hash=digest(content, 5, rows[4].previous or ""))
    assert found(rows, head(rows)) == [("resealed", 5)]


def test_missing_rows_are_named_wherever_they_were():
    rows = log(9)
    assert found(rows[:3] + rows[5:], head(rows)) == [("missing", 4)]
    assert found(rows[2:], head(rows)) == [("missing", 1)]
    assert found(rows[:7], head(rows)) == [("missing", 8)]
    assert found([], head(rows)) == [("missing", 1)]


def test_two_rows_that_changed_places_are_named():
    rows = log(9)
    rows[3], rows[6] = replace(rows[3], seq=7), replace(rows[6], seq=4)
    assert found(rows, head(rows)) == [("moved", 4), ("moved", 7)]


def test_a_log_that_was_made_anew_as_a_whole_is_noticed_by_its_head():
    kept, forged = head(log(9)), []
    previous = GENESIS
    for link in log(12):
        content = {**link.content, "reason": "as I like it"}
        sealed = digest(content, link.seq or 0, previous)
        forged.append(replace(link, content=content, previous=previous, hash=sealed))
        previous = sealed
    assert found(forged, head(forged)) == []
    assert found(forged, head(forged), kept) == [("resealed", 9)]


def test_archived_rows_are_not_missing_when_a_checkpoint_says_so():
    rows = log(9)
    assert found([*rows[4:], checkpoint(rows[3])], head(rows)) == []
    assert found([checkpoint(rows[8])], head(rows)) == []


def test_a_checkpoint_excuses_nothing_else():
    rows = log(9)
    assert found([*rows[6:], checkpoint(rows[3])], head(rows)) == [("missing", 5)]
    forged = replace(rows[3], hash="f" * 64)
    assert found([*rows[4:], checkpoint(forged)], head(rows)) == [("resealed", 5)]


def test_rows_that_are_not_sealed_yet_are_counted_and_nothing_else():
    rows = log(3)
    inspection = Inspection((head(rows),))
    for link in [*rows, replace(rows[0], seq=None, previous=None, hash=None)]:
        inspection.take(link)
    inspection.finish()
    assert (inspection.rows, inspection.unsealed, inspection.faults) == (3, 1, [])


@given(st.data())
def test_any_change_to_any_row_is_found(data):
    rows = log(data.draw(st.integers(1, 8)))
    at = data.draw(st.integers(0, len(rows) - 1))
    what = data.draw(st.sampled_from(["edit", "delete", "hash", "previous"]))
    before = head(rows)
    if what == "edit":
        text = data.draw(st.text().filter(lambda text: text != "é"))
        rows[at] = replace(rows[at], content={**rows[at].content, "reason": text})
    elif what == "delete":
        del rows[at]
    else:
        rows[at] = replace(rows[at], **{what: "0" * 63 + "1"})
    assert found(rows, before) != []

"""Jobs are found by their words and tags as they stand, and in the same order however many match."""

import pytest

from rota.domain.job import JobPatch, JobStatus
from rota.services.listing import Listing
from rota.store import job_pages
from rota.store.job_pages import Order
from rota.store.jobs import Filter
from tests.world import ANA


def names(world, **wanted):
    return [job.name for job in world.jobs.search(Filter(**wanted))]


def test_a_job_is_found_by_what_it_is_called_now(world):
    world.add_job("alpha", title="Old words", tags=("Nightly",))
    world.jobs.update("alpha", JobPatch(title="New words", tags=("weekly",)), ANA)
    assert names(world, search="old") == names(world, tag="Nightly") == []
    assert names(world, search="NEW WORDS") == names(world, tag="weekly") == ["alpha"]


def test_a_tag_is_the_whole_word_as_it_is_written(world):
    world.add_job("alpha", tags=("Nightly", "team-7"))
    assert names(world, tag="Nightly") == names(world, tag="team-7") == ["alpha"]
    for other in ("nightly", "night", "team", 'Nightly", "team-7', "%", "_eam-7", ""):
        assert names(world, tag=other) == []


def test_what_is_deleted_is_not_found_and_its_name_may_come_again(world):
    world.add_job("alpha", tags=("nightly",))
    world.jobs.delete("alpha", ANA)
    assert names(world, search="alpha") == names(world, tag="nightly") == []
    world.add_job("alpha", description="another")
    assert names(world, search="alpha") == ["alpha"]
    assert world.jobs.count(Filter(search="alpha")) == 1


@pytest.fixture
def sorts(world):
    """Jobs of all sorts."""
    for number in range(8):
        world.add_job(
            f"job_{number * 5 % 8}", **({"every": "1h"} if number % 3 else {}), is_enabled=number != 4,
            tags=("even",) if number % 2 else (), title=f"Title {number % 4}", job_type=f"type_{number % 2}",
            task_priority=number % 3 + 1,
        )  # fmt: skip
        world.clock.advance(1)
    world.holds.pause("job_1", ANA)
    return world


SELECTIONS = (
    Filter(search="title"), Filter(tag="even"), Filter(job_type="type_1"), Filter(is_enabled=True),
    Filter(status=JobStatus.ACTIVE), Filter(search="job", job_type="type_0"),
    Filter(tag="even", status=JobStatus.ACTIVE),
)  # fmt: skip


@pytest.mark.parametrize("field", ["name", "task_priority", "next_run", "last_run"])
def test_few_and_many_are_listed_alike_page_by_page(sorts, field, monkeypatch):
    def listed(wanted, order):
        found, after = [], None
        while True:
            page = Listing(sorts.db).page(wanted, order, size=2, after=after)
            found += [job.name for job in page.jobs]
            if page.following is None:
                return found
            after = page.following

    def by_number(wanted, order):
        return [
            job.name
            for n in (1, 2, 3, 4)
            for job in Listing(sorts.db).page(wanted, order, size=2, number=n).jobs
        ]

    for wanted in SELECTIONS:
        for order in (Order(field), Order(field, down=True)):
            few = listed(wanted, order)
            assert few
            assert few == by_number(wanted, order)
            with monkeypatch.context() as patched:
                patched.setattr(job_pages, "DEEPEST", 0)
                assert listed(wanted, order) == few


def test_of_many_it_is_said_that_they_are_not_counted_to_the_end(sorts, monkeypatch):
    page = Listing(sorts.db).page(Filter(search="job"), Order(), size=2)
    assert (page.total, page.exact) == (8, True)
    monkeypatch.setattr(job_pages, "DEEPEST", 5)
    page = Listing(sorts.db).page(Filter(search="job"), Order(), size=2)
    assert (page.total, page.exact) == (5, False)
    assert Listing(sorts.db).page(Filter(), Order(), size=2).total == 8

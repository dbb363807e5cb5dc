"""Whatever happens, in whatever order: the invariants hold, and both databases tell the same history."""

import os
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from rota.domain.execution import Status
from rota.domain.job import Misfire, Overlap
from tests.clock import NOON
from tests.engine.twins import Twin, Twins
from tests.world import ANA

SCHEDULES = ("every minute", "every 20 s", "every 5 minutes", "daily", "manual")
SECONDS = st.sampled_from([1, 10, 30, 61, 300, 4000, 100_000])
WHICH = st.integers(0, 30)
ENDINGS = st.sampled_from([Status.SUCCEEDED, Status.FAILED, Status.TIMED_OUT, Status.CANCELLED, Status.LOST])
NAMES = st.sampled_from(["a", "b", "c"])


def timing(name: str, words: str) -> dict[str, Any]:
    """The schedule of a job. No two jobs are ever due at the same instant, for then either may go first."""
    place = "abc".index(name)
    anchor = NOON + timedelta(seconds=place)
    told: dict[str, dict[str, Any]] = {
        "every minute": {"schedule_type": "interval", "schedule_expression": "1m", "anchor": anchor},
        "every 20 s": {"schedule_type": "interval", "schedule_expression": "20s", "anchor": anchor},
        "every 5 minutes": {
            "schedule_type": "cron", "schedule_expression": f"{place} */5 * * * *", "anchor": None,
        },
        "daily": {"schedule_type": "daily", "schedule_expression": f"13:00:0{place}", "anchor": None},
        "manual": {"schedule_type": "manual", "schedule_expression": "", "anchor": None},
    }  # fmt: skip
    return told[words]


class AnyHistory(RuleBasedStateMachine):
    """Three jobs at most, two nodes, every verb; time and the wall clock move as they like."""

    make: "staticmethod[[], Twins]"

    def __init__(self) -> None:
        super().__init__()
        self.twins = self.make()
        self.do = self.twins.do

    @rule(
        name=NAMES, schedule=st.sampled_from(SCHEDULES), overlap=st.sampled_from(Overlap),
        misfire=st.sampled_from(Misfire), retries=st.integers(0, 2), backoff=st.sampled_from([0, 1, 45]),
        enabled=st.sampled_from([True, True, True, False]), grace=st.sampled_from([0, 60]),
    )  # fmt: skip
    def add_job(self, name, schedule, overlap, misfire, retries, backoff, enabled, grace):
        fields = {
            **timing(name, schedule), "overlap": overlap, "misfire": misfire,
            "max_retries": retries, "backoff": backoff, "is_enabled": enabled, "grace": grace,
            "catch_up_limit": 3,
        }  # fmt: skip
        self.do(lambda twin: twin.add_job(name, **fields))

    @initialize(overlaps=st.lists(st.sampled_from(Overlap), min_size=2, max_size=2))
    def two_jobs_are_there(self, overlaps):
        for name, overlap in zip("ab", overlaps, strict=True):
            fields = timing(name, "every minute") | {"overlap": overlap, "max_retries": 1}
            self.do(partial(Twin.add_job, name=name, **fields))

    @rule(seconds=st.sampled_from([30, 61]), idle=st.integers(0, 3))
    def work_goes_on(self, seconds, idle):
        self.twins.clock.advance(seconds)
        self.do(lambda twin: twin.world.tick())
        self.do(lambda twin: twin.claim(idle, 0))

    @rule(seconds=SECONDS)
    def time_passes(self, seconds):
        self.twins.clock.advance(seconds)

    @rule(seconds=st.sampled_from([-100_000, -3600, -61, -1, 1, 61, 3600, 100_000]))
    def the_wall_clock_is_set(self, seconds):
        self.twins.clock.wall += timedelta(seconds=seconds)

    @rule(name=NAMES, switch=st.sampled_from(["pause", "disable"]), ahead=st.sampled_from([0, 1800, 7200]))
    def the_wall_clock_goes_back_under_a_hold(self, name, switch, ahead):
        self.twins.clock.wall -= timedelta(hours=1)
        self.do(lambda twin: getattr(twin.world.holds, switch)(name, ANA).status)
        self.twins.clock.advance(ahead)
        back = {"pause": "resume", "disable": "enable"}[switch]
        self.do(lambda twin: getattr(twin.world.holds, back)(name, ANA).status)
        if switch == "disable":
            self.do(lambda twin: twin.forget_schedule(name))

    @rule()
    def a_scheduler_ticks(self):
        self.do(lambda twin: twin.world.scheduler(batch=2).tick())

    @rule()
    def all_is_planned(self):
        self.do(lambda twin: twin.world.tick())

    @rule(idle=st.integers(1, 5), node=WHICH)
    def a_node_claims(self, idle, node):
        self.do(lambda twin: twin.claim(idle, node))

    @rule(which=WHICH, status=ENDINGS, after=st.sampled_from([None, None, 0, 90]), never=st.booleans())
    def an_execution_ends(self, which, status, after, never):
        self.do(lambda twin: twin.end(which, status, retry_after=after, no_retry=never))

    @rule(which=WHICH)
    def somebody_else_ends_it(self, which):
        self.do(lambda twin: twin.end_by_another(which))

    @rule(which=WHICH)
    def a_node_dies(self, which):
        self.do(lambda twin: twin.die(which))

    @rule(name=NAMES, seconds=st.sampled_from([None, None, 30, 5000]))
    def pause(self, name, seconds):
        until = seconds and self.twins.clock.now() + timedelta(seconds=seconds)
        self.do(lambda twin: twin.world.holds.pause(name, ANA, until=until).status)

    @rule(name=NAMES)
    def resume(self, name):
        self.do(lambda twin: twin.world.holds.resume(name, ANA).status)

    @rule()
    def pauses_end_by_themselves(self):
        self.do(lambda twin: twin.world.holds.resume_due())

    @rule(name=NAMES, enabled=st.booleans())
    def enable_or_disable(self, name, enabled):
        self.do(lambda twin: twin.update(name, is_enabled=enabled))

    @rule(name=NAMES, overlap=st.sampled_from(Overlap))
    def change_the_overlap_policy(self, name, overlap):
        self.do(lambda twin: twin.update(name, overlap=overlap))

    @rule(name=NAMES, schedule=st.sampled_from(SCHEDULES))
    def change_the_schedule(self, name, schedule):
        self.do(lambda twin: twin.update(name, **timing(name, schedule)))

    @rule(name=NAMES)
    def delete(self, name):
        self.do(lambda twin: twin.world.jobs.delete(name, ANA))

    @rule(name=NAMES, force=st.booleans())
    def execute(self, name, force):
        self.do(lambda twin: twin.world.executions.execute(name, ANA, force=force))

    @rule(which=WHICH)
    def cancel(self, which):
        self.do(lambda twin: twin.cancel(which))

    @rule(which=WHICH)
    def retry(self, which):
        self.do(lambda twin: twin.retry(which))

    @invariant()
    def the_invariants_hold(self):
        self.twins.check()

    def teardown(self):
        self.twins.close()


@pytest.mark.timeout(900)
def test_the_invariants_hold_in_any_history_on_both_databases(tmp_path, sqlite_copy, postgres_shared):
    counter = iter(range(10**9))

    def make() -> Twins:
        folder = tmp_path / str(next(counter))
        folder.mkdir()
        return Twins(folder, sqlite_copy, postgres_shared)

    machine = type("Machine", (AnyHistory,), {"make": staticmethod(make)})
    examples = int(os.environ.get("ROTA_TEST_HISTORIES", "15"))
    bound = settings(
        max_examples=examples, stateful_step_count=50, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=bound)

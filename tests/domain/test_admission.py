"""Rule "Overlap": `admit` is the only judge of whether a job may become active once more."""

import pytest

from rota.domain.admission import Active, Verdict, admit
from rota.domain.execution import Status, Trigger
from rota.domain.job import Overlap

RUNNING = Active(7, Status.RUNNING)
SUBMITTED = Active(8, Status.SUBMITTED)
WAITING = Active(9, Status.QUEUED)
UNATTENDED = [Trigger.SCHEDULER, Trigger.DEPENDENCY, Trigger.BACKFILL]
ASKED = [Trigger.MANUAL, Trigger.API]


@pytest.mark.parametrize("overlap", Overlap)
@pytest.mark.parametrize("trigger", Trigger)
def test_a_job_with_nothing_active_is_queued_and_may_start(overlap, trigger):
    judged = admit(overlap, [], trigger)
    assert (judged.verdict, judged.held, judged.replaces) == (Verdict.QUEUED, False, ())


@pytest.mark.parametrize("trigger", Trigger)
def test_allow_never_looks_at_what_is_active(trigger):
    judged = admit(Overlap.ALLOW, [RUNNING, WAITING], trigger)
    assert (judged.verdict, judged.held) == (Verdict.QUEUED, False)


@pytest.mark.parametrize("active", [RUNNING, SUBMITTED, WAITING])
@pytest.mark.parametrize("trigger", UNATTENDED)
def test_skip_skips_a_slot_while_the_job_is_active(active, trigger):
    assert admit(Overlap.SKIP, [active], trigger).verdict is Verdict.SKIPPED


@pytest.mark.parametrize("trigger", ASKED)
def test_a_manual_run_refused_for_overlap_is_a_conflict_that_names_the_running_one(trigger):
    judged = admit(Overlap.SKIP, [RUNNING], trigger)
    assert judged.verdict is Verdict.CONFLICT
    assert judged.reason == "execution 7 is running"


def test_a_retry_that_waits_fills_the_place():
    judged = admit(Overlap.SKIP, [WAITING], Trigger.SCHEDULER)
    assert judged.verdict is Verdict.SKIPPED
    assert judged.reason == "execution 9 is waiting"


def test_queue_one_queues_one_behind_what_runs():
    judged = admit(Overlap.QUEUE_ONE, [RUNNING], Trigger.SCHEDULER)
    assert (judged.verdict, judged.held) == (Verdict.QUEUED, True)


def test_queue_one_keeps_the_waiting_one_and_skips_a_later_slot():
    assert admit(Overlap.QUEUE_ONE, [RUNNING, WAITING], Trigger.SCHEDULER).verdict is Verdict.SKIPPED


def test_queue_all_queues_every_slot_behind_what_is_active():
    judged = admit(Overlap.QUEUE_ALL, [RUNNING, WAITING, WAITING], Trigger.SCHEDULER)
    assert (judged.verdict, judged.held) == (Verdict.QUEUED, True)


@pytest.mark.parametrize("trigger", [*UNATTENDED, *ASKED])
def test_cancel_running_asks_the_old_one_to_stop_and_starts_when_it_is_final(trigger):
    judged = admit(Overlap.CANCEL_RUNNING, [RUNNING], trigger)
    assert (judged.verdict, judged.held, judged.replaces) == (Verdict.QUEUED, True, (7,))


def test_cancel_running_replaces_what_only_waits_at_once():
    judged = admit(Overlap.CANCEL_RUNNING, [WAITING], Trigger.SCHEDULER)
    assert (judged.verdict, judged.held, judged.replaces) == (Verdict.QUEUED, False, (9,))


@pytest.mark.parametrize("overlap", Overlap)
def test_a_retry_takes_the_place_that_its_predecessor_leaves(overlap):
    judged = admit(overlap, [WAITING], Trigger.RETRY)
    assert (judged.verdict, judged.held, judged.replaces) == (Verdict.QUEUED, False, ())

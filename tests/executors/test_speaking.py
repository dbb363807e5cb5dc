"""Whatever a body says, its agent hears it, and the next body runs."""

import json
from collections import Counter

import pytest

from rota.domain.execution import Status
from rota.engine.runner_output import LONGEST_ENTRY
from rota.executors.events import Hello, Progress
from tests.executors.workshop import Workshop


@pytest.fixture
def workshop():
    """A runner that is ready."""
    made = Workshop(modules=("tests.executors.speakers",))
    try:
        made.wait(Hello)
        yield made
    finally:
        made.end()


def test_log_entries_of_forked_processes_mix_with_none_of_the_runner(workshop):
    ending = workshop.run("log_in_children").ending
    assert ending.status == Status.SUCCEEDED
    assert [line.text for line in ending.lines if line.source == "info"] == ["r" * 10_000] * 20
    assert Counter(line.text for line in ending.lines if line.source == "warning") == dict.fromkeys(
        "rabc", 20
    )
    printed = Counter("".join(line.text for line in ending.lines if line.source == "out"))
    assert printed == dict.fromkeys("abc", 20 * 10_000)


def test_what_no_encoding_or_database_can_hold_is_shown_in_characters_that_they_can(workshop):
    shown = "\\ud800 ␀"
    kept = workshop.run("say_the_unsayable", fails=False).ending
    assert (kept.message, kept.metrics, json.loads(kept.result)) == (shown, {shown: shown}, shown)
    assert [line.text for line in kept.lines] == [shown]
    assert workshop.wait(Progress).message == shown
    failed = workshop.run("say_the_unsayable", fails=True).ending
    assert (failed.error_message, failed.reason) == (shown, f"ValueError: {shown}")
    assert failed.stack_trace.endswith(f"ValueError: {shown}\n")


def test_a_huge_log_entry_is_cut_off_before_it_is_gathered(workshop):
    ending = workshop.run("log_a_huge_entry").ending
    note = f"… {200_000_000 - LONGEST_ENTRY:,} more characters were cut off"
    assert ending.lines[-1].text.lstrip("x") == note
    assert ending.output_bytes == LONGEST_ENTRY + len(note.encode())
    assert ending.peak_memory_mb < 350

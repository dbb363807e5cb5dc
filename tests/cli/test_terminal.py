"""What only a terminal shows: colours, width, questions, a bar, Ctrl-C."""

import re

import pytest
from rich.cells import cell_len

from rota.store import executions
from tests.cli.terminal import Terminal
from tests.world import ANA

SCREENS = (
    ["jobs", "list"],
    ["jobs", "history"],
    ["jobs", "status"],
    ["jobs", "schedule", "database_cleanup"],
    ["executions", "list"],
    ["tasks", "list"],
    ["nodes", "list"],
    ["audit", "list"],
    ["config", "show"],
)


@pytest.fixture
def busy(site):
    """A site with names and texts of every length, and something of each kind to list."""
    long = "Look into every folder of the archive and tell what is missing there, in a long sentence"
    site.add_job(
        "a_job_with_a_name_that_is_rather_long_for_a_table", cron="*/15 9-17 * * MON-FRI", description=long
    )
    site.add_job("short", every="30s", timezone="Europe/Paris")
    for job in ("short", "a_job_with_a_name_that_is_rather_long_for_a_table"):
        site.executions.execute(job, ANA)
    site.run(message=long, started_at=site.clock.now())
    site.executions.execute("short", ANA)
    site.add_node("machine-with-a-long-name.example", queues=("default", "backup", "reports"))
    return site


@pytest.mark.parametrize("columns", [80, 160])
def test_every_list_fits_the_terminal(busy, tmp_path, columns):
    for words in SCREENS:
        with Terminal(words, tmp_path, columns=columns, ROTA_DATABASE_URL=busy.url) as terminal:
            assert terminal.ended() == 0, terminal.shown
            text = re.sub(r"\x1b\[[0-9;]*m", "", terminal.shown)
            assert text.strip(), words
            assert max(map(cell_len, text.splitlines())) <= columns, f"{words}\n{text}"


def test_an_error_is_broken_between_words_where_the_terminal_is_narrow(site, tmp_path):
    with Terminal(["jobs", "runn"], tmp_path, columns=40, ROTA_DATABASE_URL=site.url) as terminal:
        assert terminal.ended() == 2
    lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.shown).splitlines()
    assert max(map(cell_len, lines)) <= 40
    assert lines[:3] == [
        "Error: No such command 'runn'. Did you",
        "mean 'run'?",
        "  usage: rota jobs [OPTIONS] COMMAND",
    ]


def test_colours_are_for_terminals_without_no_color(site, tmp_path):
    with Terminal(["jobs", "list"], tmp_path, ROTA_DATABASE_URL=site.url) as terminal:
        assert terminal.ended() == 0
        assert "\x1b[32m" in terminal.shown or "\x1b[1m" in terminal.shown
    with Terminal(["jobs", "list"], tmp_path, ROTA_DATABASE_URL=site.url, NO_COLOR="1") as terminal:
        assert terminal.ended() == 0
        assert "\x1b" not in terminal.shown


@pytest.mark.parametrize(("answer", "code", "is_left"), [("n", 3, True), ("y", 0, False)])
def test_a_delete_is_asked_about(site, tmp_path, answer, code, is_left):
    with Terminal(["jobs", "delete", "session_cleanup"], tmp_path, ROTA_DATABASE_URL=site.url) as terminal:
        terminal.until("Delete session_cleanup (0 runs so far)? [y/N]")
        terminal.type(f"{answer}\n")
        assert terminal.ended() == code, terminal.shown
    assert ("session_cleanup" in [job.name for job in site.jobs.search()]) is is_left


def test_ctrl_c_ends_the_wait_and_not_the_execution(site, tmp_path):
    assert site.node
    with Terminal(["jobs", "run", "database_cleanup"], tmp_path, ROTA_DATABASE_URL=site.url) as terminal:
        terminal.until("waiting to start (default)")
        terminal.type("\x03")
        assert terminal.ended() == 130, terminal.shown
    assert "Interrupted; execution 1 goes on: `rota executions show 1`" in terminal.shown
    assert site.statuses() == ["queued"]


def test_a_wait_shows_how_far_it_is_and_then_how_it_went(site, tmp_path):
    assert site.node
    with Terminal(["jobs", "run", "database_cleanup"], tmp_path, ROTA_DATABASE_URL=site.url) as terminal:
        terminal.until("waiting to start (default)")
        (attempt,) = site.claim()
        with site.db.write() as conn:
            executions.report(conn, [(attempt.execution_id, site.node, 420, 1000, "documents", None)])
        terminal.until("[████████░░░░░░░░░░░░]")
        terminal.until("420/1,000, documents")
        site.end(attempt, message="all is clean", items_processed=1000, started_at=site.clock.now())
        assert terminal.ended() == 0, terminal.shown
    assert "all is clean" in terminal.shown
    assert "1,000" in terminal.shown


def test_a_terminal_that_does_not_know_its_size_is_taken_for_80_columns(site, tmp_path):
    with Terminal(["jobs", "runn"], tmp_path, columns=0, ROTA_DATABASE_URL=site.url) as terminal:
        assert terminal.ended() == 2
    assert "Error: No such command 'runn'. Did you mean 'run'?" in re.sub(
        r"\x1b\[[0-9;]*m", "", terminal.shown
    )

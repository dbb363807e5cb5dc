"""The options that every command takes, and how its output can be had."""

import csv
import io
import json

import pytest

from tests.world import ANA

NAMES = ["database_cleanup", "session_cleanup", "system_health_check"]


@pytest.mark.parametrize("line", ["rota -q jobs list", "rota jobs -q list", "rota jobs list --quiet"])
def test_quiet_prints_names_only(shell, site, line):
    assert shell(line).out.split() == NAMES


def test_json_lines(shell, site):
    lines = shell("rota -o jsonl jobs list").out.splitlines()
    assert [json.loads(line)["name"] for line in lines] == NAMES


def test_csv(shell, site):
    rows = list(csv.DictReader(io.StringIO(shell("rota jobs list -o csv").out)))
    assert [row["name"] for row in rows] == NAMES
    assert rows[0]["enabled"] == "true"
    assert json.loads(rows[0]["tags"]) == []


def test_the_option_nearest_to_the_verb_wins(shell, site):
    assert shell("rota -o csv jobs list -o jsonl").out.startswith("{")


@pytest.mark.parametrize(
    ("how", "end"), [("utc", "03:00:00 UTC"), ("job", "03:00:00 UTC"), ("relative", "in ")]
)
def test_times(shell, site, how, end):
    assert end in shell(f"rota jobs show database_cleanup --time {how}").out


def test_in_a_pipe_there_is_no_colour_and_nothing_is_cut(shell, site):
    site.add_job("long", description="word " * 60)
    out = shell("rota jobs list").out
    assert ("word " * 60).strip() in out
    assert "\x1b" not in out
    assert "…" not in out


def test_data_is_on_stdout_and_the_rest_on_stderr(shell, site):
    site.jobs.delete("session_cleanup", ANA)
    done = shell("rota jobs history")
    assert (done.out, done.err) == ("", "No execution matches.\n")
    assert shell("rota jobs history --json").out == "[]\n"


def test_the_database_may_be_named_on_the_command_line(shell, site, monkeypatch):
    url = str(site.url)
    monkeypatch.delenv("ROTA_DATABASE_URL")
    assert shell("rota jobs list").code == 7
    assert shell(f"rota jobs list -q --database-url '{url}'").out.split() == NAMES


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("rota job list", "Did you mean 'jobs'?"),
        ("rota jobs lst", "Did you mean 'list'?"),
        ("rota jobs list --statsu active", "Did you mean"),
        ("rota jobs list --status acive", "active"),
        ("rota jobs update 1 --priority 12", "0<=x<=9"),
        ("rota jobs update 1", "Nothing to change"),
        ("rota jobs execute 1 --arg seven", "NAME=VALUE"),
        ("rota jobs pause 1 --until soon", "30m, 2h or 7d"),
    ],
)
def test_a_wrong_command_line_exits_2_and_says_what_was_meant(shell, site, line, meant):
    done = shell(line)
    assert done.code == 2
    assert meant in done.err
    assert done.out == ""


@pytest.mark.parametrize("line", ["rota --help", "rota jobs -h", "rota jobs create --help", "rota --version"])
def test_help_and_version_need_nothing(shell, line):
    done = shell(line)
    assert (done.code, done.err) == (0, "")
    assert done.out


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_scripts(shell, name):
    done = shell(f"rota completion {name}")
    assert done.code == 0
    assert "_ROTA_COMPLETE" in done.out


def test_names_of_jobs_are_completed(shell, site, monkeypatch):
    monkeypatch.setenv("_ROTA_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "rota jobs show data")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert shell("rota").out == "plain,database_cleanup\n"

"""rota's own log: who asked and what ran stand in every line; secrets and control characters in none."""

import io
import json
import logging

import pytest
import structlog

from rota.telemetry import logs

TOKEN = "rota_7_" + "0123456789abcdef" * 3
ESCAPES = "\x1b[2J", "\x1b]0;title\x07", "\r\nforged line", "\u202e", "\x9b31m", "\x00"


@pytest.fixture
def log():
    """Configure the log, and take what it writes."""

    def made(form: str = "console", *secrets: str):
        out = io.StringIO()
        logs.configure(form, secrets=secrets, stream=out)
        return structlog.get_logger("rota.test"), out

    return made


@pytest.mark.parametrize("form", ["console", "json"])
def test_each_line_says_who_asked_and_what_ran(log, form):
    write, out = log(form)
    with structlog.contextvars.bound_contextvars(request_id="r-1", execution_id=7):
        write.warning("something is odd", node="node-1")
    told = out.getvalue()
    for word in ("something is odd", "r-1", "7", "node-1", "warning"):
        assert word in told
    if form == "json":
        line = json.loads(told)
        assert (line["event"], line["request_id"], line["execution_id"]) == ("something is odd", "r-1", 7)


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("escape", ESCAPES)
def test_no_control_character_passes(log, form, escape):
    write, out = log(form)
    write.warning(f"job {escape}", **{f"name{escape}": {"inner": [escape]}}, other=escape)
    told = out.getvalue()
    assert len(told.splitlines()) == 1
    assert all(char.isprintable() for char in told.rstrip("\n"))


@pytest.mark.parametrize("form", ["console", "json"])
def test_no_secret_passes(log, form):
    write, out = log(form, "the-configured-key")
    write.error(
        f"a request with {TOKEN} and the-configured-key",
        url="postgresql://rota:hunter-two@db/rota",
        header=f"Bearer {TOKEN}",
        password="swordfish-nine",
        deep={"Authorization": "Basic cm90YTpyb3Rh", "list": ["the-configured-key"]},
    )
    told = out.getvalue()
    for secret in (TOKEN[8:], "the-configured-key", "hunter-two", "swordfish-nine", "cm90YTpyb3Rh"):
        assert secret not in told
    assert "rota_7_" in told


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_shows_no_values_and_no_secret(log, form):
    write, out = log(form, "the-configured-key")

    def fail(kwargs):
        raise ValueError(f"bad \x1b[2J word the-configured-key of {len(kwargs)}")

    try:
        fail({"password": "-".join(("swordfish", "nine"))})
    except ValueError:
        write.exception("a request failed")
    told = out.getvalue()
    assert "ValueError: bad" in told
    assert "in fail" in told
    for secret in ("the-configured-key", "swordfish-nine", "\x1b[2J"):
        assert secret not in told


def test_what_libraries_warn_of_is_a_line_of_ours(log, monkeypatch):
    monkeypatch.setattr(logging, "root", logging.RootLogger(logging.WARNING))
    out = io.StringIO()
    logs.hear_libraries("json", secrets=["the-configured-key"], stream=out)
    logging.root.warning("a library says %s", "the-configured-key\x1b[2J")
    line = json.loads(out.getvalue())
    assert line["level"] == "warning"
    assert line["event"].startswith("a library says ****")

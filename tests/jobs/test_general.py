"""Programs, web calls and statements: only what the settings name."""

import json
import sys

import pytest
from sqlalchemy import Column, Integer, String

from rota.domain.errors import Denied, Invalid, NotFound
from rota.jobs.cleanup_inactive_sessions import cleanup_inactive_sessions
from rota.jobs.command import command
from rota.jobs.database_cleanup import database_cleanup
from rota.jobs.http_request import http_request
from rota.jobs.sql_statement import sql_statement
from rota.jobs.token_cleanup import token_cleanup
from rota.sdk import Retry
from tests.channels.receivers import web
from tests.world import ANA

DAY = 86_400


@pytest.fixture
def python(place):
    place.allow(job_commands=sys.executable)
    return sys.executable


def test_a_program_is_started_without_a_shell_and_what_it_prints_is_kept(place, python):
    argv = [python, "-c", "import sys; print(sys.argv[1:])", "; id", "$(id)"]
    assert place.run(command, argv=argv, dry_run=True).items_processed == 0
    assert place.run(command, argv=argv).success
    assert place.link.lines == ["['; id', '$(id)']"]


def test_a_program_sees_nothing_of_the_environment(place, python, monkeypatch):
    monkeypatch.setenv("SECRET_WORD", "x")
    place.run(command, argv=[python, "-c", "import os; print(sorted(os.environ))"])
    assert "SECRET_WORD" not in place.link.lines[0]
    assert "ROTA" not in place.link.lines[0]


def test_a_program_that_fails_fails_the_job(place, python):
    done = place.run(command, argv=[python, "-c", "raise SystemExit(3)"])
    assert (done.success, done.message) == (False, f"{python} ended with 3")
    assert place.run(command, argv=[python, "-c", "raise SystemExit(3)"], expected=3).success


@pytest.mark.parametrize(
    "argv", [["/bin/sh", "-c", "id"], ["python"], ["{python} -c 1"], ["{python}", "a\0b"]]
)
def test_a_program_that_is_not_named_is_not_started(place, python, argv):
    with pytest.raises((Denied, Invalid)):
        place.run(command, argv=[part.format(python=python) for part in argv])


def test_a_program_starts_only_in_allowed_folders_and_may_be_run_again(place, python):
    place.file("in/a.txt")
    argv = [python, "-c", "import os; print(os.listdir())"]
    place.kill(command, argv=argv, folder="in")
    assert place.run(command, argv=argv, folder="in").success
    assert place.link.lines == ["['a.txt']"]
    with pytest.raises(Denied):
        place.run(command, argv=argv, folder="../")


def test_an_address_is_called_with_a_key_that_stays_the_same(place):
    with web() as server:
        place.allow(job_hosts=server.host)
        how = {"url": server.url, "method": "POST", "body": "{}", "authorization": "Bearer x"}
        assert place.run(http_request, **how, dry_run=True).items_processed == 0
        place.kill(http_request, at=2, **how)
        assert place.run(http_request, **how).message == "answered 200"
        keys = {headers["Idempotency-Key"] for _, _, headers, _ in server.calls}
        assert (len(server.calls), keys) == (2, {"tested-1"})
        server.status = 404
        assert not place.run(http_request, **how).success
        assert place.run(http_request, **how, expected=[404]).success
        server.status = 503
        with pytest.raises(Retry):
            place.run(http_request, **how)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "file:///etc/passwd", "http://a@b/", "http://[::1]:8080/"]
)
def test_an_address_inside_is_not_called(place, url):
    with pytest.raises((Denied, Invalid)):
        place.run(http_request, url=url)


def test_only_statements_of_the_settings_are_run(place, monkeypatch):
    table = place.table("things", Column("id", Integer, primary_key=True), Column("name", String))
    known = {"add": "INSERT INTO things (name) VALUES (:name)", "all": "SELECT name FROM things"}
    monkeypatch.setenv("ROTA_JOB_STATEMENTS", json.dumps(known))
    hostile = {"name": "x'); DROP TABLE things; --"}
    assert (
        place.run(sql_statement, statement="add", parameters=hostile, dry_run=True).message
        == "1 row (taken back)"
    )
    assert place.count(table) == 0
    place.kill(sql_statement, statement="add", parameters=hostile)
    assert place.count(table) == 0
    assert place.run(sql_statement, statement="add", parameters=hostile).items_processed == 1
    assert place.run(sql_statement, statement="all").data == [[hostile["name"]]]
    for statement in ("DROP TABLE things", "addd"):
        with pytest.raises(NotFound):
            place.run(sql_statement, statement=statement)


def test_tokens_that_ended_long_ago_go(desk):
    rota = desk.world.rota
    user = rota.accounts.create("bo", "admin", ANA)
    for number in range(3):
        token = rota.tokens.create(f"t{number}", user.id, ANA).token
        if number:
            rota.tokens.revoke(token.id, ANA)
    desk.world.clock.advance(31 * DAY)
    assert desk.run(token_cleanup, dry_run=True).items_processed == 2
    if desk.world.db.is_sqlite:
        desk.kill(token_cleanup)
    desk.run(token_cleanup)
    assert [token.name for token in rota.tokens.search()] == ["t0"]


def test_log_ins_that_nobody_uses_end(desk):
    rota = desk.world.rota
    user = rota.accounts.create("bo", "admin", ANA)
    rota.sessions.begin(user)
    desk.world.clock.advance(3 * 3600)
    rota.sessions.begin(user)
    assert desk.run(cleanup_inactive_sessions, hours=2, dry_run=True).items_processed == 1
    if desk.world.db.is_sqlite:
        desk.kill(cleanup_inactive_sessions, hours=2)
    else:
        assert desk.run(cleanup_inactive_sessions, hours=2).items_processed == 1
    assert desk.run(cleanup_inactive_sessions, hours=2).items_processed == 0
    assert len(rota.sessions.of(user.id)) == 1


def test_old_records_go_and_a_cleanup_that_was_killed_goes_on(desk):
    world = desk.world
    world.add_job("busy", every="1m", overlap="allow", misfire="run_all", catch_up_limit=2000)
    world.after(600 * 60)
    while world.run():
        pass
    world.clock.advance(31 * DAY)
    assert desk.run(database_cleanup, dry_run=True).items_processed == 600
    if world.db.is_sqlite:
        desk.kill(database_cleanup)
        assert world.count() == 100
    desk.run(database_cleanup)
    assert world.count() == 0

"""What goes wrong: each answer names the thing, the problem and the fix, and has its exit code."""

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.servers.copies import copied_sqlite
from tests.world import ANA


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("rota jobs show nope", 6, ['no job named "nope"', "Known jobs:"]),
        ("rota jobs show 99", 6, ['no job named "99"']),
        ("rota executions show 7", 6, ["no execution 7", "rota executions list"]),
        (
            "rota tasks show app.tasks.backup.create_backups",
            6,
            ['did you mean "app.tasks.backup.create_backup"?'],
        ),
        ("rota jobs create x X custom daily 25:00 work", 1, ["25:00"]),
        ("rota jobs create 9x X custom daily 03:00 work", 1, ["name '9x'", "begin with a letter"]),
        ("rota jobs create x X custom daily 03:00 wrk", 6, ['no task named "wrk"', 'did you mean "work"?']),
        ("rota jobs create x X custom dayly 03:00 work", 1, ['did you mean "daily"?']),
        ("rota jobs update 1 --timezone Europe/Pari", 1, ["Europe/Pari", "Europe/Paris"]),
        ("rota jobs resume 1", 1, ['job "system_health_check" is not paused']),
        ("rota jobs pause 1 --until 2020-01-01", 1, ["in the past"]),
        ("rota serve -m jbos", 1, ['no module named "jbos"', "start in the folder that holds it"]),
        ("rota serve -m work/jobs.py", 1, ['no module named "work/jobs.py"']),
        ("rota config set default_timeot 5", 1, ['did you mean "default_timeout"?']),
        ("rota config set default_overlap never", 1, ["never", "skip"]),
    ],
)
def test_an_error_names_the_thing_the_problem_and_the_fix(shell, site, line, code, words):
    done = shell(line)
    assert done.code == code, done.err
    assert done.out == ""
    assert [word for word in words if word not in done.err] == []


def test_errors_are_json_where_data_is(shell, site):
    told = json.loads(shell("rota jobs show nope --json").err)["error"]
    assert (told["code"], told["message"]) == ("not_found", 'no job named "nope"')
    assert told["fix"].startswith("Known jobs:")


def test_a_refused_overlap_names_the_running_execution(shell, site):
    first = site.executions.execute(1, ANA)
    done = shell("rota jobs execute 1")
    assert done.code == 1
    assert f"execution {first} is waiting" in done.err


def test_without_a_database_one_is_told_how_to_begin(shell, tmp_path):
    done = shell("rota jobs list")
    assert done.code == 7
    assert "there is no database at" in done.err
    assert "run `rota serve` or `rota db upgrade`" in done.err
    assert not (tmp_path / "here" / "var").exists()


def test_a_database_without_tables(shell, database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("ROTA_DATABASE_URL", database_url)
    (tmp_path / "rota.db").touch()
    done = shell("rota jobs run system_health_check")
    assert done.code == 7
    assert "the database has no tables yet" in done.err
    assert "run `rota serve` or `rota db upgrade`" in done.err


def test_a_database_of_another_schema(shell, site):
    for version, fix in (("0000", "run `rota db upgrade`"), ("9999", "install a newer rota")):
        with site.db.write() as conn:
            conn.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": version})
        done = shell("rota jobs list")
        assert done.code == 7
        assert version in done.err
        assert fix in done.err
        assert shell("rota db check").code == 7
        assert shell("rota db current --json").json["current"] == version


def test_a_server_that_is_away(shell, monkeypatch):
    monkeypatch.setenv("ROTA_DATABASE_URL", "postgresql://ana:secret@127.0.0.1:1/rota")
    done = shell("rota jobs list")
    assert done.code == 7
    assert "postgresql://ana:***@127.0.0.1:1/rota" in done.err
    assert "secret" not in done.err
    assert "check that the server runs" in done.err


def test_a_file_that_is_no_database(shell, monkeypatch, tmp_path):
    (tmp_path / "notes.txt").write_text("these are notes, not a database; " * 200)
    monkeypatch.setenv("ROTA_DATABASE_URL", f"sqlite:///{tmp_path}/notes.txt")
    done = shell("rota jobs list")
    assert done.code == 7
    assert "not a database" in done.err


@pytest.fixture
def private(sqlite_copy, shell, monkeypatch):
    """A database of somebody else's, in a folder that everybody may look into."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        file = Path(folder, "private.db")
        monkeypatch.setenv("ROTA_DATABASE_URL", copied_sqlite(sqlite_copy, file))
        monkeypatch.chdir(folder)
        file.chmod(0o400)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        yield file
        os.seteuid(user)


@pytest.mark.parametrize("line", ["rota jobs list", "rota jobs run 1", "rota db current"])
def test_a_database_that_one_may_not_touch(shell, private, line):
    done = shell(line)
    assert done.code == 4
    assert str(private) in done.err
    assert "may not be read and written by uid" in done.err
    assert "run as its owner" in done.err


def test_a_schema_that_cannot_be_brought_up_to_date(shell, site):
    with site.db.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '0007'"))
    done = shell("rota db upgrade")
    assert done.code == 7
    assert "the schema could not be brought to" in done.err
    assert "nothing was changed" in done.err
    assert "0007" in shell("rota db current").out


@pytest.mark.parametrize(
    ("missing", "setting", "line", "code", "fix"),
    [
        ("psycopg", ("DATABASE_URL", "postgresql://h/d"), "rota jobs list", 7, "rota[postgres]"),
        ("opentelemetry.sdk.trace.export", ("OTEL", "true"), "rota serve", 1, "rota[otel]"),
        ("rota.celery", ("QUEUES", "*=celery"), "rota worker -Q x", 1, "rota[celery]"),
    ],
)
def test_an_extra_that_is_not_installed(shell, site, monkeypatch, missing, setting, line, code, fix):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setenv("ROTA_BROKER_URL", "redis://localhost")
    monkeypatch.setenv(f"ROTA_{setting[0]}", setting[1])
    done = shell(line)
    assert done.code == code
    assert f"pip install '{fix}'" in done.err


def test_a_setting_that_cannot_be(shell, monkeypatch):
    monkeypatch.setenv("ROTA_RUNNERS", "many")
    done = shell("rota jobs list")
    assert done.code == 1
    assert 'setting "runners" (environment)' in done.err


def test_names_and_messages_cannot_command_the_terminal(shell, site):
    site.add_job("bad", title="\x1b]0;owned\x07", description="\x1b[2J" * 2)
    for line in ("rota jobs list", "rota jobs show bad", "rota jobs delete 'b\x1b[0m'"):
        done = shell(line)
        assert "\x1b" not in done.out + done.err
    assert "\\x1b[2J" in shell("rota jobs list").out

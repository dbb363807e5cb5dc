"""Each ready-made task on real runners and real data: tried dry, told something hostile, killed half way, run again."""

import json
import re

import pytest

from rota.services.sets import SETS
from tests.jobs import cases_of_files, cases_of_rota, cases_of_tables
from tests.jobs.ward import ward
from tests.jobs.workplace import ready_made
from tests.servers import databases
from tests.servers.postgres import binaries_of_wheel, installed_binaries

TASKS = ready_made()
DRY = {name for name, task in TASKS.items() if "dry_run" in task.schema["properties"]}
ONLY_LOOK = {
    "rota.http_check", "rota.mcp_server_health_check", "rota.performance_monitor", "rota.system_health_check",
}  # fmt: skip
KILLED = "killed by signal 9 (SIGKILL): by somebody, or by the system because memory ran out"


def answer(method, path, headers, body):
    """A stand-in for a language model; anything else is well."""
    if not path.endswith("/chat/completions"):
        return 200, b"ok"
    asked = json.loads(body)["messages"][0]["content"]
    return 200, json.dumps({"choices": [{"message": {"content": f"about {asked}"}}]}).encode()


@pytest.fixture
def application_url(migrated_url, request):
    """URL of an application's database, as rota's own; None: a file of SQLite."""
    if migrated_url.startswith("sqlite"):
        yield None
        return
    with databases.fresh(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def hospital(migrated_url, application_url, tmp_path, monkeypatch):
    """A ward."""
    monkeypatch.setenv("ROTA_PG_PROGRAMS", str(binaries_of_wheel() or installed_binaries()))
    with ward(migrated_url, application_url, tmp_path, monkeypatch, answer) as made:
        yield made


def test_each_can_be_tried_dry_unless_it_only_looks():
    assert TASKS.keys() - DRY == ONLY_LOOK


def ended(attempts):
    """How each attempt ended: well, or why not."""
    return [
        one.status if one.status == "succeeded" else one.reason or one.error_message or one.message
        for one in attempts
    ]


@pytest.mark.timeout(900)
def test_each_survives_what_may_befall_it(hospital):
    cases = {
        **cases_of_tables.cases(hospital),
        **cases_of_files.cases(hospital),
        **cases_of_rota.cases(hospital),
    }
    assert cases.keys() == TASKS.keys()
    hospital.start(cases)
    names = {name[5:]: case for name, case in cases.items()}

    def changed(expected):
        """Those that are not as they should be."""
        found = {name: case.look(hospital) for name, case in names.items()}
        return {name: one for name, one in found.items() if one != getattr(names[name], expected)}

    def unlike(tried, *expected):
        """Those whose attempts did not end so."""
        return {name: ended(some) for name, some in tried.items() if ended(some) != [*expected]}

    assert changed("before") == {}
    assert unlike(hospital.run({name[5:]: {"dry_run": True} for name in DRY}), "succeeded") == {}
    assert changed("before") == {}
    said = {name: hospital.refused(f"bad_{name}", case.hostile) for name, case in names.items()}
    assert {name: one for name, one in said.items() if not re.search(names[name].refusal, one)} == {}
    assert changed("before") == {}
    hospital.mortal.touch()
    tried = hospital.run({name: {} for name in names}, attempts=2)
    assert unlike(tried, KILLED, "succeeded") == {}
    hospital.mortal.unlink()
    assert changed("after") == {}
    tried = hospital.run({name: {} for name in names})
    assert unlike(tried, "succeeded") == {}
    messages = {name: str(one.message) for name, (one,) in tried.items()}
    assert {name: one for name, one in messages.items() if not re.search(names[name].message, one)} == {}
    assert changed("again") == {}


def test_the_sets_say_no_other_time_out_than_the_tasks_themselves():
    own = {name: task.timeout or 120 for name, task in TASKS.items()}
    told = {(spec.task_name, spec.timeout) for one in SETS.values() for spec in one}
    assert told == {(name, own[name]) for name, _ in told}

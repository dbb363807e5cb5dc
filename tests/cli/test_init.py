"""`rota init`: jobs to begin with, shown before they are made, once."""

import pytest

from rota.services.sets import SETS
from tests.world import ANA

SEED = {
    "system_health_check": ("interval", "15", True, "Every 15 minutes"),
    "document_cleanup": ("daily", "02:00", True, "Every day at 02:00"),
    "analytics_aggregation": ("daily", "01:00", True, "Every day at 01:00"),
    "database_maintenance": ("weekly", "0:03:00", False, "Every Monday at 03:00"),
    "mcp_server_health_check": ("interval", "30", True, "Every 30 minutes"),
}
"""As the second seed lists them: name, schedule, whether enabled."""


@pytest.fixture
def empty(shell, monkeypatch):
    monkeypatch.setenv("ROTA_DATABASE_URL", "sqlite:///new.db")
    return shell


def listed(shell):
    return {job["name"]: job for job in shell("rota jobs list --json").json}


def test_an_empty_database_has_the_jobs_of_the_seed_exactly_as_they_are_listed(empty):
    done = empty("rota init --yes")
    assert done.code == 0, done.err
    for name, (*_, sentence) in SEED.items():
        assert any(line.startswith(name) and sentence in line for line in done.out.splitlines())
    found = listed(empty)
    for name, (kind, expression, is_enabled, _) in SEED.items():
        job = found[name]
        assert (job["schedule_type"], job["schedule_expression"], job["is_enabled"]) == (
            kind,
            expression,
            is_enabled,
        )
    assert found.keys() == SEED.keys() | {"database_cleanup", "session_cleanup"}


def test_a_second_init_changes_nothing(empty):
    empty("rota init --yes")
    before = empty("rota jobs list --json").json
    audit = empty("rota audit list --json").json
    again = empty("rota init --yes")
    assert "Nothing was changed." in again.err
    assert empty("rota jobs list --json").json == before
    assert empty("rota audit list --json").json == audit


@pytest.mark.parametrize("name", SETS)
def test_each_set_is_made_whole_and_only_once(empty, name):
    assert empty(f"rota init --set {name} --yes").code == 0
    found = listed(empty)
    for spec in SETS[name]:
        job = found[spec.name]
        assert job["schedule_expression"] == spec.schedule_expression
        assert job["problem"] is None
    assert "Nothing was changed." in empty(f"rota init --set {name} --yes").err


def test_what_somebody_has_changed_stays_as_it_is(shell, site):
    shell("rota jobs update session_cleanup --type custom")
    site.jobs.delete("system_health_check", ANA)
    done = shell("rota init --set admin_server --yes")
    assert done.code == 0, done.err
    found = listed(shell)
    assert found["session_cleanup"]["schedule_type"] == "manual"
    assert "system_health_check" not in found
    assert found["daily_report"]["schedule_expression"] == "01:00"


def test_jobs_are_shown_before_they_are_made(empty):
    assert empty("rota init --dry-run").out.count("new") >= 4
    assert len(listed(empty)) == 3
    asked = empty("rota init")
    assert asked.code == 2
    assert "use --yes" in asked.err
    assert len(listed(empty)) == 3
    assert 'no set named "totalator"; did you mean' in empty("rota init --set totalator").err.replace(
        "\n ", ";"
    )


def test_every_job_of_every_set_can_be_made_on_its_own():
    names = [spec.name for specs in SETS.values() for spec in specs]
    assert len(names) >= 30
    for specs in SETS.values():
        assert len({spec.name for spec in specs}) == len(specs)

"""Every command line of the second seed, as it is written there: `./manage` is `rota` here."""

import pytest

from rota.domain.job import JobPatch
from tests.world import ANA

CREATE = """rota jobs create \\
  system_backup \\
  "System Backup Job" \\
  database_maintenance \\
  daily \\
  "03:00" \\
  "app.tasks.backup.create_backup" \\
  --description "Daily system backup" \\
  --queue backup \\
  --priority 8 \\
  --timeout 7200 \\
  --enabled"""


def names(done):
    assert done.code == 0, done.err
    return [job["name"] for job in done.json]


def test_list_all_jobs(shell, site):
    assert names(shell("rota jobs list --json")) == [
        "database_cleanup",
        "session_cleanup",
        "system_health_check",
    ]


def test_list_by_status(shell, site):
    site.holds.pause("database_cleanup", ANA)
    assert names(shell("rota jobs list --status active --json")) == ["session_cleanup", "system_health_check"]
    assert names(shell("rota jobs list --status paused --json")) == ["database_cleanup"]


def test_list_by_type(shell, site):
    assert names(shell("rota jobs list --type system_health_check --json")) == ["system_health_check"]


def test_list_enabled_ones_only(shell, site):
    site.holds.disable("session_cleanup", ANA)
    assert names(shell("rota jobs list --enabled-only --json")) == ["database_cleanup", "system_health_check"]


def test_list_overdue_ones_only(shell, site):
    make_overdue(site)
    assert names(shell("rota jobs list --overdue-only --json")) == ["late"]


def make_overdue(site):
    site.clock.advance(-600)
    site.add_job("late", every="1m")
    site.clock.advance(600)


def test_list_a_page(shell, site):
    for number in range(12):
        site.add_job(f"job_{number:02}")
    page = shell("rota jobs list --page 2 --size 10 --json")
    assert names(page) == ["job_09", "job_10", "job_11", "session_cleanup", "system_health_check"]
    assert shell("rota jobs list --page 9 --size 10").err == "There is no page 9: 15 jobs match.\n"


def test_show_by_id(shell, site):
    done = shell("rota jobs show 1 --json")
    assert (done.code, done.json["id"], done.json["name"]) == (0, 1, "system_health_check")
    assert "Every 15 minutes" in shell("rota jobs show 1").out


def test_create(shell, site):
    done = shell(f"{CREATE} --json")
    assert done.code == 0, done.err
    wanted = {
        "name": "system_backup",
        "title": "System Backup Job",
        "job_type": "database_maintenance",
        "schedule_type": "daily",
        "schedule_expression": "03:00",
        "task_name": "app.tasks.backup.create_backup",
        "description": "Daily system backup",
        "task_queue": "backup",
        "task_priority": 8,
        "timeout": 7200,
        "is_enabled": True,
        "origin": "runtime",
    }
    assert {name: done.json[name] for name in wanted} == wanted
    assert done.json["next_run"].endswith("T03:00:00Z")
    again = shell(CREATE)
    assert again.code == 1
    assert 'there is a job named "system_backup" already' in again.err


def test_create_says_when_it_runs(shell, site):
    done = shell(CREATE)
    assert done.code == 0
    assert done.out.startswith("✓ system_backup (id 4) created. Every day at 03:00, UTC; next in ")


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        ('--schedule "04:00"', "schedule_expression", "04:00"),
        ("--priority 9", "task_priority", 9),
        ("--enabled", "is_enabled", True),
        ("--disabled", "is_enabled", False),
    ],
)
def test_update(shell, site, options, field, value):
    site.jobs.update(1, JobPatch(schedule_type="daily", schedule_expression="02:00"), ANA)
    if options == "--enabled":
        site.holds.disable(1, ANA)
    done = shell(f"rota jobs update 1 {options} --json")
    assert (done.code, done.json["id"], done.json[field]) == (0, 1, value)
    assert getattr(site.jobs.get(1), field) == value


def test_delete_with_confirmation_needs_a_terminal(shell, site):
    done = shell("rota jobs delete 1")
    assert done.code == 2
    assert "use --force" in done.err
    assert site.jobs.get(1).name == "system_health_check"


def test_delete_without_confirmation(shell, site):
    assert shell("rota jobs delete 1 --force").code == 0
    assert shell("rota jobs show 1").code == 6


def test_execute(shell, site):
    done = shell("rota jobs execute 1 --json")
    assert (done.code, done.json["status"], done.json["job_name"]) == (0, "queued", "system_health_check")
    assert shell("rota jobs execute 2 -q").out == f"{done.json['id'] + 1}\n"


def test_execute_although_it_is_disabled(shell, site):
    site.holds.disable(1, ANA)
    refused = shell("rota jobs execute 1")
    assert refused.code == 1
    assert 'job "system_health_check" is disabled' in refused.err
    assert "force" in refused.err
    assert shell("rota jobs execute 1 --force").code == 0


def test_pause_and_resume(shell, site):
    paused = shell("rota jobs pause 1 --json")
    assert (paused.code, paused.json["status"]) == (0, "paused")
    assert shell("rota jobs pause 1").code == 1
    resumed = shell("rota jobs resume 1 --json")
    assert (resumed.code, resumed.json["status"]) == (0, "active")


def test_overdue(shell, site):
    assert shell("rota jobs overdue").err == "No job is overdue.\n"
    make_overdue(site)
    assert names(shell("rota jobs overdue --json")) == ["late"]
    assert "late" in shell("rota jobs overdue").out


def test_stats(shell, site):
    site.executions.execute(1, ANA)
    site.run()
    site.executions.execute(2, ANA)
    done = shell("rota jobs stats --json")
    assert done.code == 0
    wanted = {
        "total_jobs": 3,
        "enabled_jobs": 3,
        "overdue_jobs": 0,
        "total_runs": 1,
        "successful_runs": 1,
        "failed_runs": 0,
        "success_rate": 1.0,
        "queued": 1,
        "running": 0,
        "jobs_by_status": {"active": 3},
        "executions_last_24h": {"succeeded": 1},
    }
    assert {name: done.json[name] for name in wanted} == wanted
    assert "3: 3 active" in shell("rota jobs stats").out


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("rota jobs validate-schedule interval 30", "Every 30 minutes, at :00 and :30 (UTC)"),
        ('rota jobs validate-schedule daily "09:30"', "Every day at 09:30, UTC"),
        ('rota jobs validate-schedule weekly "1:10:00"', "Every Tuesday at 10:00, UTC"),
        (
            'rota jobs validate-schedule daily "14:30" --timezone "America/New_York"',
            "Every day at 14:30, America/New_York time",
        ),
    ],
)
def test_validate_schedule_needs_no_database(shell, line, sentence):
    done = shell(f"{line} --json")
    assert done.code == 0
    assert (done.json["valid"], done.json["explanation"]) == (True, sentence)
    assert len(done.json["next_runs"]) == 5
    assert done.json["next_run"] == done.json["next_runs"][0]["at"]
    assert sentence in shell(line).out


def test_an_invalid_schedule_names_the_part_and_the_fix(shell):
    done = shell('rota jobs validate-schedule weekly "9:10:00" --json')
    assert done.code == 1
    assert '"code": "invalid_schedule"' in done.err
    assert "9" in done.err

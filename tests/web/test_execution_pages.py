"""One execution: its page, its output, and what can be done with it."""

from datetime import timedelta

import pytest

from rota.domain.attempt import Line
from rota.domain.execution import Status
from rota.domain.permission import Role
from rota.services.story import LINES
from tests.clock import NOON
from tests.web.visitor import Visitor, text_of
from tests.world import ANA

TRACE = 'Traceback (most recent call last):\n  File "/srv/app/usage.py", line 88, in aggregate\n    go(1)\nOSError'
HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e"


@pytest.fixture
def job(world):
    return world.add_job("backup", max_retries=1, backoff=0, task_kwargs={"days": 1, "key": "sealed:secret"})


def ran(world, status=Status.SUCCEEDED, seconds=2, **fields) -> int:
    """Run the job by hand. Returns the execution's number."""
    number = world.executions.execute("backup", ANA)
    claimed, started = world.claim(), world.clock.now()
    world.clock.advance(seconds)
    for attempt in claimed:
        world.end(attempt, status, started_at=started, **fields)
    return int(number)


def test_a_failure_is_told_first_with_its_place_and_how_often_it_came(world, job, admin):
    for _ in range(3):
        number = ran(
            world, Status.FAILED, error_type="OSError", error_message="full", stack_trace=TRACE, no_retry=True
        )
    page = admin.get(f"/backup/executions/{number}")
    text = text_of(page)
    assert 'href="/admin/cron/-/alerts/mute?target=job%3Abackup"' in page.text
    assert "Same error in 3 of the last 3 executions" in text
    assert "/srv/app/usage.py , line 88, in aggregate" in text
    assert text.index("OSError full") < text.index("Log")
    assert "Whole trace, 4 lines" in text
    assert "backup failed today 12:00 UTC after 2 s" in text


def test_attempts_are_tabs_and_secrets_are_masked(world, job, admin):
    number = ran(world, Status.FAILED, error_type="OSError", error_message="full")
    (again,) = world.run()
    page = admin.get(f"/backup/executions/{number}")
    assert f'href="/admin/cron/backup/executions/{again.execution_id}"' in page.text
    text = text_of(page)
    assert "Attempt 1 failed, 2 s" in text
    assert "Attempt 1 of 2, asked for by ana." in text
    assert "sealed:" not in page.text
    assert "key •••••••• secret" in text


def test_the_output_is_searched_by_the_address_and_read_backwards(world, job, admin):
    lines = [Line(n, NOON, "error" if n == 7 else "out", f"line {n} {HOSTILE}") for n in range(1, LINES + 21)]
    number = ran(world, lines=lines)
    page = admin.get(f"/backup/executions/{number}")
    assert page.text.count('<li id="L') == LINES
    assert 'id="L21"' in page.text
    assert "Earlier lines" in page.text
    assert "<script>alert" not in page.text
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text
    earlier = admin.get(f"/backup/executions/{number}?before=21").text
    assert ('id="L1"' in earlier, 'id="L21"' in earlier) == (True, False)
    assert admin.get(f"/backup/executions/{number}?level=errors").text.count('<li id="L') == 1
    assert admin.get(f"/backup/executions/{number}?q=line+12+").text.count('<li id="L') == 1
    whole = admin.get(f"/backup/executions/{number}/output.txt")
    assert whole.headers["content-disposition"] == f'attachment; filename="backup-{number}.txt"'
    assert whole.text.count("\n") == LINES + 20


def test_what_runs_tells_how_far_it_is_and_is_followed_from_its_last_line(world, job, admin):
    world.executions.execute("backup", ANA)
    (attempt,) = world.claim()
    with world.db.write() as conn:
        conn.exec_driver_sql(
            f"UPDATE executions SET started_at = queued_at, progress_done = 420, progress_total = 1000, "
            f"progress_message = 'documents' WHERE id = {attempt.execution_id}"
        )
    world.clock.advance(60)
    page = admin.get(f"/backup/executions/{attempt.execution_id}")
    text = text_of(page)
    assert "420 / 1,000 documents about 1 min left" in text
    assert "1 min elapsed" in text
    assert (
        f'data-follow="/api/v1/executions/{attempt.execution_id}/logs?follow=true&amp;after=0"' in page.text
    )
    assert "Cancel…" in text


def test_it_is_cancelled_with_a_reason_run_again_and_run_with_changes(world, job, admin):
    number = world.executions.execute("backup", ANA)
    assert "cancelled at once" in text_of(admin.get(f"/backup/executions/{number}/cancel"))
    answer = admin.post(f"/backup/executions/{number}/cancel", reason="not today")
    assert (answer.status_code, world.last().status) == (303, Status.CANCELLED)
    assert ("a_admin", "execution.cancel", f"execution:{number}") in world.audited()
    answer = admin.post(f"/backup/executions/{number}/retry")
    again = world.last()
    assert answer.headers["location"].endswith(f"/backup/executions/{again.id}")
    world.run()
    form = admin.get(f"/backup/executions/{again.id}/changes")
    assert ("sealed" in form.text, "as the job has them: key" in text_of(form)) == (False, True)
    wrong = admin.post(f"/backup/executions/{again.id}/changes", arguments="{days: 2")
    assert wrong.status_code == 422
    assert "this is no JSON" in text_of(wrong)
    assert "{days: 2" in text_of(wrong)
    admin.post(f"/backup/executions/{again.id}/changes", arguments='{"days": 2}')
    assert world.last().task_kwargs == {"days": 2, "key": "sealed:secret"}


def test_who_may_only_look_is_told_why(world, job, site):
    number = ran(world)
    with Visitor.of(site, Role.VIEWER) as viewer:
        page = viewer.get(f"/backup/executions/{number}")
        assert "This needs the role operator; yours is viewer." in page.text
        assert viewer.post(f"/backup/executions/{number}/retry").status_code == 403
        assert viewer.get(f"/backup/executions/{number}/changes").status_code == 403


def test_the_address_of_another_job_or_of_a_number_alone_leads_to_the_right_one(world, job, admin):
    number = ran(world)
    for path in (f"/other/executions/{number}", f"/-/executions/{number}"):
        assert admin.get(path).headers["location"].endswith(f"/backup/executions/{number}")
    assert admin.get("/backup/executions/999").status_code == 404
    assert admin.get(f"/other/executions/{number}/cancel").status_code == 404


def test_missed_and_skipped_slots_and_executions_of_deleted_jobs_have_a_page(world, job, admin):
    number = ran(world)
    world.add_job("hourly", every="1h")
    world.after(5 * 3600)
    missed = world.history("hourly", Status.MISSED)[0]
    assert "was missed 4 times, the last time today 16:00 UTC" in text_of(
        admin.get(f"/hourly/executions/{missed.id}")
    )
    world.jobs.delete("backup", ANA)
    text = text_of(admin.get(f"/backup/executions/{number}"))
    assert "backup (deleted) succeeded" in text
    assert admin.get("/-/executions?result=missed").text.count('id="execution-') == 1
    assert timedelta(0) == missed.ended_at - world.clock.now()

"""Through a server the command line says what it says on the database: the same JSON, lines and exit codes."""

import io
import json
import sys

from rota.services.surveying import Surveying
from tests.cli.sides import masked


def test_jobs_are_looked_at(sides):
    for line in (
        "rota jobs list --json",
        "rota jobs list --status active --enabled-only --type custom --tag nightly --search back --json",
        "rota jobs list --overdue-only --json",
        "rota jobs list --page 2 --size 2 -q",
        "rota jobs list --size 500 -q",
        "rota jobs list -o csv",
        "rota jobs show backup --json",
        "rota jobs show 1 --time utc",
        "rota jobs overdue --json",
        "rota jobs stats --json",
        "rota jobs status --json",
        "rota jobs status backup --json",
        "rota jobs history --json",
        "rota jobs history report --status failed --since 1d --size 1 --json",
        "rota jobs schedule backup --count 3 --after 2026-10-24T00:00 --json",
        "rota jobs explain backup --json",
        "rota jobs explain backup",
        "rota jobs versions backup --json",
    ):
        assert sides.same(line).code == 0, line


def test_jobs_are_made_changed_held_and_taken_away(sides):
    for line in (
        "rota jobs create fresh 'A fresh one' custom daily 04:00 work --arg n=1 --retries 2 --tag t --json",
        "rota jobs create drier Dry custom cron '0 2 * * 1' work --dry-run --json",
        "rota jobs update fresh --schedule 05:00 --description other --json",
        "rota jobs update fresh --dry-run --priority 9 --json",
        "rota jobs restore fresh 1 --json",
        "rota jobs pause fresh --reason 'not now' --until 2h --json",
        "rota jobs explain fresh --json",
        "rota jobs resume fresh --json",
        "rota jobs disable fresh --json",
        "rota jobs enable fresh --json",
        "rota jobs delete fresh --force --json",
    ):
        assert sides.same(line).code == 0, line


def test_schedules_are_checked(sides):
    for line in (
        "rota jobs validate-schedule daily 02:30 --timezone Europe/Berlin --after 2026-03-28T00:00 --json",
        "rota jobs validate-schedule daily 02:30 --timezone Europe/Berlin --after 2026-03-28T00:00",
        "rota jobs validate-schedule cron '*/5 * * * *' --count 0 --json",
    ):
        assert sides.same(line).code == 0, line
    assert sides.same("rota jobs validate-schedule daily 25:00 --json").code == 1


def test_jobs_are_run_and_waited_for(sides):
    with sides.nodes():
        for line in (
            "rota jobs run backup --json",
            "rota jobs run backup --arg days=3 -q",
            "rota jobs run backup --follow -q",
            "rota jobs execute backup --wait --json",
            "rota executions retry 1 --wait --json",
            "rota jobs log-cleanup --days 3 --json",
        ):
            assert sides.same(line).code == 0, line


def test_a_run_that_nobody_can_take_waits_at_the_server(sides):
    sides.far.kill(sides.far.node)
    sides.far.reap()
    done = sides.through("rota jobs run backup --timeout 0.2")
    assert (done.code, "No live node can take it yet" in done.err) == (8, True)
    assert sides.far.statuses("backup") == ["succeeded", "queued"]


def test_executions_are_looked_at_cancelled_and_run_again(sides):
    for line in (
        "rota executions list --json",
        "rota executions list backup --size 200 --json",
        "rota executions show 1 --json",
        "rota executions show 2 --time utc",
        "rota executions logs 1 --json",
        "rota executions logs 1 -o jsonl",
        "rota executions logs 1 --follow -q",
        "rota jobs execute backup --no-wait --json",
        "rota executions cancel 3 --reason 'by mistake' --json",
        "rota executions retry 1 --json",
    ):
        assert sides.same(line).code == 0, line


def test_tasks_and_nodes_are_looked_at(sides):
    assert sides.near.node
    assert sides.far.node
    for line in (
        "rota tasks list --json",
        "rota tasks show work --json",
        "rota nodes list --json",
        "rota nodes list -q",
    ):
        assert sides.same(line).code == 0, line


def test_the_audit_log_is_listed_verified_and_exported(sides):
    for world in (sides.near, sides.far):
        world.rota.auditing.seal()
    for line in (
        "rota audit list --json",
        "rota audit list --action job --size 2 --json",
        "rota audit list --job backup --actor ana --since 1d --json",
        "rota audit verify --json",
    ):
        assert sides.same(line).code == 0, line
    near, far = (side("rota audit export --action user") for side in (sides.here, sides.through))
    assert [masked(json.loads(one)) for one in far.out.splitlines()] == [
        masked(json.loads(one)) for one in near.out.splitlines()
    ]
    near, far = (side("rota audit export --action user -o csv") for side in (sides.here, sides.through))
    assert (far.code, len(far.out.splitlines())) == (0, len(near.out.splitlines()))
    head = sides.through("rota audit verify --json").json["head"]
    assert sides.through(f"rota audit verify --head {head}").code == 0
    sides.far.rota.auditing.seal()
    assert sides.same(f"rota audit verify --head 3:{'f' * 64} --json").code == 1


def test_alerts_and_channels_are_made_changed_and_taken_away(sides):
    for line in (
        "rota channels create ops env:HOOK --webhook --json",
        "rota channels list --json",
        "rota channels update ops --url env:OTHER --webhook --secret env:SIGN --json",
        "rota channels update ops --secret ''",
        "rota alerts create backups --to ops --tag nightly --on failed --in-a-row 3 --throttle 5 --json",
        "rota alerts list --json",
        "rota alerts update backups --all --first --on lost --not-critical --json",
        "rota alerts disable backups --json",
        "rota alerts list",
        "rota alerts enable backups",
        "rota alerts mute job:backup --for 2h --reason 'is mended' --json",
        "rota alerts list",
        "rota alerts mute job:backup --off",
        "rota alerts deliveries --size 200 --json",
    ):
        assert sides.same(line).code == 0, line
    for line in (
        "rota alerts create other --to opps",
        "rota alerts update backups --to opps",
        "rota alerts update backup --all",
        "rota alerts enable backup",
        "rota channels update opps --url env:OTHER",
        "rota alerts test ops",
        "rota alerts mute job:backup --off",
        "rota alerts mute a/b --off",
        "rota alerts delete backup",
        "rota channels delete ops",
        "rota channels delete 'no such'",
    ):
        assert sides.same(line).code not in (0, 2), line
    assert sides.same("rota alerts delete backups").code == 0
    assert sides.same("rota channels delete ops --json").code == 0


def test_a_job_takes_the_time_out_of_its_task_unless_it_says_another(sides):
    line = "rota jobs create {} Backup custom daily 02:00 rota.{} --json"
    assert sides.same(line.format("mine", "database_backup")).json["timeout"] == 7200
    assert sides.same(line.format("brief", "database_backup --timeout 60")).json["timeout"] == 60
    assert sides.same(line.format("plain", "notify")).json["timeout"] == 120
    assert "2 h unless the job says otherwise" in sides.same("rota tasks show rota.database_backup").out
    assert sides.same(line.format("none", "database_backups")).code == 6


def test_reports_are_listed_and_shown(sides):
    for world in (sides.near, sides.far):
        Surveying(world.db, world.clock, {}).keep_report(
            kind="daily", begins="2026-03-01T00:00:00+00:00", ends="2026-03-02T00:00:00+00:00", title="Daily report",
            html="<p>well</p>", text="well",
        )  # fmt: skip
    for line in (
        "rota reports list --size 200 --json",
        "rota reports show 1 --html",
        "rota reports show 1 --json",
    ):
        assert sides.same(line).code == 0, line
    assert sides.same("rota reports show 9").code == 6


def test_settings_are_shown_and_set(sides):
    assert sides.same("rota config set retention_days 60 --json").code == 0
    assert sides.same("rota config set hold_all true --json").code == 0
    assert sides.same("rota config set retention_days --default --json").code == 0
    far = sides.through("rota config show --json").json
    near = [
        one for one in sides.here("rota config show --json").json if one["name"] in {x["name"] for x in far}
    ]
    assert far == near
    assert sides.same("rota config set retention_days soon").code == 1
    assert sides.same("rota config set nonsense 1").code == 1


def test_users_and_tokens_are_managed(sides, monkeypatch):
    for line in (
        "rota users create olga --role operator --no-password --json",
        "rota users list --json",
        "rota users set-role olga --role viewer --json",
        "rota users disable olga --json",
        "rota users enable olga --json",
        "rota tokens create ci --user olga --scope job.read --expires 90d --json",
        "rota tokens list --user olga --json",
        "rota tokens list --size 200 -q",
        "rota tokens revoke 2 --json",
    ):
        assert sides.same(line).code == 0, line
    for side in (sides.here, sides.through):
        monkeypatch.setattr(sys, "stdin", io.StringIO("four or five words\n"))
        assert side("rota users set-password olga --password-stdin").code == 0
    for world in (sides.near, sides.far):
        assert world.rota.entrance.authenticate("olga", "four or five words")


def test_what_goes_wrong_is_told_in_the_same_words(sides):
    for line, code in (
        ("rota jobs show bakup", 6),
        ("rota jobs show 'no such'", 6),
        ("rota jobs pause bakup", 6),
        ("rota jobs create backup Again custom daily 04:00 work", 1),
        ("rota jobs create other Other custom daily 25:00 work", 1),
        ("rota jobs create other Other custom daily 04:00 no.such.task", 6),
        ("rota jobs update backup --schedule never", 1),
        ("rota jobs restore backup 7", 6),
        ("rota jobs history bakup", 6),
        ("rota executions show 99 --json", 6),
        ("rota executions cancel 1", 1),
        ("rota executions logs 99", 6),
        ("rota tasks show no.such.task", 6),
        ("rota users set-role nobody --role viewer", 6),
        ("rota tokens create ci --user nobody", 6),
        ("rota tokens revoke 99", 6),
    ):
        assert sides.same(line).code == code, line

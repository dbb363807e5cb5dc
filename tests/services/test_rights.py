"""Every verb that writes asks for the right in the transaction that acts, and each refusal is in the audit log."""

import inspect
from collections.abc import Callable
from datetime import timedelta

import pytest

from rota.domain.actor import Actor
from rota.domain.alert import ChannelKind, ChannelPatch, ChannelSpec, RuleSpec
from rota.domain.errors import Conflict, Denied
from rota.domain.job import JobPatch, JobSpec
from rota.domain.permission import LEAST, Action, Role
from rota.services.configuration import Configuration
from tests.clock import NOON
from tests.services.conftest import MACHINE, PASSWORD, People

Verb = Callable[[People, Actor], object]


def config(people: People) -> Configuration:
    return Configuration(people.world.db, people.world.clock, {})


def hook(name: str) -> ChannelSpec:
    """A channel to nowhere."""
    return ChannelSpec(name=name, kind=ChannelKind.WEBHOOK, url="env:NOWHERE")


def try_channel(people: People, by: Actor) -> None:
    """Nothing is there that could take the message, which is told after the right was looked at."""
    with pytest.raises(Conflict, match="hook"):
        people.rota.alerts.channels.test("hook", by)


VERBS: dict[Action, Verb] = {
    Action.JOB_CREATE: lambda p, by: p.rota.jobs.create(JobSpec(name="new", task_name="work"), by),
    Action.JOB_UPDATE: lambda p, by: p.rota.jobs.update("backup", JobPatch(title="x"), by),
    Action.JOB_RESTORE: lambda p, by: p.rota.jobs.restore("backup", 1, by),
    Action.JOB_DELETE: lambda p, by: p.rota.jobs.delete("backup", by),
    Action.JOB_ENABLE: lambda p, by: p.rota.holds.enable("backup", by),
    Action.JOB_DISABLE: lambda p, by: p.rota.holds.disable("backup", by),
    Action.JOB_PAUSE: lambda p, by: p.rota.holds.pause("backup", by),
    Action.JOB_RESUME: lambda p, by: p.rota.holds.resume("held", by),
    Action.JOB_EXECUTE: lambda p, by: p.rota.executions.execute("backup", by),
    Action.EXECUTION_CANCEL: lambda p, by: p.rota.executions.cancel(2, by),
    Action.EXECUTION_RETRY: lambda p, by: p.rota.executions.retry(1, by),
    Action.CONFIG_SET: lambda p, by: config(p).set("retention_days", "9", by),
    Action.USER_CREATE: lambda p, by: p.accounts.create("new", "viewer", by, password=PASSWORD),
    Action.USER_DISABLE: lambda p, by: p.accounts.disable("zoe", by),
    Action.USER_ENABLE: lambda p, by: p.accounts.enable("zoe", by),
    Action.USER_SET_ROLE: lambda p, by: p.accounts.set_role("zoe", "operator", by),
    Action.USER_SET_PASSWORD: lambda p, by: p.accounts.set_password("zoe", "another pass phrase", by),
    Action.SESSION_END: lambda p, by: p.sessions.end_all("zoe", by),
    Action.TOKEN_CREATE: lambda p, by: p.tokens.create("ci", "zoe", by),
    Action.TOKEN_REVOKE: lambda p, by: p.tokens.revoke(1, by),
    Action.ALERT_CREATE: lambda p, by: p.rota.alerts.create(RuleSpec(name="new", channels=("hook",)), by),
    Action.ALERT_UPDATE: lambda p, by: p.rota.alerts.switch("loud", False, by),
    Action.ALERT_DELETE: lambda p, by: p.rota.alerts.delete("loud", by),
    Action.ALERT_MUTE: lambda p, by: p.rota.alerts.mute("all", p.world.clock.now() + timedelta(hours=1), by),
    Action.CHANNEL_CREATE: lambda p, by: p.rota.alerts.channels.create(hook("new"), by),
    Action.CHANNEL_UPDATE: lambda p, by: p.rota.alerts.channels.update("hook", ChannelPatch(url="env:A"), by),
    Action.CHANNEL_DELETE: lambda p, by: p.rota.alerts.channels.delete("free", by),
    Action.CHANNEL_TEST: try_channel,
    Action.NODE_DRAIN: lambda p, by: p.rota.presence.drain("node", by),
    Action.AUDIT_EXPORT: lambda p, by: list(p.auditing.export("jsonl", by)),
    Action.AUDIT_ARCHIVE: lambda p, by: p.auditing.archive(NOON - timedelta(days=1), by),
}
"""A call of each verb that needs more than an account; job 1 is backup, job 2 held (paused), user 4 zoe."""

NOT_WRITTEN = {Action.AUDIT_VERIFY}
OF_ONE_S_OWN = {Action.ME_PASSWORD, Action.SESSION_OWN, Action.TOKEN_OWN}
EVERY_VERB = pytest.mark.parametrize("action", VERBS, ids=str)


@pytest.fixture
def house(staff):
    """Staff with things to do: execution 1 of backup has ended, execution 2 of held waits."""
    world = staff.world
    world.add_job("backup")
    world.jobs.update("backup", JobPatch(title="y"), MACHINE)
    world.add_job("held")
    world.executions.execute("backup", MACHINE)
    world.run()
    world.executions.execute("held", MACHINE)
    world.holds.pause("held", MACHINE)
    alerts = staff.rota.alerts
    alerts.channels.create(hook("hook"), MACHINE)
    alerts.channels.create(hook("free"), MACHINE)
    alerts.create(RuleSpec(name="loud", channels=("hook",)), MACHINE)
    staff.add("zoe", "viewer")
    staff.tokens.create("zoe's", "zoe", MACHINE)
    return staff


def test_authorization_every_action_that_is_no_reading_has_its_verb_here():
    """An action without a rule here fails the build."""
    writing = {action for action in Action if not action.value.endswith(".read")}
    assert set(VERBS) == writing - NOT_WRITTEN - OF_ONE_S_OWN


@EVERY_VERB
def test_authorization_the_least_role_and_a_token_of_just_that_scope_suffice(house, action):
    owner = {Role.VIEWER: "vic", Role.OPERATOR: "olga", Role.ADMIN: "ada"}[LEAST[action]]
    made = house.tokens.create("ci", owner, MACHINE, scopes=[action.value])
    VERBS[action](house, house.tokens.lookup(made.text))
    assert house.told("denied") == []


def test_authorization_every_verb_is_refused_to_every_lesser_role_and_each_refusal_is_told(house):
    expected = []
    for name in ("vic", "olga"):
        by = house.actor(name)
        for action, verb in VERBS.items():
            if by.role.includes(LEAST[action]):
                continue
            with pytest.raises(Denied, match=f"needs the role {LEAST[action]}") as refused:
                verb(house, by)
            assert refused.value.code == "denied"
            expected.append((name, {"attempted": action.value}, "web", refused.value.message))
    told = [entry for entry in house.auditing.search(size=1000)[::-1] if entry.action == "denied"]
    assert [(one.actor, one.after, one.face, one.reason) for one in told] == expected


def test_scope_matrix_a_token_without_the_scope_is_refused_whoever_owns_it(house):
    made = house.tokens.create("reads", "ada", MACHINE, scopes=["viewer"])
    for verb in VERBS.values():
        with pytest.raises(Denied, match="token of the scopes viewer"):
            verb(house, house.tokens.lookup(made.text))


def test_race_on_rights_a_role_that_was_lost_during_a_slow_request_counts(house):
    house.add("ben", "admin")
    ben = house.actor("ben")
    house.accounts.set_role("ben", "viewer", MACHINE)
    for verb in VERBS.values():
        with pytest.raises(Denied, match="the role is viewer"):
            verb(house, ben)


LOSSES: dict[str, Callable[[People, Actor], object]] = {
    "the account is disabled": lambda p, _: p.accounts.disable("ben", MACHINE),
    "the session has ended": lambda p, _: p.sessions.end_all("ben", MACHINE),
}


@pytest.mark.parametrize("words", LOSSES)
def test_race_on_rights_whoever_was_thrown_out_meanwhile_is_refused(house, words):
    house.add("ben", "admin")
    ben = house.actor("ben")
    LOSSES[words](house, ben)
    with pytest.raises(Denied, match=words):
        house.rota.executions.execute("backup", ben)
    assert house.rights.renew(ben) is None
    assert house.world.count() == 2


def test_a_refusal_changes_nothing_but_the_audit_log(house):
    before = house.rota.jobs.get("backup")
    with pytest.raises(Denied):
        house.rota.jobs.update("backup", JobPatch(title="mine"), house.actor("vic"))
    assert house.rota.jobs.get("backup") == before
    assert house.told("denied") == [("vic", "denied", "job:backup")]


def test_reading_is_asked_for_too(house):
    vic = house.actor("vic")
    house.rights.require(vic, Action.JOB_READ)
    with pytest.raises(Denied):
        house.rights.require(vic, Action.AUDIT_READ, "audit")
    assert house.told("denied") == [("vic", "denied", "audit")]


def test_whoever_stays_connected_is_renewed(house):
    vic = house.actor("vic")
    house.accounts.set_role("vic", "operator", MACHINE)
    renewed = house.rights.renew(vic)
    assert (renewed.role, renewed.session_id) == (Role.OPERATOR, vic.session_id)
    house.world.clock.advance(13 * 3600)
    assert house.rights.renew(vic) is None


def test_a_token_that_expires_is_not_renewed(house):
    made = house.tokens.create("short", "vic", MACHINE, expires_at=NOON + timedelta(hours=1))
    holder = house.tokens.lookup(made.text)
    assert house.rights.renew(holder) == holder
    house.world.clock.advance(3600)
    assert house.rights.renew(holder) is None


def test_the_machine_s_own_authority_needs_no_account(house):
    assert house.rights.renew(MACHINE) == MACHINE
    for action in Action:
        house.rights.require(MACHINE, action)


def test_an_actor_of_the_host_s_own_login_has_the_role_it_was_given(house):
    guest = Actor("guest", "web", Role.VIEWER)
    with pytest.raises(Denied):
        house.rota.holds.pause("backup", guest)
    assert house.rota.holds.pause("backup", Actor("guest", "web", Role.OPERATOR)).paused_by == "guest"


def test_an_actor_may_still_be_made_of_a_name_and_a_face():
    assert inspect.signature(Actor).parameters["role"].default is Role.ADMIN
    assert Actor("ana", "cli") == Actor(name="ana", face="cli")

"""Viewer < operator < admin; a token does no more than its scopes, and never more than its owner."""

import pytest

from rota.domain.permission import LEAST, Action, Role, beyond, covers, known_scopes, may

OPERATOR = {
    "job.execute", "job.pause", "job.resume", "execution.cancel", "execution.retry", "alert.mute", "channel.test",
}  # fmt: skip
OWN = {"me.password", "session.own", "token.own"}
SECRET_READS = {"user.read", "token.read", "audit.read"}


def permitted(role: Role, scopes=None) -> set[str]:
    return {action.value for action in Action if may(role, scopes, action)}


def test_a_viewer_reads_and_has_a_password_sessions_and_tokens_of_its_own():
    reads = {action.value for action in Action if action.value.endswith(".read")}
    assert permitted(Role.VIEWER) == reads - SECRET_READS | OWN


def test_an_operator_runs_cancels_and_pauses_besides():
    assert permitted(Role.OPERATOR) == permitted(Role.VIEWER) | OPERATOR


def test_an_admin_does_all():
    assert permitted(Role.ADMIN) == set(Action)


def test_every_action_has_its_least_role():
    assert set(LEAST) == set(Action)


@pytest.mark.parametrize("role", Role)
def test_a_scope_never_gives_what_the_role_does_not(role):
    for scope in known_scopes():
        assert permitted(role, [scope]) <= permitted(role)


def test_a_scope_is_a_role_a_noun_or_an_action():
    assert permitted(Role.ADMIN, ["operator"]) == permitted(Role.OPERATOR)
    assert permitted(Role.ADMIN, ["execution"]) == {"execution.read", "execution.cancel", "execution.retry"}
    assert permitted(Role.ADMIN, ["job.execute", "task"]) == {"job.execute", "task.read"}
    assert permitted(Role.ADMIN, []) == set()


@pytest.mark.parametrize("scope", ["", "JOB", "job.", "job.execut", "*", "admin ", "job.execute.more"])
def test_a_word_that_is_no_scope_covers_nothing(scope):
    assert not any(covers(scope, action) for action in Action)


def test_a_scope_beyond_a_role_is_told():
    assert beyond(Role.VIEWER, "job.execute") == [Action.JOB_EXECUTE]
    assert Action.JOB_CREATE in beyond(Role.OPERATOR, "job")
    assert beyond(Role.OPERATOR, "operator") == beyond(Role.ADMIN, "admin") == []

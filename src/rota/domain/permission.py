"""Who may do what: one table from actions to roles, and one function that decides."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a user may do, the least first: a viewer reads, an operator runs, cancels and pauses, an admin does all."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether who has this role may do all that `other` may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER = tuple(Role)


class Action(StrEnum):
    """Everything that can be asked for: noun and verb, as in the audit log."""

    JOB_READ = "job.read"
    JOB_EXECUTE = "job.execute"
    JOB_PAUSE = "job.pause"
    JOB_RESUME = "job.resume"
    JOB_CREATE = "job.create"
    JOB_UPDATE = "job.update"
    JOB_DELETE = "job.delete"
    JOB_ENABLE = "job.enable"
    JOB_DISABLE = "job.disable"
    JOB_RESTORE = "job.restore"
    EXECUTION_READ = "execution.read"
    EXECUTION_CANCEL = "execution.cancel"
    EXECUTION_RETRY = "execution.retry"
    TASK_READ = "task.read"
    NODE_READ = "node.read"
    NODE_DRAIN = "node.drain"
    EVENT_READ = "event.read"
    METRICS_READ = "metrics.read"
    CONFIG_READ = "config.read"
    CONFIG_SET = "config.set"
    ME_READ = "me.read"
    ME_PASSWORD = "me.password"
    TOKEN_OWN = "token.own"
    TOKEN_READ = "token.read"
    TOKEN_CREATE = "token.create"
    TOKEN_REVOKE = "token.revoke"
    USER_READ = "user.read"
    USER_CREATE = "user.create"
    USER_DISABLE = "user.disable"
    USER_ENABLE = "user.enable"
    USER_SET_PASSWORD = "user.set_password"
    USER_SET_ROLE = "user.set_role"
    SESSION_OWN = "session.own"
    SESSION_END = "session.end"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFY = "audit.verify"
    AUDIT_EXPORT = "audit.export"
    AUDIT_ARCHIVE = "audit.archive"
    ALERT_READ = "alert.read"
    ALERT_CREATE = "alert.create"
    ALERT_UPDATE = "alert.update"
    ALERT_DELETE = "alert.delete"
    ALERT_MUTE = "alert.mute"
    CHANNEL_READ = "channel.read"
    CHANNEL_CREATE = "channel.create"
    CHANNEL_UPDATE = "channel.update"
    CHANNEL_DELETE = "channel.delete"
    CHANNEL_TEST = "channel.test"
    REPORT_READ = "report.read"

    @property
    def noun(self) -> str:
        """What it is done to."""
        return self.value.partition(".")[0]


_VIEWER = {
    Action.JOB_READ,
    Action.EXECUTION_READ,
    Action.TASK_READ,
    Action.NODE_READ,
    Action.EVENT_READ,
    Action.METRICS_READ,
    Action.CONFIG_READ,
    Action.ME_READ,
    Action.ME_PASSWORD,
    Action.SESSION_OWN,
    Action.TOKEN_OWN,
    Action.ALERT_READ,
    Action.CHANNEL_READ,
    Action.REPORT_READ,
}
_OPERATOR = {
    Action.JOB_EXECUTE,
    Action.JOB_PAUSE,
    Action.JOB_RESUME,
    Action.EXECUTION_CANCEL,
    Action.EXECUTION_RETRY,
    Action.ALERT_MUTE,
    Action.CHANNEL_TEST,
}


def _least(action: Action) -> Role:
    if action in _VIEWER:
        return Role.VIEWER
    return Role.OPERATOR if action in _OPERATOR else Role.ADMIN


LEAST: Mapping[Action, Role] = MappingProxyType({action: _least(action) for action in Action})
"""The least role that may do each; what is named nowhere above is for admins alone."""


def covers(scope: str, action: Action) -> bool:
    """Whether a token with this scope may do that.

    scope  a role ("viewer": all that a viewer may), a noun ("job") or one action ("job.execute")
    """
    if scope in _ORDER:
        return Role(scope).includes(LEAST[action])
    return scope in (action.noun, action.value)


def may(role: Role, scopes: Iterable[str] | None, action: Action) -> bool:
    """Whether who has this role, and a token of these scopes, may do that. None: no scope restricts."""
    if not role.includes(LEAST[action]):
        return False
    return scopes is None or any(covers(scope, action) for scope in scopes)


def known_scopes() -> list[str]:
    """Every word that can be a scope: the roles, the nouns, the actions."""
    return [*_ORDER, *sorted({action.noun for action in Action}), *sorted(Action)]


def beyond(role: Role, scope: str) -> list[Action]:
    """What the scope covers that the role may not do; a token must not have such a scope."""
    return [action for action in Action if covers(scope, action) and not role.includes(LEAST[action])]

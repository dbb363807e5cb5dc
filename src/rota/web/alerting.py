"""Alerts in words, and a rule as a form: what stands in its fields, and what was typed into them."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import ImmutableMultiDict

from rota.domain.alert import FAILURES, Kind, Mode, RuleSpec, Scope
from rota.domain.words import plural, span
from rota.web.definition_form import Errors

KINDS = {
    Kind.FAILED: ("Failed", "an execution failed, and is not tried again"),
    Kind.TIMED_OUT: ("Timed out", "it ran out of time, and is not tried again"),
    Kind.LOST: ("Lost", "its node fell silent or was killed"),
    Kind.RECOVERED: ("Recovered", "the first success after a failure that was told"),
    Kind.PAUSED: ("Paused by rota", "a job that takes its nodes down was set aside"),
    Kind.MISSED: ("Missed", "slots were planned too late to run"),
    Kind.OVERDUE: ("Overdue", "it is due, and nobody plans it"),
    Kind.STUCK: ("Stuck", "it runs and gives no sign of life"),
    Kind.SLOW: ("Slow", "it took longer than 95 of 100 did in the last week"),
    Kind.NOTICE: ("Notice", "a job says something"),
}
STATES = {
    Kind.RECOVERED: "succeeded", Kind.OVERDUE: "overdue", Kind.STUCK: "overdue", Kind.SLOW: "overdue",
    Kind.NOTICE: "queued",
}  # fmt: skip
"""The shape of what has none of its own name."""
MODES = {
    Mode.EACH: ("Each", "every failure, gathered when many come at once"),
    Mode.FIRST: ("The first", "only the first after a success"),
    Mode.STREAK: ("Some in a row", "only the one that is the n-th in a row"),
}
SCOPES = {
    Scope.ALL: "All jobs",
    Scope.JOB: "One job",
    Scope.TAG: "Jobs with a tag",
    Scope.TYPE: "Jobs of a type",
}
MANY = ("kinds", "channels")


def named(kind: str) -> tuple[str, str]:
    """The state that a kind is shown as, and its word."""
    known = Kind(kind)
    return STATES.get(known, kind), KINDS[known][0]


def tells(kinds: Iterable[Kind]) -> str:
    """ "Failed, timed out, lost"."""
    wanted = set(kinds)
    words = ", ".join(word for kind, (word, _) in KINDS.items() if kind in wanted)
    return words[:1] + words[1:].lower()


def which(rule: RuleSpec) -> str:
    """Which of the failures: nothing when it tells none."""
    if not FAILURES & set(rule.kinds):
        return ""
    return {
        Mode.EACH: "each failure", Mode.FIRST: "only the first failure after a success",
        Mode.STREAK: f"only the failure that is number {rule.streak} in a row",
    }[rule.mode]  # fmt: skip


def of(rule: RuleSpec) -> str:
    """ "all jobs", "backup", "critical jobs tagged billing"."""
    if rule.scope is Scope.JOB:
        return f"{rule.target}{', while it is critical' if rule.critical else ''}"
    jobs = "critical jobs" if rule.critical else "jobs"
    if rule.scope is Scope.ALL:
        return f"all {jobs}"
    return f"{jobs} tagged {rule.target}" if rule.scope is Scope.TAG else f"{jobs} of the type {rule.target}"


def pace(rule: RuleSpec) -> str:
    """How often a channel hears of it."""
    return f"at most one message in {span(rule.throttle)}" if rule.throttle else "a message for each"


def typed_of(rule: RuleSpec) -> ImmutableMultiDict[str, str]:
    """The fields of the form as they stand for a rule."""
    pairs = [("kinds", kind.value) for kind in rule.kinds] + [("channels", name) for name in rule.channels]
    pairs += [(name, f"{getattr(rule, name):g}") for name in ("streak", "seconds", "throttle")]
    pairs += [(name, str(getattr(rule, name) or "")) for name in ("name", "scope", "target", "mode")]
    return ImmutableMultiDict(pairs + [("critical", "on")] * rule.critical)


def read(typed: ImmutableMultiDict[str, str]) -> tuple[RuleSpec | None, Errors]:
    """The rule that was typed, or none; and what is wrong, by the name of the field."""
    errors: Errors = {}
    values: dict[str, Any] = {name: typed.getlist(name) for name in MANY}
    values |= {name: typed.get(name, "").strip() for name in ("name", "scope", "mode")}
    values |= {"critical": "critical" in typed, "target": typed.get("target", "").strip() or None}
    if values["scope"] == Scope.ALL:
        values["target"] = None
    for name, convert in (("streak", int), ("seconds", float), ("throttle", float)):
        if text := typed.get(name, "").strip():
            try:
                values[name] = convert(text)
            except ValueError:
                errors[name] = f'"{text[:40]}" is no number'
    try:
        return (None if errors else RuleSpec(**values)), errors
    except ValidationError as problem:
        for one in problem.errors(include_url=False):
            field = str(one["loc"][0]) if one["loc"] else "target"
            errors.setdefault(field, _message(field, str(one["msg"])))
        return None, errors


def _message(field: str, said: str) -> str:
    known = {
        "name": "a name begins with a letter or _, then letters, digits, _ . or -; at most 100 characters",
        "kinds": "choose at least one", "channels": "choose at least one",
        "target": "name the job, the tag or the type",
    }  # fmt: skip
    return known.get(field, said.removeprefix("Value error, "))


def telling(job: str, channels: Iterable[str]) -> RuleSpec:
    """The usual rule for one job: its failures, and that it works again."""
    return RuleSpec(name=f"{job}_alert"[:100], scope=Scope.JOB, target=job, channels=tuple(channels))


def users(rules: Iterable[RuleSpec], channel: str) -> str:
    """How many rules send to a channel."""
    n = sum(channel in rule.channels for rule in rules)
    return plural(n, "alert") if n else "no alert"

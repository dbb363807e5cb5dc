"""Alerts made, changed and switched: the verbs that say what a rule is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from rota.cli.arguments import F
from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session
from rota.domain.alert import Kind, Mode, Scope

if TYPE_CHECKING:
    from rota.domain.alert import Rule

AS_IT_IS = ("kinds", "channels", "critical", "seconds", "throttle")
"""Options that are a field of the rule as they are."""

_OPTIONS = (
    click.option(
        "--on", "kinds", multiple=True, type=click.Choice([kind.value for kind in Kind]),
        help="What is told; may be repeated. Default: failed, timed_out, lost, paused, recovered.",
    ),
    click.option("--all", "all_jobs", is_flag=True, help="Of all jobs; the default."),
    click.option("--job", help="Only of this job."),
    click.option("--tag", help="Only of jobs with this tag."),
    click.option("--type", "job_type", help="Only of jobs of this type."),
    click.option("--critical/--not-critical", default=None, help="Only of critical jobs, or not only."),
    click.option("--each", is_flag=True, help="Each failure; the default."),
    click.option("--first", is_flag=True, help="Only the first failure after a success."),
    click.option(
        "--in-a-row", metavar="N", type=click.IntRange(1, 1000),
        help="Only the failure that is the n-th in a row.",
    ),
    click.option(
        "--seconds", metavar="SECONDS", type=click.FloatRange(1),
        help="Overdue or stuck for so long. Default: 600.",
    ),
    click.option(
        "--throttle", metavar="SECONDS", type=click.FloatRange(0),
        help="Seconds between two messages. Default: 60.",
    ),
)  # fmt: skip


def _rule_options(command: F) -> F:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@contextmanager
def told_in_words() -> Iterator[None]:
    """What is wrong with a rule or a channel, in words."""
    from pydantic import ValidationError

    from rota.domain.errors import Invalid

    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Invalid(
            f"{field or 'the alert'}: {first['msg']}", fix="see --help", field=field or None
        ) from error


def subject_of(rule: "Rule") -> str:
    """Of which jobs a rule tells."""
    what = "all jobs" if rule.target is None else f"{rule.scope.value} {rule.target}"
    return f"{what}, if critical" if rule.critical else what


def as_json_of(one: Any) -> dict[str, Any]:
    """A rule, a mute or a channel for programs."""
    told: dict[str, Any] = one.model_dump(mode="json")
    return told


@click.command("create", cls=Verb)
@click.argument("name")
@click.option("--to", "channels", multiple=True, required=True, help="A channel; may be repeated.")
@_rule_options
@pass_session
def create(session: Session, name: str, **given: Any) -> None:
    """Say what is told to which channels. What comes within --throttle seconds is told in one message."""
    from rota.domain.alert import RuleSpec

    with told_in_words():
        spec = RuleSpec(**_fields_of(given), name=name)
    with session.rota() as rota:
        rule = rota.alerts.create(spec, session.actor)
    _print(session, rule, _sentence(rule))


@click.command("update", cls=Verb)
@click.argument("name")
@click.option("--to", "channels", multiple=True, help="A channel; may be repeated.")
@_rule_options
@pass_session
def update(session: Session, name: str, **given: Any) -> None:
    """Change an alert: what is not given stays as it is."""
    from rota.domain.alert import RuleSpec

    fields = _fields_of(given)
    if not fields:
        raise click.UsageError("Nothing to change was given; `rota alerts update --help` lists what can be.")
    with session.rota() as rota:
        before = rota.alerts.rule(name).model_dump(include=set(RuleSpec.model_fields))
        with told_in_words():
            spec = RuleSpec(**before | fields)
        rule = rota.alerts.update(name, spec, session.actor)
    _print(session, rule, _sentence(rule))


def _fields_of(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a rule that the options set; what was not given is not in it."""
    fields = {word: given[word] for word in AS_IT_IS if given[word] not in (None, ())}
    scopes = {Scope.JOB: given["job"], Scope.TAG: given["tag"], Scope.TYPE: given["job_type"]}
    subjects: list[dict[str, Any]] = [{"scope": Scope.ALL, "target": None}] if given["all_jobs"] else []
    subjects += [{"scope": scope, "target": name} for scope, name in scopes.items() if name is not None]
    modes: list[dict[str, Any]] = [
        {"mode": mode, "streak": 1} for mode in (Mode.EACH, Mode.FIRST) if given[mode.value]
    ]
    if given["in_a_row"]:
        modes.append({"mode": Mode.STREAK, "streak": given["in_a_row"]})
    if len(subjects) > 1 or len(modes) > 1:
        raise click.UsageError(
            "Give one of --all, --job, --tag and --type, and one of --each, --first and --in-a-row."
        )
    for one in (*subjects, *modes):
        fields |= one
    return fields


@click.command("enable", cls=Verb)
@click.argument("name")
@pass_session
def enable(session: Session, name: str) -> None:
    """Let an alert tell things again."""
    _switch(session, name, True)


@click.command("disable", cls=Verb)
@click.argument("name")
@pass_session
def disable(session: Session, name: str) -> None:
    """Let an alert tell nothing; what it has not sent yet is not sent."""
    _switch(session, name, False)


def _switch(session: Session, name: str, is_enabled: bool) -> None:
    with session.rota() as rota:
        rule = rota.alerts.switch(name, is_enabled, session.actor)
    _print(session, rule, f"{rule.name} is {'enabled' if is_enabled else 'disabled'}.")


def _sentence(rule: "Rule") -> str:
    return f"{rule.name} tells {', '.join(rule.channels)}: {', '.join(rule.kinds)} of {subject_of(rule)}."


def _print(session: Session, rule: "Rule", told: str) -> None:
    session.screen.one(as_json_of(rule), [("", f"✓ {told}")], name=rule.name)

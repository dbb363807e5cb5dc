"""Alerts: what can be told, to whom, and whether a rule asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rota.domain.job import Count, Number

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,99}$")]


class Kind(StrEnum):
    """What happened. `paused`: rota set a job aside that takes its nodes down; `notice`: a job says something."""

    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    PAUSED = "paused"
    MISSED = "missed"
    OVERDUE = "overdue"
    SLOW = "slow"
    STUCK = "stuck"
    RECOVERED = "recovered"
    NOTICE = "notice"


FAILURES = frozenset({Kind.FAILED, Kind.TIMED_OUT, Kind.LOST})


class Mode(StrEnum):
    """Which failures: each one, the first after a success, or exactly the n-th in a row."""

    EACH = "each"
    FIRST = "first"
    STREAK = "streak"


class Scope(StrEnum):
    """Of which jobs."""

    ALL = "all"
    JOB = "job"
    TAG = "tag"
    TYPE = "type"


class ChannelKind(StrEnum):
    """How it is sent."""

    APPRISE = "apprise"
    WEBHOOK = "webhook"


class RuleSpec(BaseModel):
    """A rule as somebody asks for it. Times are seconds.

    target    the job, tag or type; none for all
    channels  their names
    streak    in the mode "streak": how many failures in a row
    critical  only of jobs that are critical
    seconds   overdue: how late beyond the job's grace; stuck: how long without a sign of life
    throttle  the least time between two messages to one channel; what comes meanwhile is told in one
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    kinds: tuple[Kind, ...] = Field(
        (Kind.FAILED, Kind.TIMED_OUT, Kind.LOST, Kind.PAUSED, Kind.RECOVERED), min_length=1, max_length=20
    )
    scope: Scope = Scope.ALL
    target: str | None = Field(None, max_length=100, min_length=1)
    channels: tuple[Name, ...] = Field(min_length=1, max_length=20)
    mode: Mode = Mode.EACH
    streak: Count = Field(1, ge=1, le=1000)
    critical: bool = False
    seconds: Number = Field(600, ge=1, le=31_536_000)
    throttle: Number = Field(60, ge=0, le=86_400)

    @model_validator(mode="after")
    def _names_its_target(self) -> "RuleSpec":
        if (self.scope is Scope.ALL) is not (self.target is None):
            raise ValueError("a rule for a job, tag or type names it as its target; one for all does not")
        if self.kinds == (Kind.NOTICE,):
            raise ValueError("notices name their channel themselves")
        return self


class Rule(RuleSpec):
    """A rule as it is kept."""

    id: int
    is_enabled: bool = True
    muted_until: datetime | None = None
    created_at: datetime
    created_by: str


class ChannelSpec(BaseModel):
    """A channel as somebody asks for it.

    url     of the webhook, or of the service as apprise writes it; or "env:NAME"
    secret  signs what a webhook is sent; or "env:NAME"
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    kind: ChannelKind
    url: str = Field(min_length=1, max_length=2000)
    secret: str | None = Field(None, min_length=1, max_length=500)


class ChannelPatch(BaseModel):
    """What to change of a channel; what is not given stays. secret: null takes it away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ChannelKind | None = None
    url: str | None = Field(None, min_length=1, max_length=2000)
    secret: str | None = Field(None, min_length=1, max_length=500)

    @model_validator(mode="after")
    def _has_its_address(self) -> "ChannelPatch":
        given = self.model_fields_set
        if ("url" in given and self.url is None) or ("kind" in given and "url" not in given):
            raise ValueError("a channel has an address, and another kind of channel has another one")
        return self


class Channel(BaseModel):
    """A channel as everybody may see it: without its address, which holds secrets.

    reference  the variable that holds the address, if one does
    failures   how often in a row it could not be reached; next_at: when it is tried again
    """

    model_config = ConfigDict(frozen=True)

    id: int
    name: str
    kind: ChannelKind
    reference: str | None = None
    is_signed: bool = False
    failures: int = 0
    next_at: datetime | None = None
    last_sent_at: datetime | None = None
    last_error: str | None = None
    waiting: int = 0
    created_at: datetime
    created_by: str


class Mute(BaseModel):
    """Nothing is sent for that until then. target: "all", "job:NAME" or "rule:NAME"."""

    model_config = ConfigDict(frozen=True)

    target: str
    until: datetime
    reason: str | None = None
    by: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that happened. key: what it is known by, once and for all; info: what there is to tell"""

    kind: Kind
    key: str
    at: datetime
    job_id: int | None = None
    execution_id: int | None = None
    info: dict[str, Any] | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule may ask of a job."""

    name: str
    job_type: str
    tags: Sequence[str]
    critical: bool


def concerns(rule: RuleSpec, subject: Subject) -> bool:
    """Whether a rule is for that job."""
    if rule.critical and not subject.critical:
        return False
    if rule.scope is Scope.JOB:
        return rule.target == subject.name
    if rule.scope is Scope.TAG:
        return rule.target in subject.tags
    return rule.scope is Scope.ALL or rule.target == subject.job_type


def asks(rule: RuleSpec, kind: Kind, in_a_row: int) -> bool:
    """Whether a rule asks for that. in_a_row: failures up to this one, for a failure"""
    if kind not in rule.kinds:
        return False
    if kind not in FAILURES or rule.mode is Mode.EACH:
        return True
    return in_a_row == (1 if rule.mode is Mode.FIRST else rule.streak)


LONGEST_PAUSE = timedelta(seconds=60)


def pause_after(failures: int) -> timedelta:
    """How long a channel is left alone that could not be reached so often in a row: 2, 4, 8, … at most 60 s."""
    return min(LONGEST_PAUSE, timedelta(seconds=2 ** min(failures, 10)))

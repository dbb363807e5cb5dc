"""What an agent hears from one of its runners."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rota.domain.attempt import Ending


@dataclass(frozen=True, slots=True)
class Hello:
    """The runner has imported its modules and is ready. `published` is what its registry knows."""

    published: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """A body has begun; its time-out counts from here. `at` is UTC."""

    execution_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """A body has ended, and nothing that it started is alive.

    ending   its status is succeeded or failed; its lines are those that were not taken before
    stopped  a stop was raised in the body before it ended: the agent says what that makes of it
    why      what the agent said when it asked for the stop
    """

    ending: Ending
    stopped: bool = False
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a body has come, at most ten times a second."""

    execution_id: int
    done: float
    total: float | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Beat:
    """A body said that it is getting on, at most once a second."""

    execution_id: int


@dataclass(frozen=True, slots=True)
class Called:
    """A body asks the services of rota, and waits for `LocalRunner.answer(call_id, …)`."""

    execution_id: int
    call_id: int
    method: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recalled:
    """These never began and are the agent's again."""

    execution_ids: list[int]


@dataclass(frozen=True, slots=True)
class Died:
    """The runner is gone, with all that it had started. It is the last event of a runner.

    text       how, in words: "killed by signal 11 (SIGSEGV)"
    exit_code, signal  one of them, None both when its keeper was killed
    running    the end of the body that it died in: failed, with `text` as reason; None between bodies
    why        what the agent said when it asked for the kill (or, before that, for a stop of this body)
    not_begun  the agent's again
    left       processes that could not be killed
    planned    it was closed, or had to be replaced after a body left something behind
    output     the end of what it printed outside of any body
    """

    text: str
    exit_code: int | None
    signal: int | None
    running: Ending | None
    why: str | None
    not_begun: list[int]
    left: list[int]
    planned: bool
    output: str


Event = Hello | Begun | Ended | Progress | Beat | Called | Recalled | Died

"""What agent and runner say to each other: JSON arrays.

To the runner they go on a stream socket, one a line: a line never holds a newline, so any number of messages is
decoded by one call of the parser. From the runner they go through the pipe that is its stdout and stderr, as marks
between what bodies print: so their order is that of the output. What is told at once, as an end and the next beginning
are, is one mark: an array of messages.

agent to runner   ["config", {…}], first of all · ["run", assignment…] · ["answer", call id, value, error] · ["end"]
runner to agent   ["hello", published] · ["b", id, instant, cpu] · ["p", id, done, total, message] · ["beat", id]
                  ["e", id, success, seconds, peak MB, CPU seconds, fields, stopped, pids left alive]
                  ["call", id, call id, method, args] · ["back", ids] · ["log", level, instant, text]
"""

import select
import struct
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from rota.domain import errors
from rota.domain.attempt import Attempt
from rota.domain.errors import RotaError

Message = list[Any]


class Assignment(NamedTuple):
    """What a runner is told about an attempt. `scheduled_for` is ISO 8601, `memory_limit` MB of the whole tree."""

    execution_id: int
    job_name: str
    task_name: str
    kwargs: str
    scheduled_for: str | None
    attempt: int
    idempotency_key: str
    memory_limit: int | None


def assignment_of(attempt: Attempt) -> Assignment:
    """The part of an attempt that its runner needs."""
    slot = attempt.scheduled_for
    return Assignment(
        attempt.execution_id,
        attempt.job_name,
        attempt.task_name,
        attempt.kwargs,
        slot.isoformat() if slot else None,
        attempt.attempt,
        attempt.idempotency_key,
        attempt.memory_limit,
    )


def encode(message: Message) -> bytes:
    """One message, ready to be sent; join as many as you like. Raises PydanticSerializationError (a ValueError)."""
    return to_json(message) + b"\n"


class Decoder:
    """Makes messages of what arrives, in pieces of any size."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete with `data`. Raises ValueError when it is no such stream."""
        whole, newline, rest = data.rpartition(b"\n")
        if not newline:
            self._pieces.append(data)
            return []
        lines = b"".join([*self._pieces, whole]).replace(b"\n", b",")
        self._pieces = [rest] if rest else []
        messages: list[Message] = from_json(b"[" + lines + b"]")
        return messages


def reported(error: RotaError) -> dict[str, str | None]:
    """An error of rota in JSON's own types, so that the other side can raise it again."""
    return {"kind": type(error).__name__, "message": error.message, "fix": error.fix, "code": error.code}


def raised_again(said: dict[str, str | None]) -> RotaError:
    """The error that `reported` made this of; a kind that is not known here becomes the general one."""
    kind: type[RotaError] = getattr(errors, str(said["kind"]), RotaError)
    error = RotaError.__new__(kind)
    RotaError.__init__(error, str(said["message"]), fix=said["fix"], code=said["code"])
    return error


def sayable(value: Any) -> Any:
    """The value with its texts as they can travel and be stored: UTF-8 has no lone surrogates, PostgreSQL no NUL."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode().replace("\0", "␀")
    if isinstance(value, dict):
        return {sayable(name): sayable(one) for name, one in value.items()}
    return [sayable(one) for one in value] if isinstance(value, list | tuple) else value


LONGEST_TEXT = select.PIPE_BUF - 96
"""Bytes (4,000 on Linux): a mark fits into what a pipe takes in one piece, so that nothing is written into it."""

_LENGTH = struct.Struct("!H")
_START = b"\x00\x1e"
_WHOLE, _PART, _LAST = b"M", b"m", b"l"


def marks_of(nonce: bytes, message: Message) -> list[bytes]:
    """A message as marks, each to be written at once; `nonce` is 16 bytes that no output holds by chance.

    Raises PydanticSerializationError (a ValueError) for what is not JSON.
    """
    text = to_json(message)
    if len(text) <= LONGEST_TEXT:
        return [_mark(nonce, _WHOLE, text)]
    *parts, last = [text[at : at + LONGEST_TEXT] for at in range(0, len(text), LONGEST_TEXT)]
    return [*(_mark(nonce, _PART, part) for part in parts), _mark(nonce, _LAST, last)]


def _said_in(text: bytes) -> list[bytes | Message]:
    """The message, or the messages that were told at once."""
    try:
        said = from_json(text)
    except ValueError:
        return [text]
    if not (said and isinstance(said, list)):
        return [text]
    return said if isinstance(said[0], list) else [said]


def _mark(nonce: bytes, kind: bytes, piece: bytes) -> bytes:
    return b"".join((_START, nonce, kind, _LENGTH.pack(len(piece)), piece))


class Marks:
    """Parts a stream of output into raw bytes and messages."""

    def __init__(self, nonce: bytes) -> None:
        self._start = _START + nonce
        self._rest = b""
        self._pieces: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes | Message]:
        """What is complete with `data`, in order. What may be the beginning of a mark waits for more.

        Never raises: marks that hold no message are raw bytes.
        """
        data, at = self._rest + data, 0
        parts: list[bytes | Message] = []
        while (found := data.find(self._start, at)) >= 0:
            if found > at:
                parts.append(data[at:found])
            at = found
            head = found + len(self._start) + 3
            if len(data) < head or len(data) < head + (length := _LENGTH.unpack_from(data, head - 2)[0]):
                self._rest = data[at:]
                return parts
            at = head + length
            kind, piece = data[head - 3 : head - 2], data[head:at]
            if kind == _WHOLE:
                parts += _said_in(piece)
                continue
            self._pieces.append(piece)
            if kind == _LAST:
                parts += _said_in(b"".join(self._pieces))
                self._pieces = []
        end = self._end_of_raw(data, at)
        if end > at:
            parts.append(data[at:end])
        self._rest = data[end:]
        return parts

    def finish(self) -> bytes:
        """What was held back and is no mark after all, because nothing follows."""
        rest, self._rest = self._rest, b""
        return rest

    def _end_of_raw(self, data: bytes, at: int) -> int:
        """Where the raw bytes end: before a tail that may be the beginning of a mark."""
        zero = data.find(b"\x00", max(at, len(data) - len(self._start) + 1))
        while zero >= 0 and not self._start.startswith(data[zero:]):
            zero = data.find(b"\x00", zero + 1)
        return len(data) if zero < 0 else zero

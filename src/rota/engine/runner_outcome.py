"""From what a body returned or raised to the fields of its ending."""

import asyncio
import json
import os
import traceback
from types import TracebackType
from typing import Any

from pydantic_core import from_json

from rota.domain.errors import RotaError
from rota.executors.wire import sayable
from rota.sdk import DoNotRetry, JobResult, Retry, Stopped

LARGEST_RESULT = 64 * 1024
_LONGEST_MESSAGE = 8 * 1024
_LONGEST_TRACE = 64 * 1024
_LONGEST_REASON = 300
_COUNTS = 2**63
_OWN = (os.path.dirname(os.path.dirname(__file__)) + os.sep, os.path.dirname(asyncio.__file__) + os.sep)

Fields = dict[str, Any]


def success(value: object) -> tuple[bool, Fields]:
    """Whether a returned value means success, and the fields that it fills; None fills none."""
    if value is None:
        return True, {}
    result = JobResult.of(value)
    fields: Fields = {}
    warnings = []
    for name, read, given in (
        ("message", _text, result.message),
        ("items_processed", _count, result.items_processed),
        ("items_failed", _count, result.items_failed),
        ("result", _as_json, result.data),
        ("metrics", _metrics, result.metrics),
    ):
        try:
            fields[name] = None if given is None else read(given)
        except ValueError as problem:
            warnings.append(f"the {name} {'were' if name == 'metrics' else 'was'} not kept: {problem}")
    if warnings:
        fields["warning"] = "; ".join(warnings)
    if not result.success:
        fields["error_message"] = message = fields.get("message")
        fields["reason"] = _cut(message, _LONGEST_REASON) or "the job said that it failed"
    return bool(result.success), _said(fields)


def failure(error: BaseException, *, memory_limit: int | None) -> Fields:
    """The fields for a body that raised."""
    message = _message(error)
    fields: Fields = {
        "reason": _cut(_reason(error, message, memory_limit), _LONGEST_REASON),
        "error_type": _name(type(error)),
        "error_message": _cut(message, _LONGEST_MESSAGE),
        "stack_trace": None if isinstance(error, Retry | DoNotRetry) else _trace(error),
    }
    if isinstance(error, SystemExit):
        fields["exit_code"] = _exit_code(error.code)
    if isinstance(error, Retry):
        fields["retry_after"] = error.after
    if isinstance(error, DoNotRetry):
        fields["no_retry"] = True
    return _said(fields)


def _said(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        raise ValueError(f"it is not text but {type(value).__name__}")
    return _cut(value, _LONGEST_MESSAGE)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"it is not a whole number but {type(value).__name__}")
    if not -_COUNTS <= value < _COUNTS:
        raise ValueError("it has more than 64 bits")
    return value


def _metrics(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"it is not a dict but {type(value).__name__}")
    kept: dict[str, Any] = json.loads(_as_json(value))
    return kept


def _as_json(value: object) -> str:
    """The JSON text of a value. Raises ValueError, which says why there is none."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        size = len(text.encode(errors="backslashreplace"))
        if size <= LARGEST_RESULT:
            text = json.dumps(sayable(json.loads(text)), ensure_ascii=False)
            # It lies a few levels down in messages and answers, whose parser goes no deeper than 200.
            from_json(f"[[[{text}]]]")
            return text
    except (TypeError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"it is not JSON ({_cut(str(error), 200) or type(error).__name__})") from error
    raise ValueError(f"it has {size:,} bytes and may have {LARGEST_RESULT:,}")


def _reason(error: BaseException, message: str, memory_limit: int | None) -> str:
    if isinstance(error, MemoryError) and memory_limit:
        return f"memory limit of {memory_limit} MB exceeded"
    if isinstance(error, SystemExit):
        return f"the body raised SystemExit({error.code!r})"
    if isinstance(error, KeyboardInterrupt):
        return "the body raised KeyboardInterrupt"
    if isinstance(error, Retry | DoNotRetry | Stopped | RotaError):
        return message
    return f"{_name(type(error))}: {message}" if message else _name(type(error))


def _exit_code(code: object) -> int:
    """As the interpreter does it: nothing is 0, a number itself, anything else 1."""
    return code if isinstance(code, int) else 0 if code is None else 1


def _name(kind: type[BaseException]) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:
        return f"(its message cannot be read: {type(broken).__name__})"


def _trace(error: BaseException) -> str | None:
    """The author's frames: those of rota and asyncio before the first of them are left out."""
    start: TracebackType | None = error.__traceback__
    while start is not None and start.tb_frame.f_code.co_filename.startswith(_OWN):
        start = start.tb_next
    if start is None:
        return None
    try:
        text = "".join(traceback.format_exception(type(error), error, start))
    except Exception as broken:
        return f"(the trace cannot be shown: {type(broken).__name__})"
    return text if len(text) <= _LONGEST_TRACE else "…" + text[-_LONGEST_TRACE:]


def _cut(text: object, longest: int) -> str | None:
    if text is None:
        return None
    said = str(text)
    return said if len(said) <= longest else said[: longest - 1] + "…"

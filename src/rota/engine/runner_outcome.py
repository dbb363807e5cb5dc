"""From what a body returned or raised to the fields of its ending."""

import asyncio
import json
import os
import traceback
from types import TracebackType
from typing import Any

import rota
from rota.domain.errors import RotaError
from rota.sdk import DoNotRetry, JobResult, Retry, Stopped

LARGEST_RESULT = 64 * 1024
_LONGEST_MESSAGE = 8 * 1024
_LONGEST_TRACE = 64 * 1024
_LONGEST_REASON = 300
_OWN = (os.path.dirname(rota.__file__) + os.sep, os.path.dirname(asyncio.__file__) + os.sep)

Fields = dict[str, Any]


def success(value: object) -> tuple[bool, Fields]:
    """Whether a returned value means success, and the fields that it fills; None fills none."""
    if value is None:
        return True, {}
    result = JobResult.of(value)
    fields: Fields = {
        "message": _cut(result.message, _LONGEST_MESSAGE),
        "items_processed": result.items_processed,
        "items_failed": result.items_failed,
    }
    warnings = []
    for name, kept, were in (("result", result.data, "was"), ("metrics", result.metrics, "were")):
        text, problem = _as_json(kept)
        if problem:
            warnings.append(f"the {name} {were} not kept: {problem}")
        elif text is not None:
            fields[name] = text if name == "result" else json.loads(text)
    if warnings:
        fields["warning"] = "; ".join(warnings)
    if not result.success:
        fields["reason"] = _cut(result.message, _LONGEST_REASON) or "the job said that it failed"
        fields["error_message"] = fields["message"]
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


def _as_json(value: object) -> tuple[str | None, str | None]:
    """The JSON text of a value, or why there is none."""
    if value is None:
        return None, None
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError, MemoryError) as error:
        return None, f"it is not JSON ({_cut(str(error), 200) or type(error).__name__})"
    if size > LARGEST_RESULT:
        return None, f"it has {size:,} bytes and may have {LARGEST_RESULT:,}"
    return text, None


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

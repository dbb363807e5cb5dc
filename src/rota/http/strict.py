"""Bodies as JSON without surprises: no key twice, no depth without end, nothing that a database cannot keep."""

import json
from typing import Any, NoReturn

from rota.http.problem import Refusal

MOST_BYTES = 1_048_576
MOST_SECONDS = 30.0
MOST_DEPTH = 32
"""The largest body, how long it may take to arrive, and how deep arrays and objects may lie in each other."""


def read(body: bytes) -> Any:
    """The value that a body says. Raises Refusal (400)."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(400, "the body is not UTF-8", code="malformed", fix="send JSON as UTF-8") from None
    _check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Refusal(
            400, f"the body is not JSON: {error.msg} at {place}", code="malformed", fix="mend it there"
        ) from None
    except ValueError:  # A whole number of thousands of digits.
        raise _odd("a number in the body is too long", "send a shorter one") from None
    _check_texts(value)
    return value


def _check_depth(text: str) -> None:
    """Counted before it is parsed: a parser calls itself for every level."""
    depth, in_text, escaped = 0, False, False
    for char in text:
        if in_text:
            in_text, escaped = escaped or char != '"', not escaped and char == "\\"
        elif char == '"':
            in_text = True
        elif char in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                raise _odd(f"the body is nested deeper than {MOST_DEPTH} levels", "flatten it")
        elif char in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refusal(
            400, f'the key "{twice}" stands twice in one object', code="duplicate_key", field=twice,
            fix="send it once",
        )  # fmt: skip
    return found


def _constant(name: str) -> NoReturn:
    raise _odd(f"{name} is no JSON number", "send null, or a number")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _odd(f"the number {text[:40]} is too large", "send a smaller one")
    return value


def _check_texts(value: Any) -> None:
    """No database text holds a NUL or half a character."""
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        for one in value:
            _check_texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            check_text(name)
            _check_texts(one)


def check_text(text: str) -> None:
    """Raises Refusal (400) for a text with a NUL character or half a surrogate pair in it."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise _odd("a text holds a NUL character or half a surrogate pair", "leave the character out")


def _odd(detail: str, fix: str) -> Refusal:
    return Refusal(400, detail, code="malformed", fix=fix)

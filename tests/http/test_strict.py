"""Bodies that are refused before anybody looks at what they say."""

import json

import pytest

from rota.http import strict
from rota.http.problem import Refusal


@pytest.mark.parametrize("value", [{}, [], "", 0, None, {"a": [1, {"b": "ä\U0001f600"}]}, 10**400, '"[{\\"'])
def test_plain_json_is_read_as_it_is(value):
    assert strict.read(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("body", "code", "word"),
    [
        (b'{"a": 1, "a": 2}', "duplicate_key", '"a" stands twice'),
        (b'[{"x": {"b": 1, "b": 1}}]', "duplicate_key", '"b" stands twice'),
        (b"[" * 100_000, "malformed", "deeper than 32"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "malformed", "deeper than 32"),
        (b"{", "malformed", "line 1, column 2"),
        (b"\xff\xfe", "malformed", "not UTF-8"),
        (b"NaN", "malformed", "NaN"),
        (b"-Infinity", "malformed", "Infinity"),
        (b"1e999", "malformed", "too large"),
        (b"1" * 5000, "malformed", "too long"),
        (rb'"\u0000"', "malformed", "NUL"),
        (rb'{"\ud800": 1}', "malformed", "surrogate"),
    ],
)
def test_what_no_database_could_keep_is_refused_with_the_place(body, code, word):
    with pytest.raises(Refusal) as refused:
        strict.read(body)
    told = refused.value.problem
    assert (told.status, told.code) == (400, code)
    assert word in told.detail
    assert told.fix


def test_32_levels_are_allowed():
    assert strict.read(b"[" * 32 + b"]" * 32)

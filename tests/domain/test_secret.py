"""Secrets are known again in whatever a body tells."""

import json

import pytest

from rota.domain.job import Job
from rota.domain.secret import MASK, concealed, forms, without

KEY = "-----BEGIN KEY-----\nMIIEvQ\n  c2VjcmV0\n-----END KEY-----\n"


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ("hush", "the word is hush"),
        (KEY, "first line: MIIEvQ"),
        (KEY, "c2VjcmV0 and more"),
        (KEY, "in JSON: " + json.dumps(KEY)),
        ("grün\n", json.dumps("grün\n")),
        ({"user": {"password": "hush"}, "also": ["quiet"]}, "hush quiet"),
        (123456, "number 123456"),
    ],
)
def test_a_secret_is_masked_whole_by_line_as_json_and_in_its_parts(secret, told):
    left = without(told, tuple(forms(secret)))
    assert MASK in left
    assert not any(form in left for form in forms(secret) if len(form) >= 4)


def test_what_is_found_everywhere_is_no_secret():
    assert list(forms(None)) == list(forms(True)) == list(forms({"port": 5432, "on": True})) == []


def test_a_number_is_masked_only_when_it_is_the_secret():
    told = {"count": 123456, "pin": 1234, "hush": ["hush!", None, 1.5, True]}
    assert concealed(told, ("1234", "hush")) == {
        "count": 123456,
        "pin": MASK,
        MASK: [MASK + "!", None, 1.5, True],
    }


def test_no_face_shows_a_secret_that_was_changed_by_hand():
    kwargs = {"key": "sealed:abc", "days": 3}
    job = Job(id=1, name="sync", task_name="work", task_kwargs=kwargs, overrides={"task_kwargs": kwargs})
    shown = job.model_dump(mode="json")
    assert shown["task_kwargs"] == shown["overrides"]["task_kwargs"] == {"key": MASK, "days": 3}
    assert job.overrides == {"task_kwargs": kwargs}

"""The OpenAPI document is whole, and the page that is made from it is of today."""

import pytest

from scripts import api_reference

DOCUMENT = api_reference.document()
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]

SEEDS = [
    "GET /api/v1/jobs/",
    "GET /api/v1/jobs/{job}",
    "POST /api/v1/jobs/",
    "PUT /api/v1/jobs/{job}",
    "DELETE /api/v1/jobs/{job}",
    "POST /api/v1/jobs/{job}/execute",
    "POST /api/v1/jobs/{job}/pause",
    "POST /api/v1/jobs/{job}/resume",
    "GET /api/v1/jobs/overdue/list",
    "GET /api/v1/jobs/stats/overview",
    "POST /api/v1/jobs/validate-schedule",
]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_tells_what_it_does_and_how_it_can_go_wrong(name, operation):
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    answers = operation["responses"]
    assert any(status.startswith(("2", "3")) for status in answers)
    assert {"400", "401", "403", "422", "503"} <= set(answers)
    for status, answer in answers.items():
        if status >= "4":
            assert answer["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    for parameter in operation.get("parameters", []):
        assert parameter.get("description") or parameter["name"] in (
            "page",
            "size",
            "since",
            "until",
            "format",
        ), name


def test_every_path_is_spelled_as_it_was_asked_for():
    assert set(SEEDS) <= {name for name, _ in OPERATIONS}


def test_the_page_is_of_today():
    """Written anew by `python scripts/api_reference.py`."""
    assert api_reference.PAGE.read_text() == api_reference.page(DOCUMENT)

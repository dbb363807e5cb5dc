"""What other processes are told."""

import json
import subprocess
import sys

import pytest

JOBS = """
from typing import Literal

@job("weekly", weekly="mon:06:00", tags=["b", "a"], kwargs={"names": {"x", "y", "z"}})
def report(names: set[str] = {"p", "q", "r"}, level: Literal["a", "b"] = "a"):
    "Reports."

@job(cron="61 * * * *")
def broken(): ...
"""

LOAD = "import rota.registry as r; print(r.load(['written'], ready_made=False, environ={}).hash)"


def test_all_of_it_travels_as_json(author):
    published = author.declares(JOBS, {"weekly": {"enabled": False}}).published()
    assert json.loads(json.dumps(published, allow_nan=False)) == published
    assert [task["name"] for task in published["tasks"]] == ["written.broken", "written.report"]
    assert set(published["tasks"][0]) == {
        "name",
        "title",
        "description",
        "timeout",
        "schema",
        "file",
        "line",
        "ready_made",
    }
    (job,) = published["jobs"]
    assert (job["spec"]["name"], job["source"], job["sources"]) == (
        "weekly",
        "written.py:5",
        {"is_enabled": "rota.toml"},
    )
    assert published["problems"] == [
        {
            "module": "written",
            "file": "written.py",
            "line": 9,
            "message": 'job "broken": "61" is not a minute; write 0-59',
            "traceback": "",
        }
    ]


def test_the_hash_is_the_same_in_every_process(author):
    here = author.declares(JOBS).hash
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", LOAD],
            cwd=author.folder,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.strip() == here


@pytest.mark.parametrize(
    "change",
    [
        ("mon:06:00", "tue:06:00"),
        ("level:", "niveau:"),
        ('"weekly"', '"weekly2"'),
        ('"Reports."', '"Tells."'),
    ],
)
def test_the_hash_changes_with_a_definition_a_schema_or_a_name(author, change):
    before = author.declares(JOBS)
    sys.modules.pop("written")
    after = author.declares(JOBS.replace(*change))
    assert set(after.tasks) == set(before.tasks)
    assert after.hash != before.hash


def test_the_hash_does_not_change_with_a_default_that_each_import_makes_anew(author):
    code = """
    import uuid
    from pydantic import BaseModel

    class Range(BaseModel):
        since: str = uuid.uuid4().hex

    @task("report")
    def report(span: Range, default: str = uuid.uuid4().hex): ...
    """
    hashes = set()
    for _ in range(2):
        hashes.add(author.declares(code).hash)
        sys.modules.pop("written")
    assert len(hashes) == 1
    assert author.declares(code.replace("default: str", "default: int")).hash not in hashes


def test_the_hash_does_not_change_with_a_line(author):
    before = author.declares(JOBS).hash
    sys.modules.pop("written")
    assert author.declares("\n\n\n" + JOBS).hash == before

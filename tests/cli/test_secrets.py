"""The command line shows no secret."""

import json

from rota.domain.job import JobPatch, JobSpec
from rota.domain.secret import MASK
from tests.world import ANA, APP, published

KWARGS = {"key": "sealed:abc", "days": 3}


def test_a_sealed_argument_is_shown_nowhere(shell, site):
    declared = JobSpec(name="sync", task_name="work", task_kwargs=KWARGS)
    generation = site.definitions.publish(APP, published(jobs=[declared]))
    site.__dict__["generation"] = generation
    assert site.node
    site.definitions.settle(APP)
    site.jobs.update("sync", JobPatch(task_kwargs=KWARGS), ANA)
    started = site.executions.execute("sync", ANA, kwargs=KWARGS)
    for line in ("jobs show sync", f"executions show {started}"):
        for form in ("", " --json"):
            said = shell(f"rota {line}{form}")
            assert said.code == 0, said.err
            assert "sealed:" not in said.out
            assert MASK in said.out
    assert json.loads(shell("rota jobs show sync --json").out)["overrides"]["task_kwargs"]["key"] == MASK

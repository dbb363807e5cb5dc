"""The files in deploy/: what they start is started, as processes on loopback instead of containers."""

import re
import shlex
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from rota.cli.root import rota as cli
from rota.settings import Settings
from tests.faults.site import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())
MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "rota.yaml").read_text()))
CONTAINERS = [
    one["spec"]["template"]["spec"]["containers"][0] for one in MANIFESTS if one["kind"] == "Deployment"
]
OF_COMPOSE = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "rota"}


def started_by_systemd() -> list[list[str]]:
    """The command lines of the units, behind the word rota."""
    lines = [
        re.search(r"^ExecStart=\S+/rota (.*)$", unit.read_text(), re.M)
        for unit in sorted((DEPLOY / "systemd").iterdir())
    ]
    return [shlex.split(line[1].replace("${QUEUES}", "default")) for line in lines if line]


def words(command: list[Any]) -> list[str]:
    """Each word as text."""
    return [str(word) for word in command]


LINES = [
    *(words(one["command"]) for one in OF_COMPOSE.values()),
    *(words(one["args"]) for one in CONTAINERS),
    *started_by_systemd(),
]


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_each_command_line_is_one_that_rota_knows(line):
    name, command, rest = cli.resolve_command(cli.make_context("rota", [], resilient_parsing=True), line)
    assert command is not None
    command.make_context(name, rest, parent=cli.make_context("rota", [], resilient_parsing=True))


def test_each_variable_is_a_setting():
    named = {name for one in OF_COMPOSE.values() for name in one["environment"]}
    named |= {variable["name"] for one in CONTAINERS for variable in one["env"]}
    named |= {name for one in MANIFESTS if one["kind"] == "ConfigMap" for name in one["data"]}
    assert named
    assert {name.removeprefix("ROTA_").lower() for name in named} <= set(Settings.model_fields)


def test_what_compose_starts_works_together(cluster_of, rabbitmq):
    """Everything but the two services and the containers themselves."""
    given = OF_COMPOSE["scheduler"]["environment"]
    environ = {
        "ROTA_QUEUES": given["ROTA_QUEUES"],
        "ROTA_MODULES": given["ROTA_MODULES"].split(":-")[1].rstrip("}"),
    }
    environ |= {"ROTA_SECRET_KEY": "k" * 40, "ROTA_BROKER_URL": rabbitmq.url, "PYTHONPATH": path()}
    cluster = cluster_of("", **environ)
    cluster.environ |= environ
    for service in OF_COMPOSE.values():
        command = words(service["command"])
        port = ["--port", "0"] if command[0] == "web" else []
        for _ in range(service.get("deploy", {}).get("replicas", 1)):
            cluster.start(*command, *port)
    cluster.until_here(scheduler=2, agent=3, web=1)
    said = cluster.said(len(cluster._servers) - 1)
    found = cluster.until(lambda: re.search(r"http://\S+:(\d+)", said.read_text()), "an address")
    with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}/readyz", timeout=60) as answer:
        assert answer.status == 200
    cluster.ran("steady")
    cluster.until_story("steady", "succeeded")


def path() -> str:
    """Where rota and the examples are."""
    return f"{ROOT}:{Path(ROOT, 'src')}"

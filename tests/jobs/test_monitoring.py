"""Monitoring: what is well is well, and what is not is told."""

import asyncio
import sys
import threading
import time

import pytest

from rota.domain.errors import Denied, NotFound
from rota.jobs.file_integrity import file_integrity
from rota.jobs.http_check import http_check
from rota.jobs.mcp_server_health_check import McpServer, mcp_server_health_check
from rota.jobs.performance_monitor import performance_monitor
from rota.jobs.system_health_check import system_health_check
from tests.channels.receivers import web
from tests.servers.postgres import free_port
from tests.world import ANA

SERVER = '''
import sys
from mcp.server import MCPServer
server = MCPServer("calculator")
@server.tool()
def add(a: int, b: int) -> int:
    """Add."""
    return a + b
server.run(*sys.argv[1:2], **({"port": int(sys.argv[2])} if len(sys.argv) > 2 else {}))
'''


def test_the_health_of_the_machine_and_of_rota_is_told_as_numbers(desk):
    assert desk.world.node
    done = desk.run(system_health_check, disk_free_percent=0, memory_free_percent=0, database_ms=60_000)
    assert (done.success, done.items_processed, done.items_failed) == (True, 6, 0)
    assert {
        "disk_free_percent",
        "memory_free_percent",
        "scheduler_lag_seconds",
        "unserved",
    } <= done.metrics.keys()
    sick = desk.run(system_health_check, disk_free_percent=101, memory_free_percent=0, database_ms=60_000)
    assert not sick.success
    assert "disk_free_percent is" in sick.message


def test_work_that_no_node_serves_is_unhealthy(desk):
    desk.world.add_job("far", task_queue="elsewhere")
    desk.world.add_node("narrow", queues=("default",))
    desk.world.executions.execute("far", ANA)
    done = desk.run(system_health_check, disk_free_percent=0, memory_free_percent=0, database_ms=60_000)
    assert done.message == "unserved is 1, more than 0"


def test_performance_is_measured_and_held_to_limits(desk):
    desk.world.add_job("backup")
    desk.world.executions.execute("backup", ANA)
    desk.world.run()
    done = desk.run(performance_monitor)
    assert (done.success, done.metrics["ended"], done.metrics["failed_percent"]) == (True, 1, 0)
    assert not desk.run(performance_monitor, failed_percent=0, lag_seconds=0, cpu_percent=0).success


def test_addresses_that_answer_are_well_and_others_are_named(place):
    with web() as server:
        place.allow(job_hosts=server.host)
        assert place.run(http_check, urls=[server.url], contains="ok").message == "1 address answered"
        assert "the text is not in" in place.run(http_check, urls=[server.url], contains="nope").message
        server.status = 500
        done = place.run(http_check, urls=[server.url, "http://169.254.169.254/"])
        assert (done.success, done.items_failed) == (False, 2)
        assert "answered 500, not 200" in done.message
        assert "169.254.169.254 may not be called" in done.message
        place.kill(http_check, urls=[server.url] * 2)
        server.status = 200
        assert place.run(http_check, urls=[server.url] * 2).success


def mcp_check(place, servers, **how):
    return asyncio.run(mcp_server_health_check(place.context(), servers=servers, **how))


def test_an_mcp_server_that_speaks_over_its_input_and_output_is_asked(place, tmp_path):
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    place.allow(job_commands=sys.executable)
    server = McpServer(name="calculator", command=[sys.executable, str(script), "stdio"], tools=["add"])
    done = mcp_check(place, [server], timeout_seconds=60)
    assert done.message == "1 MCP server answered"
    lacking = server.model_copy(update={"tools": ["add", "divide"]})
    assert mcp_check(place, [lacking], timeout_seconds=60).message == "calculator: lacks the tools divide"


def test_an_mcp_server_that_speaks_over_http_is_asked(place, tmp_path):
    import uvicorn
    from mcp.server import MCPServer

    calculator, port = MCPServer("calculator"), free_port()

    @calculator.tool()
    def add(a: int, b: int) -> int:
        return a + b

    config = uvicorn.Config(calculator.streamable_http_app(), host="127.0.0.1", port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        place.allow(job_hosts=f"127.0.0.1:{port}")
        asked = McpServer(name="web", url=f"http://127.0.0.1:{port}/mcp", tools=["add"])
        assert mcp_check(place, [asked], timeout_seconds=30).message == "1 MCP server answered"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"command": ["/bin/sh", "-c", "id"]}, "may not be started"),
        ({"url": "http://127.0.0.1:9/mcp"}, "may not be called"),
        ({}, "either a url or a command"),
    ],
)
def test_an_mcp_server_that_is_not_allowed_is_not_asked(place, fields, told):
    done = mcp_check(place, [McpServer(name="x", **fields)])
    assert not done.success
    assert told in done.message


def test_files_that_changed_appeared_and_vanished_are_named(place):
    for name in "abc":
        place.file(f"in/{name}.txt", name)
    how = {"folder": "in", "manifest_folder": "lists"}
    (place.root / "lists").mkdir()
    place.run(file_integrity, **how, dry_run=True)
    assert place.files("*.json") == []
    place.kill(file_integrity, at=2, **how)
    assert place.run(file_integrity, **how).message == "3 files noted, to be compared with from now on"
    assert place.run(file_integrity, **how).message == "3 files as before"
    place.file("in/a.txt", "other")
    place.file("in/new.txt")
    (place.root / "in" / "c.txt").unlink()
    done = place.run(file_integrity, **how)
    assert (done.success, done.message) == (False, "1 changed, 1 appeared, 1 vanished")
    assert done.data == {"changed": ["a.txt"], "appeared": ["new.txt"], "vanished": ["c.txt"]}
    assert place.run(file_integrity, **how, accept=True).success
    assert place.run(file_integrity, **how).success


def test_files_elsewhere_are_not_looked_at(place):
    for folder in ("../", "/etc"):
        with pytest.raises((Denied, NotFound)):
            place.run(file_integrity, folder=folder, manifest_folder="lists")

"""Ready-made tasks at work on files, programs and servers."""

import json
import sys

from sqlalchemy import Column, Integer, String

from rota.store.schema import blocked_addresses
from tests.jobs.ward import Case, Ward

MCP = """
from mcp.server import MCPServer
server = MCPServer("calculator")
@server.tool()
def add(a: int, b: int) -> int:
    "Add."
    return a + b
server.run("stdio")
"""
AWAY = {"url": "http://127.0.0.1:1/"}
LINE = '8.8.8.8 - - [{at}] "GET / HTTP/1.1" 403 12 "-" "curl"\n'


def cases(ward: Ward) -> dict[str, Case]:
    """By the names of the tasks."""
    return {**cleaning(ward), **reading(ward), **calling(ward), **programs(ward)}


def cleaning(ward: Ward) -> dict[str, Case]:
    """Files that go."""
    for number in range(3):
        ward.place.file(f"documents/{number}.pdf", days_old=60)
        ward.place.file(f"papers/{number}.txt", str(number), days_old=100)
    ward.place.file("documents/new.pdf")
    return {
        "rota.document_cleanup": Case(
            {"folders": ["documents"]}, {"folders": ["/etc"]}, "may not be used", "^0 files",
            lambda ward: len(ward.place.files("documents/*")), 4, 1),
        "rota.archive_files": Case(
            {"folder": "papers", "target": "boxes"}, {"target": "papers/in"}, "may not lie in what is archived",
            "^0 files archived", lambda ward: (len(ward.place.files("papers/*")), len(ward.place.files("boxes/*"))),
            (3, 0), (0, 3)),
    }  # fmt: skip


def reading(ward: Ward) -> dict[str, Case]:
    """Files that are read."""
    people = ward.place.table("people", Column("id", Integer, primary_key=True), Column("name", String))
    ward.place.file(
        "in/people.json", json.dumps([{"id": n, "name": "x"} for n in range(700)] + [{"evil": 1}])
    )
    ward.place.file("feeds/bad.txt", "8.8.8.0/24\n9.9.9.9\n10.0.0.0/8\n")
    ward.place.file("logs/access.log", LINE.format(at=ward.now.strftime("%d/%b/%Y:%H:%M:%S +0000")) * 3)
    for number in range(3):
        ward.place.file(f"watched/{number}")
    feed = {"folder": "feeds", "file": "bad.txt"}
    return {
        "rota.import_processing": Case(
            {"folder": "in", "table": "people"}, {"key": "id; --"}, "cannot be the name", "^0 rows of 0 files",
            lambda ward: (ward.place.count(people), ward.place.files("in/*")), (0, ["in/people.json"]),
            (700, ["in/people.json.done", "in/people.json.rejected.jsonl"])),
        "rota.malicious_ip_blacklist": Case(
            feed, {"file": "../../etc/passwd"}, "no such file|No such file|may not|there is no file",
            "^2 networks blocked", lambda ward: ward.count(blocked_addresses), 0, 2),
        "rota.feature_extraction": Case(
            {"folder": "logs", "access_log": "access.log"}, {"folder": "../logs"}, "may not be used",
            "^features of [1-9]", lambda ward: ward.place.files("logs/*.json"), [], ["logs/features.json"]),
        "rota.file_integrity": Case(
            {"folder": "watched", "manifest_folder": "lists"}, {"folder": "/"}, "may not be used",
            "^3 files as before", lambda ward: len(ward.place.files("lists/*")), 0, 1),
    }  # fmt: skip


def calling(ward: Ward) -> dict[str, Case]:
    """Web addresses."""
    url = f"http://{ward.hook.host}/called"

    def keys(ward: Ward) -> int:
        return len(
            {heads.get("Idempotency-Key") for _, path, heads, _ in ward.hook.calls if path == "/called"}
        )

    return {
        "rota.http_request": Case(
            {"url": url}, {"url": "file:///etc/passwd"}, "file", "^answered 200", keys, 0, 1, 2),
        "rota.http_check": Case(
            {"urls": [f"http://{ward.hook.host}/well"] * 2}, {"urls": ["http://[::1]/"]}, "may not be called",
            "^2 addresses answered"),
    }  # fmt: skip


def programs(ward: Ward) -> dict[str, Case]:
    """Programs: one that is run, and one that speaks."""
    ward.place.allow(job_commands=sys.executable)
    script = ward.place.file("server.py", MCP)
    ward.place.file("made/.keep")
    server = {"name": "calculator", "command": [sys.executable, str(script)], "tools": ["add"]}
    return {
        "rota.command": Case(
            {"argv": [sys.executable, "-c", "open('made', 'w')", "; id"], "folder": "made"},
            {"argv": ["/bin/sh", "-c", "id"]}, "may not be started", "ended with 0",
            lambda ward: ward.place.files("made/made"), [], ["made/made"]),
        "rota.mcp_server_health_check": Case(
            {"servers": [server], "timeout_seconds": 60}, {"servers": [server | {"command": ["/bin/sh"]}]},
            "may not be started", "^1 MCP server answered"),
    }  # fmt: skip

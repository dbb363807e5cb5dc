"""Real servers on loopback that take what is sent: one for web calls, one for mails."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailHandler

from tests.servers.postgres import free_port


@dataclass
class Web:
    """What came in, and what is answered. status: of every answer; body: of every answer"""

    host: str = ""
    calls: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.host}/hook"

    @property
    def json(self) -> list[Any]:
        """The bodies, read as JSON."""
        return [json.loads(body) for *_, body in self.calls]


@contextmanager
def web(answer: Any = None) -> Iterator[Web]:
    """A web server. answer: called with (method, path, headers, body), returns (status, body); or None"""
    told = Web()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told.calls.append((self.command, self.path, dict(self.headers), body))
            status, said = told.status, told.body
            if answer is not None:
                status, said = answer(self.command, self.path, dict(self.headers), body)
            self.send_response(status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_DELETE = _take

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Box(MailHandler):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Mail] = []

    def handle_message(self, message: Mail) -> None:
        self.mails.append(message)


@contextmanager
def mail(port: int = 0) -> Iterator[tuple[int, list[Mail]]]:
    """A mail server: its port, and the mails that came in. port: the one it had before; 0: any"""
    box = _Box()
    controller = Controller(box, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port, box.mails
    finally:
        idle = controller.loop.shutdown_default_executor()
        asyncio.run_coroutine_threadsafe(idle, controller.loop).result(10)
        controller.stop()


def end_threads_of_apprise() -> None:
    """It keeps its threads for the life of the process; a test leaves none behind."""
    from apprise import apprise as module

    for name in ("_shared_executor", "_coordinator_executor"):
        executor = vars(module).get(name)
        if executor is not None:
            executor.shutdown()
            setattr(module, name, None)

"""A line between rota and its PostgreSQL that can be cut, silenced, or broken at one commit."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import make_url

COMMIT = b"COMMIT"


@dataclass(eq=False)
class Line:
    """One connection through the proxy.

    said     what the client has said since its last commit
    doomed   the answer that comes next is the last, and is not passed on
    """

    client: socket.socket
    server: socket.socket
    said: bytes = b""
    doomed: bool = False
    open: bool = field(default=True)

    def close(self) -> None:
        """Cut it."""
        self.open = False
        for end in (self.client, self.server):
            end.close()


class Proxy:
    """Passes everything on, until told otherwise.

    url  by which the database is reached through it
    """

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self.url = self._target.set(host="127.0.0.1", port=self._port).render_as_string(hide_password=False)
        self._selector = selectors.DefaultSelector()
        self._lines: list[Line] = []
        self._lock = threading.RLock()
        self._silent = threading.Event()
        self._closing = threading.Event()
        self._needle: bytes | None = None
        self.broke = threading.Event()
        self._listen()
        self._thread = threading.Thread(target=self._run, name="proxy")
        self._thread.start()

    def _listen(self) -> None:
        self._selector.register(self._listener, selectors.EVENT_READ, None)

    def cut(self) -> None:
        """Cut every connection and refuse new ones."""
        with self._lock:
            self._selector.unregister(self._listener)
            self._listener.close()
            for line in list(self._lines):
                self._drop(line)

    def mend(self) -> None:
        """Take connections again."""
        with self._lock:
            self._listener = socket.create_server(("127.0.0.1", self._port))
            self._listen()

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """Pass nothing on, and say nothing."""
        self._silent.set()
        try:
            yield
        finally:
            self._silent.clear()

    def break_at_commit_of(self, needle: bytes) -> None:
        """Carry out the next commit after a statement with `needle`, but cut before its answer is passed on."""
        self.broke.clear()
        self._needle = needle

    def _run(self) -> None:
        while not self._closing.wait(0.02 if self._silent.is_set() else 0):
            if self._silent.is_set():
                continue
            for key, _ in self._selector.select(0.05):
                with self._lock, contextlib.suppress(OSError, KeyError):
                    self._pass(key)

    def _pass(self, key: selectors.SelectorKey) -> None:
        line: Line | None = key.data
        if line is None:
            self._accept()
            return
        source = line.client if key.fileobj is line.client else line.server
        if not line.open:
            return
        try:
            data = source.recv(65_536)
        except OSError:
            data = b""
        if not data or (line.doomed and source is line.server):
            if data:
                self.broke.set()
            self._drop(line)
            return
        if source is line.client:
            self._overhear(line, data)
        (line.server if source is line.client else line.client).sendall(data)

    def _overhear(self, line: Line, data: bytes) -> None:
        line.said += data
        if COMMIT in data:
            if self._needle is not None and self._needle in line.said:
                self._needle, line.doomed = None, True
            line.said = b""

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        try:
            line = Line(client, socket.create_connection((self._target.host, self._target.port)))
        except OSError:
            client.close()
            raise
        self._lines.append(line)
        for end in (line.client, line.server):
            self._selector.register(end, selectors.EVENT_READ, line)

    def _drop(self, line: Line) -> None:
        for end in (line.client, line.server):
            self._selector.unregister(end)
        line.close()
        self._lines.remove(line)

    def close(self) -> None:
        """Cut all, and end."""
        self._closing.set()
        self._thread.join()
        for line in list(self._lines):
            self._drop(line)
        self._listener.close()
        self._selector.close()

"""How processes tell each other that there is something to do, so that nobody has to ask all the time.

PostgreSQL: an empty NOTIFY in the transaction that made the work. SQLite: an event for this process, and the
database's own version counter, looked at four times a second, for the others.
"""

import os
import select
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from rota.store.looking import Looks
from rota.store.pooling import is_pooled

CHANNEL = "rota"
POLL_SECONDS = 0.25
RUNG = "rota_rung"
"""Marks a connection whose transaction, once committed, is to wake others."""


class Bell:
    """Wakes whoever waits. `ring(conn)` inside a transaction; it sounds when that transaction commits."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.listeners: list[Callable[[], None]] = []

    def ring(self, conn: Connection) -> None:
        """Sound when the transaction of `conn` commits."""
        conn.info[RUNG] = True

    def sound(self) -> None:
        """Wake the waiter of this process now."""
        self.event.set()
        for listener in self.listeners:
            listener()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds`. Returns whether it rang; the ring is used up."""
        rung = self.event.wait(max(0.0, seconds))
        self.event.clear()
        return rung

    def close(self) -> None:
        """Nobody will wait any more."""
        self.event.set()


class SqliteBell(Bell):
    """Looks at the version counter that SQLite keeps."""

    def __init__(self, looks: Looks) -> None:
        super().__init__()
        self._looks = looks
        self._version: tuple[int, int] | None = None

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for a ring or for a commit of another process."""
        while seconds > 0 and not self.event.wait(min(seconds, POLL_SECONDS)):
            seconds -= POLL_SECONDS
            if self._changed():
                return True
        rung = self.event.is_set()
        self.event.clear()
        return rung

    def _changed(self) -> bool:
        try:
            version = self._looks.version()
        except Exception:  # Whatever it is, the next statement on the database will tell it better.
            return False
        changed = self._version not in (None, version)
        self._version = version
        return changed


class PostgresBell(Bell):
    """Listens on a connection of its own, made when somebody first waits."""

    def __init__(self, url: URL) -> None:
        super().__init__()
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._closing = threading.Event()
        self._wakes = self._wake = -1
        self._thread: threading.Thread | None = None

    def ring(self, conn: Connection) -> None:
        """Notify the others when the transaction of `conn` commits."""
        super().ring(conn)
        conn.exec_driver_sql(f"NOTIFY {CHANNEL}")

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for a ring from any process."""
        if self._thread is None and not self._closing.is_set():
            self._wakes, self._wake = os.pipe()
            self._thread = threading.Thread(target=self._listen, name="rota-bell", daemon=True)
            self._thread.start()
        return super().wait(seconds)

    def _listen(self) -> None:
        import psycopg

        while not self._closing.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, application_name="rota-bell") as conn:
                    if not is_pooled(conn):
                        conn.execute(f"LISTEN {CHANNEL}")
                        self.event.set()
                        self._hear(conn)
                        continue
                self._poll()
            except (psycopg.Error, OSError):
                self._closing.wait(1)

    def _poll(self) -> None:
        """Behind a pooler nobody is notified: whoever waits looks by himself, twice a second."""
        while not self._closing.wait(2 * POLL_SECONDS):
            self.event.set()

    def _hear(self, conn: Any) -> None:
        ready = select.poll()
        ready.register(conn.fileno(), select.POLLIN)
        ready.register(self._wakes, select.POLLIN)
        while not self._closing.is_set():
            ready.poll()
            for _ in conn.notifies(timeout=0):
                self.event.set()

    def close(self) -> None:
        """Stop listening, at once."""
        if self._closing.is_set():
            return
        self._closing.set()
        super().close()
        if self._thread is None:
            return
        os.write(self._wake, b"!")
        # It may be about to connect, which takes as long as the server lets it wait.
        self._thread.join(1)
        if not self._thread.is_alive():
            os.close(self._wakes)
            os.close(self._wake)


def make_bell(url: URL, looks: Looks) -> Bell:
    """The bell of that database."""
    return SqliteBell(looks) if url.get_backend_name() == "sqlite" else PostgresBell(url)

"""The web server inside of `serve`. Jobs run on time whether or not it can be started."""

import errno
import ipaddress
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.cli.screen import Screen

PATIENCE = 10.0
"""Seconds that answers under way may take when the server ends."""

MOST_MESSAGE = 65_536
"""Bytes of the largest message that a WebSocket may send."""


class WebServer:
    """Answers at the settings' address, on a thread of its own.

    screen  where it tells its address, and what keeps it from starting
    """

    def __init__(self, rota: "Rota", screen: "Screen") -> None:
        self.rota, self.screen = rota, screen
        self._app: Any = None
        self._server: Any = None
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Take the address and begin to answer. What fails is told; nothing is raised."""
        host, port = self.rota.settings.host, self.rota.settings.port
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            listening = socket.create_server((host, port), family=family)
        except OSError as problem:
            self.screen.note(f"The web server does not start, jobs do: {_why(problem, host, port)}")
            return
        self._thread = threading.Thread(target=self._serve, args=(listening,), name="rota-web", daemon=True)
        self._thread.start()
        self._tell(listening.getsockname()[1])

    def _tell(self, port: int) -> None:
        host = self.rota.settings.host
        named = f"[{host}]" if ":" in host else host
        self.screen.note(
            f"The dashboard is at http://{named}:{port}/admin/cron, the API at http://{named}:{port}/api/v1"
        )
        if not _is_loopback(host) and not self.rota.settings.trusted_proxies:
            self.screen.note(
                "Careful: it answers to other machines without TLS. Put a proxy in front of it that has TLS, "
                "and name that in the setting trusted_proxies."
            )
        secret = self.rota.entrance.first_admin_link()
        if secret is not None:
            self.screen.note(
                "There is no user yet. `rota users create NAME --role admin` makes the first; so does, within the hour,"
            )
            self.screen.note(f"  http://{named}:{port}/admin/cron/-/first?secret={secret}")

    def _serve(self, listening: socket.socket) -> None:
        try:
            # They take a while to load, during which jobs may start already.
            import uvicorn

            from rota.asgi import create
            from rota.cli.server import Server

            self._app = create(self.rota)
            self._server = Server(uvicorn.Config(self._app, **self._options()))
            if not self._stopping:
                self._server.run(sockets=[listening])
        except BaseException as problem:
            self.screen.note(f"The web server has ended, jobs go on: {problem!r}")
        finally:
            listening.close()

    def _options(self) -> dict[str, Any]:
        trusted = list(self.rota.settings.trusted_proxies)
        return {
            "log_config": None,
            "access_log": False,
            "server_header": False,
            "proxy_headers": bool(trusted),
            "forwarded_allow_ips": trusted,
            "ws": "websockets-sansio",
            "ws_max_size": MOST_MESSAGE,
            "timeout_graceful_shutdown": int(PATIENCE) // 2,
        }

    def stop(self) -> None:
        """Let go of everybody who waits, finish what is being answered, and end."""
        self._stopping = True
        if self._app is not None:
            self._app.state.hub.close()
        if self._server is not None:
            self._server.end()
        if self._thread is not None:
            self._thread.join(PATIENCE)


def _why(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken. Choose another with --port."
    return f"{host} port {port}: {problem.strerror}. Choose another with --host and --port."


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

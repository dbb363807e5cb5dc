"""A disk that is small and can be filled, and a PostgreSQL on it."""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers import postgres
from tests.servers.guarded import Service
from tests.servers.postgres import account_to_run_as, copied, free_port, give, reachable, temporary_folder

SIZE = "300m"
APART = "CHAOS_APART"
"""In the environment: this process has mounts of its own."""


class Disk:
    """A small file system of its own, which nobody but this process and those below it see."""

    def __init__(self, folder: Path, size: str) -> None:
        self.folder, self._filler = folder, folder / "filler"
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "rota-chaos", str(folder)]
        subprocess.run(command, check=True)

    def fill(self) -> None:
        """Leave not a byte."""
        block = bytes(1 << 20)
        with self._filler.open("ab", buffering=0) as filler:
            while block:
                with contextlib.suppress(OSError):
                    if filler.write(block) == len(block):
                        continue
                block = block[: len(block) // 2]

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        """Take it away."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


def step_aside() -> None:
    """Run this program anew with mounts of its own, where that is allowed; returns when it is not, or is done."""
    if APART in os.environ:
        return
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    apart = ["unshare", *user, "--mount"]
    if subprocess.run([*apart, "true"], stderr=subprocess.DEVNULL).returncode == 0:
        os.environ[APART] = "1"
        os.execvp("unshare", [*apart, sys.executable, *sys.orig_argv[1:]])


def small_disk(size: str = SIZE) -> Disk | None:
    """A small disk, where this process has mounts of its own."""
    if APART not in os.environ:
        return None
    folder = Path(tempfile.mkdtemp(prefix="rota-disk-", dir=temporary_folder()))
    return Disk(folder, size)


def elephant(binaries: Path, folder: Path) -> Service:
    """A PostgreSQL with its data below that folder, which ends as in a crash and can be started again."""
    account = account_to_run_as()
    data, port = folder / "data", free_port()
    if account and not reachable(binaries):
        binaries = copied(binaries, Path(tempfile.mkdtemp(prefix="rota-binaries-", dir=temporary_folder())))
    data.mkdir()
    for path in (folder, data):
        path.chmod(0o755)
    give(data, account)
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
    ]
    subprocess.run(
        initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", env=postgres.ENVIRONMENT, **account
    )
    server: list[str | Path] = [binaries / "postgres", "-D", data, "-p", str(port)]
    for setting in (
        "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200",
        "max_wal_size=64MB", "min_wal_size=32MB",
    ):  # fmt: skip
        server += ["-c", setting]
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    service = Service("elephant", url, lambda _: server, ending="QUIT", account=account)
    give(service.folder, account)
    return service

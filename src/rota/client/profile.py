"""Which server is meant, and the token for it: by its address, or by the name of a profile in a file of the user's own.

# ~/.config/rota/profiles.toml, readable by nobody else
[production]
server = "https://rota.example.com"
token = "rota_3_…"
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rota.domain.errors import Denied, Invalid, unknown

SERVER, TOKEN = "ROTA_SERVER", "ROTA_TOKEN"
FILE = Path("rota", "profiles.toml")
OTHERS = 0o077
"""The bits of a file's mode by which others than its owner may do something."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask. token: None when there is none; profile: the name that it was found by."""

    url: str
    token: str | None = field(default=None, repr=False)
    profile: str | None = None

    @property
    def is_private(self) -> bool:
        """Whether nobody on the way can read what is sent: TLS, or no way at all."""
        parts = urlsplit(self.url)
        return parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1", "::1")


def find(given: str | None, environ: Mapping[str, str]) -> Server | None:
    """The server that is meant, None when the verbs are for a database.

    given    an address or the name of a profile; None: what ROTA_SERVER says
    environ  ROTA_TOKEN in it wins over the token of a profile
    Raises Invalid for an address that is none, NotFound for a profile, Denied for a file that others may read.
    """
    meant = given or environ.get(SERVER) or None
    if meant is None:
        return None
    token = environ.get(TOKEN) or None
    if "://" in meant:
        url = _address(meant)
        return Server(url, token or _token_of(url, environ))
    profiles = _read(file(environ))
    if meant not in profiles:
        problem = unknown("profile", meant, profiles)
        problem.fix = f"{problem.fix}. They stand in {file(environ)}; an address begins with https://"
        raise problem
    found = profiles[meant]
    return Server(_address(found.get("server", "")), token or found.get("token"), meant)


def file(environ: Mapping[str, str]) -> Path:
    """Where profiles are kept."""
    return Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / FILE


def _token_of(url: str, environ: Mapping[str, str]) -> str | None:
    """The token of the first profile for that very address."""
    own = (one for one in _read(file(environ)).values() if one.get("server", "").rstrip("/") == url)
    return next((one.get("token") for one in own), None)


def _address(url: str) -> str:
    parts = urlsplit(url)
    fix = "write it as https://rota.example.com, with the path below which rota is served, if any"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(f'"{url}" is no address of a server', fix=fix, field="server")
    if parts.username is not None or parts.query or parts.fragment:
        raise Invalid(
            "an address of a server holds no name, no password and no question",
            fix=f"{fix}; tokens go into {TOKEN} or a profile",
            field="server",
        )
    return url.rstrip("/")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """The profiles by name. Raises Denied where somebody else could take a token out of them."""
    try:
        text = path.read_text("utf-8")
        mode = path.stat().st_mode
    except FileNotFoundError:
        return {}
    try:
        found = {name: one for name, one in tomllib.loads(text).items() if isinstance(one, dict)}
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{path} is not valid TOML: {error}", fix="mend the file") from error
    if os.name == "posix" and mode & OTHERS and any("token" in one for one in found.values()):
        told = f"{path} holds tokens, and others may read it (mode {mode & 0o777:o})"
        raise Denied(told, fix=f"chmod 600 {path}; then revoke the tokens that were in it, and make new ones")
    return found

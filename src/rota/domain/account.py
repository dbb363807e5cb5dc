"""Users, and the tokens that act for them; the rules of names, passwords and of trying passwords."""

import ipaddress
import re
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from rota.domain.errors import Denied, Invalid
from rota.domain.permission import Role

UserName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,99}$")]
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,99}")
RESERVED = frozenset({"system", "rota", "code", "engine", "anonymous"})
"""Names that the audit log has for what is no user."""

LEAST_CHARACTERS = 8
MOST_BYTES = 1024


class User(BaseModel):
    """Somebody who may log in or own tokens. Never shows a password, not even its hash."""

    model_config = ConfigDict(frozen=True)

    id: int
    name: str
    role: Role
    is_enabled: bool
    disabled_at: datetime | None = None
    has_password: bool
    created_at: datetime
    created_by: str
    password_changed_at: datetime | None = None
    last_login_at: datetime | None = None


class Token(BaseModel):
    """What a program shows to act for a user. Its secret is shown once, and kept only as a hash.

    scopes  what it is restricted to; None: to what its owner may
    status  active, expired or revoked
    """

    model_config = ConfigDict(frozen=True)

    id: int
    name: str
    user_id: int
    user: str
    scopes: tuple[str, ...] | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    status: str = "active"


class Throttled(Denied):
    """Too many wrong attempts; `seconds` until the next one is looked at."""

    code = "throttled"

    def __init__(self, seconds: int) -> None:
        super().__init__("too many attempts", fix=f"try again in {seconds} s")
        self.seconds = seconds


def check_name(name: str) -> None:
    """Raises Invalid for a name that no user may have."""
    if not NAME.fullmatch(name):
        fix = "use 1 to 100 letters, digits and _.@+- (not first)"
        raise Invalid("that cannot be the name of a user", fix=fix, field="name")
    if name.lower() in RESERVED:
        raise Invalid(f'"{name}" is what rota calls itself', fix="choose another name", field="name")


def check_password(password: str, name: str) -> None:
    """Raises Invalid for a password that is too short, too long, or the name."""
    problem = _problem(password, name)
    if problem:
        raise Invalid(problem, fix="choose a longer one: four or five words will do", field="password")


def _problem(password: str, name: str) -> str | None:
    if len(password) < LEAST_CHARACTERS:
        return f"a password needs at least {LEAST_CHARACTERS} characters"
    size = byte_count(password)
    if size is None:
        return "the password holds a character that is none"
    if size > MOST_BYTES:
        return f"a password may have at most {MOST_BYTES} bytes"
    if password.lower() in (name.lower(), name.lower() * 2):
        return "the password is the name"
    return None


def byte_count(password: str) -> int | None:
    """How many bytes it has as UTF-8; None for text that has no such form."""
    try:
        return len(password.encode())
    except UnicodeEncodeError:
        return None


FREE_ATTEMPTS = 5
"""Wrong passwords for one name before waiting begins."""

FREE_OF_ADDRESS = 20
"""The same for one address, behind which there may be a whole office."""

LONGEST_WAIT = 900
"""Seconds: waiting doubles up to this, and never becomes a lock-out."""

FORGOTTEN = timedelta(days=1)
"""After so long without an attempt nothing is remembered."""


def wait_after(failures: int, free: int) -> int:
    """Seconds to wait after so many failures in a row: none at first, then 1, 2, 4, … up to LONGEST_WAIT."""
    over = failures - free
    return 0 if over < 0 else min(LONGEST_WAIT, 2 ** min(over, 20))


def network(address: str) -> str:
    """The address as attempts are counted by: IPv6 by the /64 that one customer has, all else as it is."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)

"""Attempts to log in, slowed down by name and by address, for all nodes alike; nobody is ever locked out for good."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from rota.domain.account import FORGOTTEN, FREE_ATTEMPTS, FREE_OF_ADDRESS, Throttled, network, wait_after
from rota.services import secret
from rota.store import attempts
from rota.store.attempts import Failures


def begin(conn: Connection, name: str, address: str | None, at: datetime, *, known: bool) -> None:
    """Count an attempt as failed before it is looked at, so that a crowd of them at once gets no further than one.

    known  the user is logged in from that address: what strangers did elsewhere does not slow it down
    Raises Throttled while the name or the address has to wait; that attempt is not counted.
    """
    keys = [] if known else [_of_name(name)]
    keys += [_of_address(address)] if address else []
    if not keys:
        return
    found = attempts.lock(conn, keys, at, at - FORGOTTEN)
    left = max((one.until - at) / timedelta(seconds=1) for one in found.values())
    if left > 0:
        raise Throttled(int(-(-left // 1)))
    attempts.count(conn, {key: _failed(key, one, at) for key, one in found.items()}, at)


def stumble(conn: Connection, address: str, at: datetime) -> None:
    """Count a token that was none, for the address. Who shows a good one is never slowed down: no stranger behind the
    same address can keep him out, and nobody guesses 192 random bits.

    Raises Throttled while the address has to wait; that attempt is not counted.
    """
    key = _of_tokens(address)
    found = attempts.lock(conn, [key], at, at - FORGOTTEN)[key]
    _require_no_wait(found.until, at)
    attempts.count(conn, {key: _failed(key, found, at)}, at)


def require_no_wait(conn: Connection, address: str, at: datetime) -> None:
    """Raises Throttled while tokens that are none have to wait at that address. Only reads."""
    _require_no_wait(attempts.until(conn, _of_tokens(address)), at)


def _require_no_wait(until: datetime | None, at: datetime) -> None:
    left = (until - at) / timedelta(seconds=1) if until else 0.0
    if left > 0:
        raise Throttled(int(-(-left // 1)))


def _failed(key: str, before: Failures, at: datetime) -> Failures:
    failures = before.failures + 1
    free = FREE_ATTEMPTS if key.startswith("name:") else FREE_OF_ADDRESS
    return Failures(failures, at + timedelta(seconds=wait_after(failures, free)))


def succeed(conn: Connection, name: str, address: str | None, at: datetime) -> None:
    """The attempt was right: its name begins anew, its address is spared this one.

    Not more, or somebody with an account could try others from the same address without end.
    """
    if address:
        # In the order of the keys, as they are locked by whoever begins.
        attempts.forgive(conn, _of_address(address), at, one=True)
    attempts.forgive(conn, _of_name(name), at)


def forgive(conn: Connection, name: str, at: datetime) -> None:
    """The name begins anew: its password was set."""
    attempts.forgive(conn, _of_name(name), at)


def _of_name(name: str) -> str:
    """By its hash: what is typed there may be a password."""
    return f"name:{secret.kept(name.lower())}"


def _of_address(address: str) -> str:
    return f"address:{network(address)}"


def _of_tokens(address: str) -> str:
    return f"tokens:{network(address)}"

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


def _failed(key: str, before: Failures, at: datetime) -> Failures:
    failures = before.failures + 1
    free = FREE_OF_ADDRESS if key.startswith("address:") else FREE_ATTEMPTS
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

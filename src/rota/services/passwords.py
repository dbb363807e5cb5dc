"""Passwords as they are kept: argon2id, by the parameters of today."""

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from rota.domain.account import MOST_BYTES, byte_count, check_password
from rota.domain.errors import Invalid

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
"""The least that OWASP recommends: 19 MiB, so that a crowd at the door does not take the memory."""

AT_ONCE = 4
"""How many are computed at a time in one process; the rest wait their turn."""


GUESSES = 1_000_000
"""A password that whoever knows how people make them finds within so many attempts is none."""

LOOKED_AT = 72
"""Characters that are judged; what begins well enough is good."""


def check(password: str, name: str) -> None:
    """Raises Invalid for a password that is too short, too long, or that anybody would guess: one of the commonest,
    the user's name, a row of keys, a year, or a variation of those (zxcvbn, which knows 30,000 of them).
    """
    check_password(password, name)
    from zxcvbn import zxcvbn

    found = zxcvbn(password[:LOOKED_AT], user_inputs=[name, "rota"])
    if found["guesses"] < GUESSES:
        why = found["feedback"]["warning"] or "it is easily guessed"
        fix = "choose a longer one: four or five words will do"
        raise Invalid(f"that is no good password: {why}", fix=fix, field="password")


class Passwords:
    """Hashes and compares. memory: KiB that one hash takes; passes: over that memory."""

    def __init__(self, memory: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self.memory, self.passes = memory, passes
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return PasswordHasher(time_cost=self.passes, memory_cost=self.memory, parallelism=LANES)

    @cached_property
    def _nobody(self) -> str:
        """The hash of a password that nobody has."""
        from rota.services import secret

        return self.hash(secret.new())

    def hash(self, password: str) -> str:
        """What is kept of a password, every byte of it."""
        with self._turns:
            return self._hasher.hash(password.encode())

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is that password. As much work when nothing is kept, or when it cannot be one."""
        from argon2.exceptions import InvalidHashError, VerificationError

        nobody, size = self._nobody, byte_count(password)
        possible = kept is not None and size is not None and size <= MOST_BYTES
        against, given = (kept, password.encode()) if possible and kept else (nobody, b"")
        try:
            with self._turns:
                return self._hasher.verify(against, given) and possible
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed by other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

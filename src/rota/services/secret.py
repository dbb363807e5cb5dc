"""Random secrets, and what is kept of them."""

import hashlib
import secrets


def new() -> str:
    """A secret of 192 random bits, letters and digits only."""
    return secrets.token_hex(24)


def kept(secret: str) -> str:
    """What the database keeps of a random secret. Nobody guesses one, so that a slow hash would add nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

"""What the doctor found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    name  a stable word for programs
    ok    True well, False wrong, None to be known
    fix   what to do about it, or None
    """

    name: str
    ok: bool | None
    text: str
    fix: str | None = None

"""A Python traceback as it was stored: where in one's own code it happened."""

import re
from dataclasses import dataclass

_FRAME = re.compile(r'^\s*(?:\|\s*)*File "(?P<file>.+?)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')
_OTHERS = re.compile(r"(^<|[\\/](site|dist)-packages[\\/]|[\\/]lib[\\/]python\d|[\\/]src[\\/]rota[\\/])")
"""Paths of installed packages, of the standard library and of rota itself."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One place in a traceback. source: the line as it was there, None where it was not told"""

    file: str
    line: int
    function: str
    source: str | None


def frames(trace: str) -> list[Frame]:
    """All places, the outermost first; those of a cause come before those of what followed."""
    lines, found = trace.splitlines(), list[Frame]()
    for number, text in enumerate(lines):
        match = _FRAME.match(text)
        if match:
            following = lines[number + 1] if number + 1 < len(lines) else ""
            source = (
                following.strip() if following.startswith("    ") and not _FRAME.match(following) else None
            )
            found.append(Frame(match["file"], int(match["line"]), match["function"] or "?", source or None))
    return found


def own(trace: str) -> Frame | None:
    """The innermost place that is in nobody else's code; None where all are."""
    return next((one for one in reversed(frames(trace)) if not _OTHERS.search(one.file)), None)

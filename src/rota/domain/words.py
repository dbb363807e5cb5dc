"""How values are said by every face: spans of time, counts, and text that may hold anything."""

import unicodedata
from datetime import datetime, timedelta

UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"))
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def shown(text: str, keep: str = "") -> str:
    """The text with every control character written out, so that a terminal only ever gets visible ones.

    keep  control characters that may stay, such as "\\n"
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char in keep or not _is_control(char) else _escaped(char) for char in text)


def _is_control(char: str) -> bool:
    # U+200D and the variation selectors join emoji; they move nothing on a terminal.
    return unicodedata.category(char) in _HIDDEN and char != "\u200d"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode() if ord(char) != 0x7F else "\\x7f"


def span(seconds: float) -> str:
    """A length of time in its two largest units: "350 ms", "41 s", "2 min 5 s", "3 h", "12 d"."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95 and 0.05 <= seconds % 1 < 0.95:
        return f"{seconds:.1f} s"
    rest = round(seconds)
    for place, (size, word) in enumerate(UNITS):
        if rest >= size:
            whole, left = divmod(rest, size)
            minor = int(left // UNITS[place + 1][0]) if place < len(UNITS) - 1 and whole < 10 else 0
            return f"{whole:.0f} {word}" + (f" {minor} {UNITS[place + 1][1]}" if minor else "")
    return "0 s"


def rough(seconds: float) -> str:
    """A length of time in its largest unit, as far as that is full, for narrow columns: "3 h", "12 d"."""
    size, word = next((unit for unit in UNITS if seconds >= unit[0]), UNITS[-1])
    # Two clocks may differ by a little: nothing lasts less than no time.
    return f"{max(0.0, seconds // size):.0f} {word}"


def relative(instant: datetime, now: datetime) -> str:
    """How far from now: "in 3 h", "2 min ago", "now". What is to come is rounded: in 59.9 s is in a minute."""
    ahead = (instant - now) / timedelta(seconds=1)
    if -1 < ahead <= 0.5:
        return "now"
    return f"in {nearest(ahead)}" if ahead > 0 else f"{rough(-ahead)} ago"


def nearest(seconds: float) -> str:
    """A length of time to come, in the largest unit of which it is, rounded, at least one."""
    for (size, word), (larger, _) in zip(UNITS[:0:-1], UNITS[-2::-1], strict=True):
        if (n := round(seconds / size)) * size < larger:
            return f"{n} {word}"
    return f"{seconds / UNITS[0][0]:.0f} {UNITS[0][1]}"


def milliseconds(ms: int | float | None) -> str:
    """A duration that is stored in milliseconds."""
    return "" if ms is None else span(ms / 1000)


def count(n: int | float | None) -> str:
    """A number in groups of three, "4,812"; nothing for None."""
    if n is None:
        return ""
    return f"{n:,.0f}" if float(n).is_integer() else f"{n:g}"


def plural(n: int, word: str) -> str:
    """ "1 job", "2 jobs", "2 retries", "2,000 addresses"."""
    if n == 1:
        return f"{n} {word}"
    if word.endswith("s"):
        return f"{n:,} {word}es"
    if word.endswith("y") and word[-2:-1] not in "aeou":
        return f"{n:,} {word[:-1]}ies"
    return f"{n:,} {word}s"

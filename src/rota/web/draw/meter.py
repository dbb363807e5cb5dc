"""How far something has come: progress, and the time it has taken beside the time it usually takes."""

from markupsafe import Markup

from rota.domain.words import milliseconds
from rota.services.results import Usual
from rota.web.draw.marks import line, percent, rect, svg, text

NEAR = 0.17
"""Words under marks that are closer than this share would lie upon one another."""


def progress(done: float, total: float | None, words: str) -> Markup:
    """A bar that is filled so far. words: the same for who does not see it, "420 of 1,000 documents" """
    share = min(1.0, max(0.0, done / total)) if total and total > 0 else 0.0
    bar = rect("m-track", "0", 2, "100%", 8, rx=4), rect("m-run", "0", 2, percent(share), 8, rx=4)
    return svg("meter bare", f"Progress: {words}", bar)


def elapsed(ms: float, usual: Usual, timeout_ms: float | None = None, kind: str = "m-run") -> Markup:
    """The time since the start, with marks at what half and 95 of a hundred take. kind: class of the filled part"""
    marks = [(name, at) for name, at in (("p50", usual.p50_ms), ("p95", usual.p95_ms)) if at]
    full = max([ms * 1.02, *(at * 1.16 for _, at in marks), 1.0])
    if not marks and timeout_ms:
        full = max(full, timeout_ms)
    parts = [
        rect("m-track", "0", 2, "100%", 8, rx=4),
        rect(kind, "0", 2, percent(min(1, ms / full)), 8, rx=4),
    ]
    placed = [(name, at, at / full) for name, at in marks]
    together = len(placed) == 2 and placed[1][2] - placed[0][2] < NEAR
    for name, at, place in placed:
        parts.append(line("m-tick", percent(place), percent(place), 0, 14))
        words = f"{name} {milliseconds(at)}"
        anchor = "t-end" if (together and name == "p50") or place > 0.9 else "" if together else "t-mid"
        shift = {"t-end": -0.004, "": 0.004}.get(anchor, 0.0)
        parts.append(text(anchor, percent(max(0.0, place + shift)), 28, words))
    told = "; ".join(
        f"{'half' if name == 'p50' else '95 of a hundred'} end within {milliseconds(at)}"
        for name, at in marks
    )
    return svg(
        "meter" if marks else "meter bare",
        f"Elapsed: {milliseconds(ms)}" + (f"; {told}" if told else ""),
        parts,
    )

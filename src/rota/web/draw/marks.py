"""The marks that every chart is made of: filled happened, hollow is planned, dashed should have happened, a cap failed.

Widths and places along a chart are in per cent, heights in pixels, so that text stays crisp at any width.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.words import shown

CLASS = {
    Status.SUCCEEDED: "m-ok",
    **dict.fromkeys(UNSUCCESSFUL, "m-bad"),
    Status.RUNNING: "m-run",
    Status.QUEUED: "m-idle",
    Status.SUBMITTED: "m-idle",
    Status.CANCELLED: "m-idle",
    Status.SKIPPED: "m-skip",
    Status.MISSED: "m-miss",
}
PLAN = "m-plan"
CAP = 2.5
"""Height of what stands above a failed one, so that it is not told by its colour alone."""
TOGETHER = 5
"""From so many jobs that start at one instant it is worth a word."""
EMPTY = Markup("")


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a chart for who does not see it. The first column names the row."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart and the table that says the same."""

    svg: Markup
    table: Table


def text_of(value: object) -> Markup:
    """Text of others, escaped, with what would turn or hide it written out."""
    return escape(shown(str(value), "\n\t"))


def titled(title: str | None) -> Markup:
    """What is shown where the pointer rests."""
    return EMPTY if title is None else Markup(f"<title>{text_of(title)}</title>")


def rect(
    kind: str,
    x: str,
    y: float,
    width: str,
    height: float,
    *,
    rx: float | None = None,
    title: str | None = None,
) -> Markup:
    """A box. x, width: with their unit ("4.20%", "6.5"); y, height: pixels"""
    round_ = "" if rx is None else f' rx="{rx:g}"'
    box = f'<rect class="{kind}" x="{x}" y="{y:.4g}" width="{width}" height="{height:.4g}"{round_}'
    return Markup(f"{box}/>" if title is None else f"{box}>{titled(title)}</rect>")


def line(kind: str, x1: str, x2: str, y1: str | float, y2: str | float) -> Markup:
    """A stroke."""
    return Markup(f'<line class="{kind}" x1="{x1}" x2="{x2}" y1="{_at(y1)}" y2="{_at(y2)}"/>')


def _at(place: str | float) -> str:
    return place if isinstance(place, str) else f"{place:.4g}"


def text(kind: str, x: str, y: float, words: str) -> Markup:
    """Words in a chart."""
    return Markup(f'<text class="{kind}" x="{x}" y="{y:.4g}">{text_of(words)}</text>')


def percent(share: float) -> str:
    """A share, 0 to 1, as a place."""
    return f"{share * 100:.2f}%"


def svg(kind: str, label: str, parts: Iterable[Markup], detail: str | None = None) -> Markup:
    """A chart. label: what it shows, in a sentence; detail: what is to be seen in it"""
    told = label if detail is None else f"{label}. {detail}"
    body = Markup("").join(parts)
    return Markup(f'<svg class="{kind}" role="img" aria-label="{text_of(told)}">{body}</svg>')


def counted(counts: Mapping[Status, int]) -> str:
    """ "18 succeeded, 2 failed": the most frequent first."""
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0].value))
    return ", ".join(f"{n:,} {status.value.replace('_', ' ')}" for status, n in most if n)


def table(of: Table) -> Markup:
    """The table, folded away under the chart."""
    head = Markup("").join(
        Markup('<th scope="col" role="columnheader"{}>{}</th>').format(
            Markup(' class="num"') if number else EMPTY, text_of(word)
        )
        for number, word in enumerate(of.head)
    )
    body = Markup("").join(_row(of.head, row) for row in of.rows)
    return Markup(
        '<details class="fold"><summary>The same as a table</summary><div class="tbl pairs"><table role="table">'
        '<caption class="sr">{}</caption><thead role="rowgroup"><tr role="row">{}</tr></thead>'
        '<tbody role="rowgroup">{}</tbody></table></div></details>'
    ).format(text_of(of.caption), head, body)


def _row(head: Sequence[str], row: Sequence[str]) -> Markup:
    first = Markup('<th scope="row" role="rowheader">{}</th>').format(text_of(row[0]))
    rest = (
        Markup('<td class="num" role="cell" data-label="{}">{}</td>').format(text_of(name), text_of(value))
        for name, value in zip(head[1:], row[1:], strict=True)
    )
    return Markup('<tr role="row">{}{}</tr>').format(first, EMPTY.join(rest))

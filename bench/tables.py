"""Figures as a table: for a terminal, and for a page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bench.figure import Figure, Ratio, Report


def number(value: float) -> str:
    """Three digits that count, and no more."""
    if value >= 1000:
        digits = len(str(int(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def terminal(report: Report) -> Iterator[str]:
    """The lines of a report: figures, ratios, notes."""
    widths = [
        max((len(text) for text in column), default=0)
        for column in zip(*map(_names, report.figures), strict=True)
    ]
    for figure in report.figures:
        named = "  ".join(text.ljust(width) for text, width in zip(_names(figure), widths, strict=True))
        yield f"{named}  {_told(figure)}"
    for ratio in report.ratios:
        yield f"  {number(ratio.value):>7} times as good: {ratio.what}{_wanted(ratio.value, ratio.wanted)}"
    yield from (f"  {note}" for note in report.notes)


def _names(figure: Figure) -> tuple[str, str]:
    return figure.what, figure.who


def _told(figure: Figure) -> str:
    if not figure.values:
        return f"{'-':>9}  {figure.note}"
    spread = (
        f"  ({number(min(figure.values))} to {number(max(figure.values))})" if len(figure.values) > 1 else ""
    )
    return f"{number(figure.median):>9} {figure.unit}{spread}" + (f"  {figure.note}" if figure.note else "")


def _wanted(value: float, wanted: float | None) -> str:
    if wanted is None:
        return ""
    return f" (wanted: {number(wanted)}{'' if value >= wanted else ', NOT REACHED'})"


def figures(title: str, kept: Mapping[str, Any]) -> Iterator[str]:
    """The section of one comparison in the page of figures."""
    report = Report.of_json(kept)
    yield f"## {title}\n"
    yield from _crossed(report.figures)
    before, after = kept["load"]
    told = [
        *report.notes,
        f"{kept['at']} UTC, a {kept['scale']} run, load of the machine {before} before and {after} after",
    ]
    yield "; ".join(told) + ".\n"


def ratios(found: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """All ratios of all comparisons, in one table."""
    rows = []
    for title, kept in found:
        for number_, ratio in enumerate(Report.of_json(kept).ratios):
            rows.append(("" if number_ else title, *_ratio_cells(ratio)))
    yield from _table(("", "", "times as good", "wanted"), rows)


def _crossed(figures: Sequence[Figure]) -> Iterator[str]:
    """Things by contenders, the longer list downwards."""
    things, names = _in_order(one.what for one in figures), _in_order(one.who for one in figures)
    found = {(one.what, one.who): _cell(one) for one in figures}
    if len(things) >= len(names):
        yield from _table(
            ("", *names), [(what, *(found.get((what, who), "") for who in names)) for what in things]
        )
    else:
        yield from _table(
            ("", *things), [(who, *(found.get((what, who), "") for what in things)) for who in names]
        )


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _cell(figure: Figure) -> str:
    note = f" ({figure.note})" if figure.note else ""
    if not figure.values:
        return figure.note
    spread = (
        f" ({number(min(figure.values))} to {number(max(figure.values))})" if len(figure.values) > 1 else ""
    )
    return f"{number(figure.median)} {figure.unit}".rstrip() + spread + note


def _ratio_cells(ratio: Ratio) -> tuple[str, ...]:
    wanted = "" if ratio.wanted is None else number(ratio.wanted)
    missed = " (not reached)" if ratio.wanted is not None and ratio.value < ratio.wanted else ""
    return ratio.what, number(ratio.value), wanted + missed


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    yield from (
        "| " + " | ".join(cell.replace("|", "\\|").replace("*", "\\*") for cell in row) + " |" for row in rows
    )
    yield ""

"""Tables that fit: to the terminal's width where there is one, whole where there is none."""

import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rota.cli.colour import paint
from rota.cli.words import shown

T = TypeVar("T")
GAP = 2
MARGIN = 20
"""Columns that a text is given even where there are none."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A text and how it looks; a style is one of `colour`, or nothing."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column of a table.

    value  what a row shows in it
    least  the narrowest it may be made when the terminal is narrow; 0: it is never cut
    rank   columns of a higher rank are left out first when the terminal is too narrow for all
    whole  it is cut only when nothing else can give way: what somebody has to type
    """

    title: str
    value: Callable[[T], Cell | str]
    least: int = 0
    rank: int = 0
    right: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Laid(Generic[T]):
    column: Column[T]
    cells: list[Cell] = field(default_factory=list)

    @property
    def wanted(self) -> int:
        return max(breadth(self.column.title), *(breadth(cell.text) for cell in self.cells))

    @property
    def least(self) -> int:
        return min(self.wanted, self.column.least or self.wanted)

    @property
    def claimed(self) -> int:
        """What it is given before columns are left out for it."""
        return self.wanted if self.column.whole else self.least


def lines(columns: Sequence[Column[T]], rows: Sequence[T], width: int | None, *, colour: bool) -> list[str]:
    """The table as lines. `width` None: as wide as it is."""
    laid = [_Laid(column, [_cell(column.value(row)) for row in rows]) for column in columns]
    if width is not None:
        laid = _fitting(laid, width)
    widths = _widths(laid, width)
    head = [Cell(one.column.title.upper(), "dim") for one in laid]
    body = [[one.cells[index] for one in laid] for index in range(len(rows))]
    return [_line(cells, laid, widths, colour=colour) for cells in (head, *body)]


def _cell(value: Cell | str) -> Cell:
    cell = value if isinstance(value, Cell) else Cell(value)
    return Cell(shown(cell.text), cell.style)


def _fitting(laid: list[_Laid[T]], width: int) -> list[_Laid[T]]:
    """Without the columns that there is no room for, those of the highest rank first; rank 0 always stays."""
    while sum(one.claimed + GAP for one in laid) - GAP > width:
        worst = max(laid, key=lambda one: one.column.rank)
        if worst.column.rank == 0:
            break
        laid = [one for one in laid if one is not worst]
    return laid


def _widths(laid: list[_Laid[T]], width: int | None) -> list[int]:
    widths = [one.wanted for one in laid]
    if width is None:
        return widths
    over = sum(widths) + GAP * (len(widths) - 1) - width
    for floor in ("claimed", "least"):
        over = _shrink(widths, [getattr(one, floor) for one in laid], over)
    return widths


def _shrink(widths: list[int], floors: list[int], over: int) -> int:
    """Take `over` from the widths, the widest first, so that short columns stay whole. Returns what is left of it."""
    while over > 0:
        room = [index for index, wide in enumerate(widths) if wide > floors[index]]
        if not room:
            break
        widths[max(room, key=lambda index: widths[index])] -= 1
        over -= 1
    return over


def _line(cells: list[Cell], laid: list[_Laid[T]], widths: list[int], *, colour: bool) -> str:
    parts = []
    for place, (cell, one, width) in enumerate(zip(cells, laid, widths, strict=True)):
        text = fit(cell.text, width)
        pad = " " * (width - breadth(text))
        last = place == len(laid) - 1
        painted = paint(text, cell.style) if colour else text
        parts.append(pad + painted if one.column.right else painted + ("" if last else pad))
    return (" " * GAP).join(parts).rstrip()


def fit(text: str, width: int) -> str:
    """The text, cut with an ellipsis where it is too wide."""
    if breadth(text) <= width:
        return text
    if width <= 0:
        return ""
    taken, left = "", width - 1
    for char in text:
        left -= breadth(char)
        if left < 0:
            break
        taken += char
    return taken.rstrip() + "…"


def wrapped(text: str, width: int | None) -> list[str]:
    """The text in lines of whole words, those that follow below the words of the first. `width` None: as it is."""
    if width is None or breadth(text) <= width:
        return [text]
    words = text.lstrip()
    hang = len(text) - len(words) + (2 if words[1:2] == " " else 0)
    return textwrap.wrap(
        text, max(width, MARGIN), subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False
    )


def breadth(text: str) -> int:
    """How many cells of a terminal the text takes: Chinese letters and most emoji two, accents of their own none.

    By East_Asian_Width (Unicode, UAX #11) and the general category.
    """
    return len(text) if text.isascii() else sum(map(_breadth_of, text))


def _breadth_of(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1

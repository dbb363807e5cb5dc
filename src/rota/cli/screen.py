"""How a command prints: data on stdout in the format asked for, all else on stderr."""

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO, TypeVar

from rota.cli.colour import paint
from rota.cli.table import GAP, Cell, Column, lines, wrapped
from rota.cli.words import shown, when

_USUAL = (80, 24)
T = TypeVar("T")
Fields = Iterable[tuple[str, Cell | str]]


@dataclass(frozen=True, slots=True)
class Screen:
    """Where and how to print.

    format  table, json, jsonl or csv
    quiet   names only
    time    relative, local, job or utc
    now     the instant that relative times count from
    width   of the terminal, None where there is none: then nothing is cut
    """

    format: str
    quiet: bool
    time: str
    now: datetime
    width: int | None
    colour: bool

    @property
    def is_json(self) -> bool:
        """Whether a program reads this."""
        return self.format in ("json", "jsonl")

    @property
    def is_for_people(self) -> bool:
        """Whether a person reads this, not a program."""
        return self.format == "table" and not self.quiet

    def when(self, instant: datetime | None, zone: str = "UTC") -> str:
        """An instant in the words asked for; `zone` is the job's own."""
        return when(instant, self.now, self.time, zone)

    def moment(self, instant: datetime | None, zone: str = "UTC") -> str:
        """An instant where there is room for it: unless asked otherwise, how far it is and what the clock says."""
        told = self.when(instant, zone)
        is_near = instant is not None and self.time == "relative"
        return f"{told}, {when(instant, self.now, 'job', zone)}" if is_near else told

    def line(self, text: str = "", style: str = "") -> None:
        """One line of data for people."""
        for safe in wrapped(shown(text), self.width):
            print(paint(safe, style) if self.colour else safe)

    def note(self, text: str) -> None:
        """One line beside the data, for people: on stderr."""
        print(shown(text), file=sys.stderr, flush=True)

    def rows(
        self,
        columns: Sequence[Column[T]],
        rows: Sequence[T],
        *,
        as_json: Callable[[T], dict[str, Any]],
        name: Callable[[T], object],
        empty: str,
    ) -> None:
        """A list: a table, an array, a line each, or CSV. `empty` is told when there is nothing in it."""
        if self.quiet:
            for row in rows:
                print(shown(str(name(row))))
        elif self.format == "json":
            print(json.dumps([as_json(row) for row in rows], indent=2, ensure_ascii=False))
        elif self.format == "jsonl":
            for row in rows:
                print(json.dumps(as_json(row), ensure_ascii=False))
        elif self.format == "csv":
            print(as_csv([as_json(row) for row in rows]), end="")
        elif rows:
            for text in lines(columns, rows, self.width, colour=self.colour):
                print(text)
        else:
            self.note(empty)

    def one(self, data: dict[str, Any], fields: Fields, *, name: object) -> None:
        """One thing: its fields under one another, an object, or CSV of one row."""
        if self.quiet:
            print(shown(str(name)))
        elif self.is_json:
            print(json.dumps(data, indent=2 if self.format == "json" else None, ensure_ascii=False))
        elif self.format == "csv":
            print(as_csv([data]), end="")
        else:
            self.fields(fields)

    def fields(self, fields: Fields) -> None:
        """Labels and values, those without a value left out; what has several lines is indented below its label."""
        told = [(label, _cell(value)) for label, value in fields]
        told = [(label, cell) for label, cell in told if cell.text]
        wide = max((len(label) + GAP for label, _ in told if label), default=0)
        for label, cell in told:
            indent = wide if label else 0
            room = None if self.width is None else self.width - indent
            lines = [part for line in shown(cell.text, keep="\n").split("\n") for part in wrapped(line, room)]
            text = "\n".join([lines[0], *(f"{'':{indent}}{line}".rstrip() for line in lines[1:])])
            head = f"{label:{indent}}"
            print(f"{paint(head, 'dim')}{paint(text, cell.style)}" if self.colour else f"{head}{text}")


def _cell(value: Cell | str) -> Cell:
    return value if isinstance(value, Cell) else Cell(value)


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """CSV with a head; what is not a text or a number stands as JSON."""
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([_flat(value) for value in row.values()])
    return out.getvalue()


def _flat(value: Any) -> Any:
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return value
    return json.dumps(value, ensure_ascii=False)


def terminal_width(stream: TextIO) -> int | None:
    """The columns of the terminal that a stream leads to, None when it leads to none."""
    if not stream.isatty():
        return None
    told = os.get_terminal_size(stream.fileno())
    # One that does not know its size, as behind `script` or in some CI, says 0.
    return shutil.get_terminal_size(told if told.columns else _USUAL).columns

"""Pages of reports: titles, tables and bars, as HTML that any mail program shows, and as text."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

_BAR = 28


@dataclass
class Page:
    """A report as it is put together."""

    title: str
    _html: list[str] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)

    def paragraph(self, words: str) -> None:
        """Some words."""
        self._html.append(f"<p>{html.escape(words)}</p>")
        self._text.append(words)

    def head(self, words: str) -> None:
        """The title of a part."""
        self._html.append(f'<h2 style="font-size:16px;margin:24px 0 8px">{html.escape(words)}</h2>')
        self._text += ["", words, "-" * len(words)]

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A table; or that there is nothing in it."""
        if not rows:
            self.paragraph("none")
            return
        cells = [[str(cell) for cell in row] for row in rows]
        wide = [max(len(row[n]) for row in [list(head), *cells]) for n in range(len(head))]
        for row in [list(head), *cells]:
            self._text.append(
                "  ".join(f"{cell:<{size}}" for cell, size in zip(row, wide, strict=True)).rstrip()
            )
        style = "padding:2px 12px 2px 0;text-align:left;vertical-align:top"
        top = "".join(f'<th style="{style}">{html.escape(cell)}</th>' for cell in head)
        body = "".join(
            "<tr>" + "".join(f'<td style="{style}">{html.escape(cell)}</td>' for cell in row) + "</tr>"
            for row in cells
        )
        self._html.append(f'<table style="border-collapse:collapse"><tr>{top}</tr>{body}</table>')

    def bars(self, rows: Sequence[tuple[str, int, int]]) -> None:
        """A chart: for each (label, well, badly) a bar as long as there were of both."""
        most = max((good + bad for _, good, bad in rows), default=0)
        if not most:
            self.paragraph("none")
            return
        wide = max(len(label) for label, *_ in rows)
        lines = []
        for label, good, bad in rows:
            well, ill = round(_BAR * good / most), max(round(_BAR * bad / most), 1 if bad else 0)
            told = f"{good + bad:,}" + (f", {bad:,} badly" if bad else "")
            self._text.append(f"{label:<{wide}}  {'█' * well}{'░' * ill} {told}")
            lines.append(
                f'<tr><td style="padding-right:12px">{html.escape(label)}</td><td>'
                f"{_bar(well, '#2f7d4f')}{_bar(ill, '#b3372f')} {told}</td></tr>"
            )
        self._html.append(f"<table>{''.join(lines)}</table>")

    @property
    def html(self) -> str:
        """The whole as HTML."""
        body = "".join(self._html)
        head = f'<meta charset="utf-8"><title>{html.escape(self.title)}</title>'
        top = f'<h1 style="font-size:20px">{html.escape(self.title)}</h1>'
        page = f'<head>{head}</head><body style="font-family:sans-serif">{top}{body}</body>'
        return f'<!doctype html><html lang="en">{page}</html>'

    @property
    def text(self) -> str:
        """The whole as text."""
        return "\n".join([self.title, "=" * len(self.title), "", *self._text]) + "\n"


def _bar(length: int, colour: str) -> str:
    return f'<span style="display:inline-block;height:10px;width:{length * 8}px;background:{colour}"></span>'

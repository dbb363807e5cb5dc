"""How help is laid out: what a command does first, what every command takes last."""

import re
import sys
from collections.abc import Iterable, Sequence

import click

from rota.cli.colour import has_colour, paint

NAMES = 26
"""The widest that a column of names gets before what they mean begins on a line of its own."""


class Page(click.HelpFormatter):
    """A page of help; on a terminal its headings stand out."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """How the command is called."""
        super().write_usage(prog, args, _painted("Usage: ", "bold") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """What the lines below have in common."""
        self.write(_painted(f"{heading}:", "bold") + "\n")


class View(click.Context):
    """The context of every command: its help is a Page."""

    formatter_class = Page


def write_names(page: click.HelpFormatter, heading: str, rows: Sequence[tuple[str, str]]) -> None:
    """Names below a heading, each with what it means; nothing where there are none."""
    if rows:
        with page.section(heading):
            page.write_dl([(_painted(name, "cyan"), meaning) for name, meaning in rows], col_max=NAMES)


def write_options(ctx: click.Context, page: click.HelpFormatter, shared: Iterable[str]) -> None:
    """The command's own options, and after them those that every command takes."""
    common = {*shared, "help"}
    own: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for param in ctx.command.get_params(ctx):
        record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
        if record is not None:
            (others if param.name in common else own).append(record)
    write_names(page, "Options", own)
    write_names(page, "Options of every command", others)


def summary(name: str, text: str) -> str:
    """What stands beside a name in a list of commands: the first sentence of its help, without the name."""
    first = " ".join(text.partition("\n\n")[0].split()).removeprefix(f"{name.capitalize()}: ")
    return first[:1].upper() + re.split(r"[.;](?= |$)", first[1:], maxsplit=1)[0] + "."


def _painted(text: str, style: str) -> str:
    return paint(text, style) if has_colour(sys.stdout) else text

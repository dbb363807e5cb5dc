"""The reference of the command line, made from the code itself: pages for the documentation, and a man page.

`python -m rota.cli.reference docs/reference/cli` writes them anew.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from rota.cli.frame import SHARED, Verb

SECTION = 1


@click.command("man", cls=Verb)
def man() -> None:
    """Print the man page: `rota man | man -l -`."""
    print(man_page(), end="")


def pages() -> dict[str, str]:
    """Every page of the reference by its file name."""
    root = _context()
    made = {"README.md": _index(root), "rota.1": man_page()}
    for name, command in _commands(root):
        made[f"{name}.md"] = "\n".join(_page(root, name, command)) + "\n"
    return made


def _context() -> click.Context:
    from rota.cli.root import rota

    return rota.make_context("rota", [], resilient_parsing=True)


def _commands(parent: click.Context) -> Iterator[tuple[str, click.Command]]:
    group = parent.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is not None:
            yield name, command


def _index(root: click.Context) -> str:
    from rota.cli.program import EXIT_CODES

    nouns = [f"| [`rota {name}`]({name}.md) | {_first_line(command)} |" for name, command in _commands(root)]
    codes = [f"| {code} | {said} |" for code, said in EXIT_CODES.items()]
    return "\n".join(
        [
            "# The command line",
            "",
            _text(root.command),
            "",
            "| command | |",
            "| --- | --- |",
            *nouns,
            "",
            "## Options of every command",
            "",
            "They may stand anywhere: before the noun, before the verb, or at the end.",
            "",
            *_options(root, shared=True),
            "",
            "## Exit codes",
            "",
            "| code | |",
            "| --- | --- |",
            *codes,
            "",
        ]
    )


def _page(parent: click.Context, name: str, command: click.Command) -> Iterator[str]:
    ctx = _below(parent, name, command)
    yield f"# {ctx.command_path}"
    yield ""
    yield _text(command)
    if not isinstance(command, click.Group):
        yield from _usage(ctx)
        return
    for verb_name, verb in _commands(ctx):
        below = _below(ctx, verb_name, verb)
        yield ""
        yield f"## {below.command_path}"
        yield ""
        yield _text(verb)
        yield from _usage(below)


def _below(parent: click.Context, name: str, command: click.Command) -> click.Context:
    return command.context_class(command, info_name=name, parent=parent)


def _usage(ctx: click.Context) -> Iterator[str]:
    pieces = " ".join(ctx.command.collect_usage_pieces(ctx))
    yield ""
    yield "```text"
    yield f"{ctx.command_path} {pieces}"
    yield "```"
    options = list(_options(ctx, shared=False))
    if options:
        yield ""
        yield from options


def _options(ctx: click.Context, *, shared: bool) -> Iterator[str]:
    for param in ctx.command.get_params(ctx):
        if (
            isinstance(param, click.Option)
            and (param.name in (*SHARED, "help")) is shared
            and not param.hidden
        ):
            record = param.get_help_record(ctx)
            if record is not None:
                words, said = record
                yield f"- `{words}`: {said}"


def _text(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").partition("\f")[0].strip()


def _first_line(command: click.Command) -> str:
    return _text(command).split("\n")[0]


def man_page() -> str:
    """The man page in roff."""
    from rota.cli.program import EXIT_CODES

    root = _context()
    lines = [
        f'.TH ROTA {SECTION} "" "rota" "User Commands"',
        ".SH NAME",
        "rota \\- jobs on time, once, recorded",
    ]
    lines += [
        ".SH SYNOPSIS",
        ".B rota",
        "[OPTIONS] NOUN VERB [ARGS]...",
        ".SH DESCRIPTION",
        _roff(_text(root.command)),
    ]
    lines += [".SH OPTIONS", *_man_options(root, shared=True), ".SH COMMANDS"]
    for name, command in _commands(root):
        lines += _man_command(_below(root, name, command))
    lines += [".SH EXIT STATUS"]
    for code, said in EXIT_CODES.items():
        lines += [".TP", f".B {code}", _roff(said)]
    return "\n".join(lines) + "\n"


def _man_command(ctx: click.Context) -> list[str]:
    command = ctx.command
    if isinstance(command, click.Group):
        return [line for name, verb in _commands(ctx) for line in _man_command(_below(ctx, name, verb))]
    pieces = " ".join(command.collect_usage_pieces(ctx))
    head = [f".SS {_roff(f'{ctx.command_path} {pieces}')}", _roff(_text(command))]
    return [*head, *_man_options(ctx, shared=False)]


def _man_options(ctx: click.Context, *, shared: bool) -> list[str]:
    lines: list[str] = []
    for option in _options(ctx, shared=shared):
        words, _, said = option.removeprefix("- `").partition("`: ")
        lines += [".TP", f".B {_roff(words)}", _roff(said)]
    return lines


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return re.sub(r"\n\n", "\n.PP\n", re.sub(r"(?m)^([.'])", r"\\&\1", escaped))


def main() -> None:
    """Write the pages into the folder named on the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""One command line from its words to its exit code: what goes wrong is told once, here."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TextIO

import click

from rota.cli.colour import has_colour, paint
from rota.cli.root import rota
from rota.domain.errors import Conflict, Denied, Invalid, NotFound, RotaError, Unavailable
from rota.domain.words import shown

FAILED, USAGE, DECLINED, DENIED, UNSUCCESSFUL, NOT_FOUND, AWAY, TIMED_OUT, INTERRUPTED = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    130,
)
CODES: dict[type[RotaError], int] = {
    NotFound: NOT_FOUND,
    Conflict: FAILED,
    Invalid: FAILED,
    Denied: DENIED,
    Unavailable: AWAY,
}
"""The five kinds of error as exit codes."""

EXIT_CODES = {
    0: "done",
    FAILED: "failed; also a conflict with the present state, and an invalid schedule",
    USAGE: "the command line is wrong; also a question that cannot be asked without a terminal",
    DECLINED: "you answered no",
    DENIED: "not permitted",
    UNSUCCESSFUL: "the execution itself ended unsuccessfully",
    NOT_FOUND: "nothing has that name or id",
    AWAY: "the database is out of reach or has another schema",
    TIMED_OUT: "the wait timed out; what was waited for goes on",
    INTERRUPTED: "interrupted",
}
"""What each exit code says, for the reference."""


def run(words: Sequence[str]) -> int:
    """Run one command line. Returns the exit code; EXIT_CODES says what each means."""
    _never_fail_to_print(sys.stdout, sys.stderr)
    as_json = _wants_json(words)
    if asked := os.environ.get("_ROTA_COMPLETE"):
        from click.shell_completion import shell_complete

        return shell_complete(rota, {}, "rota", "_ROTA_COMPLETE", asked)
    try:
        with rota.make_context("rota", list(words)) as ctx:
            rota.invoke(ctx)
        sys.stdout.flush()
        return 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except RotaError as error:
        _tell(error, as_json=as_json)
        return code_of(error)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stderr)
        return USAGE
    except click.ClickException as error:
        _tell(_misused(error), as_json=as_json)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        print("Interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return 141
    except OSError as error:
        return _tell_system(error, as_json=as_json)


def code_of(error: RotaError) -> int:
    """The exit code of an error: that of its kind."""
    return next((code for kind, code in CODES.items() if isinstance(error, kind)), FAILED)


def _misused(error: click.ClickException) -> RotaError:
    """What is wrong with a command line, and how it should look."""
    if (ctx := getattr(error, "ctx", None)) is None:
        return RotaError(error.format_message(), code="usage")
    usage = " ".join((ctx.command_path, *ctx.command.collect_usage_pieces(ctx)))
    fix = f"usage: {usage}; `{ctx.command_path} --help` tells more"
    return RotaError(error.format_message(), code="usage", fix=fix)


def _tell(error: RotaError, *, as_json: bool) -> None:
    if as_json:
        import json

        told = {"code": error.code, "message": error.message, "fix": error.fix, "field": error.field}
        print(json.dumps({"error": told}), file=sys.stderr)
        return
    from rota.cli.screen import terminal_width
    from rota.cli.table import wrapped

    said = [f"Error: {shown(error.message)}", *([f"  {shown(error.fix)}"] if error.fix else [])]
    first, *rest = (line for text in said for line in wrapped(text, terminal_width(sys.stderr)))
    print(first.replace("Error", _red("Error"), 1), *rest, sep="\n", file=sys.stderr)


def _tell_system(error: OSError, *, as_json: bool) -> int:
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    if isinstance(error, PermissionError):
        denied = Denied(what, fix="check who owns it, or name another place with --database-url")
        _tell(denied, as_json=as_json)
        return DENIED
    _tell(RotaError(what), as_json=as_json)
    return FAILED


def _wants_json(words: Sequence[str]) -> bool:
    """Whether an error is to be told as JSON, although the words themselves may be wrong."""
    formats = {"--json", "-ojson", "-ojsonl", "--output=json", "--output=jsonl"}
    after = {words[i + 1] for i, word in enumerate(words[:-1]) if word in ("-o", "--output")}
    return bool(formats & set(words) or {"json", "jsonl"} & after)


def _red(text: str) -> str:
    return paint(text, "red bold") if has_colour(sys.stderr) else text


def _never_fail_to_print(*streams: TextIO) -> None:
    for stream in streams:
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]


def _drop_output() -> None:
    """Whoever read our output is gone: nothing may complain about that at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

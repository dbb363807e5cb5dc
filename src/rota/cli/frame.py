"""What all nouns and verbs have in common: the options that may stand anywhere in a command line."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click as plain
import rich_click as click
from click.exceptions import NoSuchCommand

FORMATS = ("table", "json", "jsonl", "csv")
TIMES = ("relative", "local", "job", "utc")
META = "rota.options"
"""Where the options are kept; the context shares it between a program, its nouns and their verbs."""

LISTING = "rota.listing"
"""Set while the nouns are only listed."""


def remember(ctx: plain.Context, param: plain.Parameter, value: Any) -> None:
    """Keep an option that was given, wherever it stood; the later one wins."""
    if value is not None and value is not False:
        ctx.meta.setdefault(META, {})[param.name] = value


def _shared() -> list[plain.Parameter]:
    kept: dict[str, Any] = {"expose_value": False, "callback": remember}
    return [
        click.RichOption(["--json", "as_json"], is_flag=True, help="The same as -o json.", **kept),
        click.RichOption(["-o", "--output"], type=click.Choice(FORMATS), help="How to print.", **kept),
        click.RichOption(["-q", "--quiet"], is_flag=True, help="Print names (or ids) only.", **kept),
        click.RichOption(["--time"], type=click.Choice(TIMES), help="How to print instants.", **kept),
        click.RichOption(
            ["--database-url"], metavar="URL", help="Where rota keeps its jobs (ROTA_DATABASE_URL).", **kept
        ),
        click.RichOption(
            ["--server"], metavar="URL", help="Ask this server, or profile, instead (ROTA_SERVER).", **kept
        ),
        click.RichOption(
            ["-v", "--verbose"], is_flag=True, help="Say which server or database is asked.", **kept
        ),
    ]


class Verb(click.RichCommand):
    """A command that takes the shared options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _shared()


class Noun(click.RichGroup):
    """A group of verbs; the shared options may stand before the verb too."""

    command_class = Verb

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _shared()


class Promise(NamedTuple):
    """A noun that is not loaded yet: "module:attribute", and how its help begins."""

    target: str
    summary: str


class Program(Noun):
    """The whole: nouns, each loaded from its module only when it is asked for, and not to be listed."""

    def __init__(self, *args: Any, nouns: Mapping[str, Promise], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nouns = nouns

    def list_commands(self, ctx: plain.Context) -> list[str]:
        """The nouns, in the order in which they were given."""
        return list(self.nouns)

    def get_command(self, ctx: plain.Context, cmd_name: str) -> plain.Command | None:
        """The noun of that name, None when there is none."""
        if cmd_name not in self.nouns:
            return None
        promise = self.nouns[cmd_name]
        if ctx.meta.get(LISTING):
            return click.RichCommand(name=cmd_name, help=promise.summary)
        module, _, attribute = promise.target.partition(":")
        found: plain.Command = getattr(import_module(module), attribute)
        return found

    def format_help(self, ctx: plain.Context, formatter: plain.HelpFormatter) -> None:
        """The help, without loading what it only names."""
        ctx.meta[LISTING] = True
        super().format_help(ctx, formatter)  # type: ignore[arg-type]
        del ctx.meta[LISTING]

    def resolve_command(
        self, ctx: plain.Context, args: list[str]
    ) -> tuple[str | None, plain.Command | None, list[str]]:
        """As click does, knowing all nouns when it says what was meant."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:
            raise NoSuchCommand(error.command_name, possibilities=self.nouns, ctx=ctx) from None

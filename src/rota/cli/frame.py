"""What all nouns and verbs have in common: the options that may stand anywhere in a command line."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.exceptions import NoSuchCommand

from rota.cli.help import View, summary, write_names, write_options

FORMATS = ("table", "json", "jsonl", "csv")
TIMES = ("relative", "local", "job", "utc")
META = "rota.options"
"""Where the options are kept; the context shares it between a program, its nouns and their verbs."""

SHARED = ("as_json", "output", "quiet", "time", "database_url", "server", "verbose")
"""The names of the options that every command takes."""


def remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep an option that was given, wherever it stood; the later one wins."""
    if value is not None and value is not False:
        ctx.meta.setdefault(META, {})[param.name] = value


def _made() -> list[click.Parameter]:
    kept: dict[str, Any] = {"expose_value": False, "callback": remember}
    return [
        click.Option(["--json", "as_json"], is_flag=True, help="The same as -o json.", **kept),
        click.Option(["-o", "--output"], type=click.Choice(FORMATS), help="How to print.", **kept),
        click.Option(["-q", "--quiet"], is_flag=True, help="Print names (or ids) only.", **kept),
        click.Option(["--time"], type=click.Choice(TIMES), help="How to print instants.", **kept),
        click.Option(
            ["--database-url"], metavar="URL", help="Where rota keeps its jobs (ROTA_DATABASE_URL).", **kept
        ),
        click.Option(
            ["--server"], metavar="URL", help="Ask this server, or profile, instead (ROTA_SERVER).", **kept
        ),
        click.Option(
            ["-v", "--verbose"], is_flag=True, help="Say which server or database is asked.", **kept
        ),
    ]


_OPTIONS = _made()


class Verb(click.Command):
    """A command that takes the shared options."""

    context_class = View

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _OPTIONS

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, the shared ones last."""
        write_options(ctx, formatter, SHARED)


class Noun(click.Group):
    """A group of verbs; the shared options may stand before the verb too.

    sections  which verbs stand together in its help, by their heading; none: all do
    aliases   other spellings, each with the verb that it means; no list shows them
    """

    context_class = View
    command_class = Verb

    def __init__(
        self,
        *args: Any,
        sections: Mapping[str, Sequence[str]] | None = None,
        aliases: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.params += _OPTIONS
        self.sections, self.aliases = sections, aliases or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order in which they were given."""
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name, or of that other spelling."""
        return super().get_command(ctx, self.aliases.get(cmd_name, cmd_name))

    def help_of(self, ctx: click.Context, name: str) -> str:
        """The help of the verb of that name."""
        found = self.get_command(ctx, name)
        return (found and found.help) or ""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs, then the options."""
        for heading, names in (self.sections or {"Commands": self.list_commands(ctx)}).items():
            write_names(
                formatter, heading, [(name, summary(name, self.help_of(ctx, name))) for name in names]
            )
        write_options(ctx, formatter, SHARED)


class Promise(NamedTuple):
    """A noun that is not loaded yet: "module:attribute", and how its help begins."""

    target: str
    summary: str


class Program(Noun):
    """The whole: nouns, each loaded from its module only when it is asked for, and not to be listed."""

    def __init__(self, *args: Any, nouns: Mapping[str, Promise], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nouns = nouns

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The nouns, in the order in which they were given."""
        return list(self.nouns)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The noun of that name, None when there is none."""
        if cmd_name not in self.nouns:
            return None
        module, _, attribute = self.nouns[cmd_name].target.partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found

    def help_of(self, ctx: click.Context, name: str) -> str:
        """How the help of a noun begins; the noun itself is not loaded for that."""
        return self.nouns[name].summary

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, knowing all nouns when it says what was meant."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:
            raise NoSuchCommand(error.command_name, possibilities=self.nouns, ctx=ctx) from None

"""The program itself: its nouns, and the options that stand before them."""

from typing import Any

import click as plain
import rich_click as click

from rota.cli.frame import Program

NOUNS = {
    "jobs": "rota.cli.jobs:jobs",
    "executions": "rota.cli.executions:executions",
    "tasks": "rota.cli.tasks:tasks",
    "nodes": "rota.cli.nodes:nodes",
    "users": "rota.cli.users:users",
    "tokens": "rota.cli.tokens:tokens",
    "audit": "rota.cli.audit:audit",
    "serve": "rota.cli.serve:serve",
    "db": "rota.cli.db:db",
    "config": "rota.cli.config:config",
    "doctor": "rota.cli.doctor:doctor",
    "completion": "rota.cli.completion:completion",
    "man": "rota.cli.reference:man",
}


def _version(ctx: plain.Context, _param: plain.Parameter, value: Any) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"rota {version('rota')}")
        ctx.exit()


@click.group("rota", cls=Program, nouns=NOUNS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def rota() -> None:
    """Jobs that run on time, once, and leave a record.

    Begin with `rota serve -m yourmodule`; in a second shell, `rota jobs list`.
    """

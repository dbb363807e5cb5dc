"""The program itself: its nouns, and the options that stand before them."""

from typing import Any

import click

from rota.cli.frame import Program, Promise

NOUNS = {
    "init": Promise(
        "rota.cli.init:init",
        "Make the database, and in it the jobs that an application usually needs; shown before they are made.",
    ),
    "jobs": Promise(
        "rota.cli.jobs:jobs",
        "Jobs: what runs, when, and by which rules. JOB is a name or an id.",
    ),
    "executions": Promise(
        "rota.cli.executions:executions",
        "Executions: what ran, what did not, and why. One execution is one attempt.",
    ),
    "tasks": Promise("rota.cli.tasks:tasks", "Tasks: what jobs can run. Nodes publish those that they know."),
    "nodes": Promise("rota.cli.nodes:nodes", "Nodes: the processes that schedule and run."),
    "users": Promise(
        "rota.cli.users:users",
        "Users: who may log in to the dashboard and own tokens. USER is a name or an id.",
    ),
    "tokens": Promise(
        "rota.cli.tokens:tokens",
        "Tokens: what a program shows to act for a user, as `Authorization: Bearer …`.",
    ),
    "alerts": Promise("rota.cli.alerts:alerts", "Alerts: who is told what."),
    "channels": Promise("rota.cli.channels:channels", "Channels: where alerts are sent."),
    "reports": Promise(
        "rota.cli.reports:reports", "Reports: what the jobs daily_report and the like have made."
    ),
    "audit": Promise("rota.cli.audit:audit", "The audit log: who did what, when, and from where."),
    "serve": Promise(
        "rota.cli.serve:serve",
        "Schedule and run jobs until Ctrl-C, and print what fires and ends as it happens; serve the API.",
    ),
    "demo": Promise(
        "rota.cli.demo:demo",
        "Fill FILE with the jobs of a shop and three months of their history, and say how to look at it.",
    ),
    "scheduler": Promise(
        "rota.cli.roles:scheduler",
        "Plan what is due until Ctrl-C, and hand to the broker what Celery is to run. Runs no job itself.",
    ),
    "worker": Promise(
        "rota.cli.roles:worker",
        "Run jobs until Ctrl-C: those of the queues given. Schedules nothing itself.",
    ),
    "web": Promise(
        "rota.cli.roles:web", "Answer to the API until Ctrl-C. Schedules and runs nothing itself."
    ),
    "db": Promise("rota.cli.db:db", "The database's schema."),
    "config": Promise(
        "rota.cli.config:config",
        "Settings: of this process, and those kept in the database that affect all jobs.",
    ),
    "doctor": Promise(
        "rota.cli.doctor:doctor",
        "Look at everything around the jobs: database, disk, clock, nodes, imports, queues. Changes nothing.",
    ),
    "completion": Promise(
        "rota.cli.completion:completion",
        'Print the completion script for a shell: `eval "$(rota completion bash)"`.',
    ),
    "man": Promise("rota.cli.reference:man", "Print the man page: `rota man | man -l -`."),
}


SECTIONS = {
    "Begin": ("serve", "init", "demo"),
    "Look and change": ("jobs", "executions", "tasks", "nodes", "alerts", "channels", "reports"),
    "Let people in": ("users", "tokens", "audit"),
    "On many machines": ("scheduler", "worker", "web"),
    "Keep it well": ("doctor", "config", "db", "completion", "man"),
}


def _version(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"rota {version('rota')}")
        ctx.exit()


@click.group(
    "rota",
    cls=Program,
    nouns=NOUNS,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def rota() -> None:
    """Jobs that run on time, once, and leave a record.

    Begin with `rota serve -m yourmodule`; in a second shell, `rota jobs list`.
    """

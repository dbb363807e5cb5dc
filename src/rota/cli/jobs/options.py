"""The options that `create` and `update` share, and how they become the fields of a job."""

from typing import Any

import click

from rota.cli.arguments import F, arg_option, args_file_option, task_arguments

OVERLAPS = ("skip", "queue_one", "queue_all", "cancel_running", "allow")
MISFIRES = ("run_once", "skip", "run_all")
FIELDS = {
    "queue": "task_queue",
    "priority": "task_priority",
    "retries": "max_retries",
    "enabled": "is_enabled",
}
"""Options whose field bears another name."""

_OPTIONS = (
    click.option("--description", help="What it does, in a sentence."),
    click.option("--queue", help="The queue that its executions wait in."),
    click.option("--priority", metavar="N", type=click.IntRange(0, 9), help="0 to 9; 9 goes first."),
    click.option(
        "--timeout",
        metavar="SECONDS",
        type=click.FloatRange(0),
        help="Seconds an execution may take; 0: no limit.",
    ),
    click.option(
        "--memory-limit", metavar="MB", type=click.IntRange(0), help="What an execution may use; 0: no limit."
    ),
    click.option(
        "--retries", metavar="N", type=click.IntRange(0, 1000), help="How often a failure is tried again."
    ),
    click.option("--timezone", help="The zone whose clock the schedule means, as Europe/Paris."),
    arg_option,
    args_file_option,
    click.option("--overlap", type=click.Choice(OVERLAPS), help="What a fire does while it still runs."),
    click.option("--misfire", type=click.Choice(MISFIRES), help="What becomes of fires that were missed."),
    click.option("--tag", "tags", multiple=True, help="A word to find it by; may be repeated."),
    click.option("--critical/--not-critical", default=None, help="Whether its failure is an emergency."),
    click.option("--enabled/--disabled", default=None, help="Whether it fires."),
)


def job_options(command: F) -> F:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def job_fields_of(given: dict[str, Any]) -> dict[str, Any]:
    """The fields that the options set; what was not given is not in it."""
    rest = dict(given)
    kwargs = task_arguments(rest.pop("args"), rest.pop("args_file"))
    fields = {
        FIELDS.get(name, name): value for name, value in rest.items() if value is not None and value != ()
    }
    if kwargs is not None:
        fields["task_kwargs"] = kwargs
    if fields.get("memory_limit") == 0:
        fields["memory_limit"] = None
    return fields

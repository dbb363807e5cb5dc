"""The noun `jobs`."""

import click

from rota.cli.frame import Noun
from rota.cli.jobs import asking, defining, holding, listing, running, versions

SECTIONS = {
    "Look": (listing.list_jobs, asking.show, listing.status, asking.history, asking.schedule, asking.explain,
             listing.overdue, listing.stats),
    "Run": (running.run, running.execute, running.cleanup_sessions, running.log_cleanup),
    "Change": (defining.create, defining.update, defining.delete, versions.versions,
               versions.restore, asking.validate_schedule),
    "Hold": (holding.pause, holding.resume, holding.enable, holding.disable),
}  # fmt: skip


@click.group(
    "jobs",
    cls=Noun,
    sections={heading: [str(verb.name) for verb in verbs] for heading, verbs in SECTIONS.items()},
    aliases={"session-cleanup": "cleanup-sessions"},
)
def jobs() -> None:
    """Jobs: what runs, when, and by which rules. JOB is a name or an id."""


for verbs in SECTIONS.values():
    for verb in verbs:
        jobs.add_command(verb)

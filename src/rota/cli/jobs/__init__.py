"""The noun `jobs`."""

import rich_click as click

from rota.cli.frame import Noun
from rota.cli.jobs import asking, defining, holding, listing, running, versions

PANELS = {
    "Look": (listing.list_jobs, asking.show, listing.status, asking.history, asking.schedule, asking.explain,
             listing.overdue, listing.stats),
    "Run": (running.run, running.execute, running.cleanup_sessions, running.log_cleanup),
    "Change": (defining.create, defining.update, defining.delete, versions.versions,
               versions.restore, asking.validate_schedule),
    "Hold": (holding.pause, holding.resume, holding.enable, holding.disable),
}  # fmt: skip


@click.group("jobs", cls=Noun)
def jobs() -> None:
    """Jobs: what runs, when, and by which rules. JOB is a name or an id."""


for panel, verbs in PANELS.items():
    for verb in verbs:
        jobs.add_command(verb)
    jobs.add_panel(click.RichCommandPanel(panel, commands=[str(verb.name) for verb in verbs]))
jobs.add_command(running.cleanup_sessions, aliases=["session-cleanup"])

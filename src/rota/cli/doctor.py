"""`doctor`: what is wrong around the jobs, and what to do."""

import click

from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session

FAILED, AWAY = 1, 7
MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("!", "yellow")}


@click.command("doctor", cls=Verb)
@pass_session
def doctor(session: Session) -> None:
    """Look at everything around the jobs: database, disk, clock, nodes, imports, queues. Changes nothing.

    Exits 0 when all is well, 1 when something is wrong, 7 when the database is out of reach.
    """
    with session.database() as rota:
        found = rota.diagnosis.examine()
    screen = session.screen
    if not screen.is_for_people:
        from dataclasses import asdict

        screen.rows([], found, as_json=asdict, name=lambda one: one.name, empty="")
    else:
        for one in found:
            mark, style = MARKS[one.ok]
            screen.line(f"{mark} {one.text}", style if one.ok is not True else "")
            if one.fix:
                screen.line(f"  → {one.fix}")
    wrong = [one.name for one in found if one.ok is False]
    if "database" in wrong or "schema" in wrong:
        click.get_current_context().exit(AWAY)
    click.get_current_context().exit(FAILED if wrong else 0)

"""What the navigation of every page leads to."""

from typing import NamedTuple

from rota.domain.permission import Action


class Entry(NamedTuple):
    """One line of the navigation.

    path    below the base
    icon    its symbol in static/sprite.svg
    action  the right that it takes; who lacks it does not see the line
    """

    path: str
    title: str
    icon: str
    action: Action


NAVIGATION = (Entry("", "Jobs", "jobs", Action.JOB_READ),)
"""In this order. On a narrow screen the first four stand there, and the others behind "More"."""

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


BELOW = {"/-/settings": ("/-/users", "/-/tokens")}
"""What else belongs to a line of the navigation than what its path begins."""

NAVIGATION = (
    Entry("", "Jobs", "jobs", Action.JOB_READ),
    Entry("/-/executions", "Executions", "run", Action.EXECUTION_READ),
    Entry("/-/timeline", "Timeline", "timeline", Action.EXECUTION_READ),
    Entry("/-/calendar", "Calendar", "calendar", Action.EXECUTION_READ),
    Entry("/-/nodes", "Nodes", "nodes", Action.NODE_READ),
    Entry("/-/alerts", "Alerts", "alerts", Action.ALERT_READ),
    Entry("/-/audit", "Audit", "audit", Action.AUDIT_READ),
    Entry("/-/settings", "Settings", "settings", Action.ME_READ),
)
"""In this order. On a narrow screen the first four stand there, and the others behind "More"."""

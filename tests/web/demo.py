"""The demo served, and every page of it that is worth a look: for the tests in a browser, and for the pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rota.app import Rota, build
from rota.asgi import create
from rota.domain.clock import Clock
from rota.domain.execution import Status
from rota.services.demo.making import Demo, Then
from rota.settings import Settings
from rota.store.history import Filter
from tests.api.server import serving

USER, PASSWORD = "maria", "vier worte sind genug"


@dataclass(frozen=True)
class Shown:
    """Where the demo is served, and its pages by a short name."""

    url: str
    pages: dict[str, str]
    rota: Rota


PAGES = {
    "jobs": "/",
    "jobs-filtered": "/?show=failed&sort=-last_run",
    "nothing-found": "/?q=nosuchjob",
    "job": "/analytics_aggregation",
    "job-executions": "/database_backup/executions",
    "job-schedule": "/feature_extraction/schedule",
    "job-settings": "/price_feed/settings",
    "job-history": "/search_reindex/history",
    "new": "/-/new?copy=database_backup",
    "edit": "/newsletter/edit",
    "run": "/database_backup/run",
    "pause": "/database_backup/pause",
    "delete": "/price_feed/delete",
    "bulk": "/-/bulk?verb=pause&job=database_backup&job=search_reindex",
    "search": "/-/search?q=backup",
    "help": "/-/help",
    "executions": "/-/executions",
    "timeline": "/-/timeline",
    "calendar": "/-/calendar",
    "job-alerts": "/analytics_aggregation/alerts",
    "alerts": "/-/alerts",
    "alert-new": "/-/alerts/new?job=database_backup",
    "alert-edit": "/-/alerts/rules/money",
    "alert-delete": "/-/alerts/rules/money/delete",
    "mute": "/-/alerts/mute?target=rule:failures",
    "channels": "/-/alerts/channels",
    "channel-edit": "/-/alerts/channels/pager",
    "channel-delete": "/-/alerts/channels/pager/delete",
    "deliveries": "/-/alerts/deliveries",
    "nodes": "/-/nodes",
    "audit": "/-/audit",
    "settings": "/-/settings",
    "settings-system": "/-/settings/system",
    "users": "/-/users",
    "tokens": "/-/tokens",
    "not-found": "/nosuchjob",
}
"""Those that have an address of their own, under the one that shows most."""


def filled(url: str, clock: Clock | None = None) -> str:
    """Make the demo in a new database at that address, and return that."""
    with _built(url, clock) as rota, _built(url, Then(rota.clock)) as before:
        before.upgrade()
        Demo(rota.db, rota.clock, before.accounts).fill(1, PASSWORD)
    return url


@contextmanager
def shown(url: str, clock: Clock | None = None) -> Iterator[Shown]:
    """The demo at that address, served for the length of the block."""
    with _built(url, clock) as rota, serving(create(rota)) as served:
        yield Shown(served.url, pages(rota), rota)


def _built(url: str, clock: Clock | None) -> Rota:
    settings = Settings(database_url=url, modules=("rota.demo",), runners=1)
    return build(settings, clock=clock, environ={})


def pages(rota: Rota) -> dict[str, str]:
    """The pages, and those of an execution that failed and of one that did not."""
    return PAGES | {
        status.value: f"/{one.job_name}/executions/{one.id}"
        for status in (Status.FAILED, Status.SUCCEEDED)
        for one in rota.executions.search(Filter(statuses=[status]), size=1)
    }

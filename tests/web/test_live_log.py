"""The output of what runs, in a real browser: each line once, whatever happens to the server meanwhile."""

import pytest
from playwright.sync_api import Browser, Page, expect

from rota.asgi import create
from rota.domain.actor import Actor
from rota.domain.attempt import Line
from rota.store import logs
from tests.api.server import serving
from tests.clock import NOON
from tests.web.browser import Watched
from tests.web.demo import PASSWORD
from tests.world import ANA, World

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J\u202e"
PATIENCE = 60_000


def say(world: World, execution: int, first: int, last: int) -> None:
    with world.db.write() as conn:
        logs.add(conn, [(execution, Line(n, NOON, "info", f"{n} {HOSTILE}")) for n in range(first, last + 1)])


def seen(page: Page) -> list[int]:
    return [int(link.text_content() or "") for link in page.locator("#log li[id] > a").all()]


@pytest.mark.timeout(180)
def test_lines_come_once_and_in_order_through_a_restart_of_the_server(world, chromium: Browser):
    world.rota.accounts.create("root", "admin", Actor("luca", "cli"), password=PASSWORD)
    world.add_job("backup")
    execution = world.executions.execute("backup", ANA)
    (attempt,) = world.claim()
    say(world, execution, 1, 3)
    with serving(create(world.rota)) as served:
        watched = Watched(chromium, served.url)
        watched.sign_in("root", PASSWORD)
        page = watched.go(f"/backup/executions/{execution}")
        page.set_default_timeout(PATIENCE)
        expect(page.locator("#L3")).to_be_visible(timeout=PATIENCE)
        say(world, execution, 4, 6)
        expect(page.locator("#L6 .msg")).to_have_text(
            "6 <img src=x onerror=alert(1)>\\x1b[2J\\u202e", timeout=PATIENCE
        )
        page.get_by_role("button", name="Live. Pause updates").click()
        say(world, execution, 7, 8)
        page.wait_for_timeout(1500)
        assert seen(page) == list(range(1, 7)), "a paused page does not move"
        page.get_by_role("button", name="Paused. Resume updates").click()
        expect(page.locator("#L8")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="No connection. Pause updates")).to_be_visible(timeout=PATIENCE)
    say(world, execution, 9, 12)
    with serving(create(world.rota), served.port):
        expect(page.get_by_role("button", name="Live. Pause updates")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#L12")).to_be_visible(timeout=PATIENCE)
        world.end(attempt, lines=[Line(13, NOON, "error", "the last one")])
        expect(page.locator("[data-state-of-log]")).to_have_text(
            "Ended, line 13, nothing missed", timeout=PATIENCE
        )
        assert seen(page) == list(range(1, 14))
        expect(page.locator(".title .st")).to_have_text("Succeeded", timeout=PATIENCE)
        expect(page.locator('[data-count="errors"]')).to_have_text("1")
        watched.close()

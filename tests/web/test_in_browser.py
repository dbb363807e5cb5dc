"""The dashboard in a real Chromium: every page for everybody, and journeys with a script, without, and by keyboard."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rota.app import Rota, build
from rota.asgi import create
from rota.domain.actor import Actor
from rota.settings import Settings
from tests.api.server import serving
from tests.servers.copies import copied_sqlite
from tests.web.browser import Watched
from tests.web.demo import PASSWORD, USER, Shown, shown

THEMES = ("light", "dark")
WIDTHS = (1440, 768, 360)
CONTRAST = "color-contrast"
PATIENCE = 60_000
CLI = Actor("luca", "cli")


@pytest.fixture
def demo(sqlite_copy, tmp_path) -> Iterator[Shown]:
    """The demo, served."""
    with shown(copied_sqlite(sqlite_copy, tmp_path / "rota.db")) as served:
        yield served


@pytest.mark.timeout(300)
def test_every_page_is_for_everybody_in_both_themes_at_every_width(demo, chromium: Browser):
    watched, axe, found = Watched(chromium, demo.url), Axe(), []
    watched.sign_in(USER, PASSWORD)
    for name, path in demo.pages.items():
        page = watched.go(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += violations(axe, page, f"{name} {width}", rules={CONTRAST: {"enabled": False}})
            for theme in THEMES if width != 768 else ():
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                found += violations(axe, page, f"{name} {width} {theme}", runOnly=[CONTRAST])
        page.set_viewport_size({"width": 320, "height": 700})
        if wider := watched.is_wider():
            found.append(f"{name}: {wider} px wider than a window of 320 px")
    watched.close()
    assert found + watched.wrong == []


def violations(axe: Axe, page: Page, where: str, **options: Any) -> list[str]:
    """What axe finds. Only contrast depends on the theme, and it is the slowest to look at."""
    answer = axe.run(page, options={"resultTypes": ["violations"], **options}).response
    return [
        f"{where}: {one['id']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in answer["violations"]
    ]


@pytest.fixture
def alive(sqlite_copy, tmp_path) -> Iterator[tuple[Rota, str]]:
    """A product that schedules and runs, served, with a new database: it, and its address."""
    settings = Settings(
        database_url=copied_sqlite(sqlite_copy, tmp_path / "rota.db"),
        modules=("tests.web.bodies",),
        runners=1,
    )
    with build(settings) as rota, serving(create(rota)) as served:
        host = rota.host()
        host.start()
        yield rota, served.url
        host.stop(at_once=True)


@pytest.fixture
def administrator(alive) -> str:
    """A name that may do everything."""
    rota, _ = alive
    rota.accounts.create("root", "admin", CLI, password=PASSWORD)
    return "root"


@pytest.mark.timeout(300)
def test_a_journey(alive, chromium: Browser):
    rota, url = alive
    watched = Watched(chromium, url)
    page = watched.page
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    link = rota.entrance.first_admin_link()
    watched.go(f"/-/first?secret={link}")
    page.get_by_label("User").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("status").filter(has_text="Welcome, root")).to_be_visible()

    wait_for_task(rota)
    page.get_by_role("link", name="New job").first.click()
    page.get_by_label("Task", exact=True).select_option("greetings.send")
    page.locator("[id='arg.name']").fill("maria")
    page.locator("#name").fill("greeting")
    page.get_by_text("Interval", exact=True).click()
    page.locator("#schedule_expression").fill("25 hours of fun")
    expect(page.locator("#outlook")).to_contain_text("No schedule yet")
    page.get_by_role("button", name="Create job").click()
    expect(page.locator("#schedule_expression-error")).to_be_visible()
    expect(page.locator("[id='arg.name']")).to_have_value("maria")
    page.locator("#schedule_expression").fill("1s")
    expect(page.locator("#outlook")).to_contain_text("every second")
    page.get_by_role("button", name="Create job").click()

    page.evaluate("window.unmoved = true")
    expect(page.locator(".tbl.exec .st[data-state=succeeded]").first).to_be_visible()
    assert page.evaluate("window.unmoved"), "it was seen live, without loading the page again"
    page.evaluate(
        "document.getElementById('stream').addEventListener('job', () => { document.title = 'told' })"
    )
    page.get_by_role("button", name="Live. Pause updates").click()
    rota.holds.disable("greeting", CLI)
    expect(page).to_have_title("told")
    expect(page.locator(".sentence")).to_contain_text("Enabled.")
    page.get_by_role("button", name="Paused. Resume updates").click()
    expect(page.locator(".sentence")).to_contain_text("Disabled.")
    assert page.evaluate("window.unmoved")

    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Run with changes…").click()
    page.locator("[id='arg.fail']").select_option("true")
    page.get_by_label("Although it is disabled").check()
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url(re.compile("/greeting/executions/[0-9]+"))

    watched.go("/greeting/edit")
    page.get_by_label("Title").fill("Say hello")
    page.get_by_role("button", name="Save").click()
    watched.go("/greeting/history")
    expect(page.get_by_text("Disable by luca")).to_be_visible()
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.locator("#toasts")).to_contain_text("Version 1 is restored")
    assert rota.jobs.get("greeting").title == ""
    watched.close()
    assert watched.wrong == []


@pytest.mark.timeout(300)
def test_the_same_without_a_script(alive, administrator, chromium: Browser):
    rota, url = alive
    watched = Watched(chromium, url, java_script_enabled=False)
    page = watched.sign_in(administrator, PASSWORD)
    wait_for_task(rota)
    watched.go("/-/new")
    page.get_by_label("Task", exact=True).select_option("greetings.send")
    page.get_by_role("button", name="Show its arguments").click()
    page.locator("[id='arg.name']").fill("luca")
    page.locator("#name").fill("plain")
    page.locator("#schedule_expression").fill("nonsense")
    page.get_by_role("button", name="Create job").click()
    assert "nonsense" in page.locator("#schedule_expression-error").inner_text()
    page.locator("#schedule_expression").fill("02:00")
    page.get_by_role("button", name="Preview").click()
    assert "every day at 02:00" in page.locator("#outlook").inner_text()
    page.get_by_role("button", name="Create job").click()
    assert page.url.endswith("/plain")

    page.get_by_role("link", name="Pause…").click()
    page.get_by_label("Why").fill("no script, no hurry")
    page.get_by_role("button", name="Pause").click()
    assert "no script, no hurry" in page.locator(".sentence").inner_text()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Run now").click()
    assert re.search("/plain/executions/[0-9]+$", page.url)

    watched.go("/?q=plain")
    page.get_by_label("plain enabled").click()
    assert not rota.jobs.get("plain").is_enabled
    page.get_by_label("Select plain").check()
    page.get_by_role("button", name="Enable", exact=True).click()
    page.get_by_role("button", name="Enable 1 job").click()
    assert rota.jobs.get("plain").is_enabled
    page.get_by_label("Show times in").select_option("UTC")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "zone=UTC" in page.url
    watched.go("/plain/edit")
    page.get_by_label("Title").fill("Plain")
    page.get_by_role("button", name="Save").click()
    watched.go("/plain/history")
    page.get_by_role("button", name="Restore version 1").click()
    assert "is restored" in page.locator("#toasts").inner_text()
    watched.close()
    assert watched.wrong == []


@pytest.mark.timeout(300)
def test_the_same_by_keyboard_alone(alive, administrator, chromium: Browser):
    rota, url = alive
    watched = Watched(chromium, url)
    page = watched.go("/-/login")
    page.set_default_timeout(PATIENCE)
    keys = page.keyboard
    keys.type(administrator)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url(re.compile("/admin/cron/$"))
    wait_for_task(rota)

    keys.press("?")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_hidden()
    keys.press("n")
    page.wait_for_url(re.compile("/-/new$"))
    tab_to(page, "task_name")
    keys.type("greetings.send")
    tab_to(page, "name")
    keys.type("by_key")
    tab_to(page, "schedule_expression")
    keys.press("Control+A")
    keys.type("03:00")
    keys.press("Enter")
    page.wait_for_url(re.compile("/by_key$"))

    keys.press("Control+k")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    keys.type("by_key")
    expect(page.locator("#hits a").first).to_contain_text("by_key")
    keys.press("ArrowDown")
    keys.press("Enter")
    page.wait_for_url(re.compile("/by_key$"))
    tab_to_text(page, "Run now")
    keys.press("Enter")
    page.wait_for_url(re.compile("/by_key/executions/[0-9]+$"))
    keys.press("g")
    keys.press("j")
    page.wait_for_url(re.compile("/admin/cron$"))
    keys.press("/")
    keys.type("by_key")
    keys.press("Enter")
    page.wait_for_url(re.compile("q=by_key"))
    watched.close()
    assert watched.wrong == []


def wait_for_task(rota: Rota) -> None:
    """Until a runner has told what it knows."""
    import time

    deadline = time.monotonic() + 60
    while not any(task["name"] == "greetings.send" for task in rota.catalogue.tasks()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that id has the focus."""
    _tab_until(page, f"document.activeElement.id === '{name}'")


def tab_to_text(page: Page, text: str) -> None:
    """Press Tab until something of that text has the focus."""
    _tab_until(page, f"document.activeElement.textContent.trim() === '{text}'")


def _tab_until(page: Page, condition: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"no Tab reaches it: {condition}")

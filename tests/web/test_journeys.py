"""Journeys through the dashboard in a real Chromium: with a script, without one, and by keyboard alone."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rota.app import Rota, build
from rota.asgi import create
from rota.domain.actor import Actor
from rota.settings import Settings
from tests.api.server import serving
from tests.servers.copies import copied_sqlite
from tests.web.browser import Watched
from tests.web.demo import PASSWORD

PATIENCE = 60_000
CLI = Actor("luca", "cli")
expect.set_options(timeout=PATIENCE)


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


@pytest.fixture
def screen(alive, chromium: Browser) -> Iterator[Watched]:
    """A browser's window on it, in which nothing may go wrong."""
    watched = Watched(chromium, alive[1])
    watched.page.set_default_timeout(PATIENCE)
    yield watched
    watched.close()
    assert watched.wrong == []


@pytest.mark.timeout(300)
def test_a_journey(alive, screen: Watched):
    rota, page = alive[0], screen.page
    become_the_first_admin(rota, screen)
    wait_for_task(rota)
    page.get_by_role("link", name="New job").first.click()
    make_a_job(page)
    page.evaluate("window.unmoved = true")
    expect(page.locator(".tbl.exec .st[data-state=succeeded]").first).to_be_visible()
    hold_it_still(rota, page)
    assert page.evaluate("window.unmoved"), "all was seen live, without loading the page again"
    run_with_other_arguments(page)
    screen.go("/greeting/edit")
    restore_the_older_version(screen, "greeting")
    expect(page.get_by_text("Disable by luca")).to_be_visible()
    assert rota.jobs.get("greeting").title == ""


def become_the_first_admin(rota: Rota, screen: Watched) -> None:
    page = screen.go(f"/-/first?secret={rota.entrance.first_admin_link()}")
    page.get_by_label("User").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("Welcome, root")).to_be_visible()


def make_a_job(page: Page) -> None:
    """With a wrong expression, then with a right one; what was typed stays."""
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


def hold_it_still(rota: Rota, page: Page) -> None:
    """A page that is paused does not move when something changes elsewhere; it catches up afterwards."""
    page.evaluate(
        "document.getElementById('stream').addEventListener('job', () => { document.title = 'told' })"
    )
    page.get_by_role("button", name="Live. Pause updates").click()
    rota.holds.disable("greeting", CLI)
    expect(page).to_have_title("told")
    expect(page.locator(".sentence")).to_contain_text("Enabled.")
    page.get_by_role("button", name="Paused. Resume updates").click()
    expect(page.locator(".sentence")).to_contain_text("Disabled.")


def run_with_other_arguments(page: Page) -> None:
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Run with changes…").click()
    page.locator("[id='arg.fail']").select_option("true")
    page.get_by_label("Although it is disabled").check()
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url(re.compile("/greeting/executions/[0-9]+"))
    expect(page.get_by_role("heading", name="ValueError")).to_be_visible()
    expect(page.locator(".log")).to_contain_text("hello maria")


def restore_the_older_version(screen: Watched, job: str) -> None:
    """On the form of a job: change it, then take that back."""
    screen.page.get_by_label("Title").fill("Say hello")
    screen.page.get_by_role("button", name="Save").click()
    page = screen.go(f"/{job}/history")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.locator("#toasts")).to_contain_text("Version 1 is restored")


@pytest.mark.timeout(300)
def test_the_same_without_a_script(alive, administrator, chromium: Browser):
    rota, url = alive
    screen = Watched(chromium, url, java_script_enabled=False)
    page = screen.sign_in(administrator, PASSWORD)
    wait_for_task(rota)
    screen.go("/-/new")
    make_a_job_without_a_script(page)
    assert page.url.endswith("/plain")

    page.get_by_role("link", name="Pause…").click()
    page.get_by_label("Why").fill("no script, no hurry")
    page.get_by_role("button", name="Pause").click()
    assert "no script, no hurry" in page.locator(".sentence").inner_text()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Run now").click()
    assert re.search("/plain/executions/[0-9]+$", page.url)

    screen.go("/?q=plain")
    page.get_by_label("plain enabled").click()
    assert not rota.jobs.get("plain").is_enabled
    page.get_by_label("Select plain").check()
    page.get_by_role("button", name="Enable", exact=True).click()
    page.get_by_role("button", name="Enable 1 job").click()
    assert rota.jobs.get("plain").is_enabled
    page.get_by_label("Show times in").select_option("UTC")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "zone=UTC" in page.url
    screen.go("/plain/edit")
    restore_the_older_version(screen, "plain")
    screen.close()
    assert screen.wrong == []


def make_a_job_without_a_script(page: Page) -> None:
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


@pytest.mark.timeout(300)
def test_the_same_by_keyboard_alone(alive, administrator, screen: Watched):
    page = screen.go("/-/login")
    keys = page.keyboard
    keys.type(administrator)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url(re.compile("/admin/cron/$"))
    wait_for_task(alive[0])
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
    find_by_the_palette(page, "Help", "/-/help$")
    find_by_the_palette(page, "by_key", "/by_key$")
    tab_until(page, "document.activeElement.textContent.trim() === 'Run now'")
    keys.press("Enter")
    page.wait_for_url(re.compile("/by_key/executions/[0-9]+$"))
    keys.press("g")
    keys.press("j")
    page.wait_for_url(re.compile("/admin/cron$"))
    keys.press("/")
    keys.type("by_key")
    keys.press("Enter")
    page.wait_for_url(re.compile("q=by_key"))


def find_by_the_palette(page: Page, name: str, path: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    page.keyboard.type(name)
    expect(page.locator("#hits a").first).to_contain_text(name)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(path))


def wait_for_task(rota: Rota) -> None:
    """Until a runner has told what it knows."""
    deadline = time.monotonic() + 60
    while not any(task["name"] == "greetings.send" for task in rota.catalogue.tasks()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that id has the focus."""
    tab_until(page, f"document.activeElement.id === '{name}'")


def tab_until(page: Page, condition: str) -> None:
    """Press Tab until that is so, of at most eighty elements."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"no Tab leads to where {condition}")

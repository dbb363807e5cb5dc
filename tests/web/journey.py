"""The steps of a journey through the dashboard, by what is written on things: with a script and without one."""

import re
import time
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from rota.app import Rota
from rota.domain.actor import Actor
from tests.web.browser import Watched
from tests.web.demo import PASSWORD

PATIENCE = 60_000
CLI = Actor("luca", "cli")
REASON = "no guests this week"
DONE = ("job.create", "job.update", "job.execute", "job.pause")
"""What a journey leaves in the audit log, besides its restoring."""
expect.set_options(timeout=PATIENCE)


def wait_for_task(rota: Rota) -> None:
    """Until a runner has told what it knows."""
    deadline = time.monotonic() + 60
    while not any(task["name"] == "greetings.send" for task in rota.catalogue.tasks()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def see(found: Locator, *, live: bool) -> None:
    """Until it is on the page: by itself, or by loading the page again."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not live and not found.first.is_visible():
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
        found.page.reload()
    expect(found.first).to_be_visible()


def become_the_first_admin(rota: Rota, screen: Watched) -> None:
    """By the link that a new database prints."""
    page = screen.go(f"/-/first?secret={rota.entrance.first_admin_link()}")
    page.get_by_label("User").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("Welcome, root")).to_be_visible()


def make_a_job(page: Page, *, live: bool) -> None:
    """With a wrong expression, then with a right one; what was typed stays."""
    page.get_by_role("link", name="New job").first.click()
    page.get_by_label("Task", exact=True).select_option("greetings.send")
    if not live:
        page.get_by_role("button", name="Show its arguments").click()
    page.locator("[id='arg.name']").fill("maria")
    page.locator("#name").fill("greeting")
    page.get_by_text("Interval", exact=True).click()
    page.locator("#schedule_expression").fill("25 hours of fun")
    if live:
        expect(page.locator("#outlook")).to_contain_text("No schedule yet")
    page.get_by_role("button", name="Create job").click()
    expect(page.locator("#schedule_expression-error")).to_be_visible()
    expect(page.locator("[id='arg.name']")).to_have_value("maria")
    page.locator("#schedule_expression").fill("1s")
    if not live:
        page.get_by_role("button", name="Preview").click()
    expect(page.locator("#outlook")).to_contain_text("every second")
    page.get_by_role("button", name="Create job").click()
    page.wait_for_url(re.compile("/greeting$"))


def see_it_fire(page: Page, *, live: bool) -> None:
    """A slot of it succeeds, and is shown."""
    see(page.locator(".tbl.exec .st[data-state=succeeded]"), live=live)


def change_it(page: Page) -> None:
    """A title, and a schedule that leaves it alone: its second version."""
    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("Title").fill("Say hello")
    page.locator("#schedule_expression").fill("12h")
    page.get_by_label("Enabled", exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("/greeting$"))


def run_with_other_arguments(screen: Watched, stop: Path) -> None:
    """It greets, and waits for the file `stop`."""
    page = screen.go("/greeting/run")
    page.locator("[id='arg.fail']").select_option("true")
    page.locator("[id='arg.wait_for']").fill(str(stop))
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url(re.compile("/greeting/executions/[0-9]+"))


def watch_its_log_to_the_end(page: Page, stop: Path, *, live: bool) -> None:
    """Line by line, until it fails; the panel on top says how."""
    see(page.locator(".log").get_by_text("hello maria"), live=live)
    stop.touch()
    see(page.locator(".log").get_by_text("goodbye maria"), live=live)
    see(page.get_by_role("heading", name="ValueError"), live=live)
    expect(page.get_by_text("maria is not at home").first).to_be_visible()
    if live:
        expect(page.locator("[data-state-of-log]")).to_contain_text("nothing missed")


def run_again(page: Page, *, live: bool) -> None:
    """With the same arguments, and the same end."""
    before = page.url
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(lambda url: url != before)
    see(page.get_by_text("Same error in 2 of the last"), live=live)


def pause_with_a_reason(page: Page) -> None:
    """From the page of an execution, by its job."""
    page.get_by_role("link", name="greeting", exact=True).first.click()
    page.get_by_role("link", name="Pause…").click()
    page.get_by_label("Why").fill(REASON)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator(".sentence")).to_contain_text(REASON)


def find_it_all_in_the_audit(page: Page) -> None:
    """What was done, by whom, why."""
    page.get_by_role("link", name="Audit").first.click()
    page.get_by_label("Who").fill("root")
    page.get_by_role("button", name="Show", exact=True).last.click()
    table = page.get_by_role("table", name="Audit log, newest first")
    for action in DONE:
        expect(table.get_by_text(action, exact=True).first).to_be_visible()
    expect(table).to_contain_text(REASON)


def restore_the_older_version(screen: Watched) -> None:
    """The first one becomes the newest."""
    page = screen.go("/greeting/history")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.locator("#toasts")).to_contain_text("Version 1 is restored")

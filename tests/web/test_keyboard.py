"""The journey by keyboard alone, in a real Chromium: every step is Tab, a key, or text."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web import journey
from tests.web.demo import PASSWORD
from tests.web.journey import REASON

STEPS = 150
"""How many elements a page has at most before the one that is wanted."""
HERE = "document.activeElement"


@pytest.mark.timeout(300)
def test_the_journey_by_keyboard_alone(alive, window, tmp_path):
    rota = alive[0]
    screen = window()
    page, stop = screen.page, tmp_path / "stop"
    screen.go(f"/-/first?secret={rota.entrance.first_admin_link()}")
    enter(page, "name", "root")
    enter(page, "password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Welcome, root")).to_be_visible()
    journey.wait_for_task(rota)
    make_a_job(page)
    journey.see_it_fire(page, live=True)
    change_it(page)
    run_with_other_arguments(page, str(stop))
    journey.watch_its_log_to_the_end(page, stop, live=True)
    press(page, "Run again")
    journey.see(page.get_by_text("Same error in 2 of the last"), live=True)
    pause_with_a_reason(page)
    find_by_the_palette(page, "Audit", "/-/audit$")
    expect(page.get_by_role("table", name="Audit log, newest first")).to_contain_text(REASON)
    restore_the_older_version(page)
    assert rota.jobs.get("greeting").schedule_expression == "1s"


def make_a_job(page: Page) -> None:
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/-/new$"))
    tab_to(page, "task_name")
    page.keyboard.type("greetings.send")
    expect(page.locator("[id='arg.name']")).to_be_visible()
    enter(page, "name", "greeting")
    enter(page, "arg.name", "maria")
    tab_until(page, f"{HERE}.name === 'schedule_type'")
    while page.evaluate(f"{HERE}.value") != "interval":
        page.keyboard.press("ArrowRight")
    enter(page, "schedule_expression", "25 hours of fun")
    page.keyboard.press("Enter")
    expect(page.locator("#schedule_expression-error")).to_be_visible()
    enter(page, "schedule_expression", "1s")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/greeting$"))


def change_it(page: Page) -> None:
    press(page, "Edit")
    page.wait_for_url(re.compile("/edit$"))
    enter(page, "title", "Say hello")
    enter(page, "schedule_expression", "12h")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/greeting$"))


def run_with_other_arguments(page: Page, stop: str) -> None:
    press(page, "More actions")
    press(page, "Run with changes…")
    page.wait_for_url(re.compile("/run$"))
    tab_to(page, "arg.fail")
    page.keyboard.type("Yes")
    enter(page, "arg.wait_for", stop)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/greeting/executions/[0-9]+$"))


def pause_with_a_reason(page: Page) -> None:
    find_by_the_palette(page, "greeting", "/greeting$")
    press(page, "Pause…")
    page.wait_for_url(re.compile("/pause$"))
    enter(page, "reason", REASON)
    page.keyboard.press("Enter")
    expect(page.locator(".sentence")).to_contain_text(REASON)


def restore_the_older_version(page: Page) -> None:
    find_by_the_palette(page, "greeting", "/greeting$")
    press(page, "History")
    page.wait_for_url(re.compile("/history$"))
    press(page, "Restore version 1")
    expect(page.locator("#toasts")).to_contain_text("Version 1 is restored")


@pytest.mark.timeout(300)
def test_shortcuts_lead_everywhere_and_say_what_they_are(alive, administrator, window):
    screen = window()
    page = screen.sign_in(administrator, PASSWORD)
    keys = page.keyboard
    keys.press("?")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_hidden()
    find_by_the_palette(page, "Help", "/-/help$")
    keys.press("g")
    keys.press("j")
    page.wait_for_url(re.compile("/admin/cron/?$"))
    keys.press("/")
    keys.type("cleanup")
    keys.press("Enter")
    page.wait_for_url(re.compile("q=cleanup"))


def find_by_the_palette(page: Page, name: str, path: str) -> None:
    """Open it, type, and take the first that was found."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    page.keyboard.type(name)
    expect(page.locator("#hits a").first).to_contain_text(name)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(path))


def press(page: Page, words: str) -> None:
    """Tab to what bears these words, and press it."""
    named = f"{HERE}.getAttribute('aria-label') || {HERE}.textContent.trim()"
    tab_until(page, f"({named}) === '{words}'")
    page.keyboard.press("Enter")


def enter(page: Page, name: str, text: str) -> None:
    """Tab to the field of that id, and write in it."""
    tab_to(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that id has the focus."""
    tab_until(page, f"{HERE}.id === '{name}'")


def tab_until(page: Page, condition: str) -> None:
    """Press Tab until that is so."""
    for _ in range(STEPS):
        if page.evaluate(condition):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to where {condition}")

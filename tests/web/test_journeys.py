"""Journeys through the dashboard in a real Chromium: with a script, in both themes, and without one."""

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from rota.app import Rota
from rota.domain.job import JobSpec
from tests.web import journey
from tests.web.browser import Watched
from tests.web.demo import PASSWORD
from tests.web.journey import CLI


@pytest.mark.timeout(300)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_journey(alive, window, tmp_path, theme: Literal["light", "dark"]):
    rota = alive[0]
    screen = window(color_scheme=theme)
    page, stop = screen.page, tmp_path / "stop"
    journey.become_the_first_admin(rota, screen)
    journey.wait_for_task(rota)
    journey.make_a_job(page, live=True)
    page.evaluate("window.unmoved = true")
    journey.see_it_fire(page, live=True)
    hold_it_still(rota, page)
    assert page.evaluate("window.unmoved"), "all was seen live, without loading the page again"
    travel_on(screen, stop, live=True)
    expect_the_first_version(rota)


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


def travel_on(screen: Watched, stop, *, live: bool) -> None:
    """From a job that fires to its restored version."""
    page = screen.page
    journey.change_it(page)
    journey.run_with_other_arguments(screen, stop)
    journey.watch_its_log_to_the_end(page, stop, live=live)
    journey.run_again(page, live=live)
    journey.pause_with_a_reason(page)
    journey.find_it_all_in_the_audit(page)
    journey.restore_the_older_version(screen)


def expect_the_first_version(rota: Rota) -> None:
    """It is there again, as the newest."""
    found = rota.jobs.get("greeting")
    assert (found.title, found.schedule_expression) == ("", "1s")


@pytest.mark.timeout(300)
def test_the_same_without_a_script(alive, window, tmp_path):
    rota = alive[0]
    screen = window(java_script_enabled=False, color_scheme="dark")
    page = screen.page
    journey.become_the_first_admin(rota, screen)
    journey.wait_for_task(rota)
    journey.make_a_job(page, live=False)
    journey.see_it_fire(page, live=False)
    travel_on(screen, tmp_path / "stop", live=False)
    expect_the_first_version(rota)


@pytest.mark.timeout(300)
def test_lists_zones_and_bulk_actions_without_a_script(alive, administrator, window):
    rota = alive[0]
    journey.wait_for_task(rota)
    daily = {"schedule_type": "daily", "schedule_expression": "02:00"}
    rota.jobs.create(JobSpec.model_validate({"name": "plain", "task_name": "greetings.send"} | daily), CLI)
    screen = window(java_script_enabled=False)
    page = screen.sign_in(administrator, PASSWORD)
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
    page.set_viewport_size({"width": 360, "height": 780})
    page.get_by_label("Account").click()
    page.get_by_role("button", name="Times in job").click()
    assert "zone=job" in page.url

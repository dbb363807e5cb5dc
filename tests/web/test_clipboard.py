"""What a page puts into the clipboard, in a real browser."""

import pytest
from playwright.sync_api import Browser, expect

from rota.asgi import create
from rota.domain.actor import Actor
from rota.domain.execution import Status
from tests.api.server import serving
from tests.web.browser import Watched
from tests.web.demo import PASSWORD
from tests.world import ANA

TRACE = "Traceback (most recent call last):\n  <b>no markup</b>\nOSError: full"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_the_trace_of_a_failure_is_copied_by_one_button(world, chromium: Browser):
    world.rota.accounts.create("root", "admin", Actor("luca", "cli"), password=PASSWORD)
    world.add_job("backup")
    execution = world.executions.execute("backup", ANA)
    world.run(Status.FAILED, error_type="OSError", error_message="full", stack_trace=TRACE)
    with serving(create(world.rota)) as served:
        watched = Watched(chromium, served.url, permissions=["clipboard-read", "clipboard-write"])
        watched.sign_in("root", PASSWORD)
        page = watched.go(f"/backup/executions/{execution}")
        # A live look has to leave it there, so one comes first: what a script wrote into the page is gone then.
        page.evaluate("document.querySelector('#live h1').append(' as it was')")
        world.executions.execute("backup", ANA)
        expect(page.get_by_role("heading", name="as it was")).to_have_count(0)
        page.get_by_role("button", name="Copy trace").click()
        expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == TRACE
        watched.close()
    assert watched.wrong == []

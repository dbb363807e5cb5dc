"""Where one is: each page says which environment it is of, also where there is little room."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from rota.asgi import create
from rota.domain.actor import Actor
from tests.api.server import serving
from tests.web.browser import Watched
from tests.web.demo import PASSWORD


@pytest.mark.timeout(120)
@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_each_page_says_in_which_environment_one_is(world, chromium: Browser, width):
    world.add_job("backup")
    world.rota.accounts.create("root", "admin", Actor("luca", "cli"), password=PASSWORD)
    named = replace(world.rota, settings=world.rota.settings.model_copy(update={"environment": "prod"}))
    with serving(create(named)) as served:
        watched = Watched(chromium, served.url)
        page = watched.page
        page.set_viewport_size({"width": width, "height": 780})
        watched.go("/-/login")
        expect(page.locator("form .place")).to_be_in_viewport()
        watched.sign_in("root", PASSWORD)
        for path, way in (
            ("/", "Jobs"),
            ("/backup", "Jobs"),
            ("/backup/delete", "backup"),
            ("/-/nodes", "Nodes"),
        ):
            watched.go(path)
            expect(page.locator(".bar .place")).to_have_text("Environment: prod")
            expect(page.locator(".bar .place")).to_be_in_viewport()
            expect(page).to_have_title(page.title().split(" · ")[0] + " · prod")
            # One finds back from everywhere, and knows where one is where there is no way back.
            expect(
                page.get_by_role("navigation", name="Breadcrumb").get_by_text(way, exact=True)
            ).to_be_visible()
        watched.close()
    assert watched.wrong == []

"""Every page of the dashboard for everybody: axe finds nothing, it fits a narrow window, and nothing is refused."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.servers.copies import copied_sqlite
from tests.web.browser import Watched
from tests.web.demo import PASSWORD, USER, Shown, shown

THEMES: dict[int, tuple[Literal["light", "dark"], ...]] = {1440: ("light", "dark"), 768: (), 360: ("dark",)}
"""At each width, the themes whose contrast is looked at; all else is, at each."""
CONTRAST = "color-contrast"


@pytest.fixture
def demo(sqlite_copy, tmp_path) -> Iterator[Shown]:
    """The demo, served."""
    with shown(copied_sqlite(sqlite_copy, tmp_path / "rota.db")) as served:
        yield served


@pytest.mark.timeout(600)
def test_every_page_is_for_everybody_in_both_themes_at_every_width(demo, chromium: Browser):
    watched, axe, found = Watched(chromium, demo.url), Axe(), []
    watched.sign_in(USER, PASSWORD)
    for name, path in demo.pages.items():
        page = watched.go(path)
        for width in THEMES:
            found += too_wide(watched, name, width, 900)
            found += violations(axe, page, f"{name} {width}", rules={CONTRAST: {"enabled": False}})
            for theme in THEMES[width]:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                found += violations(axe, page, f"{name} {width} {theme}", runOnly=[CONTRAST])
        found += too_wide(watched, name, 320, 700)
    watched.close()
    found += watched.wrong
    assert not found, "\n".join(found)


def too_wide(watched: Watched, name: str, width: int, height: int) -> list[str]:
    """Makes the window so large; what it says when the page is wider."""
    watched.page.set_viewport_size({"width": width, "height": height})
    wider = watched.is_wider()
    return [f"{name}: {wider} px wider than a window of {width} px"] if wider else []


def violations(axe: Axe, page: Page, where: str, **options: Any) -> list[str]:
    """What axe finds. Only contrast depends on the theme, and it is the slowest to look at."""
    answer = axe.run(page, options={"resultTypes": ["violations"], **options}).response
    return [
        f"{where}: {one['id']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in answer["violations"]
    ]

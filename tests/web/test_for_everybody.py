"""Every page of the dashboard for everybody: axe finds nothing, it fits a narrow window, and nothing is refused.

With ROTA_SLOW=1 axe looks at everything in each theme at each width. Otherwise what cannot differ is looked at once:
only contrast depends on the theme, and it is the slowest to look at.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.servers.copies import copied_sqlite
from tests.web.browser import Watched
from tests.web.demo import PASSWORD, USER, Shown, filled, shown

Look = tuple[int, Literal["light", "dark"], dict[str, Any]]

CONTRAST = "color-contrast"
EACH: tuple[Look, ...] = tuple(
    (width, theme, {}) for width in (1440, 768, 360) for theme in ("light", "dark")
)
SHORT: tuple[Look, ...] = (
    (1440, "light", {}),
    (1440, "dark", {"runOnly": [CONTRAST]}),
    (768, "dark", {"rules": {CONTRAST: {"enabled": False}}}),
    (360, "dark", {}),
)
LOOKS = EACH if os.environ.get("ROTA_SLOW") else SHORT
SHARES = 3
"""The pages in so many tests, which run side by side."""


@pytest.fixture(scope="module")
def made(sqlite_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the demo, to copy."""
    path = tmp_path_factory.mktemp("demo") / "rota.db"
    filled(copied_sqlite(sqlite_copy, path))
    return path


@pytest.fixture
def demo(made: Path, tmp_path: Path) -> Iterator[Shown]:
    """The demo, served."""
    with shown(copied_sqlite(made, tmp_path / "rota.db")) as served:
        yield served


@pytest.mark.timeout(600)
@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_is_for_everybody_in_both_themes_at_every_width(demo, chromium: Browser, share):
    watched, axe, found = Watched(chromium, demo.url), Axe(), []
    watched.sign_in(USER, PASSWORD)
    for name, path in list(demo.pages.items())[share::SHARES]:
        page = watched.go(path)
        for width, theme, options in LOOKS:
            found += too_wide(watched, name, width, 900)
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found += violations(axe, page, f"{name} {width} {theme}", options)
        found += too_wide(watched, name, 320, 700)
    watched.close()
    found += watched.wrong
    assert not found, "\n".join(found)


def too_wide(watched: Watched, name: str, width: int, height: int) -> list[str]:
    """Makes the window so large; what it says when the page is wider."""
    watched.page.set_viewport_size({"width": width, "height": height})
    wider = watched.is_wider()
    return [f"{name}: {wider} px wider than a window of {width} px"] if wider else []


def violations(axe: Axe, page: Page, where: str, options: dict[str, Any]) -> list[str]:
    """What axe finds."""
    answer = axe.run(page, options={"resultTypes": ["violations"], **options}).response
    return [
        f"{where}: {one['id']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in answer["violations"]
    ]

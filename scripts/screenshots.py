"""Pictures of every page of the dashboard, filled with the demo: light and dark, on a phone, a tablet and a desk.

All of them: make screenshots. Those of some pages: make screenshots ARGS="jobs login". They go into screenshots/, which
is kept out of the repository; those that the documentation shows go into docs/pictures/ (ARGS=docs for these alone).
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

BASE = Path(__file__).parents[1]
sys.path.insert(0, str(BASE))

from tests.web.browser import Watched, launched  # noqa: E402
from tests.web.demo import PASSWORD, USER, Shown, filled, shown  # noqa: E402

FOLDER, DOCS = BASE / "screenshots", BASE / "docs/pictures"
SHOWN = {"jobs": "light", "job": "dark", "failed": "light", "new": "light"}
"""The pages that the documentation shows, each in one theme."""
SIZES = {"phone": (360, 780), "tablet": (768, 1024), "desk": (1440, 900)}
THEMES = ("light", "dark")


def main(wanted: list[str]) -> None:
    """Take those whose page is named, or all."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        shown(filled(f"sqlite:///{folder}/demo.db")) as demo,
        launched() as browser,
    ):
        host = demo.rota.host()
        host.start()
        _wait_for_runners(demo)
        for path in _pictures(browser, demo, wanted):
            print(path.relative_to(BASE))
        if not wanted or "docs" in wanted:
            _for_the_documentation(browser, demo)
        host.stop(at_once=True)


def _wait_for_runners(demo: Shown) -> None:
    """Until nothing is wrong any more; half a minute at most, since a picture may show that, too."""
    for _ in range(60):
        if all(one.ok is not False for one in demo.rota.diagnosis.examine()):
            return
        time.sleep(0.5)


def _pictures(browser: Browser, demo: Shown, wanted: list[str]) -> Iterator[Path]:
    stranger, maria = Watched(browser, demo.url), Watched(browser, demo.url)
    maria.sign_in(USER, PASSWORD)
    pages = {"login": "/-/login", "first": "/-/first"} | demo.pages
    for name in [name for name in pages if not wanted or name in wanted]:
        watched = stranger if name in ("login", "first") else maria
        page = watched.go(pages[name])
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for theme in THEMES:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
                path = FOLDER / f"{name}-{size}-{theme}.png"
                page.screenshot(path=path, full_page=True)
                yield path


def _for_the_documentation(browser: Browser, demo: Shown) -> None:
    watched = Watched(browser, demo.url, viewport={"width": 1280, "height": 800})
    watched.sign_in(USER, PASSWORD)
    DOCS.mkdir(exist_ok=True)
    for name, theme in SHOWN.items():
        watched.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page = watched.go(demo.pages[name])
        page.screenshot(path=DOCS / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Pictures of every page of the dashboard, filled with the demo: light and dark, on a phone, a tablet and a desk.

Then of each in three zones, shortly before the clock of one of them is put forward, and while an hour comes twice.

All of them: make screenshots. Those of some pages: make screenshots ARGS="jobs login". They go into screenshots/, which
is kept out of the repository; those that the documentation shows go into docs/pictures/ (ARGS=docs for these alone).
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page

BASE = Path(__file__).parents[1]
sys.path.insert(0, str(BASE))

from tests.clock import MovableClock  # noqa: E402
from tests.web.browser import Watched, launched  # noqa: E402
from tests.web.demo import PASSWORD, USER, Shown, filled, shown  # noqa: E402

FOLDER, DOCS = BASE / "screenshots", BASE / "docs/pictures"
SHOWN = {"jobs": "light", "job": "dark", "failed": "light", "new": "light"}
"""The pages that the documentation shows, each in one theme."""
SIZES = {"phone": (360, 780), "tablet": (768, 1024), "desk": (1440, 900)}
THEMES = ("light", "dark")
CHANGES = {
    "forward": datetime(2026, 3, 29, 0, 40, 30, tzinfo=UTC),
    "back": datetime(2026, 10, 25, 0, 40, 30, tzinfo=UTC),
}
"""Instants of the two odd days of Rome, where most jobs of the demo live: 01:40, and 02:40 for the first time."""
ZONES = {"job": "job", "utc": "UTC", "kolkata": "Asia/Kolkata"}


def main(wanted: list[str]) -> None:
    """Take those whose page is named, or all."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        with shown(filled(f"sqlite:///{folder}/demo.db")) as demo:
            host = demo.rota.host()
            host.start()
            _wait_for_runners(demo)
            _tell(_pictures(browser, demo, wanted))
            if not wanted or "docs" in wanted:
                _for_the_documentation(browser, demo)
            host.stop(at_once=True)
        for name, at in CHANGES.items():
            clock, address = MovableClock(at), f"sqlite:///{folder}/{name}.db"
            with shown(filled(address, clock), clock) as demo:
                _tell(_in_each_zone(browser, demo, name, wanted))


def _tell(taken: Iterator[Path]) -> None:
    for path in taken:
        print(path.relative_to(BASE))


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
    for name in _named(pages, wanted):
        watched = stranger if name in ("login", "first") else maria
        for size, (width, height) in SIZES.items():
            # What a page does when it is opened, such as keeping its tab in sight, it does at the size it has then.
            watched.page.set_viewport_size({"width": width, "height": height})
            page = watched.go(pages[name])
            for theme in THEMES:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
                yield _whole(page, f"{name}-{size}-{theme}", width, height)


def _in_each_zone(browser: Browser, demo: Shown, day: str, wanted: list[str]) -> Iterator[Path]:
    watched = Watched(browser, demo.url)
    watched.sign_in(USER, PASSWORD)
    for zone, asked in ZONES.items():
        watched.go(f"/?zone={asked}")
        for name in _named(demo.pages, wanted):
            yield _whole(watched.go(demo.pages[name]), f"{name}-{day}-{zone}", *SIZES["desk"])


def _named(pages: dict[str, str], wanted: list[str]) -> list[str]:
    return [name for name in pages if not wanted or name in wanted]


def _whole(page: Page, name: str, width: int, height: int) -> Path:
    """All of a page, in a window that is as high: in a lower one, what sticks to its edge would lie in the middle."""
    page.set_viewport_size({"width": width, "height": height})
    whole: int = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(whole, height)})
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    return path


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

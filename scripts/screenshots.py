"""Pictures of every page of the dashboard, filled with the demo: light and dark, on a phone, a tablet and a desk.

All of them: make screenshots. Those of some pages: make screenshots ARGS="jobs login". They go into screenshots/.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

BASE = Path(__file__).parents[1]
sys.path.insert(0, str(BASE))

from tests.web.browser import Watched, launched  # noqa: E402
from tests.web.demo import PASSWORD, USER, Shown, shown  # noqa: E402

FOLDER = BASE / "screenshots"
SIZES = {"phone": (360, 780), "tablet": (768, 1024), "desk": (1440, 900)}
THEMES = ("light", "dark")


def main(wanted: list[str]) -> None:
    """Take those whose page is named, or all."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        shown(f"sqlite:///{folder}/demo.db") as demo,
        launched() as browser,
    ):
        for path in _pictures(browser, demo, wanted):
            print(path.relative_to(BASE))


def _pictures(browser: Browser, demo: Shown, wanted: list[str]) -> Iterator[Path]:
    stranger, maria = Watched(browser, demo.url), Watched(browser, demo.url)
    maria.sign_in(USER, PASSWORD)
    pages = {"login": "/-/login", "first": "/-/first?secret=demo"} | demo.pages
    for name in [name for name in pages if not wanted or name in wanted]:
        watched = stranger if name in ("login", "first") else maria
        page = watched.go(pages[name])
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                path = FOLDER / f"{name}-{size}-{theme}.png"
                page.screenshot(path=path, full_page=True)
                yield path


if __name__ == "__main__":
    main(sys.argv[1:])

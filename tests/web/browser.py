"""A real Chromium: named by ROTA_CHROMIUM, on the path, Playwright's own, or from apt; and what must not be."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page, sync_playwright

from rota.web.site import PATH
from tests.servers.fixtures import missing
from tests.servers.leftovers import MARK

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser, for the length of the block. Skips the test where there is none; in CI that is a failure."""
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = os.environ.get("ROTA_CHROMIUM") or _installed() or (own if Path(own).exists() else _from_apt())
        if path is None:
            missing("there is no Chromium: name one in ROTA_CHROMIUM, or run `playwright install chromium`")
        # It lives longer than one test, and is not to be taken for something that one left behind.
        environ = dict[str, str | float | bool](os.environ)
        environ.pop(MARK, None)
        environ["LANG"] = "en_US.UTF-8"
        browser = playwright.chromium.launch(executable_path=path, args=flags, env=environ)
        yield browser
        browser.close()


def _installed() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _from_apt() -> str | None:
    """Install it, where that may be done."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "libatomic1"]
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environ, stdout=subprocess.DEVNULL, check=False)
    subprocess.run(install, env=environ, stdout=subprocess.DEVNULL, check=False)
    return _installed()


class Watched:
    """A page of a browser that notes everything that must not be: errors, refused content, failed requests."""

    def __init__(self, browser: Browser, base: str, **options: Any) -> None:
        self.base, self.wrong = base + PATH, list[str]()
        self.context = browser.new_context(timezone_id="Europe/Rome", locale="en-GB", **options)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda told: self._note(told.type in ("error", "warning"), told.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on(
            "response", lambda answer: self._note(answer.status >= 500, f"{answer.status} {answer.url}")
        )

    def _note(self, is_wrong: bool, text: str) -> None:
        # Chromium calls an answer such as "not found" an error; those that are ones are noted by their status.
        if is_wrong and not text.startswith(
            "Failed to load resource: the server responded with a status of 4"
        ):
            self.wrong.append(f"{self.page.url}: {text}")

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, name: str, password: str) -> Page:
        """Come in by the form."""
        page = self.go("/-/login")
        page.get_by_label("User").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/-/login" not in url)
        return page

    def is_wider(self) -> int:
        """By how many pixels the page is wider than the window."""
        width: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return width

    def close(self) -> None:
        """Close it."""
        try:
            self.context.close()
        except Error:
            return

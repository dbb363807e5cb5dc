"""The documentation is of this product: links lead somewhere, files exist, what is generated is current."""

import re

import pytest

from scripts.reference import PAGE, settings_page
from tests.docs.pages import ROOT, links, name_of, pages, snippets

LANGUAGES = {"python", "console", "toml", "sh", "mermaid", "ini", "text"}
"""sh is for what installs and steers the machine itself, which no test may do; text is a picture."""

PAGES = pytest.mark.parametrize("page", pages(), ids=name_of)


@PAGES
def test_every_link_leads_somewhere(page):
    addresses = [link for link in links(page) if "://" not in link]
    missing = [
        link
        for link in addresses
        if not any((base / link.partition("#")[0]).exists() for base in (page.parent, ROOT))
    ]
    assert missing == []


@PAGES
def test_every_heading_that_a_link_names_is_there(page):
    for link in links(page):
        path, _, wanted = link.partition("#")
        if wanted and "://" not in link:
            target = (page.parent / path) if path else page
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            assert wanted in {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}


@PAGES
def test_a_page_is_short_and_its_snippets_say_what_they_are(page):
    is_generated = page.is_relative_to(ROOT / "docs/reference/cli")
    assert is_generated or len(page.read_text().splitlines()) <= 250
    assert {snippet.language for snippet in snippets(page)} <= LANGUAGES


def test_the_settings_are_those_of_the_code():
    assert PAGE.read_text() == settings_page(), "write it anew: .venv/bin/python scripts/reference.py"


def test_every_file_that_the_architecture_names_is_there():
    named = set(re.findall(r"`([\w/]+\.py)`", (ROOT / "ARCHITECTURE.md").read_text()))
    assert {name for name in named if not (ROOT / "src/rota" / name).is_file()} == set()
    assert "domain/plan.py" in named


def test_every_room_has_its_floor_in_the_architecture():
    page = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = [path.name for path in (ROOT / "src/rota").iterdir() if (path / "__init__.py").is_file()]
    assert [room for room in rooms if f"{room}/ " not in page] == []

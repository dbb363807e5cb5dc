"""The pages of the documentation, and the pieces of them that a test can run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w./-]+\.(?:py|toml))\n")


@dataclass(frozen=True)
class Snippet:
    """One fenced block.

    file  the name that its first line, a comment, gives it; None when it has none
    line  where it stands on its page
    """

    language: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        found = FILE.match(self.text)
        return found[1] if found else None


@dataclass(frozen=True)
class Command:
    """A line after `$ ` in a console block, and what is shown below it."""

    line: str
    shown: str


def pages() -> list[Path]:
    """Every page that users and contributors read."""
    return [
        *sorted(ROOT.glob("*.md")),
        *sorted(ROOT.glob("docs/**/*.md")),
        *sorted(ROOT.glob("examples/*/*.md")),
    ]


def name_of(page: Path) -> str:
    """The page as it is called in the repository."""
    return str(page.relative_to(ROOT))


def snippets(page: Path) -> list[Snippet]:
    """The fenced blocks of a page, in order."""
    text = page.read_text()
    return [Snippet(f[1], f[2], text.count("\n", 0, f.start()) + 1) for f in FENCE.finditer(text)]


def commands(text: str) -> Iterator[Command]:
    """The commands of a console block. A line that ends in a backslash goes on."""
    for part in re.split(r"^\$ ", text.replace("\\\n", ""), flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        yield Command(line.strip(), shown.rstrip())


def links(page: Path) -> Iterator[str]:
    """The addresses that a page refers to, code aside."""
    prose = FENCE.sub("", page.read_text())
    yield from re.findall(r"\]\(([^)\s]+)\)", prose)
    yield from (found for found in re.findall(r"(?<![\w/`])((?:docs|src|examples)/[\w./-]+)", prose))

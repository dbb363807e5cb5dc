"""The house rules that no other tool checks: short files, short functions, whole rooms, no address."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("src", "tests", "bench", "examples", "scripts")
MOST_LINES_OF_A_FILE = 250
LINES_TOO_MANY = 40
MIGRATIONS = Path("src/rota/store/migrations/versions")
"""Each says at once what changes in every table; a tool writes the first draft."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> int:
    """Print each broken rule on a line of its own. Returns how many there are, as an exit code."""
    broken = [
        *addresses(Path("constraints.txt")),
        *addresses(Path("bench/constraints.txt")),
        *unseen(Path("src/rota")),
    ]
    for folder in FOLDERS:
        for path in sorted(Path(folder).rglob("*.py")):
            if path.parent != MIGRATIONS:
                broken.extend(too_long(path))
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


def addresses(constraints: Path) -> Iterator[str]:
    """Each line of the constraints that ties the project to an address."""
    for number, line in enumerate(constraints.read_text().splitlines(), 1):
        if "://" in line:
            yield f"{constraints}:{number}: names an address; write it anew with `make lock`"


def unseen(package: Path) -> Iterator[str]:
    """Each room without an __init__.py: the check of the floors would pass it by without a word."""
    for folder in sorted({path.parent for path in package.rglob("*.py")}):
        if not (folder / "__init__.py").exists():
            yield f"{folder}: has no __init__.py; add one that says what the room is for"


def too_long(path: Path) -> Iterator[str]:
    """A file over 250 lines, and each function of 40 lines or more (its docstring does not count)."""
    text = path.read_text()
    if (lines := len(text.splitlines())) > MOST_LINES_OF_A_FILE:
        yield f"{path}: {lines} lines; split it so that each file has at most {MOST_LINES_OF_A_FILE}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function) and (lines := lines_of(node)) >= LINES_TOO_MANY:
            yield f"{path}:{node.lineno}: {node.name} has {lines} lines; the most is {LINES_TOO_MANY - 1}"


def lines_of(function: Function) -> int:
    """How many lines a function takes, not counting its docstring and decorators."""
    first = function.body[0]
    docstring = 0
    if ast.get_docstring(function, clean=False) is not None:
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


if __name__ == "__main__":
    sys.exit(main())

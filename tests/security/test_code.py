"""What the code itself must not do, whatever its input."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = {"eval", "exec"}
LOADERS = {"pickle", "marshal", "shelve", "dill", "yaml"}


def trees():
    for path in sorted((ROOT / "src/rota").rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text())


def test_nothing_unpickles_or_evaluates():
    wrong = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else [one.name for one in node.names]
                )
                wrong += [f"{path}:{node.lineno} {name}" for name in names if name.split(".")[0] in LOADERS]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN:
                wrong.append(f"{path}:{node.lineno} {node.func.id}")
    assert wrong == []


def test_no_check_of_a_certificate_is_switched_off():
    """By its usual spellings; who needs another authority names it, as in SSL_CERT_FILE."""
    off = re.compile(r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context")
    paths = (ROOT / "src/rota").rglob("*.py")
    assert [str(path) for path in paths if off.search(path.read_text())] == []


def test_nothing_formats_by_a_text_of_users():
    """`"…".format(…)` reaches attributes of what it is given: only texts that stand in the code are formatted so."""
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "format_map")
        and not _stands_there(node.func.value)
    ]
    assert wrong == []


def _stands_there(text: ast.expr) -> bool:
    """A constant, by itself, by its name or as markup; or a log handler, which formats its own records."""
    if isinstance(text, ast.Call) and isinstance(text.func, ast.Name) and text.func.id == "Markup":
        return all(_stands_there(one) for one in text.args)
    named = isinstance(text, ast.Name) and (text.id == "self" or text.id.isupper())
    return named or isinstance(text, ast.Constant)


def test_every_dependency_is_pinned_and_no_host_is_named():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line]
    assert all(re.match(r"[a-z0-9][a-z0-9._-]*==\S+", line) for line in lines)
    assert not [line for line in lines if "://" in line]

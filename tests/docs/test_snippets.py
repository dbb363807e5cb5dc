"""What the documentation shows, happens: each page is followed from top to bottom in an empty folder."""

import doctest
import os
import tomllib
from contextlib import ExitStack

import pytest

from rota.registry import load
from rota.settings import load as load_settings
from tests.docs.pages import Snippet, name_of, pages, snippets
from tests.docs.shell import Shell
from tests.servers import databases

WITH_CODE = [
    page for page in pages() if any(s.file or s.language in ("python", "console") for s in snippets(page))
]


@pytest.fixture
def shell(tmp_path, request):
    # The database is the shell's, not a fixture of its own: it has to outlive the server that the shell ends.
    with ExitStack() as stack:

        def postgres() -> str:
            return stack.enter_context(databases.fresh(request.getfixturevalue("postgres_url")))

        with Shell(tmp_path, postgres) as shell:
            yield shell


@pytest.mark.timeout(240)
@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_a_reader_who_does_what_the_page_says_sees_what_it_shows(page, shell, monkeypatch):
    monkeypatch.chdir(shell.folder)
    said: dict[str, object] = {}
    for snippet in snippets(page):
        if snippet.file:
            write(snippet, shell)
        elif snippet.language == "python":
            run(snippet, said)
        elif snippet.language == "console":
            shell.follow(snippet)


def write(snippet: Snippet, shell: Shell) -> None:
    """A file: the next commands find it. What declares jobs must load without a problem."""
    assert snippet.file
    path = shell.folder / snippet.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(snippet.text)
    if snippet.file == "rota.toml":
        load_settings({}, {}, shell.folder)
    elif path.suffix == ".toml":
        tomllib.loads(snippet.text)
    else:
        compile(snippet.text, snippet.file, "exec")
        shell.python("import os, sys", "from rota.registry import load", PROBLEMS.format(snippet.file))


PROBLEMS = "sys.exit('; '.join(map(str, load([{!r}], environ=os.environ).problems)) or 0)"


def run(snippet: Snippet, said: dict[str, object]) -> None:
    """Python at work: a session with its answers, or plain lines."""
    if ">>>" in snippet.text:
        parsed = doctest.DocTestParser().get_doctest(snippet.text, said, "page", None, snippet.line)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
        told: list[str] = []
        assert runner.run(parsed, out=told.append, clear_globs=False).failed == 0, "".join(told)
        said.update(parsed.globs)
    else:
        exec(compile(snippet.text, "page", "exec"), said)


def test_the_examples_load_without_a_problem():
    found = load(["examples"], environ=os.environ)
    assert found.problems == []
    assert {"cleanup_empty_contexts", "my-new-job", "example_job"} <= found.jobs.keys()
    assert {"import_orders", "fetch_rates", "rebuild_index"} <= found.jobs.keys()

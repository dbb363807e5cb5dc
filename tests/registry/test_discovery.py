"""Which modules are imported, and what becomes of one that cannot be."""

import sys
from importlib.metadata import EntryPoint

import pytest

from rota.registry import load


def test_a_module_is_found_by_its_name_or_by_its_file(author):
    author.writes("jobs_here.py", "@job(every='2s')\ndef tick(): ...")
    assert set(author.loads("jobs_here").jobs) == {"tick"}
    assert set(author.loads("jobs_here.py").jobs) == {"tick"}
    assert set(author.loads(str(author.folder / "jobs_here.py")).jobs) == {"tick"}


def test_a_file_of_a_folder_keeps_its_dotted_name(author):
    author.writes("tasks/cleanup.py", "@job\ndef clean(): ...")
    assert set(author.loads("tasks/cleanup.py").tasks) == {"tasks.cleanup.clean"}


def test_a_package_is_searched_to_the_bottom_but_its_main_is_not_run(author):
    author.writes("shop/__init__.py", "")
    author.writes("shop/__main__.py", "raise SystemExit('started')")
    author.writes("shop/jobs/__init__.py", "@job\ndef outer(): ...")
    author.writes("shop/jobs/reports/__init__.py", "")
    author.writes("shop/jobs/reports/daily.py", "@job\ndef inner(): ...")
    found = author.loads("shop")
    assert set(found.jobs) == {"outer", "inner"}
    assert found.problems == []


def test_folders_without_init_are_packages_too(author):
    author.writes("jobs_folder/cleanup/sessions.py", "@job\ndef clean_sessions(): ...")
    author.writes("jobs_folder/reports/daily.py", "@job\ndef report(): ...")
    assert set(author.loads("jobs_folder").jobs) == {"clean_sessions", "report"}


def test_what_a_module_has_from_another_counts_once(author):
    author.writes("one.py", "@job\ndef shared(): ...")
    author.writes("two.py", "from one import shared\nagain = shared")
    found = author.loads("two", "one", "two")
    assert list(found.tasks) == ["one.shared"]
    assert found.problems == []


def test_installed_packages_add_their_modules(author, monkeypatch):
    author.writes("plugin.py", "@job\ndef from_plugin(): ...")
    points = [EntryPoint(name="plugin", value="plugin", group="rota.jobs")]
    monkeypatch.setattr("rota.registry.modules.entry_points", lambda group: points)
    assert set(author.loads().jobs) == {"from_plugin"}


def test_an_import_error_is_kept_with_the_authors_line_and_the_rest_goes_on(author):
    author.writes("shop/__init__.py", "")
    author.writes("shop/broken.py", "import json\n\njson.loads('{')")
    author.writes("shop/whole.py", "@job\ndef works(): ...")
    found = author.loads("shop")
    assert set(found.jobs) == {"works"}
    (problem,) = found.problems
    assert (problem.module, problem.file, problem.line) == ("shop.broken", "shop/broken.py", 4)
    assert problem.message.startswith('cannot import "shop.broken": JSONDecodeError: ')
    assert problem.traceback.startswith("Traceback")
    assert "importlib" not in problem.traceback


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\ndef x(:\n", 3, "SyntaxError: invalid syntax"),
        ("import sys\nsys.exit(3)", 3, "it ends the program (SystemExit(3)); put that under if __name__"),
        ("import not_there_at_all", 2, "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("job(daly='03:00')", 2, 'TypeError: @job has no option "daly"; did you mean "daily"?'),
    ],
)
def test_each_way_to_fail_at_import_has_its_place_and_its_words(author, text, line, said):
    author.writes("failing.py", text)
    (problem,) = author.loads("failing").problems
    assert (problem.file, problem.line) == ("failing.py", line)
    assert said in problem.message


def test_a_module_that_does_not_exist_is_a_problem_that_says_what_was_meant(author):
    author.writes("nightly.py", "")
    (problem,) = author.loads("nigthly").problems
    assert problem.message == (
        f'no module named "nigthly" in {author.folder} or among the installed ones; did you mean "nightly"?'
    )


@pytest.mark.parametrize("name", ["json", "json.py", "time"])
def test_a_file_that_bears_the_name_of_another_module_is_a_problem(author, name):
    assert {"json", "time"} <= set(sys.modules)
    author.writes(f"{name.removesuffix('.py')}.py", "@job\ndef hidden(): ...")
    (problem,) = author.loads(name).problems
    assert "is already the name of" in problem.message
    assert problem.message.endswith("another name")


def test_two_jobs_of_one_name_are_a_problem_that_names_both_and_the_first_counts(author):
    author.writes("one.py", "@job('clean', daily='01:00')\ndef a(): ...")
    author.writes("two.py", "\n@job('clean', daily='02:00')\ndef b(): ...")
    found = author.loads("one", "two")
    assert found.jobs["clean"].spec.schedule_expression == "01:00"
    (problem,) = found.problems
    assert problem.message.startswith('job "clean" is declared at one.py:2 and at two.py:3; the first counts')


def test_two_tasks_of_one_name_are_a_problem_that_names_both(author):
    author.writes("one.py", "@task('app.clean')\ndef a(): ...")
    author.writes("two.py", "@task('app.clean')\n@job('b')\ndef b(): ...")
    found = author.loads("one", "two")
    assert found.tasks["app.clean"].source == "one.py:2"
    assert "b" not in found.jobs
    assert 'task "app.clean" is declared at one.py:2 and at two.py:2' in found.problems[0].message


def test_an_object_that_raises_when_it_is_looked_at_is_passed_over(author):
    found = author.declares(
        """
        class Proxy:
            @property
            def __dict__(self):
                raise RuntimeError("outside of a request")
        request = Proxy()

        @job
        def works(): ...
        """
    )
    assert set(found.jobs) == {"works"}


def test_ready_made_tasks_are_found_and_marked(author):
    from rota.registry.finding import Finding

    author.writes("mine.py", "@task('mine.a')\ndef a(): ...\n\n@task('theirs.b')\ndef b(): ...")
    module = author.loads("mine") and sys.modules["mine"]
    module.b.__module__ = "rota.jobs.something"
    finding = Finding({}, {})
    finding.search(module)
    assert {name: found.ready_made for name, found in finding.tasks.items()} == {
        "mine.a": False,
        "theirs.b": True,
    }


def test_loading_nothing_finds_what_comes_with_rota_and_nothing_else():
    found = load([], environ={})
    assert found.problems == []
    assert all(task.ready_made for task in found.tasks.values())


def test_a_file_outside_of_the_current_folder_is_shown_whole(author, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "far_away.py"
    elsewhere.write_text("from rota import job\n\n@job\ndef far(): ...\n")
    found = author.loads(str(elsewhere))
    assert found.jobs["far"].source == f"{elsewhere}:3"
    sys.modules.pop("far_away")

"""Jobs written as classes: what they say of themselves, and how they run."""

import asyncio

import pytest

from rota import JobContext


def test_a_class_says_its_name_description_schedule_and_policies(author):
    found = author.declares(
        """
        @job
        class SessionCleanup:
            name = "session_cleanup"
            description = "Closes inactive sessions."
            schedule = "*/10 * * * *"
            enabled = False
            timeout = 30
            max_retries = 2
            critical = True

            def execute(self, ctx):
                return ctx.params["hours"]
        """
    )
    spec = found.jobs["session_cleanup"].spec
    assert (spec.description, spec.schedule_type, spec.schedule_expression) == (
        "Closes inactive sessions.",
        "cron",
        "*/10 * * * *",
    )
    assert (spec.is_enabled, spec.timeout, spec.max_retries, spec.critical) == (False, 30, 2, True)
    assert spec.task_name == "written.SessionCleanup"
    assert found.jobs["session_cleanup"].source == "written.py:3"


def test_what_a_class_says_may_be_methods_or_properties(author):
    found = author.declares(
        """
        @job
        class Cleanup:
            def name(self): return "database_cleanup"
            @property
            def description(self): return "Deletes."
            @staticmethod
            def schedule(): return "0 3 * * *"
            @classmethod
            def enabled(cls): return True
            async def execute(self, ctx): ...
        """
    )
    spec = found.jobs["database_cleanup"].spec
    assert (spec.description, spec.schedule_expression, spec.is_enabled) == ("Deletes.", "0 3 * * *", True)


def test_the_decorator_has_the_last_word(author):
    found = author.declares(
        """
        @job("nightly", daily="03:00", timeout=5)
        class Cleanup:
            name, schedule, timeout = "cleanup", "0 * * * *", 99
            def run(self): ...
        """
    )
    spec = found.jobs["nightly"].spec
    assert (spec.schedule_type, spec.schedule_expression, spec.timeout) == ("daily", "03:00", 5)


def test_each_run_has_an_instance_of_its_own_and_the_context_untyped(author):
    task = author.declares(
        """
        @job
        class Count:
            def __init__(self): self.runs = 0
            def execute(self, ctx, step: int = 1):
                self.runs += step
                return self.runs, ctx.job_name
        """
    ).tasks["written.Count"]
    assert task.context == "ctx"
    assert list(task.schema["properties"]) == ["step"]
    for _ in range(2):
        assert task.call(ctx=JobContext.for_test(), **task.bind({"step": 2})) == (2, "test")


@pytest.mark.parametrize(
    "form", ["@staticmethod\n    async def run():", "@classmethod\n    async def run(cls):"]
)
def test_a_static_or_class_run_without_context_runs(author, form):
    found = author.declares(f"@job(cron='0 2 * * *')\nclass ExampleJob:\n    {form}\n        return 'done'")
    task = found.tasks["written.ExampleJob"]
    assert (task.is_async, task.context) == (True, None)
    assert asyncio.run(task.call()) == "done"
    assert set(found.jobs) == {"ExampleJob"}


def test_a_class_is_made_only_when_something_of_it_needs_an_instance(author):
    found = author.declares(
        """
        @job
        class Costly:
            name = "costly"
            def __init__(self): raise RuntimeError("opened a connection")
            def execute(self, ctx): ...
        """
    )
    assert set(found.jobs) == {"costly"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@job\nclass Empty: ...", "Empty: class Empty has no body; give it execute(self, context) or run()"),
        (
            "@job\nclass Bad:\n    def __init__(self): raise OSError('no')\n"
            "    def name(self): ...\n    def run(self): ...",
            "Bad: OSError: no",
        ),
        ("@job\nclass Named:\n    name = 'My New Job'\n    def run(self): ...", "`title` may be any text"),
    ],
)
def test_a_class_that_cannot_be_a_job_is_a_problem(author, text, said):
    assert said in author.problem(text)


def test_a_subclass_is_not_a_job_because_its_parent_is(author):
    found = author.declares("@job\nclass A:\n    def run(self): ...\nclass B(A): ...")
    assert set(found.jobs) == {"A"}

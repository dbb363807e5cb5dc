"""`@job` and `@task` attach a declaration and do nothing else."""

import asyncio
from dataclasses import FrozenInstanceError

import pytest

from rota import job, task
from rota.sdk import declarations_of


def test_a_decorated_function_is_the_same_object_and_is_called_as_before():
    def add(a: int, b: int = 2) -> int:
        return a + b

    decorated = job("add", cron="0 2 * * *")(add)
    assert decorated is add
    assert decorated(1) == 3


def test_an_async_function_and_a_class_stay_what_they_are():
    @job(every="5m")
    async def fetch() -> str:
        return "fetched"

    @job
    class Cleanup:
        def run(self) -> str:
            return "cleaned"

    assert asyncio.run(fetch()) == "fetched"
    assert Cleanup().run() == "cleaned"


def test_the_declaration_is_frozen_and_holds_what_was_said():
    @job("nightly", daily="03:00", timeout=5)
    def body() -> None: ...

    (declared,) = declarations_of(body)
    assert (declared.kind, declared.name, dict(declared.options)) == (
        "job",
        "nightly",
        {"daily": "03:00", "timeout": 5},
    )
    with pytest.raises(FrozenInstanceError):
        declared.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        declared.options["daily"] = "04:00"  # type: ignore[index]


def test_the_name_may_be_a_keyword():
    @job(name="nightly", daily="03:00")
    def body() -> None: ...

    assert declarations_of(body)[0].name == "nightly"


def test_several_stand_on_one_function_in_the_order_they_were_applied():
    @job("second")
    @job("first")
    @task("app.tasks.body", title="Body")
    def body() -> None: ...

    assert [(d.kind, d.name) for d in declarations_of(body)] == [
        ("task", "app.tasks.body"),
        ("job", "first"),
        ("job", "second"),
    ]


def test_a_subclass_does_not_inherit_a_declaration():
    @job
    class Parent: ...

    class Child(Parent): ...

    assert len(declarations_of(Parent)) == 1
    assert declarations_of(Child) == ()


def test_bad_values_are_no_error_here_so_that_the_rest_of_the_module_goes_on():
    @job(cron="61 * * * *", timeout=-1)
    def body() -> None: ...

    assert len(declarations_of(body)) == 1


def test_an_unknown_option_is_refused_with_what_was_meant():
    with pytest.raises(TypeError, match='@job has no option "daly"; did you mean "daily"'):
        job(daly="03:00")  # type: ignore[call-overload]


def test_a_method_is_refused_since_nobody_would_find_it():
    with pytest.raises(TypeError, match=r"Reports\.nightly is a method; put @job on a function"):

        class Reports:
            @job(daily="03:00")
            def nightly(self) -> None: ...


def test_a_task_without_a_name_is_refused():
    with pytest.raises(TypeError, match="@task needs a name"):
        task(lambda: None)  # type: ignore[arg-type]


def test_what_cannot_be_called_is_refused():
    with pytest.raises(TypeError, match="@job stands on a function or a class, not on 5"):
        job("x")(5)  # type: ignore[type-var]

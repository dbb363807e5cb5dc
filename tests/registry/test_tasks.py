"""The signature of a body becomes a JSON Schema and a validator."""

from datetime import date, timedelta
from pathlib import Path
from timeit import repeat
from uuid import UUID

import pytest
from pydantic import SecretStr

from rota.domain.errors import Invalid


def test_the_schema_tells_types_defaults_and_what_is_required(author):
    found = author.declares(
        """
        from datetime import date
        @task("clean")
        def clean(table: str, *, keep_days: int = 30, since: date | None = None, copy=1): ...
        """
    )
    assert found.tasks["clean"].schema == {
        "type": "object",
        "additionalProperties": False,
        "required": ["table"],
        "properties": {
            "table": {"title": "Table", "type": "string"},
            "keep_days": {"title": "Keep Days", "type": "integer", "default": 30},
            "since": {
                "title": "Since",
                "anyOf": [{"type": "string", "format": "date"}, {"type": "null"}],
                "default": None,
            },
            "copy": {"title": "Copy", "default": 1},
        },
    }


def test_secret_arguments_are_marked_and_their_defaults_are_not_told(author):
    found = author.declares(
        """
        from typing import Annotated
        from pydantic import SecretStr
        @task("send")
        def send(a: SecretStr, b: SecretStr | None = None, c: Annotated[int, Secret] = 1234, d: str = ""): ...
        """
    )
    properties = found.tasks["send"].schema["properties"]
    assert {name: said.get("writeOnly", False) for name, said in properties.items()} == {
        "a": True,
        "b": True,
        "c": True,
        "d": False,
    }
    assert "1234" not in str(properties)


@pytest.mark.parametrize(
    ("hint", "given", "bound"),
    [
        ("date", "2026-03-01", date(2026, 3, 1)),
        ("timedelta", "PT1H", timedelta(hours=1)),
        ("Path", "/tmp/x", Path("/tmp/x")),
        ("UUID", "12345678123456781234567812345678", UUID("12345678123456781234567812345678")),
        ("set[str]", ["a", "a"], {"a"}),
        ("tuple[int, int]", [1, "2"], (1, 2)),
        ("float", 1, 1.0),
        ("date | None", None, None),
        ("list[float]", ["Infinity"], [float("inf")]),
    ],
)
def test_arguments_come_from_json_as_the_types_of_the_signature(author, hint, given, bound):
    imports = "from datetime import *\nfrom pathlib import Path\nfrom uuid import UUID\n"
    task = author.declares(f"{imports}@task('t')\ndef t(schema: {hint}): ...").tasks["t"]
    assert task.bind({"schema": given}) == {"schema": bound}


def test_enums_and_pydantic_models_are_made_from_what_json_says(author):
    task = author.declares(
        """
        from enum import Enum
        from pydantic import BaseModel

        class Colour(Enum):
            RED = "red"

        class Filter(BaseModel):
            days: int

        @task("t")
        def t(colour: Colour, filter: Filter): return colour.name, filter.days
        """
    ).tasks["t"]
    assert task.call(**task.bind({"colour": "red", "filter": {"days": "3"}})) == ("RED", 3)
    with pytest.raises(Invalid, match=r'argument "filter\.days" of task "t": field required'):
        task.bind({"colour": "red", "filter": {}})


def test_what_is_not_given_keeps_the_bodys_own_default(author):
    task = author.declares("@task('t')\ndef t(a: int = 1, b: int = 2): return a, b").tasks["t"]
    assert task.bind({"b": "5"}) == {"b": 5}
    assert task.call(**task.bind({"b": "5"})) == (1, 5)


def test_a_body_that_takes_any_argument_takes_any(author):
    task = author.declares("@task('t')\ndef t(a: int, **more): ...").tasks["t"]
    assert task.bind({"a": 1, "b": "x"}) == {"a": 1, "b": "x"}
    assert task.schema["additionalProperties"] is True


@pytest.mark.parametrize(
    ("kwargs", "said", "field"),
    [
        ({}, 'task "t" needs the argument "days"; it takes integer', "days"),
        ({"days": "many"}, 'argument "days" of task "t" is "many": input should be a valid integer', "days"),
        (
            {"days": 1, "lvel": "a"},
            'task "t" has no argument named "lvel"; did you mean "level"? Known arguments: days, level',
            "lvel",
        ),
        ({"days": 1, "level": "c"}, 'it takes one of "a", "b", "a" unless given', "level"),
        ({"days": None, "level": "c"}, "(and 1 more)", "days"),
        (
            {"days": 1, "password": 99887},
            'argument "password" of task "t" is ***: it does not fit',
            "password",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused_by_name_with_the_fix(author, kwargs, said, field):
    task = author.declares(
        """
        from typing import Literal
        from pydantic import SecretStr
        @task("t")
        def t(days: int, level: Literal["a", "b"] = "a", password: SecretStr = SecretStr("x")): ...
        """
    ).tasks["t"]
    with pytest.raises(Invalid) as refused:
        task.bind(kwargs)
    assert said in str(refused.value)
    assert "99887" not in str(refused.value)
    assert refused.value.field == f"task_kwargs.{field}"


def test_a_secret_is_read_from_the_environment_where_the_body_runs(author):
    author.environ["MAIL_PASSWORD"] = "hunter2"
    text = "from pydantic import SecretStr\n@task('t')\ndef t(p: SecretStr, q: str = ''): ..."
    task = author.declares(text).tasks["t"]
    bound = task.bind({"p": "env:MAIL_PASSWORD", "q": "env:MAIL_PASSWORD"})
    assert isinstance(bound["p"], SecretStr)
    assert bound["p"].get_secret_value() == "hunter2"
    assert bound["q"] == "env:MAIL_PASSWORD"
    with pytest.raises(Invalid, match="the variable NOT_SET is not set where it runs"):
        task.bind({"p": "env:NOT_SET"})


def test_rotas_own_variables_are_not_lent_to_a_secret(author):
    author.environ["ROTA_SECRET_KEY"] = "the key"
    task = author.declares("from pydantic import SecretStr\n@task('t')\ndef t(p: SecretStr): ...").tasks["t"]
    assert task.bind({"p": "env:ROTA_SECRET_KEY"})["p"].get_secret_value() == "env:ROTA_SECRET_KEY"


@pytest.mark.parametrize(
    "signature",
    [
        "(context: JobContext, days: int)",
        "(days: int, *, anything: JobContext)",
        "(days: int, c: JobContext | None = None)",
    ],
)
def test_the_context_is_found_by_its_type_and_is_no_argument(author, signature):
    task = author.declares(f"@task('t')\ndef t{signature}: ...").tasks["t"]
    assert task.context in {"context", "anything", "c"}
    assert list(task.schema["properties"]) == ["days"]


def test_the_context_is_found_though_it_is_imported_for_type_checks_only(author):
    head = "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nfrom rota import task\n"
    author.writes("typed.py", head + "if TYPE_CHECKING:\n    from rota import JobContext\n", head="")
    with (author.folder / "typed.py").open("a") as file:
        file.write("@task('t')\ndef t(context: JobContext, days: int): ...\n")
    assert author.loads("typed").tasks["t"].context == "context"


def test_async_bodies_are_known_as_such(author):
    found = author.declares("@task('a')\nasync def a(): ...\n@task('b')\ndef b(): ...")
    assert [found.tasks[name].is_async for name in "ab"] == [True, False]


def test_a_decorator_in_between_keeps_signature_and_place(author):
    found = author.declares(
        """
        import functools
        def loud(body):
            @functools.wraps(body)
            def wrapper(*args, **kwargs):
                return "loud", body(*args, **kwargs)
            return wrapper

        @job(kwargs={"days": 2})
        @loud
        def inner(days: int): return days

        @loud
        @job(kwargs={"days": 2})
        def outer(days: int): return days
        """
    )
    assert found.problems == []
    for name in ("inner", "outer"):
        task = found.tasks[f"written.{name}"]
        assert task.call(**task.bind({"days": "2"})) == ("loud", 2)
        assert list(task.schema["properties"]) == ["days"]
    assert found.jobs["inner"].source == "written.py:10"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@job\ndef j():\n    yield 1", "j is a generator; take out the yield: a body returns its result"),
        ("@job\nasync def j():\n    yield 1", "j is a generator"),
        ("@job\ndef j(a, /): ...", 'parameter "a" of j is positional-only; arguments of jobs have names'),
        (
            "@job\ndef j(a: 'Nothing'): ...",
            "the type of parameter \"a\" of j cannot be read (name 'Nothing' is",
        ),
        ("@job\ndef j(a: JobContext, b: JobContext): ...", "j asks for the context twice, as a and b"),
        (
            "import sqlite3\n@job\ndef j(a: int, c: sqlite3.Connection): ...",
            'argument "c" of task "written.j" has a type that JSON cannot give (Unable to generate '
            "pydantic-core schema for <class 'sqlite3.Connection'>); use str, int, date",
        ),
    ],
)
def test_a_body_that_cannot_be_a_job_is_a_problem_in_words(author, text, said):
    assert said in author.problem(text)


def test_binding_nothing_costs_a_third_of_binding_something_at_most(author):
    bind = author.declares("@task('t')\ndef t(days: int = 1): ...").tasks["t"].bind
    nothing = min(repeat(lambda: bind({}), number=5_000, repeat=5))
    something = min(repeat(lambda: bind({"days": 3}), number=5_000, repeat=5))
    assert nothing < something / 3

"""Text of others is text: no mark in it does anything, nothing in it hides."""

from html.parser import HTMLParser

from rota.domain.execution import Status
from tests.web.visitor import Visitor
from tests.world import ANA, World

EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\"'><b onclick=x>{{7*7}}"
HIDDEN = "\u202egnp.exe\x1b[2J\x1b]0;title\x07"
LONG = "x" * 200


class Marks(HTMLParser):
    """Every mark of a page, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def evil(world: World) -> None:
    """A job all of whose texts are hostile, with an execution that failed and one that is held."""
    world.add_job(
        "evil", daily="02:00", title=(EVIL + HIDDEN)[:200], description=EVIL + HIDDEN + LONG * 40,
        task_kwargs={EVIL: [EVIL, HIDDEN]}, tags=("a:b",), metadata={EVIL: EVIL},
    )  # fmt: skip
    world.executions.execute("evil", ANA)
    world.run(Status.FAILED, error_type=EVIL, error_message=EVIL + HIDDEN, message=EVIL, stack_trace=EVIL)
    world.holds.pause("evil", ANA, reason=EVIL + HIDDEN)


def test_marks_in_texts_do_nothing_on_any_page(world, admin: Visitor):
    evil(world)
    pages = [
        f"/evil{tab}"
        for tab in (
            "",
            "/executions",
            "/schedule",
            "/settings",
            "/history",
            "/edit",
            "/run",
            "/pause",
            "/delete",
        )
    ]
    for path in (
        "/",
        "/?q=%3Cscript%3E",
        "/-/search?q=%3Cb%3E",
        "/-/bulk?verb=run&job=evil",
        "/-/new?copy=evil",
        *pages,
    ):
        answer = admin.get(path)
        assert answer.status_code == 200, path
        marks = Marks(answer.text).found
        assert [attrs for tag, attrs in marks if tag == "script"] == [
            attrs for tag, attrs in marks if tag == "script" and "src" in attrs
        ]
        assert not [attrs for _, attrs in marks if any(name.startswith("on") for name in attrs)], path
        assert "img" not in {tag for tag, _ in marks}
        assert "{{7*7}}" in answer.text or "7*7" not in answer.text
        for hidden in ("\u202e", "\x1b", "\x07"):
            assert hidden not in answer.text, path


def test_what_turns_or_hides_text_is_written_out(world, admin: Visitor):
    evil(world)
    page = admin.get("/evil").text
    assert "\\u202egnp.exe\\x1b[2J" in page


def test_a_form_gives_back_what_was_typed_and_nothing_else(world, admin: Visitor):
    answer = admin.post(
        "/-/new", name=EVIL, task_name=EVIL, schedule_type="cron", schedule_expression=EVIL, timezone=EVIL
    )
    assert answer.status_code == 422
    values = [attrs.get("value") for tag, attrs in Marks(answer.text).found if tag == "input"]
    assert EVIL in values
    assert admin.post("/-/new", name="a\0b").status_code == 400

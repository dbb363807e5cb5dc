"""Text of others is text: no mark in it does anything, nothing in it hides."""

from datetime import timedelta
from html.parser import HTMLParser

from rota.domain.alert import Cause, ChannelKind, ChannelSpec, Kind, RuleSpec, Scope
from rota.domain.execution import Status
from rota.store import causes, channels, deliveries
from rota.web.templating import LONGEST_WORD, breakable
from tests.web.visitor import Visitor
from tests.world import ANA, World

EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\"'><b onclick=x>{{7*7}}"
HIDDEN = "\u202egnp.exe\x1b[2J\x1b]0;title\x07"
LONG = "x" * 200


PAGES = (
    *(f"/evil{tab}" for tab in ("", "/executions", "/schedule", "/settings", "/alerts", "/history")),
    *(f"/evil/{deed}" for deed in ("edit", "run", "pause", "delete")),
    "/", "/?q=%3Cscript%3E", "/-/search?q=%3Cb%3E", "/-/bulk?verb=run&job=evil", "/-/new?copy=evil", "/-/alerts",
    "/-/alerts/rules/odd", "/-/alerts/rules/odd/delete", "/-/alerts/channels", "/-/alerts/deliveries", "/-/audit",
)  # fmt: skip
"""Every page that shows something of it."""


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
    alerts, now = world.rota.alerts, world.clock.now()
    made = alerts.channels.create(ChannelSpec(name="ops", kind=ChannelKind.WEBHOOK, url="env:HOOK"), ANA)
    alerts.create(RuleSpec(name="odd", channels=("ops",), scope=Scope.TAG, target=(EVIL + HIDDEN)[:100]), ANA)
    alerts.mute("all", now + timedelta(hours=1), ANA, EVIL + HIDDEN)
    with world.db.write() as conn:
        channels.failed(conn, made.id, now, EVIL + HIDDEN)
        causes.add(conn, [Cause(Kind.NOTICE, "odd", now, info={"job": EVIL + HIDDEN})])
        for cause in causes.take(conn, 1):
            deliveries.add(conn, [(cause.id, made.id, None)], now)


def test_marks_in_texts_do_nothing_on_any_page(world, admin: Visitor):
    evil(world)
    for path in PAGES:
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


def test_a_name_can_be_broken_where_a_narrow_page_has_no_room_for_it():
    assert breakable("tidy_up.v2") == "tidy_<wbr>up.<wbr>v2"
    assert breakable("") == ""
    parts = breakable("_" + "&" * 100).split("<wbr>")
    assert max(part.count("&amp;") for part in parts) == LONGEST_WORD
    assert "".join(parts) == "_" + "&amp;" * 100


def test_a_form_gives_back_what_was_typed_and_nothing_else(world, admin: Visitor):
    answer = admin.post(
        "/-/new", name=EVIL, task_name=EVIL, schedule_type="cron", schedule_expression=EVIL, timezone=EVIL
    )
    assert answer.status_code == 422
    values = [attrs.get("value") for tag, attrs in Marks(answer.text).found if tag == "input"]
    assert EVIL in values
    assert admin.post("/-/new", name="a\0b").status_code == 400

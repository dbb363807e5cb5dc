"""Messages arrive whole and in order, in whatever pieces the system delivers them."""

from hypothesis import given
from hypothesis import strategies as st

from rota.domain.attempt import Attempt
from rota.domain.errors import Conflict, InvalidSchedule, NotFound, RotaError
from rota.executors.wire import (
    LONGEST_TEXT,
    Assignment,
    Decoder,
    Marks,
    assignment_of,
    encode,
    marks_of,
    raised_again,
    reported,
)

NONCE = b"0123456789abcdef"


def in_pieces(data, size):
    """The data, cut up."""
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(st.integers(1, 40), st.lists(st.lists(st.text() | st.integers(-(2**53), 2**53)), max_size=5))
def test_messages_to_a_runner_arrive_in_any_pieces(size, messages):
    decoder, arrived = Decoder(), []
    for piece in in_pieces(b"".join(map(encode, messages)), size):
        arrived += decoder.feed(piece)
    assert arrived == messages


@given(
    st.integers(1, 50),
    st.lists(
        st.sampled_from([b"\x00", b"\x00\x1e", b"\x00\x1e" + NONCE[:5], b"x", b"\n"])
        | st.text().map(lambda t: [t])
    ),
)
def test_messages_from_a_runner_keep_their_place_in_its_output(size, said):
    stream = b"".join(part if isinstance(part, bytes) else b"".join(marks_of(NONCE, part)) for part in said)
    marks, arrived = Marks(NONCE), []
    for piece in in_pieces(stream, size):
        arrived += marks.feed(piece)
    arrived.append(marks.finish())
    assert joined(arrived) == joined(said)


def joined(parts):
    """The parts, with neighbouring bytes as one."""
    result: list[object] = []
    for part in parts:
        if isinstance(part, bytes) and result and isinstance(result[-1], bytes):
            result[-1] = result[-1] + part
        elif part != b"":
            result.append(part)
    return result


def test_a_long_message_goes_in_pieces_that_a_pipe_takes_whole():
    message = ["log", "info", 0.0, "x" * 10_000]
    pieces = marks_of(NONCE, message)
    assert len(pieces) == 3
    assert all(len(piece) <= LONGEST_TEXT + 30 <= 4096 for piece in pieces)
    assert Marks(NONCE).feed(b"between".join(pieces)) == [b"between", b"between", message]


def test_marks_that_hold_no_message_are_output():
    first, *_ = pieces = marks_of(NONCE, ["log", "info", 0.0, "x" * 10_000])
    marks = Marks(NONCE)
    (torn,) = marks.feed(b"".join([first, *pieces]))
    assert isinstance(torn, bytes)
    assert marks.feed(marks_of(NONCE, ["beat", 1])[0]) == [["beat", 1]]


def test_a_message_that_fits_into_one_mark_may_stand_between_those_of_a_long_one():
    long, short = ["log", "info", 0.0, "x" * 10_000], ["beat", 1]
    first, *rest = marks_of(NONCE, long)
    assert Marks(NONCE).feed(b"".join([first, *marks_of(NONCE, short), *rest])) == [short, long]


def test_a_mark_of_another_runner_is_output():
    foreign = marks_of(b"f" * 16, ["e", 1])[0]
    marks = Marks(NONCE)
    assert joined([*marks.feed(foreign), marks.finish()]) == [foreign]


def test_an_assignment_holds_what_a_runner_needs():
    attempt = Attempt(7, 1, "backup", "app.backup", 5, 2, kwargs='{"a": 1}', memory_limit=64)
    assert assignment_of(attempt) == Assignment(
        7, "backup", "app.backup", '{"a": 1}', None, 2, "backup-5", 64
    )


def test_an_error_of_the_services_is_raised_again_as_what_it_was():
    for error in (
        NotFound("no job", fix="add one"),
        Conflict("busy", code="overlap"),
        InvalidSchedule("bad", part="x"),
    ):
        again = raised_again(reported(error))
        assert (type(again), str(again), again.code) == (type(error), str(error), error.code)
    assert type(raised_again({"kind": "Strange", "message": "m", "fix": None, "code": "c"})) is RotaError

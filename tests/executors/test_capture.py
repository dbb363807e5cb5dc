"""What is kept of an output."""

import tracemalloc
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rota.executors.capture import HEAD_BYTES, LONGEST_LINE, MOST_LINES, TAIL_BYTES, Capture

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def texts(capture):
    """The lines that are kept."""
    return [line.text for line in capture.finish(NOW)]


def test_a_last_line_without_an_end_is_a_line_and_an_empty_one_is_none():
    capture = Capture()
    capture.raw(b"one\n\ntwo", NOW)
    assert texts(capture) == ["one", "", "two"]


def test_no_character_is_cut_between_two_pieces():
    capture = Capture()
    for byte in "größer €\n".encode():
        capture.raw(bytes([byte]), NOW)
    assert texts(capture) == ["größer €"]


def test_what_is_not_utf_8_is_replaced_and_control_characters_stay():
    capture = Capture()
    capture.raw(b"\xff\x00\x1b[31m\r\n", NOW)
    assert texts(capture) == ["\ufffd\x00\x1b[31m\r"]


def test_a_line_of_a_megabyte_is_parted():
    capture = Capture()
    capture.raw(b"x" * (3 * LONGEST_LINE + 1) + b"\n", NOW)
    assert [len(text) for text in texts(capture)] == [LONGEST_LINE] * 3 + [1]


def test_a_log_entry_bears_its_level_and_its_own_time():
    capture = Capture()
    earlier = NOW - timedelta(seconds=1)
    capture.log("warning", "a\nb", earlier)
    assert [(line.source, line.at, line.text) for line in capture.finish(NOW)] == [
        ("warning", earlier, "a"),
        ("warning", earlier, "b"),
    ]


def test_lines_are_taken_once_and_counted_on():
    capture = Capture()
    capture.raw(b"one\ntw", NOW)
    assert [line.text for line in capture.take()] == ["one"]
    assert capture.take() == []
    capture.raw(b"o\n", NOW)
    assert [(line.seq, line.text) for line in capture.finish(NOW)] == [(2, "two")]


def test_no_line_is_later_than_the_end_of_its_body():
    capture = Capture()
    capture.raw(b"late\n", NOW + timedelta(seconds=1))
    assert capture.finish(NOW)[0].at == NOW


def test_just_what_fits_is_kept_whole():
    capture = Capture()
    line = b"x" * 127 + b"\n"
    for _ in range((HEAD_BYTES + TAIL_BYTES) // len(line)):
        capture.raw(line, NOW)
    assert capture.dropped == 0
    assert texts(capture) == ["x" * 127] * 8192


def test_more_keeps_both_ends_and_says_how_much_lay_between():
    capture = Capture()
    for number in range(100_000):
        capture.raw(b"%015d\n" % number, NOW)
    lines = texts(capture)
    assert capture.bytes == 1_600_000
    assert lines[0] == "0" * 15
    assert lines[-1] == f"{99_999:015d}"
    gap = next(index for index, text in enumerate(lines) if text.startswith("…"))
    assert lines[gap] == f"… {capture.dropped:,} bytes dropped …"
    kept = sum(len(text) + 1 for text in lines) - len(lines[gap]) - 1
    assert abs(kept + capture.dropped - capture.bytes) <= 2
    assert len(lines) <= 2 * MOST_LINES + 1


def test_endless_empty_lines_and_endless_crumbs_cost_little_memory():
    for data, times in ((b"\n" * 65_536, 200), (b"crumb of a line ", 100_000)):
        capture = Capture()
        tracemalloc.start()
        for _ in range(times):
            capture.raw(data, NOW)
        lines = texts(capture)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20 * 2**20
        assert len(lines) <= 2 * MOST_LINES + 4096 + 1


def test_a_log_entry_larger_than_the_tail_keeps_its_end():
    capture = Capture()
    capture.raw(b"x" * HEAD_BYTES, NOW)
    capture.log("info", "y" * (2 * TAIL_BYTES) + "end", NOW)
    lines = texts(capture)
    assert lines[-1].endswith("yend")
    assert capture.dropped == TAIL_BYTES + 3


@given(st.lists(st.binary(max_size=50_000), max_size=60))
def test_nothing_is_lost_without_being_counted(pieces):
    capture = Capture()
    for piece in pieces:
        capture.raw(piece, NOW)
    whole = b"".join(pieces)
    lines = capture.finish(NOW)
    assert capture.bytes == len(whole)
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    if not capture.dropped and len(whole) < LONGEST_LINE:
        assert [line.text for line in lines] == [
            part.decode(errors="replace") for part in whole.removesuffix(b"\n").split(b"\n") if whole
        ]

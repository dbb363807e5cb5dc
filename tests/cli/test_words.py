"""How values are said, and that nothing in them reaches a terminal as a command."""

from datetime import UTC, datetime, timedelta

import pytest

from rota.cli.words import count, relative, shown, span, when

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("plain", "plain"),
        ("déjà vu ✓ 日本", "déjà vu ✓ 日本"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("bell\x07 del\x7f", "bell\\x07 del\\x7f"),
        ("\x9b2J", "\\x9b2J"),
        ("over\rwritten", "over\\rwritten"),
        ("two\nlines", "two\\nlines"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\udc80", "\\udc80"),
    ],
)
def test_control_characters_are_written_out(text, visible):
    assert shown(text) == visible


def test_a_line_of_a_log_may_keep_its_tabs():
    assert shown("a\tb\x1b", keep="\t") == "a\tb\\x1b"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 ms"),
        (0.35, "350 ms"),
        (1, "1 s"),
        (1.25, "1.2 s"),
        (41.4, "41 s"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (3900, "1 h 5 min"),
        (40_000, "11 h"),
        (90_000, "1 d 1 h"),
        (12 * 86_400, "12 d"),
    ],
)
def test_a_length_of_time_has_its_two_largest_units(seconds, said):
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "now"), (0.2, "now"), (3 * 3600, "in 3 h"), (-120, "2 min ago"), (-86_400, "1 d ago")],
)
def test_an_instant_is_told_from_now(seconds, said):
    assert relative(NOW + timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("relative", "now"),
        ("utc", "2026-03-02 12:00:00 UTC"),
        ("job", "2026-03-02 13:00:00 CET"),
    ],
)
def test_an_instant_is_told_as_asked(how, said):
    assert when(NOW, NOW, how, "Europe/Paris") == said
    assert when(None, NOW, how) == ""


def test_numbers_are_grouped():
    assert (count(4812), count(0.5), count(None)) == ("4,812", "0.5", "")

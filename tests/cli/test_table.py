"""Tables fit the terminal, and are whole where there is none."""

from rich.cells import cell_len

from rota.cli.table import Cell, Column, lines

ROWS = [
    ("database_cleanup", "Clean up old database records", "active"),
    ("日本語の仕事", "widths of two cells", "paused"),
]
COLUMNS: list[Column[tuple[str, str, str]]] = [
    Column("name", lambda row: row[0], least=8),
    Column("description", lambda row: Cell(row[1], "dim"), least=8, rank=1),
    Column("status", lambda row: row[2]),
]


def test_without_a_terminal_nothing_is_cut():
    text = "\n".join(lines(COLUMNS, ROWS, None, colour=False))
    assert all(word in text for row in ROWS for word in row)


def test_what_is_too_wide_is_cut_with_an_ellipsis_and_short_columns_stay_whole():
    made = lines(COLUMNS, ROWS, 40, colour=False)
    assert max(map(cell_len, made)) <= 40
    assert made[1].endswith("active")
    assert "…" in made[1]


def test_a_column_that_there_is_no_room_for_is_left_out():
    assert "DESCRIPTION" not in lines(COLUMNS, ROWS, 20, colour=False)[0]
    assert "STATUS" in lines(COLUMNS, ROWS, 20, colour=False)[0]


def test_columns_stand_below_one_another_whatever_the_letters_are():
    first, second = lines(COLUMNS, ROWS, None, colour=False)[1:]
    assert cell_len(first[: first.index("active")]) == cell_len(second[: second.index("paused")])


def test_colours_are_added_around_the_text_only_where_asked_for():
    assert "\x1b[2m" in lines(COLUMNS, ROWS, None, colour=True)[1]
    assert "\x1b" not in "".join(lines(COLUMNS, ROWS, None, colour=False))


def test_what_a_name_holds_moves_nothing():
    made = lines(COLUMNS, [("a\x1b[2Jb", "c\nd", "e")], None, colour=False)
    assert made[1].split() == ["a\\x1b[2Jb", "c\\nd", "e"]

"""Tables: widths, wrapping, and what a store may not do to a terminal."""

from oracle_backup.cli.tables import printable, render_table


def test_columns_are_as_wide_as_they_need():
    lines = render_table(
        ("A", "SIZE", "B"), [("x", "5", "y"), ("longer", "500", "")], right={"SIZE"}
    )

    assert lines == ["A       SIZE  B", "x          5  y", "longer   500"]


def test_last_column_is_wrapped_to_the_terminal():
    lines = render_table(("A", "WHY"), [("x", "word " * 20)], columns=40)

    assert max(map(len, lines)) <= 40
    assert all(line.startswith("   ") for line in lines[2:])
    assert " ".join(lines).split() == ["A", "WHY", "x", *["word"] * 20]


def test_long_word_is_cut_to_the_terminal_and_not_lost():
    lines = render_table(("A", "WHY"), [("x", "w" * 100)], columns=40)

    assert "".join(lines).count("w") == 100


def test_last_column_keeps_some_room_in_a_narrow_terminal():
    lines = render_table(("A", "WHY"), [("x" * 50, "a short sentence here")], columns=40)

    assert lines[1].endswith("a short sentence")


def test_wide_signs_and_marks_keep_columns_in_line():
    lines = render_table(("A", "B"), [("表", "1"), ("e\u0301", "2")])

    assert lines == ["A   B", "表  1", "e\u0301   2"]


def test_signs_that_steer_a_terminal_are_not_shown():
    assert printable("\x1b[2Ja\u202eb\nc\x00") == "?[2Ja?b?c?"
    assert render_table(("A",), [("\x1b",)]) == ["A", "?"]


def test_table_without_rows_is_its_head():
    assert render_table(("A", "B"), [], columns=80) == ["A  B"]

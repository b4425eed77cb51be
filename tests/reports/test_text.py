"""Text that wants to be something else stays the text that it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import text


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("plain", "plain"),
        ("a\x07b", "a␇b"),
        ("a\rb\r\nc", "a\nb\nc"),
        ("lone \ud83d", "lone \ufffd"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("\t", "␉"),
        (" \n", "␠␊"),
        ("\u3000", "␠"),
        ("", ""),
    ],
)
def test_what_a_cell_cannot_hold_becomes_a_visible_sign(written: str, seen: str) -> None:
    assert text.visible(written) == seen


def test_what_looks_like_an_escape_is_escaped() -> None:
    assert text.stored("_x000D_ _x12_ _X000d_") == "_x005F_x000D_ _x12_ _X000d_"


def test_what_is_too_long_says_how_much_was_left_off() -> None:
    cut = text.stored("😀" * 40_000)

    kept = cut.count("😀")
    assert text.units(cut) <= text.LONGEST
    assert cut == "😀" * kept + f"… (+{40_000 - kept:,})"
    assert text.LONGEST - text.units(cut) < 8
    assert text.stored("x" * text.LONGEST) == "x" * text.LONGEST


def test_escapes_count_for_the_length() -> None:
    cut = text.stored("_x000D_" * 6_000)

    assert text.units(cut) <= text.LONGEST
    assert cut.endswith(")")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_what_is_visible_stays_so(words: str) -> None:
    assert text.visible(text.visible(words)) == text.visible(words)
    assert not text.FORBIDDEN.search(text.stored(words))


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("Responses", "Responses (2)"),
        ("a/b\\c?d*e[f]g:h", "a-b-c-d-e-f-g-h"),
        ("'quoted'", "quoted"),
        ("History", "History_"),
        ("", "-"),
        ("x" * 40, "x" * 31),
        ("😀" * 20, "😀" * 15),
        ("two\nlines", "two lines"),
    ],
)
def test_sheet_names_are_ones_that_excel_takes(wish: str, name: str) -> None:
    assert text.sheet_name(wish, {"responses"}) == name


def test_long_names_of_further_sheets_stay_apart() -> None:
    first = text.sheet_name("x" * 40, set())
    second = text.sheet_name("x" * 40, {first})

    assert second == "x" * 27 + " (2)"


@pytest.mark.parametrize(
    ("words", "room"), [("abc", 3), ("中文", 4), ("a\nlonger", 6), ("é", 1), ("中\u200b", 2)]
)
def test_chinese_takes_twice_the_room(words: str, room: int) -> None:
    assert text.width(words) == room
    assert text.lines(words, 3) >= 1


def test_a_column_that_is_called_like_another_gets_a_number() -> None:
    assert text.unlike("Name", ["name", "name 2"]) == "Name 3"


@pytest.mark.parametrize(
    ("words", "room", "count"),
    [
        ("", 10, 1),
        ("What is important", 20, 1),
        ("What is important", 12, 2),
        ("one two three four", 5, 4),  # the words do not fit in pairs, though 18 is less than 4 * 5
        ("Unterwassermassage", 6, 4),
        ("及时回复，或说明原因", 20, 1),
        ("及时回复，或说明原因", 10, 2),
        ("two\nlines", 20, 2),
    ],
)
def test_lines_are_broken_between_words(words: str, room: int, count: int) -> None:
    assert text.lines(words, room) == count


def test_small_letters_take_less_room_than_digits() -> None:
    assert text.drawn("little it fills") < len("little it fills") - 3
    assert text.drawn("0123456789") == 10
    assert text.drawn("通知") == pytest.approx(3.8)

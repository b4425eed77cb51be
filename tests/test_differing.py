"""What changed between two texts, told so that a reader sees it."""

from itertools import pairwise
from random import Random
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.differing import Piece, differences

SIGNS = {"kept": "{}", "added": "[+{}]", "removed": "[-{}]"}


def shown(old: str, new: str) -> str:
    return "".join(SIGNS[each.change].format(each.text) for each in differences(old, new))


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("", "", ""),
        ("same", "same", "same"),
        ("", "new", "[+new]"),
        ("old", "", "[-old]"),
        ("closed on Friday.", "closed on Monday.", "closed on [-Friday][+Monday]."),
        ("周五中午关闭", "周五下午三点关闭", "周五[-中][+下]午[+三点]关闭"),
        ("a\nb\nc\n", "a\nc\n", "a\n[-b\n]c\n"),
        ("a\nc\n", "a\nb\nc\n", "a\n[+b\n]c\n"),
        ("a\nb", "a\nb\n", "a\nb[+\n]"),
        ("Price: 1,200.50 EUR", "Price: 1,250.50 EUR", "Price: [-1,200.50][+1,250.50] EUR"),
        (
            "the big red dog ran off",
            "the old tan dog ran off",
            "the [-big red][+old tan] dog ran off",
        ),
        ("one thing\nhere\n", "wholly other\nhere\n", "[-one thing\n][+wholly other\n]here\n"),
        ("x  y", "x y", "x[-  ][+ ]y"),
    ],
)
def test_a_change_is_seen_at_the_words_that_changed(old: str, new: str, seen: str) -> None:
    assert shown(old, new) == seen


ALPHABET = st.text("ab 你好\n.", max_size=60)


@settings(max_examples=400, deadline=None)
@given(st.one_of(ALPHABET, st.text()), st.one_of(ALPHABET, st.text()))
def test_both_texts_can_be_read_out_of_the_pieces(old: str, new: str) -> None:
    found = differences(old, new)

    assert "".join(each.text for each in found if each.change != "added") == old
    assert "".join(each.text for each in found if each.change != "removed") == new
    assert all(each.text for each in found)
    assert all(a.change != b.change for a, b in pairwise(found))


@pytest.mark.parametrize("many", [1, 30, 900])
def test_a_few_changes_in_a_long_text_are_found_and_many_are_told_coarsely(many: int) -> None:
    chance = Random(many)
    lines = [f"Line {number}: {chance.random()}\n" for number in range(5000)]
    changed = list(lines)
    for at in chance.sample(range(5000), many):
        changed[at] = f"Changed {at}\n"
    old, new = "".join(lines), "".join(changed)

    found = differences(old, new)

    assert "".join(each.text for each in found if each.change != "added") == old
    removed = sum(len(each.text) for each in found if each.change == "removed")
    assert removed <= len(old) if many == 900 else removed <= 60 * many


@pytest.mark.parametrize("kind", ["lines", "one line", "nothing alike", "one letter"])
def test_long_texts_take_a_bounded_time(kind: str) -> None:
    chance = Random(3)
    size = 100_000
    match kind:
        case "lines":
            old, new = ("".join(chance.choices("ab\n", k=size)) for _ in range(2))
        case "one line":
            old, new = (" ".join(chance.choices("abc", k=size // 2)) for _ in range(2))
        case "nothing alike":
            old, new = "a\n" * (size // 2), "b\n" * (size // 2)
        case _:
            old, new = "a" * size, "a" * (size - 1)
    start = perf_counter()

    found = differences(old, new)

    assert perf_counter() - start < 5
    assert "".join(each.text for each in found if each.change != "removed") == new


def test_pieces_are_plain_values() -> None:
    assert differences("we b", "we c") == (
        Piece("kept", "we "),
        Piece("removed", "b"),
        Piece("added", "c"),
    )

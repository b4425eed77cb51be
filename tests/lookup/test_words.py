"""Which words stand in which text, as a table; and what somebody typed, taken apart."""

import string
from random import Random

import pytest

from bot.policy.lookup.excerpts import BEFORE, excerpt
from bot.policy.lookup.grams import LONGEST, fold, grams, sought
from bot.policy.lookup.query import Query, Term, read, written
from bot.policy.lookup.texts import family, keys, words_of
from bot.store import blocks
from tests.needs import seed, share


@pytest.mark.parametrize(
    ("words", "text", "stands"),
    [
        ("contract", "The CONTRACT is ready", True),
        ("ＣＯＮＴＲＡＣＴ", "contracts", True),
        ("tract", "the contract", True),
        ("b", "plan b", True),
        ("b", "plan better", False),
        ('"plan b"', "plan better", False),
        ("7", "room 7", True),
        ("7", "4711", False),
        ("4711", "№4711!", True),
        ("合同", "这份合同已签", True),
        ("同", "这份合同已签", True),
        ("合签", "这份合同已签", False),
        ("合同", "合 同", False),
        ('"the  contract"', "the\n contract", True),
        ('"contract the"', "the contract", False),
        ("ready contract", "the contract is ready", True),
        ("ready contract", "the contract", False),
        ("café", "cafe\u0301", True),
        ("strasse", "Straße", True),
        ("pass\u200bword", "password", True),
        ("password", "pass\u00adword", True),
        ("🎉", "done 🎉🎉", True),
        ("🎉", "done", False),
        ("c++", "we use C++ here", True),
        ("3.5", "about 3.5 %", True),
        ("สวัสดี", "สวัสดีครับ", True),
        ("שלום", "שלום עולם", True),
        ("a.b@c.example", "write to A.B@c.example", True),
        ("OR", "this or that", True),
    ],
)
def test_words_stand_in_a_text_or_not(words: str, text: str, stands: bool) -> None:
    query, folded = read(words), fold(text)

    assert query.fits(folded) is stands
    if stands:
        assert set(query.grams) <= folded.grams  # else the index would not lead to it


@pytest.mark.parametrize(
    "nothing", ["", "   ", "...", "!? —", "\x00\x01", "\ud800", "\u200b", '""']
)
def test_what_has_no_word_is_nothing_to_look_for(nothing: str) -> None:
    assert read(nothing).terms == ()


@pytest.mark.parametrize(
    ("line", "terms", "where"),
    [
        ('a1 "b c" in:#x', ["a1", "b c"], {"in": "#x"}),
        ('in:"sales room" from:@ann', [], {"in": "sales room", "from": "@ann"}),
        ("在：#大厅 来自：安 茶", ["茶"], {"in": "#大厅", "from": "安"}),
        (
            "自:2026-01-01 至:2026-02 类别:通知",
            [],
            {"since": "2026-01-01", "until": "2026-02", "class": "通知"},
        ),
        ("12:30 http://x.example/a foo:bar", ["12:30", "http://x.example/a", "foo:bar"], {}),
        ('"open end', ["open end"], {}),
        ("“合同 价格” 「x y」", ["合同 价格", "x y"], {}),
        ("twice twice", ["twice"], {}),
        ("in: from:", ["in:", "from:"], {}),
        ('foo:"bar baz"', ['foo:"bar baz"'], {}),
    ],
)
def test_what_was_typed_is_taken_apart(line: str, terms: list[str], where: dict[str, str]) -> None:
    query = read(line)

    assert [each.text for each in query.terms] == terms
    assert query.where == where


def test_a_query_can_be_written_and_read_again() -> None:
    query = read('"two words" one in:"a room" class:work')

    assert read(written(query)) == query


def test_whatever_stands_in_a_text_has_its_grams_in_it() -> None:
    """The promise between the index and the check: nothing that stands there is missed."""
    chance = Random(seed())
    signs = string.ascii_letters + string.digits + " .,-+@#🎉é合同审批茶ßＡ\u200b\n"
    for _ in range(share(40_000)):
        text = "".join(chance.choices(signs, k=chance.randint(0, 30)))
        start = chance.randint(0, len(text))
        part = text[start : start + chance.randint(0, 8)]
        term, folded = Term(part), fold(text)
        if term.grams and term.stands_in(folded):
            assert set(term.grams) <= folded.grams, (part, text)
        assert set(sought(folded.low, 1000)) <= folded.grams


def test_the_end_of_a_text_that_is_too_long_cannot_be_found() -> None:
    text = "x " * LONGEST + "needle"

    assert not read("needle").fits(fold(text))
    assert len(grams(fold(text).low)) == 1


def test_an_excerpt_shows_what_was_looked_for_with_words_around_it() -> None:
    text = "１２３ " * 40 + "the ＣＯＮＴＲＡＣＴ is " + "long " * 60
    part = excerpt(text, read("contract").terms)

    assert part.hit == "ＣＯＮＴＲＡＣＴ"
    assert part.before.startswith("…")
    assert part.before.endswith("the ")
    assert len(part.before) == BEFORE + 1
    assert part.after.endswith("…")
    assert part.whole.count("ＣＯＮＴＲＡＣＴ") == 1


def test_an_excerpt_of_nothing_in_particular_is_the_beginning() -> None:
    assert excerpt("short", ()).whole == "short"
    assert excerpt("a  b", read('"a b"').terms).hit == "a"
    assert excerpt("Straße ist lang, sehr LANG", read("lang").terms).hit == "lang"
    assert excerpt("nothing here", read("zebra").terms).hit == ""


def test_a_query_without_words_fits_everything() -> None:
    assert Query().fits(fold("anything"))


def test_keys_tell_records_apart_and_our_own_chains_are_mostly_not_searched() -> None:
    assert keys("post", "slack/T/C", ["ann"], "work") == (
        "in:slack/T/C",
        "kind:post",
        "class:work",
        "by:ann",
    )
    assert keys("look", "slack/T/C", ["ann"], "work") == ()
    assert keys("post", "duly/looks", ["ann"], "work") == ()
    assert family("duly/meetings/77") == "duly/meetings"
    assert (
        words_of("decision", {"form": {"text": "yes", "empty": ""}, "comment": "ok"}) == "yes\nok"
    )
    assert words_of("decision", {}) == ""
    assert words_of("file", {"files": (("plan.pdf", "F1", 3), ("合同.docx", "F2", 4))}) == (
        "plan.pdf\n合同.docx"
    )
    assert words_of("file", {}) == ""
    assert words_of("notice", {"title": "Closed", "text": "on Friday"}) == "Closed\non Friday"
    assert words_of("deletion", {"text": None}) == ""


def test_spans_of_time_go_back_without_a_gap_or_a_double() -> None:
    chance = Random(seed())
    for _ in range(share(4000)):
        high = chance.randrange(10**10)
        low = max(0, high - chance.choice([1, 3600, 10**5, 10**7, 10**9, 10**11]))
        names = list(blocks.back(low, high))
        for second in {low, high, *(chance.randint(low, high) for _ in range(20))}:
            found = [name for name in names if name == "" or name in blocks.of(second)]
            assert found, (low, high, second)
            assert len(found) == 1 or found[1:] == [""]
        assert len(names) < 60

"""What is found in a text, by rules and without anybody around it. Policy 4.2.1, 4.2.3, 2.1.1."""

import time
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2
from stdnum.kr import rrn

from bot.policy.reading import Mistakes, read
from bot.policy.rulebook import Screening
from bot.policy.screening import links, screen, words
from bot.policy.screening.folding import fold
from bot.policy.screening.formality import Hint, hints
from bot.policy.screening.rules import RULES as KNOWN
from bot.policy.screening.rules import Room
from bot.words import Reader, render
from tests.screening import made
from tests.screening.figures import figures
from tests.screening.table import LOBBY, RULES, rows

TABLE = list(rows())
SMALL = Room("team", open=False)
HIDING = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u2066\u2069\ufe0f"
FIRM = [row for row in TABLE if not row.hard]


def found(text: str, room: Room = LOBBY) -> list[str]:
    return [hit.rule for hit in screen(text, room, RULES)]


def test_the_table_is_large_half_near_misses_and_of_three_languages() -> None:
    assert len({row.text for row in TABLE}) >= 600
    misses = sum(not row.found for row in TABLE)
    assert 0.4 <= misses / len(TABLE) <= 0.6
    assert {row.rule for row in TABLE} == set(KNOWN) - {"marked-file", "outsider"}


@pytest.mark.parametrize("found_there", [True, False])
def test_every_row_that_is_not_hard_is_right(found_there: bool) -> None:
    wrong = [
        (row.rule, row.text)
        for row in FIRM
        if row.found is found_there and found(row.text) != [row.rule] * row.found
    ]
    assert wrong == []


def test_the_hard_ones_go_wrong_as_the_page_says() -> None:
    """Whoever mends one of them moves it up, and takes it off the page."""
    hard = [row for row in TABLE if row.hard]
    right = [row.text for row in hard if (row.rule in found(row.text)) is row.found]
    assert right == []


def test_no_rule_is_below_what_the_page_promises() -> None:
    for figure in figures(TABLE):
        assert figure.precision >= 0.9, figure
        assert figure.recall >= 0.9, figure


def test_a_hit_says_where_and_shows_at_most_its_end() -> None:
    number = made.resident(3)
    text = f"Ａ：我的身份证\u200b是{number[:6]}\u200b{number[6:]}。"
    (hit,) = screen(text, LOBBY, RULES)

    assert text[hit.start : hit.end].replace("\u200b", "") == number
    assert hit.tail == f"…{number[-4:].lower()}"
    assert (hit.kind, hit.clause, hit.severity) == ("personal", "4.2.1", "serious")
    assert number not in repr(hit)


def test_of_passwords_keys_and_codewords_nothing_is_shown() -> None:
    for text in (f"密码：{made.password(1)}", made.key(1), "bluebird is late"):
        (hit,) = screen(text, LOBBY, RULES)
        assert hit.tail == ""


def test_the_same_thing_is_found_once_and_not_more_than_a_few() -> None:
    number = made.resident(4)
    assert len(screen(f"{number} {number}", LOBBY, RULES)) == 1
    many = "\n".join(made.resident(n) for n in range(60))
    assert 1 < len(screen(many, LOBBY, RULES)) <= 20


def test_among_few_people_it_weighs_less_and_in_a_closed_room_nothing() -> None:
    text = f"【机密】{made.resident(5)}"
    closed = replace_rules(closed=("board",))
    assert [hit.severity for hit in screen(text, SMALL, RULES)] == ["slight"]
    assert screen(text, Room("board", open=True), closed) == ()
    assert len(screen(text, Room("board", open=True, outside=True), closed)) == 2
    assert found(f"密码：{made.password(2)}", SMALL) == ["password"]


def replace_rules(**changes: object) -> Screening:
    return replace(RULES, **changes)  # type: ignore[arg-type]  # fields by their names


def test_a_rule_that_is_off_finds_nothing_and_one_that_collects_says_so() -> None:
    off = replace_rules(rules=dict.fromkeys(KNOWN, "off"))
    assert [row.text for row in TABLE if screen(row.text, LOBBY, off)] == []
    collects = replace_rules(rules={**RULES.rules, "shortener": "collect"})
    (hit,) = screen("https://bit.ly/x1", LOBBY, collects)
    assert hit.severity == "collect"


@given(st.sampled_from(FIRM), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_what_nobody_sees_hides_nothing_and_betrays_nothing(row: object, chance: object) -> None:
    assert isinstance(row, type(FIRM[0]))
    letters = []
    for one in row.text:
        letters += [one, chance.choice(["", "", *HIDING])]  # type: ignore[attr-defined]
    assert Counter(found("".join(letters))) == Counter(found(row.text))


@given(st.integers(0, 500), st.booleans())
@settings(max_examples=100, deadline=None)
def test_full_width_digits_and_chinese_on_both_sides_hide_nothing(seed: int, wide: bool) -> None:
    number = made.resident(seed)
    if wide:
        number = "".join(chr(ord(one) + 0xFEE0) for one in number)
    assert found(f"号{number}号") == ["resident-id"]


@given(st.integers(0, 500), st.integers(0, 16), st.integers(1, 9))
@settings(max_examples=150, deadline=None)
def test_another_digit_is_no_identity_card(seed: int, at: int, more: int) -> None:
    number = made.resident(seed)
    changed = f"{number[:at]}{(int(number[at]) + more) % 10}{number[at + 1 :]}"
    assert "resident-id" not in found(f"我的{changed}号")


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_looked_at_and_every_place_lies_in_it(text: str) -> None:
    for hit in screen(text, LOBBY, RULES):
        assert 0 <= hit.start < hit.end <= len(text)


@given(st.text(max_size=120))
@settings(max_examples=300, deadline=None)
def test_folding_keeps_both_forms_of_one_length(text: str) -> None:
    folded = fold(text)
    assert len(folded.plain) == len(folded.low)


MEGA = 1_000_000
LONG = [
    "1 ",
    "1-",
    "12345",
    "6222 ",
    "a.",
    "a1.",
    "-",
    "http://",
    "http://a.",
    "[a](http://",
    "a(http://a",
    "<http://a|",
    "://a:",
    "password ",
    "password for a ",
    "password=",
    "密码 ",
    "eyJ.",
    "eyJaaaaaaaaaa.",
    "-----BEGIN ",
    "+1 ",
    "de89 ",
    "机 ",
    "机*密_",
    " ",
    "\u200b",
    "secret_",
    "xn--",
    "@hi ",
    "A" * 7 + "1",
]


@pytest.mark.parametrize("piece", LONG, ids=repr)
def test_a_megabyte_made_to_be_slow_is_looked_at_in_bounded_time(piece: str) -> None:
    text = (piece * (MEGA // len(piece) + 1))[:MEGA]

    start = time.process_time()
    screen(text, LOBBY, RULES)
    list(hints(text, RULES))
    assert time.process_time() - start < 3


def test_domains_are_known_without_a_network_or_a_file() -> None:
    made_of = links.suffixes()
    assert made_of.suffix_list_urls == ()
    assert not made_of._cache.enabled
    assert links.registered("a.b.co.uk") == "b.co.uk"
    assert links.registered("localhost") == ""


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("Q3_confidential_prices.xlsx", "confidential"),
        ("【机密】报价.docx", "机密"),
        ("内部资料-2026.pdf", "内部资料"),
        ("non-confidential.pdf", None),
        ("confidentiality_agreement.pdf", None),
        ("menu.pdf", None),
    ],
)
def test_the_name_of_a_file_may_be_marked(name: str, mark: str | None) -> None:
    assert words.marked(name, RULES) == mark


@pytest.mark.parametrize(
    ("text", "hinted"),
    [
        ("@bob hi", [Hint.EMPTY]),
        ("@bob 在吗？", [Hint.EMPTY]),
        ("急！！！", [Hint.EMPTY]),
        ("@bob PLEASE SEND THE CONTRACT", [Hint.CAPITALS]),
        ("@bob I wanna have the contract, lol", [Hint.SLANG]),
        ("@bob 合同yyds", [Hint.SLANG]),
        ("@bob please send the contract by Friday", []),
        ("@bob FAQ 和 API 文档请看", []),
        ("@bob the lollipop order is late", []),
    ],
)
def test_what_could_be_worded_better(text: str, hinted: list[Hint]) -> None:
    assert list(hints(text, RULES)) == hinted


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("[screening]\nphones = 3", 2, "A policy has no screening.phones."),
        ('[screening]\n\ncodewords = ["x"]', 3, "each of two characters or more"),
        ('[screening]\ndomains = ["not a domain"]', 2, "must be a list of domains"),
        ('[screening.rules]\ncard = "loud"', 2, "screening.rules.card must be one of"),
        ('[screening.rules]\ncat = "off"', 2, "A policy has no screening.rules.cat."),
        ("[screening]\nwrong_at_most = 101", 2, "must be a whole number from 0 to 100"),
        ('[findings.levels]\nserious = "soon"', 2, "findings.levels.serious must be one of"),
        ('[findings]\nhr_from = "grave"', 2, "findings.hr_from must be one of"),
        (
            '[[measures]]\nid = "x"\nof = "grave"\ntimes = 1\nmonths = 1\nmeasure = "talk"',
            3,
            "measures.x.of must be one of",
        ),
        (
            '[[measures]]\nid = "slight-first"\nof = "report"\ntimes = 1\nmonths = 1\n'
            'measure = "talk"',
            6,
            "earns a commendation",
        ),
        ("measures = 3", 1, "measures must be a list of tables."),
        ('[cases]\naccount_level = "soon"', 2, "cases.account_level must be one of"),
    ],
)
def test_mistakes_of_the_policy_file_are_explained_with_their_line(
    text: str, line: int, what: str
) -> None:
    with pytest.raises(Mistakes) as raised:
        read(text)

    (mistake,) = raised.value.found
    assert mistake.line == line
    assert what in render(mistake.what, Reader("en", "UTC"), str)


def test_a_long_list_costs_no_more_than_a_short_one() -> None:
    many = replace_rules(rumours=tuple(f"词条{n:05}号" for n in range(5000)))
    text = "这是一条普通的消息，没有什么特别的内容。" * 20
    screen(text, LOBBY, many)

    start = time.process_time()
    for _ in range(50):
        screen(text, LOBBY, many)
    assert (time.process_time() - start) / 50 < 0.01


def born_in_a_thirteenth_month() -> str:
    body = "11010519901301123"
    return body + mod_11_2.calc_check_digit(body)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Steuer-ID 36574261809", ["foreign-id"]),  # the samples of the algorithms' own pages
        ("nr 36574261809", []),
        ("PESEL 44051401359", ["foreign-id"]),
        ("NHS number: 943 476 5870", ["foreign-id"]),
        ("943 476 5870", []),
        (f"900101-123456{rrn.calc_check_digit('900101123456')}", ["foreign-id"]),
        ("2341 2341 2346", ["foreign-id"]),
        ("2 95 10 99 126 111 93", ["foreign-id"]),
        ("295139912611193", []),
        ("X-2482300W", ["foreign-id"]),
        ("M1234567K", ["foreign-id"]),
        (f"我的{born_in_a_thirteenth_month()}", []),
        ("身份证A123456(4)", []),
        ("香港身份證 A1234563", ["hongkong-id"]),
        ("A1234563", []),
        ("密码：12345678", ["password"]),
        ("密码：1234567890123", []),
        ("密码：2026-03-02 到期", []),
        ("密码: ab1", []),
        ("password is correct-horse-battery-staple", ["password"]),
        ("api_key = abcabcabcabcabcabc1", []),
        ("token: get-the-thing-from-bob-please", []),
        ("paypa1.com", ["lookalike"]),
        ("report.py or paypa1.py", ["lookalike"]),
        ("main.rs (https://github.com/a/b)", []),
        ("https://paypa1.com请看", ["lookalike"]),
        ("https://paypa1。com/x", ["lookalike"]),
        ("https://bob@brightwater.example/x", []),
        ("https://xn--pypal-4ve.com", ["mixed-script"]),
        ("https://xn--99999999999.example", []),
        ("http://", []),
        ("http://[::1]/x", []),
        ("+999 12345678, +999 12345679, +999 12345670", []),
        ("+1 000 000 0000, +1 000 000 0001, +1 000 000 0002", []),
        ("http://a1.example/ " * 150, []),
        ("a1.example, " * 150, []),
        ("[abc](http://a1.example) " * 150, []),
        ("password=abc " * 150, []),
        ("4111 " * 500, []),
        (f"{made.mobile(1)}, {made.mobile(2)}, 订单 {made.mobile(3)}", []),
    ],
)
def test_one_by_one(text: str, rules: list[str]) -> None:
    assert found(text) == rules


def test_a_letter_whose_small_form_is_longer_keeps_its_place() -> None:
    assert len(fold("İSTANBUL").low) == len("İSTANBUL")
    (hit,) = screen(f"İİ 密码：{made.password(3)}", LOBBY, RULES)
    assert hit.start == len("İİ 密码：")

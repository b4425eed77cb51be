"""Minutes as items, each of which is confirmed or objected to. Policy 2.2.2-minutes.

People type lines such as "Decision: …", "Action: @ann … by Fri", 待办：@wei …，周五前; whatever
else they type is a note. An item keeps its number through all versions of the minutes.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bot.policy.booking import Speaking, Unclear
from bot.policy.reckoning import Here, reckon
from bot.policy.timewords import phrases_in, plain
from bot.words import Code, Quoted, Say, say, seen

Kind = Literal["decision", "action", "note"]
Said = Literal["confirm", "silent", "object", "amend", "accept", "keep"]
Standing = Literal["waiting", "confirmed", "silent", "objected", "dissent"]

MOST = 50  # items of one meeting
LONGEST = 600  # characters of an item
WORDS: dict[Kind, tuple[str, ...]] = {
    "decision": ("decisions", "decision", "decided", "resolved", "决定", "決定", "决议", "決議"),
    "action": (
        *("actions", "action items", "action item", "action", "to-do", "todo", "task", "tasks"),
        *(
            "行动项",
            "行動項",
            "行动",
            "行動",
            "待办事项",
            "待辦事項",
            "待办",
            "待辦",
            "任务",
            "任務",
        ),
    ),
    "note": ("notes", "note", "info", "备注", "備註", "说明", "說明", "记录", "紀錄", "記錄"),
}
KINDS = {word: kind for kind, words in WORDS.items() for word in words}
_ALL = "|".join(re.escape(word) for word in sorted(KINDS, key=len, reverse=True))
_LABELLED = re.compile(rf"({_ALL})\s{{0,9}}[:：]\s*(.*)", re.I)
_HEADING = re.compile(rf"({_ALL})", re.I)
_BULLET = re.compile(
    r"^\s*(?:[-*•·–—▪☐□]\s*(?:\[[ xX]?\]\s*)?|\(?\d{1,2}[.)、）]\s*|（\d{1,2}）\s*|"
    r"[一二三四五六七八九十]{1,3}、)"
)
_NAME = re.compile(r"@[^\s,;:，；、：。]{1,80}")
_LOOSE = " ,，、;；:：.。-—"
_JOINED = re.compile(r"(?:\b(?:by|before|until|due|on|at)|最晚|最迟|最遲|在|于|於)$", re.I)
_TAIL = re.compile(r"(?:[\s.。;；,，)）]|之?前|以前|為止|为止)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`since`: the version of the minutes in which it got these words; `duty`: of its owner."""

    number: int
    kind: Kind
    text: str
    owner: str | None = None
    due: datetime | None = None
    since: int = 1
    duty: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An item as it was typed: `owner` is what stands for a person in the text."""

    kind: Kind
    text: str
    owner: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """One version of what was minuted; it never changes."""

    id: str
    meeting: str
    version: int
    at: datetime
    by: str
    confirm_by: datetime
    digest: str
    items: tuple[Item, ...]

    def item(self, number: int) -> Item | None:
        return next((each for each in self.items if each.number == number), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What `person` says of an item; `by` is who typed it, or who decided on an objection."""

    id: str
    version: int
    item: int
    person: str
    by: str
    said: Said
    words: str = ""
    at: datetime
    late: bool = False


def read(text: str, speaking: Speaking) -> tuple[Line, ...]:
    """The items of typed minutes, in order. Raises Unclear."""
    found = tuple(_line(kind, words, speaking) for kind, words in _lines(text))
    if not found:
        raise Unclear(_how())
    if len(found) > MOST:
        raise Unclear(
            say("These are {count} items; at most {most} fit.", count=len(found), most=MOST)
        )
    return found


def amended(item: Item, text: str, speaking: Speaking) -> Line:
    """An item in other words; it stays of its kind, and an action keeps what is not named anew."""
    labelled = _LABELLED.fullmatch(text.strip())
    words = " ".join((labelled[2] if labelled else text).split())
    if item.kind != "action":
        return _line(item.kind, words, speaking)
    owner, rest = _owner(words, speaking.names)
    due, rest = _due(rest, speaking)
    return _checked(Line(kind="action", text=rest, owner=owner, due=due or item.due), words)


def _lines(text: str) -> Iterator[tuple[Kind, str]]:
    """Kind and words of each item; a heading names the kind of what stands below it."""
    kind: Kind = "note"
    open_one: tuple[Kind, str] | None = None
    for line in seen(text).splitlines():
        bare = _BULLET.sub("", line, count=1).strip()
        labelled = _LABELLED.fullmatch(bare)
        heading = _heading(line)
        if heading is None and open_one and bare and _goes_on(line, labelled):
            open_one = (open_one[0], f"{open_one[1]} {bare}")
            continue
        if open_one:
            yield open_one
        open_one = None
        if heading is not None:
            kind = heading
        elif labelled and labelled[2].strip(" @＠"):
            open_one = (KINDS[labelled[1].casefold()], labelled[2].strip())
        elif bare and not labelled:
            open_one = (kind, bare)
    if open_one:
        yield open_one


def _heading(line: str) -> Kind | None:
    """A word such as "Decisions", "## 行动项：": alone on a line. Another begins notes."""
    words = line.strip().lstrip("#").strip(" *_")
    marked = line.lstrip().startswith("#")
    alone = _HEADING.fullmatch(words.rstrip(":： "))
    if alone and (marked or not _BULLET.match(line)) and not _is_empty_item(line):
        return KINDS[alone[1].casefold()]
    return "note" if marked else None


def _is_empty_item(line: str) -> bool:
    """ "Decision:" of the template, left as it was, is no heading; "Decisions:" is."""
    word = line.strip().rstrip(":： ").casefold()
    return word in ("decision", "action", "note")


def _goes_on(line: str, labelled: re.Match[str] | None) -> bool:
    """It is indented below its item, and begins nothing of its own."""
    return line[:1].isspace() and labelled is None and _BULLET.match(line) is None


def _line(kind: Kind, words: str, speaking: Speaking) -> Line:
    text = " ".join(words.split())
    if kind != "action":
        return _checked(Line(kind=kind, text=text), text)
    owner, rest = _owner(text, speaking.names)
    if not owner:
        raise Unclear(
            say(
                "Name who is to do this: “{words}”. For example: {example}",
                words=Quoted(text, 80),
                example=Code("Action: @ann send the figures by Fri"),
            )
        )
    due, rest = _due(rest, speaking)
    return _checked(Line(kind=kind, text=rest, owner=owner, due=due), text)


def _checked(line: Line, words: str) -> Line:
    if not line.text:
        raise Unclear(say("Say what is to be done: “{words}”", words=Quoted(words, 80)))
    if len(line.text) > LONGEST:
        raise Unclear(
            say(
                "An item has {count} characters; at most {most} fit: “{words}”",
                count=len(line.text),
                most=LONGEST,
                words=Quoted(words, 80),
            )
        )
    return line


def _owner(text: str, names: Sequence[str]) -> tuple[str, str]:
    """The first who is named, and the text without them where it begins with them."""
    known = [re.escape(each) for each in sorted(filter(None, names), key=len, reverse=True)]
    found = re.search("|".join((*known, _NAME.pattern)), text)
    if found is None:
        return "", text
    before, after = text[: found.start()], text[found.end() :]
    return found[0], " ".join(f"{before.rstrip()} {after.lstrip(_LOOSE)}".split())


def _due(text: str, speaking: Speaking) -> tuple[datetime | None, str]:
    """By when, said at the end or as a deadline, and the text without it. Raises Unclear."""
    read = plain(text)
    here = Here(speaking.now, ZoneInfo(speaking.zone), speaking.calendar)
    for phrase in reversed(list(phrases_in(read))):
        tail = _TAIL.match(read, phrase.end)
        ends = tail is not None and tail.end() == len(read)
        if not (phrase.due or ends):
            continue
        found = reckon(phrase, read, here)
        if found is None or (not phrase.due and found.note in ("past", "far")):
            return None, text  # a date that the words are about
        if found.at <= speaking.now:
            raise Unclear(
                say("{until} has passed: “{words}”", until=found.at, words=Quoted(text, 80))
            )
        before = _JOINED.sub("", read[: phrase.start].rstrip(_LOOSE)).rstrip(_LOOSE)
        after = read[tail.end() if tail else phrase.end :].strip()
        return found.at, f"{before} {after}".strip() or text
    return None, text


def _how() -> Say:
    return say(
        "There is no item in this. A line for each, for example: {example}",
        example=Code("Decision: … / Action: @ann … by Fri / Note: …"),
    )


def digest(items: Iterable[Item]) -> str:
    """SHA-256 over number, kind, words, owner and due time of every item, in hex."""
    rows = [
        [each.number, each.kind, each.text, each.owner, each.due and each.due.isoformat()]
        for each in items
    ]
    text = json.dumps(rows, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def changed(items: Sequence[Item], item: Item, version: int) -> tuple[Item, ...]:
    """The items with one in other words, as they stand from `version` on."""
    new = replace(item, since=version)
    return tuple(new if each.number == item.number else each for each in items)


def standing(item: Item, responses: Iterable[Response], person: str) -> Standing:
    """How somebody stands to an item as it reads now; what came late does not count."""
    stands: Standing = "waiting"
    for each in responses:
        if each.item != item.number or each.person != person or each.late:
            continue
        if each.version < item.since:
            continue
        stands = STANDS.get(each.said, stands)
    return stands


STANDS: dict[str, Standing] = {
    "confirm": "confirmed",
    "silent": "silent",
    "object": "objected",
    "amend": "objected",
    "keep": "dissent",
}


def unanswered(minutes: Minutes, responses: Sequence[Response], person: str) -> tuple[Item, ...]:
    return tuple(each for each in minutes.items if standing(each, responses, person) == "waiting")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many stand how to an item. Explicit and silent confirmation are counted apart."""

    confirmed: int = 0
    silent: int = 0
    objected: int = 0
    waiting: int = 0


def tally(item: Item, responses: Sequence[Response], people: Iterable[str]) -> Tally:
    found = [standing(item, responses, person) for person in people]
    return Tally(
        confirmed=found.count("confirmed"),
        silent=found.count("silent"),
        objected=found.count("objected") + found.count("dissent"),
        waiting=found.count("waiting"),
    )

"""Reads what people type to book a meeting: topic, people, when, how long. Policy 2.2.2-book.

"Budget @ann @bob Thu 14:00 for 45m", 预算会 @wei 明天下午3点 一小时, or a line for each part
("Agenda: …"), as the form writes them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.policy.calendars import Calendar
from bot.policy.numerals import CHINESE_NUMBER, number
from bot.policy.reckoning import Here, Note, instant, reckon
from bot.policy.timefacts import Clock, During, Length
from bot.policy.timewords import Phrase, days_of, has, one, phrases_in, plain
from bot.words import Code, Say, say

LONGEST = 600  # characters of the line that names topic, people and time
USUAL = timedelta(hours=1)
HALF_DAY = timedelta(hours=12)
DAY = timedelta(days=1)
NAMES = {
    "topic": ("topic", "subject", "主题", "主題", "会议主题", "會議主題"),
    "when": ("when", "time", "时间", "時間"),
    "long": ("long", "how long", "duration", "时长", "時長"),
    "people": ("people", "who", "participants", "参会人", "參會人", "与会者", "與會者", "参加者"),
    "link": ("link", "链接", "鏈接", "連結"),
    "agenda": ("agenda", "议程", "議程"),
}
PARTS = {word: part for part, words in NAMES.items() for word in words}
_KEYED = re.compile(rf"\s*({'|'.join(map(re.escape, PARTS))})\s*[:：]\s*(.*)", re.I)
_LINK = re.compile(r"https?://[^\s<>\"，。、]{1,500}")
_ADDRESS = re.compile(r"[^\s@,;，；、:：<>()]{1,64}@[^\s@,;，；、:：<>()]{1,200}\.[A-Za-z]{2,24}")
_NAME = re.compile(r"@(?!\d{1,2}[:.：]\d\d)[^\s,;，；、]{1,80}")
_SEPARATOR = re.compile(r"[,;，；、\n]")
_HERE = "\x00"  # where somebody's name stood
_GAP = "\x01"  # … once it is not looked for any more
_AROUND_NAMES = re.compile(
    rf"(?:\b(?:with|and)\b|[和跟与與、,，&])?\s{{0,9}}{_HERE}(?:\s{{0,9}}[、,，;；])?", re.I
)
_UNTIL = re.compile(
    r"(?<![\d:])(\d{1,2})[:：](\d{2})\s{0,3}(?:-|–|—|~|～|到|至|\bto\b|\buntil\b)\s{0,3}"
    r"(\d{1,2})[:：](\d{2})(?![\d:])"
)
_ENGLISH = re.compile(
    r"(?:\bfor (?:about )?|(?<!in )(?<!within )(?<![\w.:]))"
    r"(?:(half an hour|an hour and a half|an hour)|"
    r"(\d{1,4}(?:\.\d)?) ?(h|hrs?|hours?|m|mins?|minutes?)(?: ?(\d{1,2}) ?(?:m|mins?|minutes?))?)"
    r"(?![\w.])(?! (?:ago|from now|later))",
    re.I | re.ASCII,
)
_CHINESE = re.compile(
    rf"(?:时长|時長|为时|為時|共|开|開)?(半|{CHINESE_NUMBER})[个個]?(半)?"
    r"(小时|小時|钟头|鐘頭|分钟|分鐘)(半)?(?!之?[后後内內前])(?!以[后後内內前])"
)
_SPOKEN = {"half an hour": 30, "an hour": 60, "an hour and a half": 90}
_LOOSE_END = re.compile(r"(?:\b(?:on|at|from|by|the)\b|[\s,，、;；:：@在于於\x01-])+$", re.I)
_LOOSE_START = re.compile(r"^(?:[\s,，、;；:：.。\x01-]|\b(?:about|sharp)\b|的)+", re.I)


class Unclear(Exception):
    """What was typed cannot be read; its writer reads `why`."""

    def __init__(self, why: Say) -> None:
        super().__init__(why.sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class Span:
    """`note` says what to know about the hour, where clocks are changed."""

    start: datetime
    end: datetime
    note: Note = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """People as they were typed: what stands for each in the text."""

    topic: str
    people: tuple[str, ...]
    when: Span
    agenda: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Speaking:
    """When and where somebody types, and what their platform says stands for people."""

    now: datetime
    zone: str
    names: Sequence[str] = ()
    calendar: Calendar | None = None


def read(text: str, speaking: Speaking) -> Booking:
    """Raises Unclear."""
    head, parts = _parts(text)
    if len(head) > LONGEST:
        raise Unclear(_how())
    people, head = _people(head, speaking.names)
    others = _listed(parts.get("people", ""), speaking.names)
    link, head = _cut(_LINK, head)
    when, topic = _when(_AROUND_NAMES.sub(f" {_GAP} ", head), parts, speaking)
    return Booking(
        topic=_line(parts.get("topic") or topic.replace(_GAP, " ")),
        people=tuple(dict.fromkeys((*people, *others))),
        when=when,
        agenda=_given(parts.get("agenda", "")),
        link=_given(parts.get("link", "")) or link,
    )


def span(text: str, speaking: Speaking, usual: timedelta = USUAL) -> Span:
    """A time alone, such as the new one of a meeting that is moved. Raises Unclear."""
    head, parts = _parts(text)
    return _when(head[:LONGEST], parts, speaking, usual)[0]


def people(text: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those named in a list, with or without @."""
    head, parts = _parts(text)
    return tuple(dict.fromkeys(_listed(parts.get("people") or head, names)))


def _listed(text: str, names: Sequence[str]) -> list[str]:
    found, rest = _people(text, names)
    others = (each.strip(" .·") for each in _SEPARATOR.split(rest.replace(_HERE, ",")))
    return [*found, *filter(None, others)]


def _parts(text: str) -> tuple[str, dict[str, str]]:
    """What stands before the first line with a name, and each named part. The agenda comes last."""
    head: list[str] = []
    parts: dict[str, list[str]] = {}
    last = ""
    for line in text.splitlines():
        keyed = None if last == "agenda" else _KEYED.fullmatch(line)
        if keyed:
            last = PARTS[keyed[1].casefold()]
            parts[last] = [keyed[2]]
        elif last:
            parts[last].append(line)
        else:
            head.append(line)
    return " ".join(head), {name: "\n".join(lines).strip() for name, lines in parts.items()}


def _given(value: str) -> str:
    """Where every question must be answered, a dash is no answer."""
    return "" if value.strip() in ("-", "–", "—", "－") else value.strip()


def _line(text: str) -> str:
    return " ".join(text.split())


def _people(text: str, names: Sequence[str]) -> tuple[list[str], str]:
    """Who is named, in order, and the text with a mark for each."""
    known = [re.escape(each) for each in sorted(filter(None, names), key=len, reverse=True)]
    pattern = re.compile("|".join((*known, _ADDRESS.pattern, _NAME.pattern)))
    return pattern.findall(text), pattern.sub(_HERE, text)


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.search(text)
    return (found[0], f"{text[: found.start()]} {text[found.end() :]}") if found else ("", text)


def _when(
    head: str, parts: dict[str, str], speaking: Speaking, usual: timedelta = USUAL
) -> tuple[Span, str]:
    """The time, and what is left of the line without it."""
    text = plain(parts.get("when") or head)[:LONGEST]
    lasting, text = _until(text)
    length = lasting
    if lasting is None:
        length, text = _length(text)
    if "long" in parts:
        length = _length(plain(parts["long"])[:LONGEST])[0] or length
    text = _together(text)
    phrase = _phrase(text)
    here = Here(speaking.now, ZoneInfo(speaking.zone), speaking.calendar)
    found = reckon(phrase, text, here) if phrase else None
    if phrase is None or found is None:
        raise Unclear(_how())
    if not _names_an_hour(phrase):
        raise Unclear(
            say(
                "Say at what hour it begins, for example: {example}",
                example=Code("Thu 14:00 for 45m"),
            )
        )
    before, after = text[: phrase.start], text[phrase.end :]
    rest = f"{_LOOSE_END.sub('', before)} {_LOOSE_START.sub('', after)}"
    end = _end(found.at, lasting, ZoneInfo(speaking.zone)) if lasting else None
    when = Span(found.at, end or found.at + (length or usual), found.note)
    return when, plain(head) if "when" in parts else _LOOSE_START.sub("", rest)


def _end(start: datetime, lasting: timedelta, zone: ZoneInfo) -> datetime:
    """Both hours were read from one clock on the wall, so it is looked at again."""
    wall = start.astimezone(zone).replace(tzinfo=None) + lasting
    return instant(wall, zone)[0]


def _until(text: str) -> tuple[timedelta | None, str]:
    """14:00-15:30: how long the clock runs, and the text with the first hour alone."""
    found = _UNTIL.search(text)
    if found is None:
        return None, text
    first, last = (
        timedelta(hours=int(found[each]), minutes=int(found[each + 1])) for each in (1, 3)
    )
    lasting = (last - first) % DAY
    if lasting > HALF_DAY >= max(first, last):
        lasting -= HALF_DAY  # 11:00-1:00
    return lasting, f"{text[: found.end(2)]} {text[found.end() :]}"


def _length(text: str) -> tuple[timedelta | None, str]:
    """How long, and the text without it."""
    for found, minutes in _lengths(text):
        return timedelta(minutes=minutes), f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def _lengths(text: str) -> Iterator[tuple[re.Match[str], float]]:
    if found := _ENGLISH.search(text):
        spoken, count, unit, more = found.groups()
        if spoken:
            yield found, _SPOKEN[spoken.lower()]
        else:
            yield found, float(count) * (60 if unit[0] in "hH" else 1) + float(more or 0)
    for found in _CHINESE.finditer(text):
        count, half, unit, rest = found.groups()
        whole = 0.5 if count == "半" else number(count)
        yield found, (whole + (0.5 if half or rest else 0)) * (1 if unit[0] == "分" else 60)


def _together(text: str) -> str:
    """A day and an hour with names between are one time; "Next @ann Wed" is not next Wednesday."""
    phrases = list(phrases_in(text))
    timed = [each for each in phrases if _names_an_hour(each)]
    whole = any(days_of(each.facts) or has(each.facts, Length) for each in timed)
    return text if whole or len(timed) == len(phrases) else text.replace(_GAP, " ")


def _phrase(text: str) -> Phrase | None:
    """Of several times the last with an hour; a day in a topic ("Monday review") is none."""
    phrases = list(phrases_in(text))
    timed = [each for each in phrases if _names_an_hour(each)]
    return next(reversed(timed or phrases), None)


def _names_an_hour(phrase: Phrase) -> bool:
    part = one(phrase.facts, During)
    return has(phrase.facts, Clock, Length) or bool(part and part.part == "noon")


def _how() -> Say:
    return say(
        "Say what about, with whom and when, for example: {example}",
        example=Code("/duly meeting Budget @ann @bob Thu 14:00 for 45m"),
    )

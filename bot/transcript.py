"""A transcript, read line by line: one message a line, every broken line explained.

JSON Lines in the order said: id, ts, channel, author, text, mentions, reply_to, is_bot.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from bot.policy import periods
from bot.words import Code, Quoted, Say, say

LONGEST_LINE = 2**20  # bytes
LONGEST_TEXT = 40_000  # characters: the most any of the platforms lets through
YEARS = range(periods.FIRST_YEAR, periods.LAST_YEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One message of a transcript."""

    id: str
    at: datetime
    channel: str
    author: str
    text: str
    mentions: tuple[str, ...]
    reply_to: str | None
    is_bot: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line of a transcript was left out, and what to do about it."""

    line: int
    what: Say


@dataclass(frozen=True, slots=True)
class Transcript:
    rows: tuple[Row, ...]  # in the order they were said, channel by channel
    faults: tuple[Fault, ...]


class Broken(Exception):
    def __init__(self, what: Say) -> None:
        super().__init__(what.sentence)
        self.what = what


def read(file: Path) -> Transcript:
    """Everything usable in it; what is not is explained, line by line. Raises OSError."""
    rows: list[Row] = []
    faults: list[Fault] = []
    order = _Order()
    with file.open("rb") as stream:
        for number, line in _lines(stream):
            try:
                row = _row(line)
                order.check(row, number)
            except Broken as broken:
                faults.append(Fault(number, broken.what))
            else:
                rows.append(row)
    return Transcript(tuple(rows), tuple(faults))


@dataclass(slots=True)
class _Order:
    """Which ids were seen on which line, and where each channel has got to."""

    ids: dict[str, int] = field(default_factory=dict)
    heads: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def check(self, row: Row, line: int) -> None:
        if (known := self.ids.get(row.id)) is not None:
            what = say(
                "The id {id} stands on line {other} already: give each message an id of its own.",
                id=Quoted(row.id),
                other=Code(str(known)),
            )
            raise Broken(what)
        at, other = self.heads.get(row.channel, (row.at, line))
        if row.at < at:
            what = say(
                "It was said before line {other} of the same channel: "
                "put the lines in the order they were said.",
                other=Code(str(other)),
            )
            raise Broken(what)

        self.ids[row.id] = line
        self.heads[row.channel] = row.at, line


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines that say anything, with their numbers; of an absurdly long one only its beginning."""
    for number in count(1):
        part = line = stream.readline(LONGEST_LINE + 1)
        while part and not part.endswith(b"\n"):
            part = stream.readline(LONGEST_LINE)
        if not line:
            return
        if line.strip():
            yield number, line


def _row(line: bytes) -> Row:
    values = _values(line)
    for name, (fits, kind) in FIELDS.items():
        if name not in values:
            raise Broken(say("There is no {key}: add it.", key=Code(name)))
        if not fits(values[name]):
            raise Broken(say("{key} must be {kind}.", key=Code(name), kind=kind))
    if len(values["text"]) > LONGEST_TEXT:
        raise Broken(
            say(
                "The text has {length} characters, more than the {most} that any platform takes: "
                "shorten it.",
                length=len(values["text"]),
                most=LONGEST_TEXT,
            )
        )
    said = {
        name: values[name] for name in ("id", "channel", "author", "text", "reply_to", "is_bot")
    }
    return Row(**said, at=_moment(values["ts"]), mentions=tuple(values["mentions"]))


def _values(line: bytes) -> Mapping[str, Any]:
    if len(line) > LONGEST_LINE:
        raise Broken(say("The line is longer than a message can be: shorten it."))
    try:
        values = json.loads(line.decode("utf-8-sig"))
    except UnicodeError:
        raise Broken(say("The line is not UTF-8 text: save the file as UTF-8.")) from None
    except (ValueError, RecursionError) as error:
        reason = Quoted(str(error))
        what = say("The line is not JSON: {reason}. Write one message a line.", reason=reason)
        raise Broken(what) from None
    if not isinstance(values, dict):
        raise Broken(say("The line is no JSON object: write one message a line, in braces."))
    return values


def _name(value: object) -> bool:
    """A text with something in it that can be written to a file again."""
    if not isinstance(value, str) or not value.strip():
        return False
    try:
        return bool(value.encode())
    except UnicodeEncodeError:
        return False


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _time(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        at = datetime.fromisoformat(value)
        return at.utcoffset() is not None and at.year in YEARS
    except ValueError:
        return False


def _names(value: object) -> bool:
    return isinstance(value, list) and all(map(_name, value))


A_NAME = say("a text that is not empty")
FIELDS: Mapping[str, tuple[Callable[[Any], bool], Say]] = {
    "id": (_name, A_NAME),
    "ts": (_time, say("a time with its zone, such as 2026-03-02T09:00:00+08:00")),
    "channel": (_name, A_NAME),
    "author": (_name, A_NAME),
    "text": (lambda value: isinstance(value, str), say("a text")),
    "mentions": (_names, say("a list of names, empty where nobody is named")),
    "reply_to": (lambda value: value is None or _name(value), say("the id of a message, or null")),
    "is_bot": (lambda value: isinstance(value, bool), say("true or false")),
}

"""A meeting as a calendar file (RFC 5545, RFC 5546). Policy 2.2.2-book.

Words of people are values of it and nothing more: no line, property or parameter of theirs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.policy.meetings import Meeting

Method = Literal["REQUEST", "CANCEL"]
WIDTH = 75  # bytes of a line
UNKNOWN = "invalid:nomail"  # of who has no address, as calendars write it
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"[^\s@:;,\"<>\\]{1,64}@[^\s@:;,\"<>\\]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attendee:
    name: str
    address: str = ""


def write(
    meeting: Meeting,
    organiser: Attendee,
    attendees: Sequence[Attendee],
    now: datetime,
    method: Method = "REQUEST",
) -> bytes:
    """The whole file: UTF-8, folded, CRLF."""
    lines = _lines(meeting, organiser, attendees, now, method)
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _lines(
    meeting: Meeting,
    organiser: Attendee,
    attendees: Sequence[Attendee],
    now: datetime,
    method: Method,
) -> Iterator[str]:
    cancelled = method == "CANCEL"
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//Duly//Meetings//EN"
    yield "CALSCALE:GREGORIAN"
    yield f"METHOD:{method}"
    yield "BEGIN:VEVENT"
    yield f"UID:{meeting.id}@duly"
    yield f"SEQUENCE:{meeting.sequence + cancelled}"
    yield f"DTSTAMP:{_moment(now)}"
    yield f"DTSTART:{_moment(meeting.start)}"
    yield f"DTEND:{_moment(meeting.end)}"
    yield f"SUMMARY:{escaped(meeting.topic)}"
    if notes := "\n\n".join(filter(None, (meeting.agenda, meeting.link))):
        yield f"DESCRIPTION:{escaped(notes)}"
    if meeting.link:
        yield f"LOCATION:{escaped(meeting.link)}"
    yield f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}"
    yield f"ORGANIZER;CN={_parameter(organiser.name)}:{_uri(organiser.address)}"
    for each in attendees:
        yield (
            f"ATTENDEE;CN={_parameter(each.name)};ROLE=REQ-PARTICIPANT;"
            f"PARTSTAT=NEEDS-ACTION;RSVP=FALSE:{_uri(each.address)}"
        )
    yield "END:VEVENT"
    yield "END:VCALENDAR"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A text value: every line end becomes \\n, so that no property of theirs can begin."""
    one = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for each in "\\;,":
        one = one.replace(each, f"\\{each}")
    return one.replace("\n", "\\n")


def _parameter(text: str) -> str:
    """A quoted parameter, in which no quote may stand."""
    words = " ".join(_CONTROL.sub("", text).replace('"', "'").split())
    return f'"{words}"'


def _uri(address: str) -> str:
    return f"mailto:{address}" if _ADDRESS.fullmatch(address) else UNKNOWN


def _folded(line: str) -> str:
    """Lines of at most 75 bytes, no character cut in two."""
    parts, size = [""], 0
    for each in line:
        width = len(each.encode())
        if size + width > WIDTH:
            parts.append(" ")
            size = 1
        parts[-1] += each
        size += width
    return "\r\n".join(parts)

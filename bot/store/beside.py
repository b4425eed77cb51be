"""What people wrote beside the chat, as a hold looks at it: requests, notices, meetings. 3.3.1.

Each is caught as a whole: a request with its files, a meeting with its minutes and what was said
of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from bot.policy import attachments, forms
from bot.policy.approvals import PENDING, Request
from bot.policy.holds import Said
from bot.policy.meetings import Meeting
from bot.store.files import Files
from bot.store.meetings import Meetings
from bot.store.notices import Notices
from bot.store.requests import Requests
from bot.store.rows import Rows
from bot.store.schema import LIVE, duties, files

AGREED = "meetings."  # how the rules of duties begin that come of meetings
ALL = 10_000  # requests of one person


@dataclass(frozen=True, slots=True)
class Thing:
    """`said`: as a hold looks at it; `needed`: somebody still has to do something about it."""

    said: Said
    needed: bool


@dataclass(slots=True)
class Beside:
    rows: Rows
    _meetings: set[str] | None = None  # about which somebody owes something

    def of(self, owner: str) -> Thing | None:
        """`owner`: as its key is named, such as "request/…"; None: we know of no such thing."""
        kind, _, id = owner.partition("/")
        match kind:
            case "request":
                return self._request(Requests(self.rows).get(id))
            case "file":
                return self._file(id)
            case "notice":
                return self._notice(id)
            case "meeting" | "minutes":
                return self._minuted(kind, id)
        return None

    def _minuted(self, kind: str, id: str) -> Thing | None:
        known = Meetings(self.rows)
        if kind == "meeting":
            return self._meeting(known.get(id))
        version = known.version(id)
        if version is None:
            return None
        texts = (each.text for each in version.items)
        return self._meeting(known.get(version.meeting), *texts)

    def _request(self, request: Request, *more: str) -> Thing:
        known = Requests(self.rows)
        trail, seats = known.trail(request.id), known.seats(request.id)
        people = {request.requester, *(e.actor for e in trail), *(e.person for e in seats)}
        texts = (*request.form.values(), request.comment, *(each.comment for each in trail), *more)
        said = _said(request.place, [request.at, request.decided_at], people, texts)
        return Thing(said, request.state in PENDING)

    def _file(self, id: str) -> Thing | None:
        """With what it is attached to."""
        row = self.rows.one(files, files.c.id == id)
        if row is None:
            return None
        found = Files(self.rows).stored(id)
        name = found.name if found else ""
        for request in Requests(self.rows).of(row.owner, ALL):
            bound = attachments.bound_in(request.form.get(forms.FILES, ""))
            if any(each.file == id for each in bound):
                return self._request(request, name)
        return Thing(_said(None, [row.made_at], {row.owner}, (name,)), False)

    def _notice(self, id: str) -> Thing:
        notice = Notices(self.rows).get(id)
        texts = tuple(strings([getattr(notice, each.name) for each in fields(notice)]))
        said = _said(None, [notice.published_at], {notice.author}, texts)
        owed = self.rows.one(duties, LIVE, duties.c.subject == f"notice/{id}")
        return Thing(said, owed is not None)

    def _meeting(self, meeting: Meeting | None, *more: str) -> Thing | None:
        if meeting is None:
            return None
        known = Meetings(self.rows)
        minutes, answers = known.minutes(meeting.id), known.responses(meeting.id)
        people = {meeting.organiser, *meeting.invited, *(each.by for each in answers)}
        names = (each.name for each in meeting.invitees)
        items = (each.text for each in minutes.items) if minutes else ()
        words = (each.words for each in answers)
        texts = (meeting.topic, meeting.agenda, meeting.link, *names, *items, *words, *more)
        said = _said(meeting.place, [meeting.booked_at, meeting.start], people, texts)
        to_come = meeting.state == "booked" and meeting.end > self.rows.clock.now()
        return Thing(said, to_come or meeting.id in self._owed())

    def _owed(self) -> set[str]:
        if self._meetings is None:
            rows = self.rows.all(duties, LIVE, duties.c.rule.startswith(AGREED))
            self._meetings = {part for row in rows for part in row.subject.split("/")}
        return self._meetings


def _said(
    place: str | None, times: list[datetime | None], people: set[str], texts: tuple[str, ...]
) -> Said:
    return Said(
        place=place or "",
        times=[at for at in times if at is not None],
        people=frozenset(people),
        texts=tuple(text for text in texts if text),
    )


def strings(value: Any) -> Iterator[str]:
    """Every text in it, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)
    elif is_dataclass(value):
        for part in fields(value):
            yield from strings(getattr(value, part.name))

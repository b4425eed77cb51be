"""Meetings, who is invited, their minutes and what people say of these. Policy 2.2.2."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.meetings import Answer, Invitee, Meeting
from bot.policy.minutes import Item, Minutes, Response
from bot.store.keeping import Kept
from bot.store.rings import Ring
from bot.store.rows import Rows, Where
from bot.store.schema_meetings import invitees, items, meetings, minutes, responses

SAME = (
    *("id", "number", "organiser", "start", "end", "state", "place", "policy"),
    *("sequence", "booked_at"),
)
SEALED = ("topic", "agenda", "link")
CLASS = "work"  # what meetings and their minutes are. Policy 3.1
KEPT = ("id", "meeting", "version", "digest", "at", "by", "confirm_by")
SAID = ("id", "version", "item", "person", "by", "said", "at", "late")
ITEM = ("number", "kind", "owner", "due", "since", "duty")


@dataclass(frozen=True, slots=True)
class Meetings:
    rows: Rows

    def add(self, meeting: Meeting) -> None:
        kept, owner = Kept(self.rows), _owner(meeting.id)
        kept.begin(owner, Ring.of(CLASS, self.rows.clock.now()))
        sealed = {
            name: kept.close(meetings.c[name], meeting.id, owner, getattr(meeting, name))
            for name in SEALED
        }
        self.rows.add(meetings, **{name: getattr(meeting, name) for name in SAME}, **sealed)
        rows = [self._row(meeting.id, *each) for each in enumerate(meeting.invitees, 1)]
        self.rows.add_all(invitees, rows)

    def find(self, number: int) -> Meeting | None:
        return self._one(meetings.c.number == number)

    def get(self, id: str) -> Meeting | None:
        return self._one(meetings.c.id == id)

    def save(self, meeting: Meeting) -> None:
        """Its time and state; who is invited, and to what, stays."""
        changes = {name: getattr(meeting, name) for name in ("start", "end", "state", "sequence")}
        self.rows.change(meetings, meetings.c.id == meeting.id, **changes)

    def answer(self, meeting: str, person: str, answer: Answer) -> None:
        self.rows.change(invitees, *self._is(meeting, person), answer=answer)

    def ask_again(self, meeting: str) -> None:
        self.rows.change(invitees, invitees.c.meeting == meeting, answer="asked")

    def attend(self, meeting: str, persons: Iterable[str]) -> None:
        """The organiser's word on who was there: these, and nobody else of the directory."""
        c, there = invitees.c, list(persons)
        ours = c.meeting == meeting, c.person.is_not(None)
        self.rows.change(invitees, *ours, attended=False)
        self.rows.change(invitees, *ours, c.person.in_(there), attended=True)

    def attest(self, meeting: str, person: str, at: datetime) -> None:
        self.rows.change(invitees, *self._is(meeting, person), attested=at)

    def of(self, person: str, since: datetime, limit: int = 20) -> list[Meeting]:
        """Theirs, by organising or by invitation, that end after `since`; soonest first."""
        c = meetings.c
        return self._many(self._with([person]), c.end > since, c.state == "booked", limit=limit)

    def clashing(
        self, persons: Sequence[str], start: datetime, end: datetime, but: str
    ) -> list[Meeting]:
        """Booked meetings at that time with any of them."""
        c = meetings.c
        then = c.start < end, c.end > start, c.id != but, c.state == "booked"
        return self._many(self._with(persons), *then)

    def minuted(self, version: Minutes, text: str) -> None:
        """A version of minutes, with its items."""
        kept, owner = Kept(self.rows), f"minutes/{version.id}"
        kept.begin(owner, Ring.of(CLASS, version.at))
        body = kept.close(minutes.c.body, version.id, owner, text)
        self.rows.add(minutes, **{name: getattr(version, name) for name in KEPT}, body=body)
        rows = []
        for each in version.items:
            slot = items.c.text, f"{version.id}/{each.number}", owner
            sealed = kept.close(*slot, each.text)
            values = {name: getattr(each, name) for name in ITEM}
            rows.append({"minutes": version.id, "text": sealed, **values})
        self.rows.add_all(items, rows)

    def minutes(self, meeting: str) -> Minutes | None:
        """As they read now: the last version."""
        c = minutes.c
        found = self.rows.all(minutes, c.meeting == meeting, order=[c.version.desc()], limit=1)
        return self._minutes(found[0]) if found else None

    def version(self, id: str) -> Minutes | None:
        row = self.rows.one(minutes, minutes.c.id == id)
        return row and self._minutes(row)

    def respond(self, meeting: str, response: Response) -> None:
        sealed = self._close(responses.c.words, response.id, meeting, response.words)
        values = {name: getattr(response, name) for name in SAID}
        self.rows.add(responses, meeting=meeting, words=sealed, **values)

    def responses(self, meeting: str) -> list[Response]:
        """Everything that was said of its minutes, in order."""
        return [
            self._response(row) for row in self.rows.all(responses, responses.c.meeting == meeting)
        ]

    def response(self, id: str) -> Response | None:
        row = self.rows.one(responses, responses.c.id == id)
        return row and self._response(row)

    def _is(self, meeting: str, person: str) -> tuple[Where, Where]:
        return invitees.c.meeting == meeting, invitees.c.person == person

    def _with(self, persons: Sequence[str]) -> Where:
        c = invitees.c
        asked = sa.select(c.meeting).where(
            c.company == self.rows.company, c.person.in_(persons), c.answer != "declined"
        )
        return meetings.c.organiser.in_(persons) | meetings.c.id.in_(asked)

    def _one(self, *where: Where) -> Meeting | None:
        found = self.rows.all(meetings, *where, limit=1, to_change=True)
        return self._meetings(found)[0] if found else None

    def _many(self, *where: Where, limit: int | None = None) -> list[Meeting]:
        order = [meetings.c.start, meetings.c.id]
        return self._meetings(self.rows.all(meetings, *where, order=order, limit=limit))

    def _meetings(self, rows: Sequence[Any]) -> list[Meeting]:
        asked: dict[str, list[Invitee]] = {}
        for each in self.rows.all(invitees, invitees.c.meeting.in_([row.id for row in rows])):
            asked.setdefault(each.meeting, []).append(self._invitee(each))
        return [
            Meeting(
                invitees=tuple(asked.get(row.id, ())),
                **{name: getattr(row, name) for name in SAME},
                **{
                    name: self._open(meetings.c[name], row.id, row.id, getattr(row, name))
                    for name in SEALED
                },
            )
            for row in rows
        ]

    def _row(self, meeting: str, number: int, each: Invitee) -> dict[str, Any]:
        slot = f"{meeting}/{number}"
        return {
            "meeting": meeting,
            "number": number,
            "person": each.person,
            "name": self._close(invitees.c.name, slot, meeting, each.name) if each.name else None,
            "answer": each.answer,
        }

    def _close(self, column: sa.Column[Any], id: str, meeting: str, value: str) -> bytes:
        return Kept(self.rows).close(column, id, _owner(meeting), value)

    def _open(self, column: sa.Column[Any], id: str, meeting: str, sealed: bytes) -> Any:
        return Kept(self.rows).open(column, id, _owner(meeting), sealed)

    def _invitee(self, row: Any) -> Invitee:
        slot = f"{row.meeting}/{row.number}"
        name = self._open(invitees.c.name, slot, row.meeting, row.name) if row.name else ""
        values = {each: getattr(row, each) for each in ("person", "answer", "attended", "attested")}
        return Invitee(name=name, **values)

    def _minutes(self, row: Any) -> Minutes:
        found = self.rows.all(items, items.c.minutes == row.id)
        return Minutes(
            items=tuple(self._item(each) for each in found),
            **{name: getattr(row, name) for name in KEPT},
        )

    def _item(self, row: Any) -> Item:
        slot = items.c.text, f"{row.minutes}/{row.number}", f"minutes/{row.minutes}"
        text = Kept(self.rows).open(*slot, row.text)
        return Item(text=text, **{name: getattr(row, name) for name in ITEM})

    def _response(self, row: Any) -> Response:
        words = self._open(responses.c.words, row.id, row.meeting, row.words)
        return Response(words=words, **{name: getattr(row, name) for name in SAID})


def _owner(meeting: str) -> str:
    return f"meeting/{meeting}"

"""What the pages have to tell somebody: answers to what they did there, until they are seen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.effects import Deliverable
from bot.store.rows import Rows
from bot.store.schema import notes

SHOWN = timedelta(days=1)  # lease time: what nobody looked at so long is shown no more
KEPT = timedelta(days=7)  # lease time
MOST = 10  # on one page


@dataclass(frozen=True, slots=True)
class Note:
    id: str
    person: str
    asked: str | None  # which deed of theirs it answers
    effect: Deliverable
    at: datetime


@dataclass(frozen=True, slots=True)
class Notes:
    rows: Rows

    def add(self, key: str, person: str, asked: str | None, effect: Deliverable) -> Note:
        id, now = self.rows.clock.new_id(), self.rows.clock.lease()
        self.rows.remove(notes, notes.c.at < now - KEPT)
        body = self.rows.close(notes.c.body, id, effect)
        self.rows.add(notes, id=id, key=key, person=person, asked=asked, at=now, body=body)
        return Note(id, person, asked, effect, now)

    def keyed(self, key: str) -> Note | None:
        return self._note(self.rows.one(notes, notes.c.key == key))

    def get(self, id: str, person: str) -> Note | None:
        """Nobody learns of other people's."""
        return self._note(self.rows.one(notes, notes.c.id == id, notes.c.person == person))

    def answer(self, person: str, asked: str) -> Note | None:
        return self._note(self.rows.one(notes, notes.c.person == person, notes.c.asked == asked))

    def for_page(self, person: str, asked: str | None) -> list[Note]:
        """What answers `asked`, and everything they have not seen; the latest first."""
        c, since = notes.c, self.rows.clock.lease() - SHOWN
        wanted = c.seen_at.is_(None) if asked is None else c.seen_at.is_(None) | (c.asked == asked)
        where = c.person == person, c.at > since, wanted
        rows = self.rows.all(notes, *where, order=[c.id.desc()], limit=MOST)
        return [note for row in rows if (note := self._note(row)) is not None]

    def see(self, id: str, person: str) -> None:
        mine = notes.c.id == id, notes.c.person == person
        self.rows.change(notes, *mine, seen_at=self.rows.clock.lease())

    def change(self, note: Note, effect: Deliverable) -> None:
        body = self.rows.close(notes.c.body, note.id, effect)
        self.rows.change(notes, notes.c.id == note.id, body=body)

    def remove(self, id: str) -> None:
        self.rows.remove(notes, notes.c.id == id)

    def _note(self, row: Any) -> Note | None:
        if row is None:
            return None
        effect = self.rows.open(notes.c.body, row.id, row.body)
        return Note(row.id, row.person, row.asked, effect, row.at)

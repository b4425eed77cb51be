"""Versions of the policy: every duty keeps the one it was opened under."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.changing import Adopted, compare
from bot.policy.hours import Calendar
from bot.policy.reading import read
from bot.policy.retention import Version
from bot.policy.rulebook import Rulebook
from bot.store.people import People
from bot.store.rows import Rows
from bot.store.schema import policies


@dataclass(slots=True)
class Books:
    """The versions a process has read so far. They never change."""

    read: dict[int, Rulebook] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enacted:
    """A version of the policy; `adopter`: as the machine knew who took it into force."""

    version: int
    since: datetime
    adopter: str
    text: str


@dataclass(slots=True)
class Policies:
    rows: Rows
    people: People
    books: Books
    _current: Rulebook | None = None  # when this transaction first looked

    def adopt(self, text: str, adopter: str = "") -> int:
        """Make `text` the policy from now on, unless it is so already. Raises Mistakes."""
        last = self._last()
        if last is not None and last.text == text:
            return int(last.version)
        version = int(last.version) + 1 if last else 1
        read(text, version)
        self._current = None
        id, since = self.rows.clock.new_id(), self.rows.clock.now()
        self.rows.add(policies, id=id, version=version, text=text, since=since, adopter=adopter)
        return version

    def current(self) -> Rulebook:
        if self._current is None:
            self._current = self.version(self._newest())
        return self._current

    def _newest(self) -> int:
        newest = sa.select(sa.func.max(policies.c.version))
        ours = newest.where(policies.c.company == self.rows.company)
        return int(self.rows.conn.execute(ours).scalar() or 0)

    def version(self, version: int) -> Rulebook:
        if version not in self.books.read:
            row = self.rows.one(policies, policies.c.version == version)
            self.books.read[version] = read(row.text if row else "", version)
        return self.books.read[version]

    def calendar(self, name: str, book: Rulebook) -> Calendar:
        """With what HR has said about single days."""
        days = self.people.snapshot().holidays.get(name)
        calendar = book.calendar(name)
        return replace(calendar, overrides=days) if days else calendar

    def text(self) -> str:
        last = self._last()
        return str(last.text) if last else ""

    def since(self) -> datetime:
        """When the current version was adopted; the beginning of time where none was."""
        last = self._last()
        return last.since if last is not None else datetime.min.replace(tzinfo=UTC)

    def history(self) -> list[Version]:
        """Every version there was, in order; the default where none was adopted."""
        rows = self.rows.all(policies, order=[policies.c.version])
        known = [Version(row.since, self.version(row.version)) for row in rows]
        return known or [Version(datetime.min.replace(tzinfo=UTC), self.current())]

    def adopted(self, start: datetime, end: datetime) -> list[Adopted]:
        """What came into force then, each with what it changed; the first changes the default."""
        rows = self.rows.all(policies, policies.c.since < end, order=[policies.c.version])
        texts = ["", *(row.text for row in rows)]
        return [
            Adopted(row.version, row.since, compare(before, row.text), row.adopter)
            for before, row in zip(texts, rows, strict=False)
            if row.since >= start
        ]

    def latest(self, limit: int) -> list[Enacted]:
        """The last versions, the one in force first; none where the default was never left."""
        rows = self.rows.all(policies, order=[policies.c.version.desc()], limit=limit)
        return [Enacted(row.version, row.since, row.adopter, row.text) for row in rows]

    def _last(self) -> Any | None:
        found = self.rows.all(policies, order=[policies.c.version.desc()], limit=1)
        return found[0] if found else None

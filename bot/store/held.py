"""Meetings that were held, read for a report: who confirmed their minutes, how. 2.2.2-minutes."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy import minutes as rules
from bot.policy.minutes import Item, Response
from bot.policy.particulars import Met
from bot.store import scope
from bot.store.rows import Rows
from bot.store.schema import duties
from bot.store.schema_meetings import invitees, items, meetings, minutes, responses
from bot.store.scope import Scope

BATCH = 1_000  # ids in one statement
MEETING = "meeting/"  # before a meeting's id: what the duty to write minutes is about


@dataclass(frozen=True, slots=True)
class HeldMeetings:
    """Those that ended from `start` until just before `end`. `scope`: of which organisers."""

    rows: Rows
    start: datetime
    end: datetime
    scope: Scope = None

    def read(self) -> Iterator[Met]:
        held = self._held()
        ids = [row.id for row in held]
        asked, versions = self._in(invitees, ids), self._in(minutes, ids)
        said = self._in(responses, ids)
        last = {id: each[-1].id for id, each in versions.items()}
        listed = self._in(items, list(last.values()), "minutes")
        live = self._live(listed)
        for row in held:
            items_now = listed.get(last.get(row.id, ""), [])
            papers = _Papers(asked[row.id], versions[row.id], said[row.id], items_now)
            yield _met(row, papers, live)

    def _held(self) -> Sequence[Any]:
        m, d = meetings.c, duties.c
        writing = (d.company == m.company) & (d.kind == "minutes")
        writing &= d.subject == sa.literal(MEETING) + m.id
        ours = sa.select(
            *(m.id, m.number, m.organiser, m.start, m.end, m.booked_at),
            d.first_due.label("minutes_due"),
        ).outerjoin(duties, writing)
        where = m.company == self.rows.company, m.end >= self.start, m.end < self.end
        held = m.state == "held", *scope.of(self.scope, m.organiser)
        found = ours.where(*where, *held).order_by(m.id)
        return self.rows.conn.execute(found).all()

    def _live(self, listed: Mapping[str, Sequence[Any]]) -> frozenset[str]:
        """Of the actions that were agreed, those still owed."""
        owed = [each.duty for all in listed.values() for each in all if each.duty]
        live, c = duties.c.state.in_(("open", "promised")), duties.c
        return frozenset(
            row.id for part in _parts(owed) for row in self.rows.all(duties, c.id.in_(part), live)
        )

    def _in(
        self, table: sa.Table, ids: Sequence[str], key: str = "meeting"
    ) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for part in _parts(ids):
            for row in self.rows.all(table, table.c[key].in_(part)):
                found[getattr(row, key)].append(row)
        return found


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


@dataclass(frozen=True, slots=True)
class _Papers:
    """All of one meeting: who was invited, the versions, what was said, the items that count."""

    asked: Sequence[Any]
    versions: Sequence[Any]
    said: Sequence[Any]
    items: Sequence[Any]


def _met(row: Any, papers: _Papers, live: frozenset[str]) -> Met:
    asked, versions = papers.asked, papers.versions
    people = [each.person for each in asked if each.person and _to_confirm(each, asked)]
    there = [each.attended for each in asked if each.attended is not None]
    stand = Counter(_stands(person, papers) for person in people if versions)
    actions = [each for each in papers.items if each.kind == "action"]
    return Met(
        number=row.number,
        organiser=row.organiser,
        start=row.start,
        end=row.end,
        booked_at=row.booked_at,
        minuted_at=min((each.at for each in versions), default=None),
        minutes_due=row.minutes_due,
        versions=len(versions),
        invited=tuple(each.person for each in asked if each.person),
        attended=sum(there) if there else None,
        explicit=stand["confirmed"],
        silent=stand["silent"],
        objected=stand["objected"],
        waiting=stand["waiting"],
        actions=len(actions),
        open_actions=sum(each.duty in live for each in actions),
    )


def _to_confirm(one: Any, asked: Sequence[Any]) -> bool:
    """Who was there or, where nobody said, who had not declined."""
    if any(each.attended is not None for each in asked):
        return bool(one.attended or one.attested)
    return bool(one.answer != "declined")


def _stands(person: str, papers: _Papers) -> str:
    """To all items together: one objection is one, and silence on any is not a word."""
    theirs = [_response(each) for each in papers.said if each.person == person]
    found = {rules.standing(_item(each), theirs, person) for each in papers.items}
    if not found.isdisjoint(("objected", "dissent")):
        return "objected"
    return next((each for each in ("waiting", "silent") if each in found), "confirmed")


def _item(row: Any) -> Item:
    return Item(number=row.number, kind=row.kind, text="", since=row.since)


def _response(row: Any) -> Response:
    same = ("id", "version", "item", "person", "by", "said", "at", "late")
    return Response(**{name: getattr(row, name) for name in same})

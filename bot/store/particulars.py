"""Reads what a report lists line by line, set-wise, and nobody's words but titles of notices."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.hours import Interval
from bot.policy.particulars import Particulars, Pledged, Posted, Reading, Seated, intervals
from bot.store import scope
from bot.store.counting import by_class
from bot.store.held import HeldMeetings
from bot.store.keeping import Kept
from bot.store.notices import GONE
from bot.store.rows import Rows, Where
from bot.store.schema import duties, nudges, promises, records, requests, seats, trail
from bot.store.schema_classes import classes
from bot.store.schema_notices import audience, notices, receipts
from bot.store.scope import Scope

BATCH = 1_000  # rows fetched at a time


@dataclass(frozen=True, slots=True)
class ParticularRows:
    """Of what was due, published or held from `start` until just before `end`.

    `scope`: of whom it is read, as far as a statement can tell; what comes is to be looked through.
    Notices and what was said come whole; of notices, only readers in it.
    """

    rows: Rows
    start: datetime
    end: datetime
    scope: Scope = None

    def read(self) -> Particulars:
        return Particulars(
            pledged=tuple(self._pledged()),
            seated=tuple(self._seated()),
            posted=tuple(self._posted()),
            met=tuple(HeldMeetings(self.rows, self.start, self.end, self.scope).read()),
            released=tuple(self._released()),
            said=self._said() if self.scope is None else {},
            returned=self._returned(),
        )

    def _pledged(self) -> Iterator[Pledged]:
        p, d = promises.c, duties.c
        ours = sa.select(p.duty, p.number, p.made_at, p.until, p.by, p.how)
        ours = ours.join(duties, (d.company == p.company) & (d.id == p.duty))
        where = self._within(d.due), *scope.of(self.scope, d.owed_by)
        found = list(self._each(ours, promises, *where, order=(p.duty, p.number)))
        last = {row.duty: row.number for row in found}
        for row in found:
            yield Pledged(
                duty=row.duty,
                made_at=row.made_at,
                until=row.until,
                by=row.by,
                how=row.how,
                last=last[row.duty] == row.number,
            )

    def _seated(self) -> Iterator[Seated]:
        s, d, r, t = seats.c, duties.c, requests.c, trail.c
        urged = (
            sa.select(sa.func.count())
            .where(t.company == s.company, t.request == s.request, t.deed == "urge")
            .scalar_subquery()
        )
        ours = (
            sa.select(*s, r.number, r.kind, r.class_name, r.requester, d.start, d.due)
            .add_columns(urged.label("urged"))
            .join(duties, (d.company == s.company) & (d.id == s.duty))
            .join(requests, (r.company == s.company) & (r.id == s.request))
        )
        same = (
            *("request", "number", "kind", "class_name", "requester", "round", "step", "person"),
            *("added_by", "given_by", "state", "decided_by", "decided_at", "due", "urged"),
        )
        for row in self._each(ours, seats, self._within(d.due), *scope.of(self.scope, s.person)):
            yield Seated(entered=row.start, **{name: getattr(row, name) for name in same})

    def _returned(self) -> dict[str, tuple[Interval, ...]]:
        t, r = trail.c, requests.c
        ours = sa.select(t.request, t.deed, t.at)
        ours = ours.join(requests, (r.company == t.company) & (r.id == t.request))
        deed = t.deed.in_(("return", "revise", "recall"))
        where = self._within(r.at), deed, *scope.of(self.scope, r.requester)
        deeds: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
        for row in self._each(ours, trail, *where):
            deeds[row.request].append((row.deed, row.at))
        now = self.rows.clock.now()
        return {request: intervals(each, now) for request, each in deeds.items()}

    def _released(self) -> Iterator[tuple[str, datetime]]:
        t = trail.c
        ours = sa.select(t.actor, t.at)
        where = self._within(t.at), t.deed == "released", *scope.of(self.scope, t.actor)
        for row in self._each(ours, trail, *where):
            yield row.actor, row.at

    def _said(self) -> dict[str, tuple[int, int]]:
        """Messages by the class in force, and how many of them were given one of their own."""
        r, c = records.c, classes.c
        posts = r.kind == "post", self._within(r.at)
        found = Counter({name: all for name, (all, _) in by_class(self.rows, *posts).items()})
        last: dict[tuple[str, str], tuple[str, str]] = {}
        ours = sa.select(c.conversation, c.message, c.before, c.class_name)
        for row in self._each(ours, classes, self._within(c.said_at)):
            known = last.get((row.conversation, row.message))
            first = known[0] if known else row.before
            last[row.conversation, row.message] = first, row.class_name
        own: Counter[str] = Counter()
        for before, now in last.values():
            found[before] -= 1
            found[now] += 1
            own[now] += 1
        return {name: (found[name], own[name]) for name in {*found, *own}}

    # Notices

    def _posted(self) -> Iterator[Posted]:
        n, r = notices.c, requests.c
        ours = sa.select(*n, r.number.label("approved"))
        ours = ours.outerjoin(requests, (r.company == n.company) & (r.id == n.request))
        readers, kept = self._readers(), Kept(self.rows)
        for row in self._each(ours, notices, self._within(n.published_at)):
            words = kept.open(n.body, row.id, f"notice/{row.id}", row.body, gone=GONE)
            yield Posted(
                number=row.number,
                version=row.version,
                kind=row.kind,
                title=words["title"] if row.kind == "notice" else "",
                author=row.author,
                request=row.approved,
                asks=bool(words["question"]),
                published_at=row.published_at,
                readers=tuple(readers[row.id]),
            )

    def _readers(self) -> dict[str, list[Reading]]:
        a, d, n = audience.c, duties.c, notices.c
        ours = (
            sa.select(a.notice, a.person, a.carried, a.left_at, d.id, d.state, d.due, d.closed)
            .join(notices, (n.company == a.company) & (n.id == a.notice))
            .outerjoin(duties, (d.company == a.company) & (d.id == a.duty))
        )
        tries, nudged = self._tries(), self._nudged()
        found: dict[str, list[Reading]] = defaultdict(list)
        where = self._within(n.published_at), *scope.of(self.scope, a.person)
        for row in self._each(ours, audience, *where):
            said = tries[row.notice, row.person]
            found[row.notice].append(
                Reading(
                    person=row.person,
                    carried=row.carried,
                    left_at=row.left_at,
                    state=row.state,
                    due=row.due,
                    closed=row.closed,
                    tries=len(said),
                    right_first=said[:1] == [True],
                    nudged=nudged[row.id],
                )
            )
        return found

    def _tries(self) -> dict[tuple[str, str], list[bool]]:
        r, n = receipts.c, notices.c
        ours = sa.select(r.notice, r.person, r.number, r.right)
        ours = ours.join(notices, (n.company == r.company) & (n.id == r.notice))
        found = defaultdict[tuple[str, str], list[bool]](list)
        for row in self._each(ours, receipts, self._within(n.published_at)):
            found[row.notice, row.person].append(row.right)
        return found

    def _nudged(self) -> Counter[str]:
        g, d = nudges.c, duties.c
        ours = sa.select(g.duty, sa.func.count().label("times"))
        ours = ours.join(duties, (d.company == g.company) & (d.id == g.duty))
        where = g.company == self.rows.company, g.sent.is_(True), d.kind == "acknowledge"
        found = self.rows.conn.execute(ours.where(*where).group_by(g.duty))
        return Counter({row.duty: row.times for row in found})

    def _within(self, at: sa.ColumnElement[Any]) -> Where:
        return sa.and_(at >= self.start, at < self.end)

    def _each(
        self,
        query: "sa.Select[Any]",
        table: sa.Table,
        *where: Where,
        order: Sequence[sa.ColumnElement[Any]] = (),
    ) -> Iterator[Any]:
        ours = query.where(table.c.company == self.rows.company, *where)
        ours = ours.order_by(*(order or table.primary_key))
        yield from self.rows.conn.execute(ours.execution_options(yield_per=BATCH))

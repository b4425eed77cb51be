"""What people brought to IT, the domains that are blocked, and where links stood. Policy 4.1.3."""

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.events import MessageRef, Place, account_of, conversation
from bot.policy.brought import Brought
from bot.policy.cases import Case
from bot.store.people import People
from bot.store.rows import Rows, Where
from bot.store.schema_findings import blocked, case_trail, cases, seen_links
from bot.store.trails import Trail

SAME = ("id", "number", "kind", "reporter", "at", "handler", "state", "verdict")
TIMES = ("answered_at", "done_at", "confirmed_at")
MOVING = ("handler", "state", "verdict", *TIMES)
REMEMBERED = timedelta(days=30)  # for how long it is known where a link stood


@dataclass(frozen=True, slots=True)
class Cases:
    rows: Rows

    def add(self, case: Case) -> None:
        """What was reported never changes."""
        about = case.about
        values = {name: getattr(case, name) for name in (*SAME, *TIMES)}
        values |= {
            "conversation": conversation(about.place) if about else None,
            "thread": about.place.thread if about else None,
            "message": about.id if about else None,
        }
        said = {"words": case.words, "hosts": list(case.hosts)}
        self.rows.add(cases, **values, body=self.rows.close(cases.c.body, case.id, said))

    def save(self, case: Case) -> None:
        values = {name: getattr(case, name) for name in MOVING}
        self.rows.change(cases, cases.c.id == case.id, **values)

    def find(self, number: int) -> Case | None:
        return self._first(cases.c.number == number)

    def get(self, id: str) -> Case | None:
        return self._first(cases.c.id == id)

    def open_ones(self, limit: int) -> list[Case]:
        """What is not done, the oldest first."""
        rows = self.rows.all(cases, cases.c.state != "done", order=[cases.c.at], limit=limit)
        return [self._case(row) for row in rows]

    def frauds(self, start: datetime, end: datetime) -> list[Case]:
        """Of frauds that really were some, reported then."""
        c = cases.c
        right = c.kind == "phishing", c.verdict == "true", c.at >= start, c.at < end
        return [self._case(row) for row in self.rows.all(cases, *right)]

    def of(self, reporter: str, limit: int) -> list[Case]:
        """The newest first."""
        order = [cases.c.number.desc()]
        rows = self.rows.all(cases, cases.c.reporter == reporter, order=order, limit=limit)
        return [self._case(row) for row in rows]

    def of_message(self, reporter: str, about: MessageRef) -> Case | None:
        """What they reported already."""
        c = cases.c
        here = c.conversation == conversation(about.place), c.message == about.id
        return self._first(c.reporter == reporter, *here)

    def between(self, start: datetime, end: datetime) -> list[Case]:
        c = cases.c
        rows = self.rows.all(cases, c.at >= start, c.at < end, order=[c.number])
        return [self._case(row) for row in rows]

    def brought(self, start: datetime, end: datetime) -> Iterator[Brought]:
        """The same without what was said, for a report."""
        c = cases.c
        wanted = ("number", "kind", "reporter", "at", "verdict")
        ours = sa.select(*(c[name] for name in wanted))
        where = c.company == self.rows.company, c.at >= start, c.at < end
        for row in self.rows.conn.execute(ours.where(*where).order_by(c.number)):
            yield Brought(**row._mapping)

    def load(self) -> Mapping[str, tuple[int, int]]:
        """Of each who has cases: how many are open, and the number of the last they were given."""
        c = cases.c
        still = sa.case((c.state != "done", 1), else_=0)
        found = sa.select(c.handler, sa.func.sum(still), sa.func.max(c.number)).where(
            c.company == self.rows.company, c.handler.is_not(None)
        )
        rows = self.rows.conn.execute(found.group_by(c.handler))
        return {who: (int(count), int(last)) for who, count, last in rows}

    def true_reports(self, reporter: str, since: datetime) -> int:
        """How often they reported what really was a fraud. Policy 5.2.2."""
        c = cases.c
        mine = c.kind == "phishing", c.reporter == reporter, c.verdict == "true", c.at >= since
        return self.rows.count(cases, *mine)

    @property
    def trail(self) -> Trail:
        return Trail(self.rows, case_trail)

    def _first(self, *where: Where) -> Case | None:
        row = self.rows.one(cases, *where)
        return self._case(row) if row else None

    def _case(self, row: Any) -> Case:
        about = None
        if row.message is not None:
            at = account_of(row.conversation)
            about = MessageRef(Place(at.platform, at.realm, at.id, row.thread), row.message)
        said = self.rows.open(cases.c.body, row.id, row.body)
        values = {name: getattr(row, name) for name in (*SAME, *TIMES)}
        return Case(about=about, words=said["words"], hosts=tuple(said["hosts"]), **values)


@dataclass(frozen=True, slots=True)
class Blocked:
    """Kept with the directory's snapshot: every message is looked through for them."""

    rows: Rows
    people: People

    def add(self, domain: str, by: str, case: str | None) -> bool:
        """False where it was there already."""
        if self.rows.one(blocked, blocked.c.domain == domain) is not None:
            return False
        self.rows.add(blocked, domain=domain, by=by, at=self.rows.clock.now(), case=case)
        self.people.changed()
        return True

    def remove(self, domain: str) -> bool:
        gone = self.rows.remove(blocked, blocked.c.domain == domain) == 1
        if gone:
            self.people.changed()
        return gone

    def all(self) -> list[Any]:
        """Rows of `domain`, `by`, `at` and `case`."""
        return list(self.rows.all(blocked))


@dataclass(frozen=True, slots=True)
class SeenLinks:
    """Which messages had a link to a host: under a key of our own, for a month."""

    rows: Rows

    def add(self, about: MessageRef, hosts: Collection[str]) -> None:
        now, c = self.rows.clock.now(), seen_links.c
        self.rows.remove(seen_links, c.at < now - REMEMBERED)
        insert = self.rows.unless_known(seen_links, "host", "conversation", "message")
        where = {"conversation": conversation(about.place), "message": about.id, "at": now}
        rows = [
            {"company": self.rows.company, "host": self._keyed(each), **where} for each in hosts
        ]
        self.rows.conn.execute(insert, rows)

    def of(self, hosts: Iterable[str]) -> list[MessageRef]:
        """Where one of them stood, the oldest first."""
        keyed = seen_links.c.host.in_([self._keyed(each) for each in hosts])
        found = []
        for row in self.rows.all(seen_links, keyed, order=[seen_links.c.at]):
            at = account_of(row.conversation)
            found.append(MessageRef(Place(at.platform, at.realm, at.id), row.message))
        return found

    def _keyed(self, host: str) -> str:
        key = hmac.digest(self.rows.seal.key, b"links", "sha256")
        return hmac.digest(key, host.encode("utf-8", "surrogatepass"), "sha256").hex()

"""How things stand, in numbers and times: for who looks after Duly. Policy 5.1.1. No words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store.gaps import OPEN
from bot.store.listeners import Listeners
from bot.store.rows import Rows, Where
from bot.store.schema import UNSENT as WAITS
from bot.store.schema import WAITING, Moment, accounts, gaps, journal, listeners, outbox

CONNECTIONS = (
    "SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity "
    "WHERE backend_type = 'client backend'"
)
SAMPLE, FEW = 500, 20  # cards, of which a pace is told, and below which none
BACKUP, KEYS_BACKUP = "backup/made", "backup/keys"  # under which it is kept when the last was made


@dataclass(frozen=True, slots=True)
class Source:
    """A platform: when something last came from there, and when something last arrived there."""

    platform: str
    heard: datetime | None
    told: datetime | None


@dataclass(frozen=True, slots=True)
class Ear:
    """Something that listens for one process; `until`: as long as it is sure to."""

    name: str
    until: datetime
    listens: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, and since when the oldest of it."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """All times are lease times, which nobody moves."""

    rows: Rows

    def sources(self) -> list[Source]:
        named = sa.select(accounts.c.platform).distinct()
        ours = named.where(accounts.c.company == self.rows.company).order_by(accounts.c.platform)
        found = [str(each) for each in self.rows.conn.execute(ours).scalars()]
        return [Source(each, self._heard(each), self._told(each)) for each in found]

    def _heard(self, platform: str) -> datetime | None:
        c = journal.c
        theirs = c.key.startswith(f"{platform}/", autoescape=True)
        found = self.rows.all(journal, theirs, order=[c.id.desc()], limit=1)
        return found[0].taken_at if found else None

    def _told(self, platform: str) -> datetime | None:
        c = outbox.c
        arrived = c.platform == platform, c.state == "arrived"
        found = self.rows.all(outbox, *arrived, order=[c.id.desc()], limit=1)
        return found[0].settled_at if found else None

    def ears(self) -> Iterator[Ear]:
        now, c = self.rows.clock.lease(), listeners.c
        held = c.held_until.is_not(None), c.holder.is_not(None)
        for row in self.rows.all(listeners, *held, order=[c.name]):
            yield Ear(row.name, row.held_until, row.held_until > now)

    def unhandled(self) -> Queue:
        """Events that were taken and are still to be handled."""
        return self._queue(journal, journal.c.taken_at, WAITING)

    def unsent(self) -> Queue:
        """What is still to be sent, and may be by now."""
        due = outbox.c.not_before <= self.rows.clock.now()
        return self._queue(outbox, outbox.c.since, WAITS, due)

    def pace(self, span: timedelta) -> float | None:
        """Cards a minute that arrived of late, at most so long ago; None: too few to tell."""
        now, c = self.rows.clock.lease(), outbox.c
        arrived = c.company == self.rows.company, c.state == "arrived"
        last = sa.select(c.settled_at).where(*arrived).order_by(c.id.desc()).limit(SAMPLE)
        times = [at for at in self.rows.conn.execute(last).scalars() if at and at > now - span]
        if len(times) < FEW:
            return None
        minutes: float = max((now - min(times)) / timedelta(minutes=1), 1.0)
        return len(times) / minutes

    def deadlines(self, most: int) -> list[datetime]:
        """Of what may be sent by now, in the order in which it leaves."""
        c = outbox.c
        ours = c.company == self.rows.company, WAITS, c.not_before <= self.rows.clock.now()
        found = sa.select(c.deadline).where(*ours).order_by(c.deadline).limit(most)
        return list(self.rows.conn.execute(found).scalars())

    def later(self) -> int:
        """What waits for somebody's working time."""
        return self.rows.count(outbox, WAITS, outbox.c.not_before > self.rows.clock.now())

    def doubtful(self) -> int:
        return self.rows.count(outbox, outbox.c.state == "doubtful")

    def unseen(self) -> int:
        """Places of which nothing is seen now."""
        return self.rows.count(gaps, gaps.c.until == OPEN)

    def connections(self) -> tuple[int, int]:
        """How many the database has now, and may have; none where there is no such limit."""
        if not self.rows.shared:
            return 0, 0
        found = self.rows.conn.exec_driver_sql(CONNECTIONS).one()
        return int(found[0]), int(found[1])

    def _queue(self, table: sa.Table, at: sa.Column[datetime], *where: Where) -> Queue:
        found = sa.select(sa.func.count(), sa.func.min(at, type_=Moment)).select_from(table)
        ours = found.where(table.c.company == self.rows.company, *where)
        count, oldest = self.rows.conn.execute(ours).one()
        return Queue(int(count), oldest)

    def noted(self, what: str) -> datetime | None:
        """When that was last noted to be done."""
        at = Listeners(self.rows).cursor(what)
        return datetime.fromisoformat(at) if at else None

    def note(self, what: str) -> None:
        Listeners(self.rows).move(what, self.rows.clock.lease().isoformat())

    def engine(self) -> str:
        return self.rows.conn.dialect.name

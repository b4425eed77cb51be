"""How things stand, for metrics: cheap however much there is. Policy 5.1.1.

Each figure is read from an index that holds little else than what is counted, and nothing is
counted beyond some thousands: whoever looks sees that it is many, and waits for it no longer.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.store import Store, Transaction
from bot.store.gaps import OPEN
from bot.store.health import BACKUP, KEYS_BACKUP, Health
from bot.store.outbox import DOUBLES
from bot.store.processes import ALIVE
from bot.store.schema import (
    PARKED,
    UNDELIVERABLE,
    UNSENT,
    WAITING,
    Moment,
    dues,
    gaps,
    journal,
    numbers,
    outbox,
)

MOST = 10_000  # rows that are counted
DAY = timedelta(days=1)
PATIENCE = "SET LOCAL statement_timeout = '5s'"
BOTH = {"urgent": 0.0, "normal": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Ages in seconds; what never happened is None."""

    waiting: int
    waiting_for: float
    parked: int
    ready: dict[str, float]
    doubtful: dict[str, float]
    later: dict[str, float]
    oldest: dict[str, float]
    undeliverable: int
    doubles: int
    gaps: int
    listeners_down: int
    dues_late: float
    processes: dict[str, float]
    lost: dict[str, float]
    tick: timedelta | None
    backup: timedelta | None
    keys_backup: timedelta | None
    checkpoint: timedelta | None
    skew: float


def standing(store: Store) -> Standing:
    """Raises sqlalchemy.exc.DBAPIError where the store is away, or takes too long."""
    with store.reading() as tx:
        if store.shared:
            tx.rows.conn.exec_driver_sql(PATIENCE)
        return Standing(**_journal(tx), **_outbox(tx), **_rest(tx))


def _journal(tx: Transaction) -> dict[str, Any]:
    c, conn, company = journal.c, tx.rows.conn, tx.rows.company
    oldest = sa.select(c.taken_at).where(c.company == company, WAITING).order_by(c.id).limit(1)
    taken: datetime | None = conn.execute(oldest).scalar()
    return {
        "waiting": _some(tx, journal, WAITING),
        "waiting_for": _age(taken, tx.clock.lease()),
        "parked": _some(tx, journal, PARKED),
    }


def _outbox(tx: Transaction) -> dict[str, Any]:
    c, lease = outbox.c, tx.clock.lease()
    due = (c.not_before <= tx.clock.now()).label("due")
    some = sa.select(c.urgent, c.state, due, c.since).where(c.company == tx.rows.company, UNSENT)
    found: dict[str, dict[str, float]] = {name: dict(BOTH) for name in NAMES}
    for urgent in (True, False):
        part = some.where(c.urgent.is_(urgent)).order_by(c.deadline, c.id).limit(MOST).subquery()
        first = sa.func.min(part.c.since, type_=Moment)
        grouped = sa.select(part.c.state, part.c.due, sa.func.count(), first)
        name = "urgent" if urgent else "normal"
        for state, is_due, count, since in tx.rows.conn.execute(
            grouped.group_by(part.c.state, part.c.due)
        ):
            kind = "doubtful" if state == "doubtful" else "ready" if is_due else "later"
            found[kind][name] += count
            if is_due:
                found["oldest"][name] = max(found["oldest"][name], _age(since, lease))
    lost = UNDELIVERABLE, c.settled_at >= lease - DAY
    return {**found, "undeliverable": _some(tx, outbox, *lost)}


NAMES = ("ready", "doubtful", "later", "oldest")


def _rest(tx: Transaction) -> dict[str, Any]:
    lease, health = tx.clock.lease(), Health(tx.rows)
    row = tx.rows.one(numbers, numbers.c.name == DOUBLES)
    due = tx.rows.all(dues, order=[dues.c.at], limit=1)
    listed = tx.processes.all()
    alive = [each for each in listed if each.seen_at > lease - ALIVE]
    ticks = [each.ticked_at for each in listed if each.ticked_at is not None]
    return {
        "doubles": int(row.last) if row else 0,
        "gaps": _some(tx, gaps, gaps.c.until == OPEN),
        "listeners_down": sum(not each.listens for each in health.ears()),
        "dues_late": _age(due[0].at if due else None, tx.clock.now()),
        "processes": dict(Counter(each.kind for each in alive)),
        "lost": dict(Counter(each.kind for each in listed if each not in alive)),
        "tick": lease - max(ticks) if ticks else None,
        "backup": _past(health.noted(BACKUP), lease),
        "keys_backup": _past(health.noted(KEYS_BACKUP), lease),
        "checkpoint": _past(tx.checkpoints.taken_at(), tx.clock.now()),
        "skew": tx.skew.total_seconds(),
    }


def _some(tx: Transaction, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    found = sa.select(sa.literal(1)).where(table.c.company == tx.rows.company, *where).limit(MOST)
    counted = sa.select(sa.func.count()).select_from(found.subquery())
    return int(tx.rows.conn.execute(counted).scalar_one())


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since is not None else 0.0


def _past(at: datetime | None, now: datetime) -> timedelta | None:
    return None if at is None else max(now - at, timedelta(0))

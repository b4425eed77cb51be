"""Every key figure of a made-up company: by Duly, by plain Python, by pandas."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.handlers import counting
from bot.policy import oversight, periods, reported
from bot.policy.figures import Beyond, Rate, TooFew
from bot.policy.periods import Unit
from bot.store import Store
from reports.measures import MEASURES
from tests.reports import frames, frames_watch, plain, plain_traces, plain_watch
from tests.reports.asking import material
from tests.reports.company import NOW, company
from tests.reports.test_recount import OCTOBER, micros

TAMPERED = (
    "UPDATE records SET at = at + 1 WHERE rowid = (SELECT MAX(rowid) / 2 FROM records)",
    "UPDATE records SET class = 'notice' WHERE rowid = 1",
    "DELETE FROM records WHERE rowid = (SELECT MAX(rowid) FROM records)",
    "DELETE FROM records WHERE rowid = 2",
    "DELETE FROM wraps WHERE record = (SELECT MAX(id) FROM records)",
)
TABLES = (*frames.TABLES, *frames_watch.TABLES)
DAYS = (*(date(2026, month, 1) for month in range(4, 13)), date(2027, 1, 1))
TOLD: tuple[tuple[Unit, date, date], ...] = (
    *(("month", *months) for months in pairwise(DAYS)),
    *(("quarter", *quarter) for quarter in pairwise(DAYS[::3])),
)


def differing(number: int) -> set[str]:
    """Where the three computations differ for the company of a seed, or one has nothing to say."""
    dice = random.Random(number)
    store = company(dice.randrange(0, 160), number, busy=dice.randrange(0, 14))
    if dice.random() < 0.3:
        tamper(store, dice.choice(TAMPERED))
    ours, others, third = counted(store), plainly(store), framed(store)
    ids = ours.keys() | others.keys() | third.keys()
    nothing = "nothing"  # said of it
    found = {id: [each.get(id, nothing) for each in (ours, others, third)] for id in ids}
    return {
        f"{number} {id}: {' '.join(map(str, each))}"
        for id, each in found.items()
        if nothing in each or not all(same(each[0], other) for other in each[1:])
    }


def tamper(store: Store, deed: str) -> None:
    """Somebody with the database in their hands changes what was kept, or takes it out."""
    with store.db.begin() as conn:
        for each in ("update", "delete"):
            conn.exec_driver_sql(f"DROP TRIGGER records_no_{each}")
        conn.exec_driver_sql(deed)


def counted(store: Store) -> dict[str, plain.Figure]:
    now = material(store, "hr").now
    found = {each.id: as_number(each.of(now)) for each in MEASURES}
    samples = now.watched.samples
    found["K19 of all"] = as_number(oversight.covered(samples).of_all)
    found["K20 kappa"] = as_number(oversight.agreed(samples).kappa)
    found |= {f"K18 {each.rule}": as_number(each.precision) for each in now.judged}
    return found | dict(told(store))


def told(store: Store) -> Iterator[tuple[str, plain.Figure]]:
    """K22, of months and quarters; of one that is not over nothing is told."""
    for unit, first, after in TOLD:
        period = periods.of(unit, midnight(first), "Asia/Shanghai")
        with store.reading() as tx:
            lines = counting.until(tx, period)
        yield f"K22 {first} {after}", as_number(reported.acknowledged(lines, period))
        if unit == "quarter":
            days = (each.median_days for each in lines if each.period.label == period.label)
            yield f"K22 days {first}", next(days, None)


def as_number(figure: Any) -> plain.Figure:
    match figure:
        case TooFew(0, _):
            return None
        case TooFew():
            return "few"
        case Beyond():
            return "beyond"
        case Rate():
            return figure.met / figure.n
        case timedelta():
            return figure / timedelta(minutes=1)
        case _:
            return float(getattr(figure, "of_one", getattr(figure, "per_hundred", figure)))


def same(one: plain.Figure, other: plain.Figure) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return one == pytest.approx(other, abs=1e-6)
    return one == other


def framed(store: Store) -> dict[str, plain.Figure]:
    tables = frames.read(store.db.raw_connection().driver_connection, TABLES)
    times = micros(OCTOBER.start), micros(OCTOBER.end), micros(NOW)
    books = frames.Frames(tables, *times)
    watched = frames_watch.Watched(books)
    found = books.figures() | watched.figures()
    for unit, first, after in TOLD:
        bounds = micros(midnight(first)), micros(midnight(after))
        found[f"K22 {first} {after}"] = watched.acknowledged(*bounds)
        if unit == "quarter":
            found[f"K22 days {first}"] = watched.days_to_the_end(*bounds)
    return found


def plainly(store: Store) -> dict[str, plain.Figure]:
    books = raw(store)
    watched = plain_watch.Watched(books)
    found = books.figures() | plain_traces.figures(books) | watched.figures()
    for unit, first, after in TOLD:
        found[f"K22 {first} {after}"] = watched.acknowledged(first, 3 if unit == "quarter" else 1)
        if unit == "quarter":
            found[f"K22 days {first}"] = watched.days_to_the_end(first, after)
    return found


def raw(store: Store) -> plain.Books:
    cursor = store.db.raw_connection().cursor()
    tables = {}
    for name in TABLES:
        cursor.execute(f'SELECT * FROM "{name}"')
        columns = [each[0] for each in cursor.description]
        tables[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return plain.Books(tables, micros(OCTOBER.start), micros(OCTOBER.end), micros(NOW))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo("Asia/Shanghai"))

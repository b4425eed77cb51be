"""Every key figure of a made-up company: by Duly, by plain Python, by pandas."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from bot.handlers import counting
from bot.policy import periods, reported
from bot.policy.figures import Beyond, Rate, TooFew
from bot.store import Store
from reports.measures import MEASURES
from tests.reports import frames, plain, plain_traces
from tests.reports.asking import material
from tests.reports.company import NOW, company
from tests.reports.test_recount import OCTOBER, micros

TWICE = frozenset((*(f"K{number}" for number in range(17, 26)), "K23b"))  # not by pandas
MORE = (  # tables that pandas does not read
    *("samples", "drawn", "verdicts", "dailies", "records", "unreadable", "journal", "wraps"),
    *("disposal_certificates", "sealed_cases"),
)
QUARTERS = {"2026-Q2": (date(2026, 4, 1), date(2026, 7, 1)),
            "2026-Q3": (date(2026, 7, 1), date(2026, 10, 1))}  # fmt: skip


def differing(number: int) -> set[str]:
    """Where the three computations differ for the company of a seed, or one has nothing to say."""
    dice = random.Random(number)
    store = company(dice.randrange(0, 160), number, busy=dice.randrange(0, 14))
    ours, others, third = counted(store), plainly(store), framed(store)
    wrong = {
        f"{number} {id}: {ours.get(id)} {others.get(id)} {third.get(id)}"
        for id in ours | others | third
        if not (id in ours and agrees(id, ours[id], others) and agrees(id, ours[id], third))
    }
    return wrong | set(_quarters(store, number))


def _quarters(store: Store, number: int) -> Iterator[str]:
    """K22: of quarters that are over, so that no single report is given away."""
    books = raw(store)
    for label, bounds in QUARTERS.items():
        period = periods.parse(label, "Asia/Shanghai")
        with store.reading() as tx:
            ours = as_number(reported.acknowledged(counting.until(tx, period), period))
        other = books.acknowledged(*bounds)
        if not same(ours, other):
            yield f"{number} K22 {label}: {ours} {other}"


def agrees(id: str, ours: plain.Figure, others: dict[str, plain.Figure]) -> bool:
    return same(ours, others[id]) if id in others else id in TWICE


def counted(store: Store) -> dict[str, plain.Figure]:
    now = material(store, "hr").now
    return {each.id: as_number(each.of(now)) for each in MEASURES}


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
    tables = frames.read(store.db.raw_connection().driver_connection)
    times = micros(OCTOBER.start), micros(OCTOBER.end), micros(NOW)
    return frames.Frames(tables, *times).figures()


def plainly(store: Store) -> dict[str, plain.Figure]:
    books = raw(store)
    return books.figures() | plain_traces.figures(books)


def raw(store: Store) -> plain.Books:
    cursor = store.db.raw_connection().cursor()
    tables = {}
    for name in (*frames.TABLES, *MORE):
        cursor.execute(f'SELECT * FROM "{name}"')
        columns = [each[0] for each in cursor.description]
        tables[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return plain.Books(tables, micros(OCTOBER.start), micros(OCTOBER.end), micros(NOW))

"""Every key figure of a made-up company: by Duly, by plain Python, by pandas."""

import random
from datetime import timedelta
from typing import Any

import pytest

from bot.policy.figures import Beyond, Rate, TooFew
from bot.store import Store
from reports.measures import MEASURES
from tests.reports import frames, plain, plain_traces
from tests.reports.asking import material
from tests.reports.company import NOW, company
from tests.reports.test_recount import OCTOBER, micros

TWICE = frozenset(f"K{number}" for number in range(17, 26))  # not by pandas


def differing(number: int) -> set[str]:
    """Where the three computations differ for the company of a seed, or one has nothing to say."""
    dice = random.Random(number)
    store = company(dice.randrange(0, 160), number, busy=dice.randrange(0, 14))
    ours, others, third = counted(store), plainly(store), framed(store)
    return {
        f"{number} {id}: {ours.get(id)} {others.get(id)} {third.get(id)}"
        for id in ours | others | third
        if not (id in ours and agrees(id, ours[id], others) and agrees(id, ours[id], third))
    }


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
    cursor = store.db.raw_connection().cursor()
    tables = {}
    for name in frames.TABLES:
        cursor.execute(f'SELECT * FROM "{name}"')
        columns = [each[0] for each in cursor.description]
        tables[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    books = plain.Books(tables, micros(OCTOBER.start), micros(OCTOBER.end), micros(NOW))
    return books.figures() | plain_traces.figures(books)

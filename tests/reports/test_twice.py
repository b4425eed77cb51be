"""Every key figure of made-up companies is what a second, plain computation finds. Policy 5.2.1."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.gathering import gather
from bot.handlers import counting
from bot.policy import periods, reported
from bot.policy.figures import Beyond, Rate, TooFew
from bot.report import Wanted
from bot.store import Store
from bot.store.schema import meta
from bot.words import Reader
from reports.measures import MEASURES
from tests.needs import seed, share
from tests.reports import plain
from tests.reports.company import NOW, company
from tests.reports.test_recount import OCTOBER, micros

FULL = 200  # companies
TABLES = (
    *("duties", "people", "absences", "requests", "trail", "notices", "audience", "receipts"),
    *("meetings", "invitees", "minutes", "minutes_items", "minutes_responses"),
    *("samples", "drawn", "verdicts", "dailies", "records", "unreadable", "journal", "wraps"),
    *("disposal_certificates", "sealed_cases"),
)
QUARTERS = {"2026-Q2": (date(2026, 4, 1), date(2026, 7, 1)),
            "2026-Q3": (date(2026, 7, 1), date(2026, 10, 1))}  # fmt: skip


def test_every_figure_is_found_twice() -> None:
    found: set[str] = set()

    for number in range(share(FULL)):
        found |= differing(seed() + number)

    assert found == set()


def test_both_databases_give_the_same_figures(postgresql: sa.Engine) -> None:
    assert counted(company(60, 5, busy=6, db=postgresql)) == counted(company(60, 5, busy=6))


def differing(number: int) -> set[str]:
    """The key figures in which the two computations differ for the company of a seed."""
    dice = random.Random(number)
    store = company(dice.randrange(0, 160), number, busy=dice.randrange(0, 14))
    ours, raw = counted(store), books(store)
    others = raw.figures()
    for label, bounds in QUARTERS.items():
        ours[label], others[label] = acknowledged(store, label), raw.acknowledged(*bounds)
    return {
        f"{number} {id}: {ours[id]} {others[id]}" for id in others if not same(ours[id], others[id])
    }


def acknowledged(store: Store, label: str) -> plain.Figure:
    """K22 of a quarter."""
    period = periods.parse(label, "Asia/Shanghai")
    with store.reading() as tx:
        return as_number(reported.acknowledged(counting.until(tx, period), period))


def counted(store: Store) -> dict[str, plain.Figure]:
    wanted = Wanted(
        period=OCTOBER, edition="hr", person="hr-0", reader=Reader("en", "Asia/Shanghai")
    )
    with store.reading() as tx:
        now = gather(tx, wanted).now
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
            return float(getattr(figure, "of_one", figure))


def same(one: plain.Figure, other: plain.Figure) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return one == pytest.approx(other, abs=1e-6)
    return one == other


def books(store: Store) -> plain.Books:
    cursor = store.db.raw_connection().cursor()
    tables = {}
    for name in TABLES:
        columns = [each.name for each in meta.tables[name].columns]
        quoted = ", ".join(f'"{each}"' for each in columns)
        cursor.execute(f'SELECT {quoted} FROM "{name}"')
        tables[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return plain.Books(tables, micros(OCTOBER.start), micros(OCTOBER.end), micros(NOW))

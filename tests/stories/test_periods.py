"""Reports that come by themselves: of each period once, and made anew where late data changed it.

Policy 5.1.2, 5.2.1. Their tables and charts are looked at elsewhere; here the builder writes little.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from bot import making
from bot.clock import Clock
from bot.effects import Deliverable, Upload
from bot.events import MessageRef
from bot.handlers.nudging import Nudging
from bot.making import Made
from bot.policy.people import Absence
from bot.report import Material, Tell, silent
from bot.store import Store
from bot.store.schema import duties, orders
from bot.ticker import Ticker
from bot.words import Reader
from bot.workshop import Workshop
from reports.issue import issue
from tests.desk import Desk, Paper, account

DAY = timedelta(days=1)
MARCH_2, APRIL_2 = (datetime(2026, m, 2, 1, tzinfo=UTC) for m in (3, 4))  # 09:00 in Shanghai
POLICY = """
[reports]
hr = ["month"]
head = ["month"]
board = ["month"]
audit = []
"""


class Shelf(Paper):
    """A platform that keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads: list[Upload] = []

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        if isinstance(effect, Upload):
            self.uploads.append(effect)
        return await super().deliver(effect, key=key, reader=reader)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Made in this process: starting another takes a second, and `test_running` does."""

    async def made(_: object, material: Material, tell: Tell = silent) -> Made:
        out = tmp_path / "report.xlsx"
        out.unlink(missing_ok=True)
        out.with_suffix(".png").unlink(missing_ok=True)
        said = issue(material, out, tell)
        return Made(*making._read(out), said)

    monkeypatch.setattr("bot.workshop.issue", made)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(paper=Shelf(), policy=POLICY)
    desk.wait(timedelta(0))
    yield desk
    desk.close()


def builds(desk: Desk) -> list[str]:
    """All that was ordered is made, and sent to who is at work."""
    while asyncio.run(desk.bot.workshop.round()):
        pass
    return [each for each in desk.wait(timedelta(seconds=1)) if "eport of" in each]


def comes(desk: Desk, at: datetime) -> list[str]:
    """Each working day until then, and what was ordered on it; what is said of reports."""
    said: list[str] = []
    while desk.now < at:
        desk.wait(min(DAY, at - desk.now))
        said += builds(desk)
    return said


def rows(desk: Desk) -> list[tuple[str, str, str, int, str, str]]:
    with desk.store.reading() as tx:
        c = orders.c
        found = tx.rows.all(orders, order=[c.period, c.edition, c.person, c.version])
        return [(r.period, r.edition, r.person, r.version, r.occasion, r.state) for r in found]


def answered(desk: Desk) -> int:
    """Bob is asked something and answers in time; the number of what he owed."""
    asked = desk.posts("ann", "@bob when will the samples be ready?")
    desk.wait(timedelta(minutes=30))
    desk.posts("bob", "They are ready, in the store room.", reply_to=asked)
    desk.wait(timedelta(minutes=1))
    with desk.store.reading() as tx:
        (row,) = [each for each in tx.rows.all(duties) if each.about_ref] if False else tx.rows.all(
            duties, duties.c.owed_by == "bob"
        )[-1:]
        return int(row.number)


def test_a_report_comes_once_in_the_month_after_to_who_is_named(desk: Desk) -> None:
    answered(desk)
    said = comes(desk, APRIL_2 - timedelta(minutes=1))
    assert said == []

    said = comes(desk, APRIL_2 + timedelta(hours=1))

    assert sorted(each.split(":")[0] for each in said) == ["grace", "hana", "mei", "sam"] + ["grace"]

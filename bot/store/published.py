"""Reports that nobody had to ask for: each once, and made anew where late data changed it. 5.2.1"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.events import Account, account_key
from bot.store.duties import Duties
from bot.store.rows import Rows
from bot.store.schema import files, orders

DUE, MISSED, LATE = "due", "missed", "late"
AGAIN = ("same", "failed")  # nothing had changed; nobody was told of it
REPORT = "report"  # the sequence of their numbers


@dataclass(frozen=True, slots=True)
class Copy:
    """One reader's report of a period."""

    period: str
    edition: str
    person: str
    account: Account

    def once(self, version: int) -> str:
        return once(self.period, self.edition, self.person, version)


def once(period: str, edition: str, person: str, version: int) -> str:
    return f"{period}/{edition}/{version}/{person}"


@dataclass(frozen=True, slots=True)
class Published:
    """The same rows as those of the reports that people ask for: one worker makes both."""

    rows: Rows

    def order(self, copies: Iterable[Copy], occasion: str) -> None:
        """To be made; who has it, or is to have it, gets no second."""
        self._order([(each.once(1), _copied(each), 1) for each in copies], occasion)

    def _order(self, wanted: Sequence[tuple[str, Mapping[str, Any], int]], occasion: str) -> None:
        clock = self.rows.clock
        same = {"asked_at": clock.now(), "held_until": clock.lease(), "occasion": occasion}
        same |= {"company": self.rows.company, "tries": 0, "state": "waiting"}
        new = [
            {"id": clock.new_id(), "once": name, "version": version, **same, **copy}
            for name, copy, version in wanted
        ]
        if new:
            self.rows.conn.execute(self.rows.unless_known(orders, "once"), new)

    def recheck(self, since: datetime) -> None:
        """Whether late data have changed what was made: the next version is asked for.

        Of the reports that were first ordered after `since`, which people know as their time.
        """
        c = orders.c
        rows = self.rows.all(orders, c.once.is_not(None), c.asked_at >= since)
        first = {_family(row) for row in rows if row.version == 1}
        last = {_family(row): row for row in sorted(rows, key=lambda row: row.version)}
        found = [row for family, row in last.items() if family in first]
        again = [row.id for row in found if row.occasion == LATE and row.state in AGAIN]
        now = {"asked_at": self.rows.clock.now(), "state": "waiting", "tries": 0}
        self.rows.change(orders, c.id.in_(again), c.state.in_(AGAIN), **now)
        made = [row for row in found if row.state == "made"]
        self._order([(once(*_family(row), row.version + 1), _kept(row), row.version + 1)
                     for row in made], LATE)  # fmt: skip

    def before(self, order: Any) -> Any | None:
        """The version that it would correct."""
        name = once(order.period, order.edition, order.person, order.version - 1)
        return self.rows.one(orders, orders.c.once == name)

    def first(self, order: Any) -> Any:
        """Its first version, which may be itself."""
        if order.version == 1:
            return order
        name = once(order.period, order.edition, order.person, 1)
        return self.rows.one(orders, orders.c.once == name)

    def missed_with(self, order: Any) -> list[str]:
        """The periods whose reports were ordered together with it, though late, by their names."""
        c = orders.c
        same = c.person == order.person, c.edition == order.edition, c.asked_at == order.asked_at
        rows = self.rows.all(orders, c.occasion == MISSED, *same)
        return sorted(row.period for row in rows)

    def keep(self, id: str, figures: Mapping[str, Any]) -> None:
        """What it says."""
        sealed = self.rows.close(orders.c.figures, id, figures)
        self.rows.change(orders, orders.c.id == id, figures=sealed)

    def figures(self, order: Any) -> Mapping[str, Any]:
        """Empty where none were kept."""
        if order.figures is None:
            return {}
        found: Mapping[str, Any] = self.rows.open(orders.c.figures, order.id, order.figures)
        return found

    def number(self, order: Any) -> int:
        """What people know it by, given when it is first needed."""
        if order.number is not None:
            return int(order.number)
        number = Duties(self.rows).number(REPORT)
        self.rows.change(orders, orders.c.id == order.id, number=number)
        return number

    def get(self, id: str) -> Any | None:
        return self.rows.one(orders, orders.c.id == id)

    def expires(self, file: str) -> datetime | None:
        """When the file is removed; None where it was."""
        row = self.rows.one(files, files.c.id == file)
        return row.expires_at if row and row.expires_at > self.rows.clock.now() else None

    def numbered(self, number: int, person: str) -> Any | None:
        """None where it is somebody else's."""
        return self.rows.one(orders, orders.c.number == number, orders.c.person == person)

    def made(self, person: str, limit: int) -> Sequence[Any]:
        """What somebody has, the newest first."""
        c, mine = orders.c, (orders.c.person == person, orders.c.state == "made")
        return self.rows.all(orders, *mine, order=[c.asked_at.desc(), c.id.desc()], limit=limit)

    def overtaken(self, order: Any) -> bool:
        """There is a later version of it."""
        c = orders.c
        same = c.person == order.person, c.edition == order.edition, c.period == order.period
        later = c.once.is_not(None), c.state == "made", c.version > order.version
        return self.rows.count(orders, *same, *later) > 0


def unfinished() -> sa.ColumnElement[bool]:
    """Nobody's report yet: one that nobody asked for and is not made, a look for late data."""
    late = (orders.c.occasion == LATE) & (orders.c.state != "made")
    return late | orders.c.number.is_(None)


def _family(order: Any) -> tuple[str, str, str]:
    return order.period, order.edition, order.person


def _copied(copy: Copy) -> dict[str, str]:
    account = account_key(copy.account)
    return {
        "person": copy.person,
        "account": account,
        "period": copy.period,
        "edition": copy.edition,
    }


def _kept(row: Any) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("person", "account", "period", "edition")}

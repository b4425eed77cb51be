"""What was nudged about: at most once for a duty, step and person, and what came of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.store.outbox import NUDGE
from bot.store.rows import Rows
from bot.store.schema import demotions, nudges, outbox

Label = Literal["right", "wrong"]


@dataclass(frozen=True, slots=True)
class Line:
    """What a card is to speak of: `said`, if a card did so, or is perhaps doing it now."""

    duty: str
    step: int
    said: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """Of a duty somebody was nudged about: in which card, and for whom."""

    parcel: str
    duty: str
    person: str
    asker: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Nudges:
    """The table's key says that there is one for a duty, step and person, ever."""

    rows: Rows

    def known(self, ids: Iterable[str]) -> set[tuple[str, int, str]]:
        rows = self.rows.all(nudges, nudges.c.duty.in_(list(ids)))
        return {(row.duty, row.step, row.person) for row in rows}

    def add_all(self, new: Sequence[dict[str, Any]]) -> None:
        self.rows.add_all(nudges, new)

    def within(self, parcel: str) -> list[Line]:
        """What a parcel is to speak of. Until we commit nobody else moves it elsewhere."""
        return self.within_each([parcel])[parcel]

    def within_each(self, parcels: Iterable[str]) -> dict[str, list[Line]]:
        """The same of many."""
        found: dict[str, list[Line]] = {each: [] for each in parcels}
        ours = sa.select(nudges).where(*self._of(nudges.c.parcel.in_(list(found))))
        c = nudges.c
        order = c.parcel, c.duty, c.step, c.person  # that of an index: else all are walked through
        rows = self.rows.conn.execute(ours.order_by(*order).with_for_update())
        for row in rows:
            found[row.parcel].append(Line(row.duty, row.step, bool(row.sent)))
        return found

    def decide(self, said: Mapping[str, Collection[str]]) -> None:
        """Which duties of each parcel are spoken of, now; the others were spared."""
        if not said:
            return
        self.rows.change(nudges, nudges.c.parcel.in_(list(said)), sent=False)
        spoken = {"sent": True, "at": self.rows.clock.now()}
        each = [(parcel, duty) for parcel, duties in said.items() for duty in duties]
        self._change([(*one, spoken) for one in each])

    def move(self, parcel: str, duties: Iterable[str], to: str) -> None:
        """Nudges keep their key, and go with another parcel."""
        self.move_each([(parcel, duty, to) for duty in duties])

    def move_each(self, moves: Iterable[tuple[str, str, str]]) -> None:
        """From a parcel, about a duty, to another parcel."""
        self._change([(here, duty, {"parcel": to, "sent": None}) for here, duty, to in moves])

    def _change(self, each: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
        known = [({"parcel": parcel, "duty": duty}, values) for parcel, duty, values in each]
        self.rows.change_each(nudges, known)

    def take(self, person: str, to: str, *, ready: Sequence[str], begun: Sequence[str]) -> None:
        """Everything somebody was still to be nudged about goes with another parcel.

        `ready`: parcels that nobody tries to send. Of those `begun`, what is not said yet.
        """
        c = nudges.c
        unsaid = sa.and_(c.parcel.in_(list(begun)), c.sent.is_(None))
        where = c.person == person, c.parcel.in_(list(ready)) | unsaid
        self.rows.change(nudges, *where, parcel=to, sent=None)

    def sent(self, persons: Iterable[str], askers: Iterable[str], since: datetime) -> list[Sent]:
        """What people were nudged about since then, or for some askers, by cards that came at once.

        Of an asker what anybody was nudged about.
        """
        c = nudges.c
        to, of = c.person.in_(list(persons)), c.asker.in_(list(askers))
        return list(dict.fromkeys([*self._sent(to, since), *self._sent(of, since)]))

    def _sent(self, whose: sa.ColumnElement[bool], since: datetime) -> list[Sent]:
        c, cards = nudges.c, outbox.c
        card = sa.and_(cards.company == c.company, cards.id == c.parcel)
        ours = sa.select(c.parcel, c.duty, c.person, c.asker, c.at).join(outbox, card)
        then = c.at >= since, c.sent.is_(True), cards.key.startswith(NUDGE)
        found = self.rows.conn.execute(ours.where(*self._of(whose, *then)))
        return [Sent(*row) for row in found]

    def of(self, duty: str) -> Sequence[Any]:
        return self.rows.all(nudges, nudges.c.duty == duty)

    def label(self, duty: str, step: int, person: str, label: Label) -> None:
        c = nudges.c
        self.rows.change(nudges, c.duty == duty, c.step == step, c.person == person, label=label)

    def labels(self, rule: str, since: datetime, last: int) -> list[Label]:
        """What came of the last nudges of a rule, the newest first."""
        c = nudges.c
        ours = self._of(c.rule == rule, c.at >= since, c.label.is_not(None))
        newest = sa.select(c.label).where(*ours).order_by(c.at.desc(), c.duty.desc()).limit(last)
        return list(self.rows.conn.execute(newest).scalars())

    def rules(self, since: datetime) -> set[str]:
        """Those whose nudges anybody judged since then by what they did."""
        c = nudges.c
        ours = self._of(c.at >= since, c.label.is_not(None))
        return set(self.rows.conn.execute(sa.select(c.rule).where(*ours).distinct()).scalars())

    def _of(self, *where: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[bool], ...]:
        return (nudges.c.company == self.rows.company, *where)


@dataclass(frozen=True, slots=True)
class Demotions:
    """Rules whose nudges were wrong too often, each under the policy's version of then."""

    rows: Rows

    def of(self, policy: int) -> set[str]:
        return {row.rule for row in self.rows.all(demotions, demotions.c.policy == policy)}

    def add(self, rule: str, policy: int, *, wrong: int, judged: int) -> None:
        now = self.rows.clock.now()
        self.rows.add(demotions, rule=rule, policy=policy, since=now, wrong=wrong, judged=judged)

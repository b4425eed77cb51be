"""How much somebody is nudged in a day of theirs, and for whom. Policy 1.3-moderate."""

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from bot.handlers import digests
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.store.nudges import Sent

Line = tuple[Duty, int]  # what a card speaks of: a duty, at a step of its ladder


@dataclass(frozen=True, slots=True)
class Tally:
    """The duties that people were nudged about today, by who asked for them."""

    cap: int
    duties: dict[str, set[str]] = field(default_factory=dict)

    def add(self, duty: str, asker: str | None) -> None:
        self.duties.setdefault(asker or "", set()).add(duty)

    def fits(self, duty: Duty) -> bool:
        """Another rung of the same duty is no other duty."""
        known = self.duties.get(duty.owed_to or "", set())
        return duty.owed_to is None or duty.id in known or len(known) < self.cap


@dataclass(frozen=True, slots=True)
class Told:
    """What people were nudged about lately, and what some cards that go now add to it."""

    demoted: Set[str]  # rules that wait for the digest
    to: dict[str, list[Sent]] = field(default_factory=dict)  # by reader
    of: dict[str, list[Sent]] = field(default_factory=dict)  # by asker
    since: dict[str, datetime] = field(default_factory=dict)  # when the day of each reader began

    def add(self, sent: Iterable[Sent]) -> None:
        for each in sent:
            self.to.setdefault(each.person, []).append(each)
            self.of.setdefault(each.asker or "", []).append(each)

    def says(self, card: tuple[str, str], lines: Sequence[Line], now: datetime) -> None:
        """A card (a parcel, and to whom it goes) says this now, whatever it said before."""
        parcel, person = card
        before = [each for each in self.to.get(person, ()) if each.parcel == parcel]
        for each in before:
            self.to[person].remove(each)
            self.of[each.asker or ""].remove(each)
        self.add(Sent(parcel, duty.id, person, duty.owed_to, now) for duty, _ in lines)


def told(tx: Transaction, persons: Collection[str], due: Iterable[Duty]) -> Told:
    """Asked once for all `persons` who are to hear of something, and of whom it is `due` to."""
    askers = {duty.owed_to for duty in due if duty.owed_to}
    now, found = tx.clock.now(), Told(tx.demotions.of(tx.policies.current().version))
    found.since.update((each, digests.midnight(tx, each, now)) for each in persons)
    if persons:
        found.add(tx.nudges.sent(persons, askers, min(found.since.values())))
    return found


def allowed(tx: Transaction, told: Told, card: tuple[str, str], due: Sequence[Line]) -> list[Line]:
    """What may be said now by a card (as above); the rest waits for a digest."""
    parcel, person = card
    book = tx.policies.current()
    since = told.since[person]

    def today(each: Sent) -> bool:
        return each.at >= since and each.parcel != parcel

    sent = [each for each in told.to.get(person, ()) if today(each)]
    if len({each.parcel for each in sent}) >= book.nudges.per_day:
        return []
    askers = {duty.owed_to for duty, _ in due if duty.owed_to}
    pair = _tally(sent, book.nudges.per_pair)
    others = [each for asker in askers for each in told.of.get(asker, ()) if today(each)]
    sender = _tally(others, book.nudges.per_sender)
    found: list[Line] = []
    for duty, step in sorted(due, key=lambda line: line[0].due):
        if duty.rule not in told.demoted and pair.fits(duty) and sender.fits(duty):
            pair.add(duty.id, duty.owed_to)
            sender.add(duty.id, duty.owed_to)
            found.append((duty, step))
    return found


def _tally(sent: Sequence[Sent], cap: int) -> Tally:
    tally = Tally(cap)
    for each in sent:
        tally.add(each.duty, each.asker)
    return tally

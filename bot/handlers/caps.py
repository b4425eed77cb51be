"""How much somebody is nudged in a day of theirs, and for whom. Policy 1.3-moderate."""

from collections.abc import Sequence
from dataclasses import dataclass, field

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


def allowed(tx: Transaction, parcel: str, person: str, due: Sequence[Line]) -> list[Line]:
    """What may be said to `person` now; the rest waits for their digest."""
    book = tx.policies.current()
    since = digests.midnight(tx, person, tx.clock.now())
    sent = tx.nudges.sent_to(person, since, but=parcel)
    if len({each.parcel for each in sent}) >= book.nudges.per_day:
        return []
    askers = {duty.owed_to for duty, _ in due if duty.owed_to}
    pair = _tally(sent, book.nudges.per_pair)
    sender = _tally(tx.nudges.sent_for(askers, since, but=parcel), book.nudges.per_sender)
    demoted = tx.demotions.of(book.version)
    found: list[Line] = []
    for duty, step in sorted(due, key=lambda line: line[0].due):
        if duty.rule not in demoted and pair.fits(duty) and sender.fits(duty):
            pair.add(duty.id, duty.owed_to)
            sender.add(duty.id, duty.owed_to)
            found.append((duty, step))
    return found


def _tally(sent: Sequence[Sent], cap: int) -> Tally:
    tally = Tally(cap)
    for each in sent:
        tally.add(each.duty, each.asker)
    return tally

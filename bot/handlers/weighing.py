"""What of the nudges that are to go now may be said, asked once for all of them.

Policy 1.3-moderate, 2.1.2-followup, 2.2.1-reply: in working time, once, and never after the answer.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.effects import Remind
from bot.events import conversation
from bot.handlers import caps, digests, times
from bot.handlers.caps import Line
from bot.handlers.digests import DAY
from bot.handlers.planning import hearer
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.store import nudges as store
from bot.store.outbox import Parcel

SOON = timedelta(seconds=2)  # lease time

Card = tuple[Parcel, list[Line]]


@dataclass(frozen=True, slots=True)
class Rest:
    """What a parcel does not say today, and to whom it would have gone."""

    parcel: str
    remind: Remind
    duties: Collection[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of nudges, by their parcels."""

    said: dict[str, list[Line]] = field(default_factory=dict)
    spared: dict[str, str] = field(default_factory=dict)  # and why
    rest: list[Rest] = field(default_factory=list)


def weigh(tx: Transaction, parcels: Sequence[Parcel]) -> dict[str, list[Line]]:
    """What each says now, and what became of the others written down: they are left out.

    No two of them go to the same person.
    """
    found = Verdict()
    due = _needed(tx, _still_due(tx, _apart_from_digests(tx, parcels)), found)
    _cap(tx, _ready(tx, due, found), found)
    put_off(tx, found.rest)
    tx.nudges.decide({id: [duty.id for duty, _ in lines] for id, lines in found.said.items()})
    tx.outbox.spare(found.spared)
    return found.said


def remind_of(parcel: Parcel) -> Remind:
    assert isinstance(parcel.effect, Remind)
    return parcel.effect


def _apart_from_digests(tx: Transaction, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Without those that wait for a digest which is about to go."""
    calm = [remind_of(each).person for each in parcels if not each.emergency]
    coming = digests.coming(tx, calm, tx.clock.now())
    here = []
    for parcel in parcels:
        if not parcel.emergency and remind_of(parcel).person in coming:
            tx.outbox.wait(parcel, SOON)
        else:
            here.append(parcel)
    return here


def _still_due(tx: Transaction, parcels: Sequence[Parcel]) -> list[Card]:
    """The highest rung of each duty. What was perhaps sent already says nothing new."""
    within = tx.nudges.within_each(each.id for each in parcels)
    rungs = [(each, _highest(each, within[each.id])) for each in parcels]
    duties = tx.duties.many({id for _, steps in rungs for id in steps})

    def due(parcel: Parcel, steps: dict[str, int]) -> list[Line]:
        person = remind_of(parcel).person
        known = [(duties[id], step) for id, step in steps.items() if id in duties]
        return [(duty, step) for duty, step in known if owed_now(tx, duty, step, person)]

    return [(parcel, due(parcel, steps)) for parcel, steps in rungs]


def _highest(parcel: Parcel, lines: Iterable[store.Line]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        if line.said or not parcel.doubtful:
            found[line.duty] = max(line.step, found.get(line.duty, 0))
    return found


def owed_now(tx: Transaction, duty: Duty, step: int, person: str) -> bool:
    """`person` is still to hear of that rung."""
    now = tx.clock.now()
    promised = duty.promised_for is not None and duty.promised_for > now
    calm = duty.live and duty.held is None and not promised
    return calm and hearer(tx, duty, step) == person


def _needed(tx: Transaction, cards: Sequence[Card], found: Verdict) -> list[Card]:
    """Without those that say nothing: what they perhaps said before counts for nobody's caps."""
    empty = {parcel.id for parcel, due in cards if not due}
    tx.nudges.decide(dict.fromkeys(empty, ()))
    found.spared.update(dict.fromkeys(empty, "nothing in it was still due"))
    return [(parcel, due) for parcel, due in cards if due]


def _ready(tx: Transaction, cards: Sequence[Card], found: Verdict) -> list[Card]:
    """Those that wait for nothing but the caps; an emergency not even for them."""
    busy = answering(tx, (duty for _, due in cards for duty, _ in due))
    tx.preferences.ahead(remind_of(parcel).person for parcel, _ in cards)
    now, calm = tx.clock.now(), []
    for parcel, due in cards:
        if not busy.isdisjoint(duty.id for duty, _ in due):
            tx.outbox.wait(parcel, SOON)
        elif parcel.emergency:
            found.said[parcel.id] = due
        elif (opens := times.opening(tx, remind_of(parcel).person, now) or now + DAY) > now:
            tx.outbox.postpone(parcel, opens)
        else:
            calm.append((parcel, due))
    return calm


def answering(tx: Transaction, duties: Iterable[Duty]) -> set[str]:
    """Which were perhaps answered a moment ago: something said there waits to be handled."""
    places = {duty.id: conversation(duty.about.place) for duty in duties if duty.about}
    pending = tx.journal.pending(places.values()) if places else set()
    return {id for id, place in places.items() if place in pending}


def _cap(tx: Transaction, cards: Sequence[Card], found: Verdict) -> None:
    """What may be said today; the rest goes to what waits for their digest."""
    persons = [remind_of(parcel).person for parcel, _ in cards]
    told = caps.told(tx, persons, [duty for _, due in cards for duty, _ in due])
    for parcel, due in cards:
        card, said = (parcel.id, remind_of(parcel).person), due
        if not (parcel.later or parcel.doubtful or parcel.restored):
            said = caps.allowed(tx, told, card, due)
        if rest := {duty.id for duty, _ in due} - {duty.id for duty, _ in said}:
            found.rest.append(Rest(parcel.id, remind_of(parcel), rest))
        if said:
            found.said[parcel.id] = said
        else:
            found.spared[parcel.id] = "it waits for the digest"
        if parcel.at_once:
            told.says(card, said, tx.clock.now())


def put_off(tx: Transaction, rests: Sequence[Rest]) -> None:
    """To somebody's next digest or, where they get none, to its hour."""
    waiting = digests.waiting(tx, [each.remind for each in rests])
    each = [(rest, waiting[rest.remind.person]) for rest in rests]
    tx.nudges.move_each((rest.parcel, duty, to) for rest, to in each for duty in rest.duties)

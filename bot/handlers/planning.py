"""Rungs of the ladder that fell due become nudges: who hears of which, when they are at work.

Policy 1.3-moderate, 2.1.2-followup, 2.2.1-reply.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.effects import Remind
from bot.handlers import caps, deeds, digests, looking, seating, times
from bot.handlers.ladder import DUE, HEAD, LADDER, LAPSE, MANAGER, next_rung, rung_of
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.store.duties import Due
from bot.store.outbox import EMERGENCY, NUDGE, RESTORED, Written

MISSED = timedelta(hours=1)  # so long after its time we must have been down
REPLAY = timedelta(minutes=10)  # lease time: what was said meanwhile is read before anybody is told


@dataclass(frozen=True, slots=True)
class Planned:
    """A nudge that has fallen due: which rung, and who is to hear of it."""

    duty: Duty
    step: int
    person: str
    perhaps: bool = False  # they perhaps heard of it already, before the store was laid back

    @property
    def key(self) -> tuple[str, int, str]:
        return self.duty.id, self.step, self.person

    @property
    def emergency(self) -> bool:
        return self.duty.authorised_by is not None

    @property
    def card(self) -> str:
        """The key of a card that begins with it."""
        return f"{self.kind}{'/'.join(map(str, self.key))}"

    @property
    def kind(self) -> str:
        if self.emergency:
            return EMERGENCY
        return RESTORED if self.perhaps else NUDGE


@dataclass(slots=True)
class Plan:
    """What becomes of a batch of rungs that fell due."""

    now: datetime
    wanted: list[Planned] = field(default_factory=list)
    later: list[tuple[datetime, str, str, int]] = field(default_factory=list)
    climbed: dict[str, int] = field(default_factory=dict)
    openings: dict[str, datetime | None] = field(default_factory=dict)

    def opens(self, tx: Transaction, person: str) -> datetime | None:
        if person not in self.openings:
            self.openings[person] = times.opening(tx, person, self.now)
        return self.openings[person]


def plan(tx: Transaction, fallen: Sequence[Due], gather: timedelta) -> None:
    """A parcel a person, held back for `gather` (lease time), and the next rung of each."""
    batch, duties = Plan(tx.clock.now()), tx.duties.many(due.subject for due in fallen)
    tx.preferences.ahead({each.owed_by for each in duties.values() if each.owed_by})
    for due in fallen:
        duty = duties.get(due.subject)
        if duty is not None and duty.live and duty.held is None:
            _look(tx, batch, duty, due)
    tx.dues.add_all(batch.later)
    for step in set(batch.climbed.values()):
        tx.duties.climb([id for id, at in batch.climbed.items() if at == step], step)
    if not batch.wanted:
        return
    _put(tx, batch.wanted, gather)
    digests.expect_all(tx, {each.person for each in batch.wanted if rung_of(each.step) >= MANAGER})


def _look(tx: Transaction, plan: Plan, duty: Duty, due: Due) -> None:
    """One rung: the next is put on the clock, and who hears of this one is found."""
    perhaps = tx.origin.perhaps
    if rung_of(due.step) >= HEAD and plan.now - due.at > MISSED and not perhaps:
        plan.later.append((_another_day(tx, duty, plan.now), LADDER, duty.id, due.step))
        return
    if rung_of(due.step) == LAPSE:
        deeds.lapse(tx, duty)
        return
    if due.step > plan.climbed.get(duty.id, duty.step):
        plan.climbed[duty.id] = due.step
        if rung := next_rung(tx, duty, due.step):
            plan.later.append((rung[0], LADDER, duty.id, rung[1]))
    person = hearer(tx, duty, due.step)
    opens = plan.opens(tx, person) if person else None
    if person is None or (opens is None and duty.authorised_by is None):
        return
    if opens is not None and opens > plan.now and duty.authorised_by is None and not perhaps:
        plan.later.append((opens, LADDER, duty.id, due.step))  # when they work again
    else:
        plan.wanted.append(Planned(duty, due.step, person, perhaps))


def _another_day(tx: Transaction, duty: Duty, now: datetime) -> datetime:
    """After an outage of ours: those on the rungs before it have only just heard of it."""
    calendar, away = times.calendar_of(tx, duty.owed_by), times.away_of(tx, duty.owed_by)
    return times.working_days(now, 1, calendar, away)


def _put(tx: Transaction, wanted: Iterable[Planned], gather: timedelta) -> None:
    known = tx.nudges.known({each.duty.id for each in wanted})
    fresh = {each.key: each for each in wanted if each.key not in known}.values()
    nudges: list[tuple[Planned, str | None]] = []
    for kind, hold in ((NUDGE, gather), (RESTORED, max(gather, REPLAY))):
        calm = [each for each in fresh if each.kind == kind]
        late = _too_much(tx, calm) if kind == NUDGE else {}
        calm = [each for each in calm if each.key not in late]
        parcels = tx.outbox.gathering({each.person for each in calm}, kind)
        _add_parcels(tx, [each for each in calm if each.person not in parcels], parcels, hold)
        nudges += [(each, parcels.get(each.person)) for each in calm]
        nudges += _wait(tx, list(late.values()))
    for each in (each for each in fresh if each.emergency):
        alone: dict[str, str] = {}
        _add_parcels(tx, [each], alone, timedelta(0))
        nudges.append((each, alone.get(each.person)))
    tx.nudges.add_all(
        [
            {
                "duty": each.duty.id,
                "step": each.step,
                "person": each.person,
                "parcel": parcel,
                "at": tx.clock.now(),
                "sent": True if each.emergency and each.perhaps else None,
                "rule": each.duty.rule,
                "asker": each.duty.owed_to,
            }
            for each, parcel in nudges
            if parcel is not None
        ]
    )


def _too_much(tx: Transaction, calm: Sequence[Planned]) -> dict[tuple[str, int, str], Planned]:
    """What their readers, who are at work now, have had enough of for today."""
    lines: dict[str, list[Planned]] = {}
    for each in calm:
        lines.setdefault(each.person, []).append(each)
    told = caps.told(tx, lines, [each.duty for each in calm])
    found: dict[tuple[str, int, str], Planned] = {}
    for person, theirs in lines.items():
        due = [(each.duty, each.step) for each in theirs]
        said = {duty.id for duty, _ in caps.allowed(tx, told, ("", person), due)}
        found |= {each.key: each for each in theirs if each.duty.id not in said}
    return found


def _wait(tx: Transaction, late: Sequence[Planned]) -> list[tuple[Planned, str | None]]:
    """They go with a digest, and no card is begun for them."""
    accounts = tx.people.reached_at_all({each.person for each in late})
    reached = [Remind(account, person) for person, account in accounts.items()]
    parcels = digests.waiting(tx, reached)
    return [(each, parcels.get(each.person)) for each in late]


def _add_parcels(
    tx: Transaction, fresh: Iterable[Planned], parcels: dict[str, str], gather: timedelta
) -> None:
    """One for each person; who has no account is not reached."""
    new: dict[str, Written] = {}
    for each in sorted(fresh, key=lambda each: each.duty.due):
        account = None if each.person in new else tx.people.reached_at(each.person)
        if account is not None:
            remind, due = Remind(account, each.person), each.duty.due
            new[each.person] = Written(remind, each.card, hold=gather, deadline=due)
    ids = tx.outbox.add_all(list(new.values()))
    parcels |= dict(zip(new, ids, strict=True))


def hearer(tx: Transaction, duty: Duty, step: int) -> str | None:
    """Who hears of this rung: who owes it, or stands in for them; then who leads them."""
    if looking.is_finding(duty):
        return looking.hearer(tx, duty, step)
    directory = tx.people.snapshot().directory
    owner = directory.people.get(duty.owed_by or "")
    if owner is None or owner.partner or (duty.secret and rung_of(step) > DUE):
        return None
    if rung_of(step) <= DUE and duty.kind == "decide":
        return seating.hearer(tx, duty)
    if duty.alone and (rung_of(step) <= DUE or not owner.active):
        return owner.id if owner.active else None
    if rung_of(step) <= DUE and owner.active:
        delegate = directory.delegate_of(owner.id, tx.clock.now())
        return delegate.id if delegate and delegate.id != duty.owed_to else owner.id
    told = directory.manager_of(owner)
    if rung_of(step) == HEAD and told is not None:
        boss, told = told, directory.manager_of(told)
        told = told if told and told.id not in (owner.id, boss.id) else None
    return told.id if told and told.id != duty.owed_to else None

"""Who is nudged about what, when: planned set-wise when due, composed when sent.

Policy 1.3-moderate, 2.1.2-followup, 2.2.1-reply: in working time, once, and never after the answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.card import Button, Card
from bot.effects import Remind, Send
from bot.events import conversation
from bot.handlers import approvals, deeds, showing
from bot.handlers.deeds import DUE, LADDER, next_rung, rung_of
from bot.policy import hours
from bot.policy.duties import Duty
from bot.policy.hours import Calendar
from bot.store import Transaction
from bot.store.duties import Due
from bot.store.outbox import Parcel

DAY = timedelta(days=1)  # after which who is never at work is looked for again
SOON = timedelta(seconds=2)  # lease time


@dataclass(frozen=True, slots=True)
class Planned:
    """A nudge that has fallen due: which rung, and who is to hear of it."""

    duty: Duty
    step: int
    person: str

    @property
    def key(self) -> tuple[str, int, str]:
        return self.duty.id, self.step, self.person


@dataclass(frozen=True, slots=True)
class Nudging:
    """Both ends of a nudge's way. It keeps nothing between calls."""

    def plan(self, tx: Transaction, fallen: Sequence[Due], gather: timedelta) -> None:
        """What fell due becomes nudges, a parcel a person, held back for `gather` (lease time)."""
        now = tx.clock.now()
        duties = tx.duties.many(due.subject for due in fallen)
        wanted: list[Planned] = []
        later: list[tuple[datetime, str, str, int]] = []
        openings: dict[str, datetime | None] = {}
        for due in fallen:
            duty = duties.get(due.subject)
            if duty is None or not duty.live:
                continue
            person = _hearer(tx, duty, due.step)
            if person and person not in openings:
                openings[person] = deeds.opening(tx, person, now)
            opens = openings.get(person or "", now)
            if opens is not None and opens > now:
                later.append((opens, LADDER, duty.id, due.step))  # when they work again
                continue
            if rung := next_rung(tx, duty, due.step):
                later.append((rung[0], LADDER, duty.id, rung[1]))
            if person and opens is not None:
                wanted.append(Planned(duty, due.step, person))
        tx.dues.add_all(later)
        self._put(tx, wanted, gather)
        for step in {each.step for each in wanted}:
            tx.duties.climb([each.duty.id for each in wanted if each.step == step], step)

    def compose(self, tx: Transaction, parcel: Parcel) -> Send | None:
        """What is said now, or nothing: answered meanwhile, not the time, or enough for today."""
        remind = parcel.effect
        assert isinstance(remind, Remind)
        now, due = tx.clock.now(), self._still_due(tx, parcel, remind.person)
        if not due:
            tx.nudges.decide(parcel.id, ())
            tx.outbox.settle(parcel.id, "spared", "nothing in it was still due")
            return None
        if tx.journal.pending(conversation(duty.about.place) for duty, _ in due if duty.about):
            tx.outbox.wait(parcel, SOON)  # perhaps it was answered a moment ago
            return None
        later = deeds.opening(tx, remind.person, now) or now + DAY
        if later <= now and self._enough(tx, remind.person, now):
            later = self._next_digest(tx, remind.person, now)
        if later > now:
            tx.outbox.postpone(parcel, later)
            return None
        tx.nudges.decide(parcel.id, [duty.id for duty, _ in due])
        if len(due) == 1:
            tx.outbox.name(parcel.id, deeds.subject(due[0][0]))
        return Send(remind.to, _card(tx, due, remind.person))

    def _put(self, tx: Transaction, wanted: Iterable[Planned], gather: timedelta) -> None:
        known = tx.nudges.known({each.duty.id for each in wanted})
        fresh = {each.key: each for each in wanted if each.key not in known}.values()
        parcels = tx.outbox.gathering({each.person for each in fresh})
        self._add_parcels(tx, fresh, parcels, gather)
        tx.nudges.add_all(
            [
                {
                    "duty": each.duty.id,
                    "step": each.step,
                    "person": each.person,
                    "parcel": parcels[each.person],
                    "at": tx.clock.now(),
                }
                for each in fresh
                if each.person in parcels
            ]
        )

    def _add_parcels(
        self, tx: Transaction, fresh: Iterable[Planned], parcels: dict[str, str], gather: timedelta
    ) -> None:
        """One for each person who has none being gathered; who has no account is not reached."""
        new: dict[str, tuple[Remind, str, str, timedelta]] = {}
        for each in fresh:
            if each.person in parcels or each.person in new:
                continue
            account = tx.people.reached_at(each.person)
            if account is not None:
                key = f"nudge/{each.duty.id}/{each.step}/{each.person}"
                new[each.person] = (Remind(account, each.person), key, "", gather)
        ids = tx.outbox.add_all(list(new.values()))
        parcels |= dict(zip(new, ids, strict=True))

    def _still_due(self, tx: Transaction, parcel: Parcel, person: str) -> list[tuple[Duty, int]]:
        lines = tx.nudges.within(parcel.id)
        duties, now = tx.duties.many(id for id, _ in lines), tx.clock.now()
        highest: dict[str, int] = {}
        for id, step in lines:
            highest[id] = max(step, highest.get(id, 0))
        found = [(duties[id], step) for id, step in highest.items() if id in duties]
        return [
            (duty, step)
            for duty, step in found
            if duty.live and _not_promised(duty, now) and _hearer(tx, duty, step) == person
        ]

    def _enough(self, tx: Transaction, person: str, now: datetime) -> bool:
        """They have had their cards for today, by their own midnight."""
        here = now.astimezone(ZoneInfo(_calendar(tx, person).zone))
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
        cap = tx.policies.current().nudges.per_day
        return tx.outbox.sent_since(person, midnight) >= cap

    def _next_digest(self, tx: Transaction, person: str, now: datetime) -> datetime:
        calendar = _calendar(tx, person)
        today = now.astimezone(ZoneInfo(calendar.zone)).date()
        day, at = hours.next_working_day(today, calendar), tx.policies.current().nudges.digest_at
        digest = datetime.combine(day, at, ZoneInfo(calendar.zone))
        return deeds.opening(tx, person, digest) or digest


def buttons(tx: Transaction, parcel: str) -> tuple[Button, ...]:
    """Those of the card that a parcel of nudges became, if it speaks of one thing alone."""
    lines = tx.nudges.within(parcel)
    if len({id for id, _ in lines}) != 1:
        return ()
    id, step = max(lines, key=lambda line: line[1])
    duty = tx.duties.get(id)
    return _card(tx, [(duty, step)], duty.owed_by or "").buttons if duty else ()


def _card(tx: Transaction, due: Sequence[tuple[Duty, int]], person: str) -> Card:
    duty, step = due[0]
    if len(due) == 1 and duty.kind == "decide" and rung_of(step) <= DUE:
        return approvals.reminder(tx, duty)
    return showing.nudge(tx, due, person)


def _calendar(tx: Transaction, person: str) -> Calendar:
    known = tx.people.snapshot().directory.people.get(person)
    return tx.policies.calendar(known.calendar if known else "office", tx.policies.current())


def _hearer(tx: Transaction, duty: Duty, step: int) -> str | None:
    """Who hears of this rung: who owes it, or stands in for them; at the top their manager."""
    directory = tx.people.snapshot().directory
    owner = directory.people.get(duty.owed_by or "")
    if owner is None or owner.partner:
        return None
    if rung_of(step) <= DUE and owner.active:
        delegate = directory.delegate_of(owner.id, tx.clock.now())
        return delegate.id if delegate and delegate.id != duty.owed_to else owner.id
    boss = directory.manager_of(owner)
    return boss.id if boss and boss.id != duty.owed_to else None


def _not_promised(duty: Duty, now: datetime) -> bool:
    return duty.promised_for is None or duty.promised_for <= now

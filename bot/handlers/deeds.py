"""What can be done to duties, by whatever path: opened, answered, promised, passed on, dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.card import Card
from bot.command import name_of
from bot.effects import Amend
from bot.events import MessageRef, conversation
from bot.policy import duties, hours
from bot.policy.duties import Duty, Kind
from bot.policy.people import Person
from bot.policy.rulebook import Level
from bot.store import Transaction
from bot.words import Quoted, Ref, Who, say

LADDER = "duty"  # the kind of due that climbs it
REMIND, DUE, MANAGER = 1, 2, 3  # its rungs
BELIEVED = timedelta(days=400)  # between what a platform says and our own clock
CLIMB = 10  # steps from one climb to the next: what is opened again is climbed again


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is asked of somebody, and why it counts."""

    kind: Kind
    owed_by: str | None
    owed_to: str | None
    level: Level
    clause: str
    rule: str
    start: datetime
    about: MessageRef | None = None
    seq: int | None = None
    subject: str = ""


def open_duty(tx: Transaction, opening: Opening) -> Duty:
    """The clock runs in the working time of who owes it; the rules of today stay with it."""
    book, directory = tx.policies.current(), tx.people.snapshot().directory
    person = directory.people.get(opening.owed_by or "")
    calendar = tx.policies.calendar(person.calendar if person else "office", book)
    away = away_of(tx, opening.owed_by)
    start = _believed(opening.start, tx.clock.now())
    due = working(start, opening.level.within, calendar, away)
    duty = Duty(
        id="",
        number=0,
        kind=opening.kind,
        owed_by=opening.owed_by,
        owed_to=opening.owed_to,
        about=opening.about,
        subject=opening.subject,
        clause=opening.clause,
        rule=opening.rule,
        level=opening.level.name,
        policy=book.version,
        calendar=calendar.name,
        start=start,
        due=due,
        first_due=due,
    )
    kept = tx.duties.add(duty, opening.seq)
    climb_from(tx, kept, 0)
    return kept


def working(
    start: datetime, span: timedelta, calendar: hours.Calendar, away: Sequence[hours.Interval]
) -> datetime:
    """As `hours.add`. Who is never back, or never at work, is reckoned with as if they were."""
    for absences in (away, ()):
        try:
            return hours.add(start, span, calendar, absences)
        except hours.NeverOpen:
            continue
    return start + span


def _believed(at: datetime, now: datetime) -> datetime:
    """A platform's time, unless it cannot be true: senders may choose it."""
    return at if abs(now - at) <= BELIEVED else now


def climb_from(tx: Transaction, duty: Duty, step: int) -> None:
    """Put the next rung of the ladder above `step` on the clock."""
    following = next_rung(tx, duty, step)
    if following is not None:
        at, rung = following
        tx.dues.add(at, LADDER, duty.id, rung)


def rung_of(step: int) -> int:
    return step % CLIMB


def next_rung(tx: Transaction, duty: Duty, step: int) -> tuple[datetime, int] | None:
    """When the next step above `step` is due, and which it is; None at the top."""
    found = _next_rung(tx, duty, rung_of(step))
    return found and (found[0], step - rung_of(step) + found[1])


def _next_rung(tx: Transaction, duty: Duty, step: int) -> tuple[datetime, int] | None:
    level = tx.policies.version(duty.policy).levels[duty.level]
    calendar = tx.policies.calendar(duty.calendar, tx.policies.version(duty.policy))
    away = away_of(tx, duty.owed_by)
    promised = duty.promised_for is not None
    if step < REMIND and level.remind_at and not promised:
        part = level.within * level.remind_at / 100
        return working(duty.start, part, calendar, away), REMIND
    if step < DUE and level.remind_due:
        return max(duty.due, duty.promised_for or duty.due), DUE
    if step < MANAGER and level.manager_after is not None:
        late = max(duty.due, duty.promised_for or duty.due)
        return working(late, level.manager_after, calendar, away), MANAGER
    return None


@dataclass(frozen=True, slots=True)
class Ending:
    """What closed a duty, and when that was said; by which message, if by one."""

    how: str
    at: datetime
    answer: str | None = None


def settle(tx: Transaction, duty: Duty, state: duties.State, ending: Ending) -> Duty:
    """Close it; nothing more will be said about it."""
    closed = duties.close(duty, state, ending.how, ending.at, ending.answer)
    tx.duties.save(closed)
    tx.dues.cancel(LADDER, duty.id)
    if duty.step and duty.kind == "reply":
        _amend(tx, closed)
    return closed


def subject(duty: Duty) -> str:
    """Under which the cards about a duty are found again."""
    return f"duty/{duty.id}"


def _amend(tx: Transaction, closed: Duty) -> None:
    """The cards that nudged for it no longer ask for anything."""
    card = Card(
        say("{number} is settled.", number=Ref(closed.number)),
        tone="good",
        about=closed.about,
    )
    for arrival in tx.outbox.told(subject(closed)):
        if arrival.message is not None:
            where = conversation(arrival.message.place)
            key = f"settled/{closed.id}/{closed.step}/{where}/{arrival.message.id}"
            tx.outbox.add(Amend(arrival.to, arrival.message, card), key)


def quoted(tx: Transaction, about: MessageRef | None, reader: str | None) -> tuple[Quoted, ...]:
    """The words something is about, for who may read them: nothing for anybody else."""
    words = excerpt(tx, about, reader)
    return (Quoted(words),) if words else ()


def promise(tx: Transaction, duty: Duty, until: datetime) -> Duty:
    """Nothing more is said about it before the promised time."""
    promised = replace(duties.promise(duty, until, tx.clock.now()), step=_anew(duty))
    tx.duties.save(promised)
    tx.dues.cancel(LADDER, duty.id)
    climb_from(tx, promised, promised.step)
    return promised


def _anew(duty: Duty) -> int:
    """The next climb of its ladder, above the gentle nudge."""
    return duty.step - rung_of(duty.step) + CLIMB + REMIND


def reopen(tx: Transaction, duty: Duty) -> Duty:
    """Who owes it has the time left or, where none is, the whole time anew; and no gentle nudge."""
    now, book = tx.clock.now(), tx.policies.version(duty.policy)
    opened = duties.reopen(duty, step=_anew(duty))
    if opened.due <= now:
        calendar, away = tx.policies.calendar(duty.calendar, book), away_of(tx, duty.owed_by)
        due = working(now, book.levels[duty.level].within, calendar, away)
        opened = replace(opened, due=due, promised_for=None, promised_at=None)
    tx.duties.save(opened)
    climb_from(tx, opened, opened.step)
    return opened


def opening(tx: Transaction, person: str, now: datetime) -> datetime | None:
    """When somebody is next at work: now, if they are; None for who never is."""
    known = tx.people.snapshot().directory.people.get(person)
    name = known.calendar if known else "office"
    calendar = tx.policies.calendar(name, tx.policies.current())
    try:
        return hours.next_open(now, calendar, away_of(tx, person))
    except hours.NeverOpen:
        return None


def away_of(tx: Transaction, person: str | None) -> tuple[hours.Interval, ...]:
    absences = tx.people.snapshot().directory.absences.get(person or "", ())
    return tuple(hours.Interval(each.start, each.end) for each in absences)


def excerpt(tx: Transaction, about: MessageRef | None, reader: str | None) -> str:
    """The words of the message something is about; empty for who is not where it was said."""
    if about is None or reader is None or not tx.people.sees(reader, about.place):
        return ""
    return tx.records.words(conversation(about.place), about.id)


def person_named(tx: Transaction, id: str | None) -> Who:
    return name_of(tx.people.snapshot().directory, id)


def may_close(duty: Duty, person: Person, tx: Transaction) -> bool:
    """Who owes it, who waits for it, and the managers of who owes it."""
    directory = tx.people.snapshot().directory
    owner = directory.people.get(duty.owed_by or "")
    above = {boss.id for boss in directory.above(owner)} if owner else set()
    own = {person.id, *directory.stands_in_for(person.id, tx.clock.now())}
    return bool(own & {duty.owed_by, duty.owed_to}) or person.id in above

"""IT signs the state of things each working day: one for all, and missed days stay. Policy 5.1.1.

What was shown is kept with the signature. A day that nobody signed is never signed afterwards.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.handlers import deeds, points, times
from bot.handlers.deeds import person_named
from bot.policy import hours, sampling
from bot.policy.duties import Duty
from bot.policy.figures import Share
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.dailies import Daily
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

DAILY = "daily/"  # before a day: the subject of who is to sign for it
ROLE = "it"
SHOWN = 10  # days that are told of
LONGEST = 1000  # characters of a remark


def today(tx: Transaction) -> date:
    """In the company's zone."""
    return tx.clock.now().astimezone(ZoneInfo(tx.policies.current().zone)).date()


def plan(tx: Transaction, day: date) -> None:
    """A working day has begun: it is to be signed, and the one before can be no more."""
    if not tx.policies.current().supervision.daily or not tx.dailies.open(day.isoformat()):
        return
    before = tx.dailies.latest(SHOWN, day.isoformat())
    unsigned = [DAILY + each.day for each in before if each.signed_at is None]
    tx.duties.close_all(unsigned, "lapsed", "unsigned")
    for person in _asked(tx):
        _owe(tx, person.id, day)


def _asked(tx: Transaction) -> Sequence[Person]:
    """Who of IT is at work today; all of them where nobody is."""
    directory, now = tx.people.snapshot().directory, tx.clock.now()
    people = [each for each in directory.with_role(ROLE) if not each.partner]
    soon = now + timedelta(days=1)
    here = [p for p in people if (opens := times.opening(tx, p.id, now)) and opens < soon]
    return here or people


def _owe(tx: Transaction, person: str, day: date) -> None:
    book = tx.policies.current()
    level = book.levels[book.supervision.daily_level]
    deeds.open_duty(
        tx,
        deeds.Opening(
            kind="review",
            owed_by=person,
            owed_to=None,
            level=level,
            clause="5.1.1",
            rule="supervision.daily",
            start=tx.clock.now(),
            subject=DAILY + day.isoformat(),
        ),
    )


def is_daily(duty: Duty) -> bool:
    return duty.subject.startswith(DAILY)


def day_of(duty: Duty) -> datetime:
    """Noon, so that every reader sees the same date."""
    return datetime.fromisoformat(f"{duty.subject.removeprefix(DAILY)}T12:00+00:00")


def sign(call: Call, remark: str) -> Card:
    """For all of IT, what stands there now."""
    if len(remark) > LONGEST:
        raise Refusal(
            say("This has {count} characters; at most {most} fit.", count=len(remark), most=LONGEST)
        )
    day = today(call.tx).isoformat()
    call.tx.dailies.open(day)  # a day off may be signed, too
    found = points.of(call.tx)
    daily = Daily(
        day=day,
        opened_at=call.now,
        signed_by=call.person.id,
        signed_at=call.now,
        remark=remark,
        told=tuple((each.name, each.count) for each in found),
    )
    if not call.tx.dailies.sign(daily):
        raise Refusal(_signed_already(call.tx, day))
    _settle(call, day)
    return Card(
        say("Signed for today: {count} points, by you for all of IT.", count=len(found)),
        body=(Quoted(remark, LONGEST),) if remark else (),
        tone="good",
        why=say("Clause {clause}. What stood there is kept with it.", clause=Code("5.1.1")),
    )


def _signed_already(tx: Transaction, day: str) -> Say:
    known = tx.dailies.get(day)
    return say(
        "Today was signed by {person} already.",
        person=person_named(tx, known.signed_by if known else None),
    )


def _settle(call: Call, day: str) -> None:
    """Who signed has done it; the others need not any more."""
    for duty in call.tx.duties.about(DAILY + day):
        if duty.owed_by == call.person.id:
            deeds.settle(call.tx, duty, "done", deeds.Ending("signed", call.now))
        else:
            deeds.settle(
                call.tx, duty, "dropped", deeds.Ending(f"another:{call.person.id}", call.now)
            )


def card(tx: Transaction) -> Card:
    """The state of things now, who signed today, and which days nobody did."""
    found, day = points.of(tx), today(tx)
    known = tx.dailies.get(day.isoformat())
    signed = known is not None and known.signed_at is not None
    return Card(
        _title(found),
        body=(*map(line, found), *_missed(tx, day)),
        facts=_facts(tx, known if signed else None),
        buttons=() if signed else exits(),
        why=say(
            "Clause {clause}: one of IT signs for all each working day. With a remark: {command}",
            clause=Code("5.1.1"),
            command=Code("/duly daily sign REMARK"),
        ),
        tone="good" if not found else "plain",
    )


def _title(found: Sequence[points.Point]) -> Say:
    if not found:
        return say("The state of things: nothing to report")
    return say_many(
        "The state of things: {count} point", "The state of things: {count} points", len(found)
    )


def line(point: points.Point) -> Say:
    return say("{what}: {count} · {step}", what=point.what, count=point.count, step=point.step)


def exits() -> tuple[Button, ...]:
    return (Button(say("Seen, I sign for today"), "✍️", "daily sign", "good"),)


def _facts(tx: Transaction, known: Daily | None) -> tuple[tuple[Say, Say | Value], ...]:
    facts: tuple[tuple[Say, Say | Value], ...] = ()
    if known is not None and known.signed_at is not None:
        facts += ((say("Signed by"), person_named(tx, known.signed_by)),)
        facts += ((say("Signed at"), known.signed_at),)
    return facts


def _missed(tx: Transaction, day: date) -> tuple[Say, ...]:
    late = [each for each in tx.dailies.latest(SHOWN, day.isoformat()) if not on_day(tx, each)]
    if not late:
        return ()
    days = say_many(
        "{count} of the last {all} days was not signed: {days}",
        "{count} of the last {all} days were not signed: {days}",
        len(late),
        all=SHOWN,
        days=Code(", ".join(each.day for each in late)),
    )
    return (days,)


def on_day(tx: Transaction, daily: Daily) -> bool:
    zone = ZoneInfo(tx.policies.current().zone)
    at = daily.signed_at
    return at is not None and at.astimezone(zone).date().isoformat() == daily.day


def reminder(tx: Transaction, duty: Duty) -> Card:
    made = card(tx)
    return Card(
        made.title,
        body=made.body,
        facts=((say("Number"), Ref(duty.number)), *made.facts, (say("Due"), duty.due)),
        buttons=made.buttons,
        why=made.why,
        tone=made.tone,
    )


def rate(tx: Transaction, start: date, end: date) -> Share:
    """K21: of the working days from `start` until just before `end`, how many were signed then."""
    book = tx.policies.current()
    calendar = tx.policies.calendar("office", book)
    days = [start + timedelta(days=each) for each in range((end - start).days)]
    worked = [each.isoformat() for each in days if hours.works(each, calendar)]
    known = tx.dailies.between(start.isoformat(), end.isoformat())
    return sampling.signed_daily({each.day for each in known if on_day(tx, each)}, worked)

"""What a digest says: what somebody owes today, must decide or see to, and what is late below them.

Policy 1.3-moderate. Managers read what is overdue, and never what was only read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.card import Button, Card
from bot.handlers import deeds, digests, looking, overseeing, showing
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.words import Code, Say, Value, say, say_many

SHOWN = 6  # lines of a section
ONE_DAY = timedelta(days=1)  # what is attested is asked on its first day, and when it is due
REVIEWED = ("review", "accept", "handle")  # kinds that somebody looks at for others


@dataclass(frozen=True, slots=True)
class Contents:
    """What a digest says, section by section, the most urgent first."""

    owed: tuple[Duty, ...]
    decide: tuple[Duty, ...]
    review: tuple[Duty, ...]
    team: tuple[Duty, ...]

    @property
    def duties(self) -> tuple[Duty, ...]:
        return self.owed + self.decide + self.review + self.team


def of(tx: Transaction, person: str, nudged: Sequence[Duty] = ()) -> Contents:
    """What they owe today, and `nudged`: what they are to hear of anyway."""
    directory, now = tx.people.snapshot().directory, tx.clock.now()
    known = {duty.id for duty in nudged}
    own = {person, *directory.stands_in_for(person, now)}
    theirs = [
        duty
        for duty in looking.shown(tx, tx.duties.owed_by_any(own), person)
        if _counts(duty, person) and (duty.owed_by == person or not duty.alone)
    ]
    today = now.astimezone(digests.zone_of(tx, person)).date()

    def presses(duty: Duty) -> bool:
        fresh = duty.kind == "attest" and now < duty.start + ONE_DAY
        return fresh or duty.id in known or _day(tx, person, _until(duty)) <= today

    owed = [duty for duty in theirs if duty.kind not in ("decide", *REVIEWED) and presses(duty)]
    calm = [
        duty
        for duty in theirs
        if not _promised(duty, now) and (duty.id in known or not overseeing.comes_alone(duty))
    ]
    late = looking.shown(tx, tx.duties.overdue(directory.led_by(person), now), person)
    team = {duty.id: duty for duty in (*nudged, *late) if duty.owed_by not in own}
    return Contents(
        owed=tuple(sorted(owed, key=lambda duty: _rank(duty, now))),
        decide=_but_fresh(tx, [duty for duty in calm if duty.kind == "decide"]),
        review=_but_fresh(tx, [duty for duty in calm if duty.kind in REVIEWED]),
        team=tuple(
            duty for duty in team.values() if _counts(duty, person) and not _promised(duty, now)
        ),
    )


def _but_fresh(tx: Transaction, asked: Sequence[Duty]) -> tuple[Duty, ...]:
    """Without those whose own card, with its buttons, comes at the same time."""
    if not asked:
        return ()
    leaving = tx.outbox.leaving({each for duty in asked for each in _subjects(duty)})
    return tuple(duty for duty in asked if leaving.isdisjoint(_subjects(duty)))


def _subjects(duty: Duty) -> set[str]:
    return {deeds.subject(duty), duty.subject} - {""}


def _counts(duty: Duty, person: str) -> bool:
    """Nobody hears of what they wait for themselves, or of what stands still."""
    return duty.live and duty.held is None and duty.owed_to != person


def _promised(duty: Duty, now: datetime) -> bool:
    return duty.promised_for is not None and duty.promised_for > now


def _until(duty: Duty) -> datetime:
    return max(duty.due, duty.promised_for or duty.due)


def _day(tx: Transaction, person: str, at: datetime) -> date:
    return at.astimezone(digests.zone_of(tx, person)).date()


def _rank(duty: Duty, now: datetime) -> tuple[bool, bool, datetime]:
    """Overdue first, then what is due today, then what is promised for today."""
    until = _until(duty)
    return until > now, duty.promised_for is not None, until


def card(tx: Transaction, found: Contents, person: str) -> Card:
    hour = digests.hour_of(tx, person)
    return Card(
        say_many(
            "Your day: {count} thing waits", "Your day: {count} things wait", len(found.duties)
        ),
        body=(
            *_section(
                say("You owe:"), found.owed, lambda duty: showing.line(tx, duty, person), "mine"
            ),
            *_section(
                say("Waiting for your decision:"),
                found.decide,
                lambda duty: showing.line(tx, duty, person),
                "waiting",
            ),
            *_section(
                say("For you to look at:"),
                found.review,
                lambda duty: showing.line(tx, duty, person),
                "mine",
            ),
            *_section(
                say("Late in your team:"),
                found.team,
                lambda duty: showing.team_line(tx, duty),
                "team",
            ),
        ),
        buttons=_buttons(tx, found, person),
        why=say(
            "One digest a day, at {at}: clause {clause}. Another hour: {command}",
            at=Code(f"{hour:%H:%M}"),
            clause=Code(tx.policies.current().nudges.clause),
            command=Code("/duly settings digest 10:00"),
        ),
    )


def _buttons(tx: Transaction, found: Contents, person: str) -> tuple[Button, ...]:
    if len(found.duties) == 1:
        return showing.buttons(tx, found.duties[0], person)
    return showing.picks(tx, [*found.owed, *found.decide, *found.review])


def _section(
    heading: Say, duties: Sequence[Duty], line: Callable[[Duty], Say], command: str
) -> tuple[Say | Value, ...]:
    if not duties:
        return ()
    shown = tuple(line(duty) for duty in duties[:SHOWN])
    more = len(duties) - SHOWN
    if more <= 0:
        return (heading, *shown)
    rest = say_many(
        "… and {count} more: {command}",
        "… and {count} more: {command}",
        more,
        command=Code(f"/duly {command}"),
    )
    return (heading, *shown, rest)

"""/duly away: I am on leave; the clock stops, and somebody stands in. Policy 3.2.4."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import absences
from bot.policy.people import Absence, Person
from bot.words import say
from commands import spells
from commands.spells import DATES

EXAMPLE = "away 2026-10-01..2026-10-07 @ann"
BOTH = re.compile(rf"({DATES.pattern}) (?P<who>.+)")


@dataclass(frozen=True, slots=True)
class Leave:
    start: datetime
    end: datetime
    last: datetime  # the beginning of the last day
    delegate: Person | None


def parse(words: Words) -> Leave:
    match = BOTH.fullmatch(words.text)
    spell = spells.read(
        words, match[1] if match else words.text, "away 2026-10-01..2026-10-07 @ann"
    )
    delegate = words.person(match["who"]) if match else None
    return Leave(spell.start, spell.end, spell.last, delegate)


def run(call: Call, leave: Leave) -> Card:
    delegate = leave.delegate
    if delegate is not None and (delegate.id == call.person.id or delegate.partner):
        raise Refusal(say("Name a colleague to stand in for you."))
    absence = Absence(
        person=call.person.id,
        start=leave.start,
        end=leave.end,
        delegate=delegate.id if delegate else None,
    )
    call.tx.people.absent(absence)
    absences.began(call.tx, absence)
    zone = call.person.zone or call.book.zone
    first, last = (at.astimezone(ZoneInfo(zone)).date() for at in (leave.start, leave.last))
    facts = ((say("First day"), first), (say("Last day"), last))
    if delegate is None:
        return Card(say("Noted: you are away, and will not be nudged."), facts=facts, tone="good")
    call.tell(
        delegate.id,
        Card(
            say("You stand in for {person}, who is away.", person=call.who(call.person.id)),
            facts=facts,
        ),
    )
    return Card(
        say("Noted: you are away; {person} stands in.", person=call.who(delegate.id)),
        facts=facts,
        tone="good",
    )


COMMAND = Command(
    name="away",
    usage="away FIRST-DAY..LAST-DAY @DELEGATE",
    summary=say("I am on leave; somebody stands in."),
    examples=("2026-10-01..2026-10-07", "2026-10-01"),
    parse=parse,
    run=run,
)

"""/duly away: I am on leave; the clock stops, and somebody stands in. Policy 3.2.4."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import absences
from bot.policy.people import Absence, Person
from bot.words import Code, Say, say

DATES = re.compile(
    r"(\d{4}-\d\d-\d\d)(?: ?(?:-|–|\.\.|to|until|至|到) ?(\d{4}-\d\d-\d\d))?(?: (.+))?"
)
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Leave:
    start: datetime
    end: datetime
    last: datetime  # the beginning of the last day
    delegate: Person | None


def parse(words: Words) -> Leave:
    match = DATES.fullmatch(words.text)
    if match is None:
        raise Refusal(_how())
    try:
        first = datetime.combine(datetime.fromisoformat(match[1]), time(), ZoneInfo(words.zone))
        last = datetime.combine(
            datetime.fromisoformat(match[2] or match[1]), time(), ZoneInfo(words.zone)
        )
        end = (last + timedelta(days=1)).astimezone(words.now.tzinfo)
    except (ValueError, OverflowError):
        raise Refusal(_how()) from None
    if end <= first:
        raise Refusal(say("The last day is before the first. Name the first day first."))
    if end <= words.now:
        raise Refusal(say("These days are over already. Name days to come."))
    if end - first > LONGEST:
        raise Refusal(say("This is more than a year. Name a shorter leave, and then the next."))
    return Leave(first, end, last, words.person(match[3]) if match[3] else None)


def _how() -> Say:
    return say(
        "Say from when to when, for example: {example}",
        example=Code("/duly away 2026-10-01..2026-10-07 @ann"),
    )


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

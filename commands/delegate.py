"""/duly delegate: somebody decides for me for some days, though I am not away. Policy 3.2."""

from dataclasses import dataclass
from datetime import datetime

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import delegating
from bot.policy.people import Person
from bot.words import Code, say
from commands import spells


@dataclass(frozen=True, slots=True)
class Delegation:
    to: Person
    start: datetime
    end: datetime


def parse(words: Words) -> Delegation:
    name, *dates = words.text.rsplit(maxsplit=1) or [""]
    if not dates:
        raise Refusal(
            say(
                "Say who decides for you, and when: {example}",
                example=Code("/duly delegate @ann 2026-10-01..2026-10-07"),
            )
        )
    spell = spells.read(words, dates[0], "delegate @ann 2026-10-01..2026-10-07")
    return Delegation(words.person(name), spell.start, spell.end)


def run(call: Call, given: Delegation) -> Card:
    return delegating.delegate(call, given.to, given.start, given.end)


COMMAND = Command(
    name="delegate",
    usage="delegate @PERSON FIRST-DAY..LAST-DAY",
    summary=say("Let somebody decide on requests for me for some days."),
    examples=("@bob 2026-10-01..2026-10-07", "@bob 2026-10-01"),
    parse=parse,
    run=run,
    typed=True,
)

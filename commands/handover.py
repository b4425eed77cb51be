"""/duly handover: somebody leaves or moves; another takes over what they owe. Policy 3.2.4."""

from dataclasses import dataclass

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import deeds, passing
from bot.policy.people import Person
from bot.words import Code, Who, say


@dataclass(frozen=True, slots=True)
class Leaving:
    person: Person
    to: Person


def parse(words: Words) -> Leaving:
    names = words.text.split()
    if len(names) != 2:  # noqa: PLR2004
        raise Refusal(
            say(
                "Say who leaves and who takes over: {example}",
                example=Code("/duly handover @leo @ann"),
            )
        )
    return Leaving(*(words.person(name) for name in names))


def run(call: Call, leaving: Leaving) -> Card:
    person, to = leaving.person, leaving.to
    entitled = "hr" in call.person.roles or deeds.leads(call.tx, call.person, person.id)
    if not entitled and person.id != call.person.id:
        raise Refusal(
            say("Only {person}, who leads them, and HR can do this.", person=_boss(call, person))
        )
    return passing.hand_everything(call, person, to)


def _boss(call: Call, person: Person) -> Who:
    boss = call.directory.manager_of(person)
    return call.who(boss.id if boss else None)


COMMAND = Command(
    name="handover",
    usage="handover @WHO-LEAVES @WHO-TAKES-OVER",
    summary=say("Somebody leaves or moves: another takes over what they owe."),
    examples=("@ann @bob",),
    parse=parse,
    run=run,
)

"""/duly emergency: nudge at any hour, for who is entitled to say so. Policy 1.3-moderate."""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import marking
from bot.words import Code, Rows, say
from commands import important
from commands.important import Marked


def parse(words: Words) -> Marked:
    return important.marked(words, "emergency")


def run(call: Call, marked: Marked) -> Card:
    entitled = call.book.emergencies.roles
    if call.person.roles.isdisjoint(entitled):
        raise Refusal(
            say(
                "Only these roles may call an emergency: {roles}. "
                "Ask one of them, or use {command}.",
                roles=Rows(tuple(Code(role) for role in entitled)),
                command=Code("/duly important LINK"),
            )
        )
    return marking.emergency(call.tx, marked.message, call.person, marked.people)


COMMAND = Command(
    name="emergency",
    usage="emergency LINK @NAME",
    summary=say("Have a message answered at any hour; only some roles may."),
    examples=("LINK", "LINK @ann"),
    parse=parse,
    run=run,
)

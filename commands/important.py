"""/duly important: see that this message is answered. Policy 2.1.2-followup."""

from dataclasses import dataclass

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.events import MessageRef
from bot.handlers import marking
from bot.policy.people import Person
from bot.words import Code, say


@dataclass(frozen=True, slots=True)
class Marked:
    message: MessageRef
    people: tuple[Person, ...]


def parse(words: Words) -> Marked:
    return marked(words, "important")


def marked(words: Words, command: str) -> Marked:
    """Which message, and who is to answer it, for one of the commands that mark."""
    link = words.link()
    if link is None:
        raise Refusal(
            say(
                "Say which message: {command}. Or react to it with {emoji}.",
                command=Code(f"/duly {command} LINK @name"),
                emoji=Code("❗"),
            )
        )
    rest = words.text
    for token, _ in words.links:
        rest = rest.replace(token, " ")
    return Marked(link, tuple(words.person(token) for token in rest.split()))


def run(call: Call, marked: Marked) -> Card:
    return marking.mark(call.tx, marked.message, call.person, marked.people)


COMMAND = Command(
    name="important",
    usage="important LINK @NAME",
    summary=say("See that a message is answered."),
    examples=("LINK", "LINK @ann"),
    parse=parse,
    run=run,
)

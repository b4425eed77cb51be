"""/duly help: everything there is, in one card. Policy 1.3."""

from collections.abc import Callable
from typing import Any

from bot.card import Card
from bot.command import Call, Command
from bot.words import Code, Say, say
from commands import reading

Menu = tuple[Command[Any], ...]


def command(menu: Callable[[], Menu]) -> Command[None]:
    """The menu is asked for when it is needed: help is a part of it."""

    def run(call: Call, nothing: None) -> Card:  # noqa: ARG001
        return Card(
            say("What I can do for you"),
            body=(
                say(
                    "I watch for questions nobody answers, and carry requests to who decides them."
                ),
            ),
            facts=tuple(_fact(each) for each in menu() if each.allows(call.person)),
        )

    return Command(
        name="help",
        usage="help",
        summary=say("All of this."),
        examples=("",),
        parse=reading.nothing,
        run=run,
    )


def _fact(each: Command[Any]) -> tuple[Say, Say]:
    return say("{usage}", usage=Code(f"/duly {each.usage}")), each.summary

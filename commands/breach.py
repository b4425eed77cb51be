"""/duly breach: the way to report a breach. Policy 5.1.3, 4.3.1.

It never gets here by a chat: adapters answer it aside, unread and unwritten (bot.asides). This is
what the menu knows of it, and what a command line is told.
"""

from bot import reporting
from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import channel
from bot.words import say


def unread(words: Words) -> None:
    """Whatever stands behind the command is dropped."""


def run(call: Call, nothing: None) -> Card:  # noqa: ARG001
    return reporting.card(channel.channel(call.tx))


COMMAND = Command(
    name=reporting.COMMAND,
    usage="breach",
    summary=say("Report a breach, with or without your name."),
    examples=("",),
    parse=unread,
    run=run,
    fields=reporting.FIELDS,  # by which a form is checked before it is sealed
)

"""/duly followup: was this message received and understood? Policy 2.1.2-followup."""

from bot.card import Card
from bot.command import Call, Command, Words, number_in
from bot.handlers import followups, notices, receipts
from bot.words import say
from commands import important
from commands.important import Marked


def parse(words: Words) -> Marked | int:
    number = number_in(words.text)
    return important.marked(words, "followup") if number is None else number


def run(call: Call, wanted: Marked | int) -> Card:
    if isinstance(wanted, int):
        return receipts.show(call, wanted) or Card(notices.no_such(wanted), tone="bad")
    return followups.follow(call, wanted.message, wanted.people)


COMMAND = Command(
    name="followup",
    usage="followup LINK @NAME",
    summary=say("Have people confirm that they understood a message."),
    examples=("LINK", "LINK @ann", "12"),
    parse=parse,
    run=run,
)

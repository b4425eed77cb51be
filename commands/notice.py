"""/duly notice: what I published, and who has confirmed it. Policy 3.2.2."""

from dataclasses import dataclass

from bot.card import Card
from bot.command import Call, Command, Words, number_in
from bot.handlers import notices, receipts
from bot.words import Code, say

EXPORT = ("export", "导出", "匯出")


@dataclass(frozen=True, slots=True)
class Wanted:
    """None and no words: the list of them; words that name none: how one is drafted."""

    number: int | None = None
    export: bool = False
    other: bool = False


def parse(words: Words) -> Wanted:
    first, _, rest = words.text.strip().partition(" ")
    number = number_in(first)
    if not first or (number is not None and not rest.strip()):
        return Wanted(number)
    export = rest.strip().casefold() in EXPORT
    if number is None or not export:
        return Wanted(other=True)
    return Wanted(number, export=True)


def run(call: Call, wanted: Wanted) -> Card:
    if wanted.other:
        return Card(
            say("A notice is drafted, and approved, as a request: {command}", command=REQUEST),
            body=(say("Yours, and who has confirmed them: {command}", command=LIST),),
        )
    if wanted.number is None:
        return receipts.mine(call)
    how = receipts.export if wanted.export else receipts.show
    return how(call, wanted.number) or Card(notices.no_such(wanted.number), tone="bad")


REQUEST, LIST = Code("/duly request notice"), Code("/duly notice NUMBER")
COMMAND = Command(
    name="notice",
    usage="notice [NUMBER] [export]",
    summary=say("The notices I published, and who has confirmed them."),
    examples=("", "12", "12 export"),
    parse=parse,
    run=run,
)

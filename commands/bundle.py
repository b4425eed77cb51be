"""/duly bundle: what a search with a reason found, as a file that can be checked. Policy 3.3.2."""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words, number_in
from bot.handlers import packages
from bot.words import Code, say


def parse(words: Words) -> int:
    number = number_in(words.text)
    if number is None:
        raise Refusal(
            say(
                "Say which search, by its number: {usage}. First search: {search}",
                usage=Code("/duly bundle 7"),
                search=Code("/duly search all WORDS"),
            )
        )
    return number


def run(call: Call, number: int) -> Card:
    return packages.case(call, number)


COMMAND = Command(
    name="bundle",
    usage="bundle NUMBER",
    summary=say("All that a search with a reason found, as a file that can be checked."),
    examples=("7",),
    parse=parse,
    run=run,
)

"""/duly requests: mine, waiting for me, my department's; by words, and how many there are. 3.2"""

from dataclasses import dataclass

from bot.card import Card
from bot.command import Call, Command, Words
from bot.handlers import requestlists
from bot.words import say

ALIASES = {"我的": "mine", "等我": "waiting", "部门": "department", "部門": "department"}


@dataclass(frozen=True, slots=True)
class Wanted:
    which: str
    words: str


def parse(words: Words) -> Wanted:
    first, *rest = words.text.split(maxsplit=1) or ["mine"]
    which = ALIASES.get(first, first.casefold())
    if which not in requestlists.LISTS:
        return Wanted("mine", words.text)
    return Wanted(which, rest[0] if rest else "")


def run(call: Call, wanted: Wanted) -> Card:
    return requestlists.card(call.tx, call.person, wanted.which, wanted.words)


COMMAND = Command(
    name="requests",
    usage="requests [mine|waiting|department] [WORDS]",
    summary=say("Requests: mine, those that wait for me, my department's; with words, a search."),
    examples=("", "waiting", "department", "mine price list"),
    parse=parse,
    run=run,
)

"""/duly findings: the queue of what was found, for who may read it. Policy 5.1.1."""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import queue
from bot.handlers.queue import Which
from bot.words import Code, say

LISTS: dict[str, Which] = {
    "": "mine",
    "mine": "mine",
    "我的": "mine",
    "open": "open",
    "未结": "open",
    "未結": "open",
    "department": "department",
    "部门": "department",
    "部門": "department",
    "closed": "closed",
    "已结": "closed",
    "已結": "closed",
}


def parse(words: Words) -> Which:
    found = LISTS.get(words.text.strip().casefold())
    if found is None:
        raise Refusal(
            say(
                "Say which: {mine}, {open}, {department} or {closed}.",
                mine=Code("/duly findings mine"),
                open=Code("/duly findings open"),
                department=Code("/duly findings department"),
                closed=Code("/duly findings closed"),
            )
        )
    return found


def run(call: Call, which: Which) -> Card:
    return queue.filtered(call, which)


COMMAND = Command(
    name="findings",
    usage="findings [mine|open|department|closed]",
    summary=say("What was found and is to be looked at."),
    examples=("", "open", "department", "closed"),
    parse=parse,
    run=run,
)

"""/duly class: give a message its class of information, by its author or who leads them. 3.1"""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import classes
from bot.handlers.classes import LONGEST, Wanted
from bot.policy.rulebook import CLASSES
from bot.words import Code, Rows, say

NAMES = {"工作": "work", "工作信息": "work", "工作資訊": "work", "通知": "notice", "公告": "notice"}
NAMES |= {"业务资料": "material", "業務資料": "material", "个人": "personal", "個人": "personal"}


def parse(words: Words) -> Wanted:
    link, rest = words.link(), words.text
    for token, _ in words.links:
        rest = rest.replace(token, " ")
    first, *why = rest.split(maxsplit=1) or [""]
    name = NAMES.get(first, first.casefold())
    if link is None or name not in CLASSES or not why:
        raise Refusal(
            say(
                "Say which message, its class and why: {command}. The classes: {classes}",
                command=Code("/duly class LINK notice WHY"),
                classes=Rows(tuple(Code(each) for each in CLASSES)),
            )
        )
    return Wanted(link, name, why[0].strip()[:LONGEST])


def run(call: Call, wanted: Wanted) -> Card:
    return classes.by_hand(call, wanted)


COMMAND = Command(
    name="class",
    usage="class LINK work|notice|material|personal WHY",
    summary=say("Say of which class of information a message is."),
    examples=("LINK material It names our prices.",),
    parse=parse,
    run=run,
)

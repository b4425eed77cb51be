"""/duly account: IT says whose a strange account is, vouches for it, or has it removed. 2.1.1."""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words, number_in
from bot.handlers import strangers
from bot.handlers.strangers import Deed, Wanted
from bot.words import Code, say

DEEDS: dict[str, Deed] = {
    "link": "link",
    "绑定": "link",
    "綁定": "link",
    "guest": "guest",
    "访客": "guest",
    "訪客": "guest",
    "bot": "bot",
    "机器人": "bot",
    "機器人": "bot",
    "remove": "remove",
    "移除": "remove",
}


def parse(words: Words) -> Wanted | None:
    """None: which wait."""
    if not words.text:
        return None
    first, *rest = words.text.split(maxsplit=2)
    number = number_in(first)
    deed = DEEDS.get(rest[0].casefold()) if rest else None
    if number is None or deed is None:
        raise Refusal(
            say(
                "Say which account, what it is and why: {example}",
                example=Code("/duly account 7 guest WHY"),
            )
        )
    said = rest[1].strip() if len(rest) > 1 else ""
    if deed != "link":
        return Wanted(number, deed, None, said[: strangers.LONGEST])
    whose, _, why = said.partition(" ")
    person = words.person(whose) if whose else None
    return Wanted(number, deed, person, why.strip()[: strangers.LONGEST])


def run(call: Call, wanted: Wanted | None) -> Card:
    return strangers.listed(call) if wanted is None else strangers.do(call, wanted)


COMMAND = Command(
    name="account",
    usage="account NUMBER link @PERSON|guest|bot|remove WHY",
    summary=say("Say whose a strange account is, vouch for it, or have it removed."),
    examples=(
        "",
        "7 link @ann Her new telephone.",
        "7 guest The auditors, until June.",
        "7 bot It posts the builds.",
        "7 remove Nobody knows it.",
    ),
    parse=parse,
    run=run,
    roles=frozenset({"it"}),
)

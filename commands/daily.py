"""/duly daily: the state of things, which IT signs each working day. Policy 5.1.1."""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import signing
from bot.words import Code, say

VERBS = ("sign", "签字", "簽字", "签名", "簽名")


def parse(words: Words) -> str | None:
    """The remark it is signed with; None: only to look."""
    if not words.text:
        return None
    verb, *remark = words.text.split(maxsplit=1)
    if verb.casefold() not in VERBS:
        raise Refusal(
            say(
                "Look, or sign: {look} {sign}",
                look=Code("/duly daily"),
                sign=Code("/duly daily sign REMARK"),
            )
        )
    return remark[0].strip() if remark else ""


def run(call: Call, remark: str | None) -> Card:
    return signing.card(call.tx) if remark is None else signing.sign(call, remark)


COMMAND = Command(
    name="daily",
    usage="daily [sign REMARK]",
    summary=say("The state of things, signed by IT each working day."),
    examples=("", "sign", "sign The two strange accounts are being looked into."),
    parse=parse,
    run=run,
    roles=frozenset({"it"}),
)

"""/duly disposal: what is past its term; proposed by one, consented to by another. Policy 3.3.1."""

from dataclasses import dataclass

from bot.card import Card
from bot.command import Call, Command, Refusal, Words, number_in
from bot.handlers import disposals
from bot.policy.people import TRUSTED
from bot.words import Code, say

VERBS = {"propose": "propose", "提议": "propose", "提議": "propose", "提出": "propose"}
VERBS |= {"consent": "consent", "同意": "consent", "refuse": "refuse", "拒绝": "refuse"}
VERBS |= {"拒絕": "refuse", "暂不": "refuse", "暫不": "refuse"}
LONGEST = 500  # characters of why


@dataclass(frozen=True, slots=True)
class Asked:
    number: int | None
    verb: str = ""
    why: str = ""


def parse(words: Words) -> Asked:
    first, *rest = words.text.split(maxsplit=1) or [""]
    verb, _, why = (rest[0] if rest else "").partition(" ")
    number = number_in(first)
    if first and (number is None or (verb and verb.casefold() not in VERBS)):
        raise Refusal(
            say(
                "Say which list, and what about it: {show}, {propose}, {consent} or {refuse}",
                show=Code("/duly disposal 7"),
                propose=Code("/duly disposal 7 propose"),
                consent=Code("/duly disposal 7 consent"),
                refuse=Code("/duly disposal 7 refuse WHY"),
            )
        )
    return Asked(number, VERBS.get(verb.casefold(), ""), why.strip()[:LONGEST])


def run(call: Call, asked: Asked) -> Card:
    disposals.refuse_others(call)
    if asked.number is None:
        return disposals.listed(call)
    match asked.verb:
        case "propose":
            return disposals.propose(call, asked.number)
        case "consent":
            return disposals.consent(call, asked.number)
        case "refuse":
            return disposals.refuse(call, asked.number, asked.why)
        case _:
            return disposals.show(call, asked.number)


COMMAND = Command(
    name="disposal",
    usage="disposal [NUMBER [propose|consent|refuse WHY]]",
    summary=say("What is past its term: look through it, propose and consent to its disposal."),
    examples=("", "7", "7 propose", "7 consent", "7 refuse The audit is not over."),
    parse=parse,
    run=run,
    roles=frozenset(TRUSTED),
    typed=True,
)

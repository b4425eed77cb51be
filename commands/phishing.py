"""/duly phishing: report a message that looks like fraud; IT keeps the list of domains. 4.2.3."""

from dataclasses import dataclass

from bot.card import Card, Form
from bot.command import Call, Command, Refusal, Words, number_in
from bot.events import MessageRef
from bot.handlers import phishing
from bot.policy import cases
from bot.words import Code, say

VERBS = {"block": "block", "unblock": "unblock", "list": "list"}
VERBS |= {"封锁": "block", "封鎖": "block", "解封": "unblock", "名单": "list", "名單": "list"}


@dataclass(frozen=True, slots=True)
class Reported:
    words: str
    about: MessageRef | None = None
    verb: str = ""
    domain: str = ""
    number: int | None = None


def parse(words: Words) -> Reported:
    first, *rest = words.text.split() or [""]
    verb = VERBS.get(first.casefold(), "")
    if verb == "list" and not rest:
        return Reported("", verb=verb)
    if verb in ("block", "unblock") and rest and len(rest) <= 2:  # noqa: PLR2004
        number = number_in(rest[1]) if len(rest) > 1 else None
        return Reported("", verb=verb, domain=rest[0].casefold().strip("."), number=number)
    if verb in ("block", "unblock"):
        raise Refusal(
            say(
                "Name the domain, for example: {example}",
                example=Code(f"/duly phishing {verb} evil.example"),
            )
        )
    if words.links:
        return Reported(words.about, words.link())
    return Reported(words.text)


def run(call: Call, reported: Reported) -> Card | Form:
    match reported.verb:
        case "block":
            return phishing.block(call, reported.domain, reported.number)
        case "unblock":
            return phishing.unblock(call, reported.domain)
        case "list":
            return phishing.listed(call)
    if len(reported.words) > cases.LONGEST:
        raise Refusal(
            say(
                "This has {count} characters; at most {most} fit.",
                count=len(reported.words),
                most=cases.LONGEST,
            )
        )
    return phishing.report(call, reported.words, reported.about)


COMMAND = Command(
    name="phishing",
    usage="phishing LINK or the words",
    summary=say("This message looks like fraud."),
    examples=(
        "",
        "LINK",
        "Your mailbox is full, sign in at evil.example",
        "block evil.example 7",
        "unblock evil.example",
        "list",
    ),
    parse=parse,
    run=run,
    fields=(phishing.WORDS,),
)

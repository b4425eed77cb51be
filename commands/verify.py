"""/duly verify: was this text approved? By the code of its certificate. Policy 3.2."""

from dataclasses import dataclass

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import certificates
from bot.words import Code, say


@dataclass(frozen=True, slots=True)
class Claim:
    code: str
    text: str


def parse(words: Words) -> Claim:
    code, *text = words.text.split(maxsplit=1) or [""]
    if not code:
        raise Refusal(
            say(
                "Name the code of the certificate: {example}",
                example=Code("/duly verify 7K3M9-QPXR2"),
            )
        )
    return Claim(code, text[0] if text else "")


def run(call: Call, claim: Claim) -> Card:
    return certificates.verify(call.tx, call.person, claim.code, claim.text)


COMMAND = Command(
    name="verify",
    usage="verify CODE [TEXT]",
    summary=say("See whether something was approved, by the code of its certificate."),
    examples=("7K3M9-QPXR2", "7K3M9-QPXR2 The office is closed on Friday."),
    parse=parse,
    run=run,
)

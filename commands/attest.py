"""/duly attest: what is asked from time to time, confirmed or not. Policy 4.1.1, 4.1.2, 4.3.2."""

from bot.card import Card, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import attesting
from bot.words import Code, say
from commands import reading

CANNOT = ("cannot", "不能", "无法", "無法")
Asked = tuple[int, str | None] | None


def parse(words: Words) -> Asked:
    """The number, and why it cannot be confirmed; None there: it is confirmed."""
    if not words.text:
        return None
    number, rest = reading.number(words, "attest 7")
    if not rest:
        return number, None
    verb, *why = rest.split(maxsplit=1)
    if verb.casefold() not in CANNOT:
        raise Refusal(
            say(
                "Confirm it, or say why you cannot: {confirm} {cannot}",
                confirm=Code(f"/duly attest {number}"),
                cannot=Code(f"/duly attest {number} cannot WHY"),
            )
        )
    return number, why[0].strip() if why else ""


def run(call: Call, asked: Asked) -> Card | Form:
    if asked is None:
        return attesting.listed(call)
    number, cannot = asked
    if cannot == "":
        return Form(f"attest {number} cannot", say("Why can you not?"), FIELDS, say("Send"))
    if cannot is not None and len(cannot) > attesting.LONGEST:
        raise Refusal(
            say(
                "This has {count} characters; at most {most} fit.",
                count=len(cannot),
                most=attesting.LONGEST,
            )
        )
    return attesting.confirm(call, number, cannot)


HINT = say("Never write a password here.")
FIELDS = (
    Field("why", say("The reason; IT reads it"), "lines", longest=attesting.LONGEST, hint=HINT),
)
COMMAND = Command(
    name="attest",
    usage="attest NUMBER [cannot WHY]",
    summary=say("I confirm what is asked from time to time."),
    examples=("", "7", "7 cannot I have no VPN on my new laptop."),
    parse=parse,
    run=run,
    fields=FIELDS,
)

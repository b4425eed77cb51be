"""/duly sample: a head goes through a fair sample of what their department said. Policy 5.1.2."""

from dataclasses import dataclass

from bot.card import Card, Field, Form
from bot.command import Call, Command, Refusal, Words, number_in
from bot.handlers import samples
from bot.policy.sampling import Verdict
from bot.words import Code, say

NEXT = ("next", "下一条", "下一則")
VERDICTS: dict[str, Verdict] = {
    "fine": "fine",
    "没问题": "fine",
    "沒問題": "fine",
    "word": "word",
    "需提醒": "word",
    "需提醒一下": "word",
    "breach": "breach",
    "违规": "breach",
    "違規": "breach",
    "skip": "skip",
    "跳过": "skip",
    "跳過": "skip",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`number`: None: which there are; `place`: None: the next one, or what it is."""

    number: int | None = None
    place: int | None = None
    verdict: Verdict | None = None
    why: str = ""


def parse(words: Words) -> Asked:
    parts = words.text.split(maxsplit=3)
    if not parts:
        return Asked()
    number = number_in(parts[0])
    if number is None:
        raise _how()
    if len(parts) == 1 or (len(parts) == 2 and parts[1].casefold() in NEXT):  # noqa: PLR2004
        return Asked(number)
    place, verdict = number_in(parts[1]), VERDICTS.get(parts[2].casefold() if parts[2:] else "")
    if place is None or verdict is None:
        raise _how()
    return Asked(number, place, verdict, parts[3].strip() if parts[3:] else "")


def _how() -> Refusal:
    return Refusal(
        say(
            "Go through one, or say what a message of it is: {next} {fine} {breach}",
            next=Code("/duly sample 7"),
            fine=Code("/duly sample 7 3 fine"),
            breach=Code("/duly sample 7 3 breach WHY"),
        )
    )


def run(call: Call, asked: Asked) -> Card | Form:
    if asked.number is None:
        return samples.listed(call)
    if asked.place is None or asked.verdict is None:
        return samples.following(call, asked.number)
    if asked.verdict == "breach" and not asked.why:
        return Form(
            f"sample {asked.number} {asked.place} {asked.verdict}",
            samples.SAID[asked.verdict],
            FIELDS,
            say("Send"),
        )
    if len(asked.why) > samples.LONGEST:
        raise Refusal(
            say(
                "This has {count} characters; at most {most} fit.",
                count=len(asked.why),
                most=samples.LONGEST,
            )
        )
    return samples.judge(call, asked.number, asked.place, (asked.verdict, asked.why))


FIELDS = (Field("why", say("What you noticed"), "lines", longest=samples.LONGEST),)
COMMAND = Command(
    name="sample",
    usage="sample NUMBER [MESSAGE fine|word|breach|skip WHY]",
    summary=say("Go through a sample of what your department said."),
    examples=("", "7", "7 next", "7 3 fine", "7 3 word Please keep to the thread.", "7 3 skip"),
    parse=parse,
    run=run,
    fields=FIELDS,
)

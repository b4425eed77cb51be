"""/duly case: what was brought to IT: take it, answer, say what it is. Policy 4.1.3, 4.2.3."""

from dataclasses import dataclass

from bot.card import Card, Form
from bot.command import Call, Command, Refusal, Words, number_in
from bot.handlers import cases, phishing
from bot.policy.cases import Verdict
from bot.words import Code, say

VERDICTS: dict[str, Verdict] = {"true": "true", "false": "false", "unclear": "unclear"}
VERDICTS |= {
    "是诈骗": "true",
    "是詐騙": "true",
    "不是": "false",
    "不确定": "unclear",
    "不確定": "unclear",
}
DEEDS = {
    "接手": "take",
    "答复": "answer",
    "答覆": "answer",
    "回复": "answer",
    "回覆": "answer",
    "完成": "done",
    "确认": "confirm",
    "確認": "confirm",
    "重开": "reopen",
    "重開": "reopen",
    "表彰": "commend",
}
KNOWN = ("take", "answer", "done", "confirm", "reopen", "commend", *VERDICTS)


@dataclass(frozen=True, slots=True)
class Wanted:
    number: int | None  # None: list them
    deed: str = ""
    words: str = ""


def parse(words: Words) -> Wanted:
    first, *rest = words.text.split(maxsplit=1) or [""]
    number = number_in(first)
    if not first:
        return Wanted(None)
    verb, *more = rest[0].split(maxsplit=1) if rest else ("",)
    deed = DEEDS.get(verb, verb.casefold())
    if number is None or (verb and deed not in KNOWN):
        raise Refusal(
            say(
                "Say which case, and what about it, for example: {example}",
                example=Code("/duly case 7 answer WORDS"),
            )
        )
    return Wanted(number, deed, more[0].strip() if more else "")


def run(call: Call, wanted: Wanted) -> Card | Form:
    if wanted.number is None:
        return cases.listed(call)
    if len(wanted.words) > cases.LONGEST:
        raise Refusal(
            say(
                "This has {count} characters; at most {most} fit.",
                count=len(wanted.words),
                most=cases.LONGEST,
            )
        )
    return _deed(call, wanted.number, wanted)


def _deed(call: Call, number: int, wanted: Wanted) -> Card | Form:  # noqa: PLR0911
    match wanted.deed:
        case "take":
            return cases.take(call, number)
        case "answer":
            return cases.answer(call, number, wanted.words)
        case "done":
            return cases.done(call, number, wanted.words)
        case "confirm":
            return cases.confirm(call, number)
        case "reopen":
            return cases.reopen(call, number, wanted.words)
        case "commend":
            return phishing.commend(call, number, wanted.words)
        case deed if deed in VERDICTS:
            return phishing.judge(call, number, VERDICTS[deed], wanted.words)
        case _:
            return cases.show(call, number)


COMMAND = Command(
    name="case",
    usage="case NUMBER take|answer|done|true|false|unclear|confirm|reopen WORDS",
    summary=say("What was brought to IT: take it, answer, close it."),
    examples=(
        "",
        "7",
        "7 take",
        "7 answer Please sign in once more.",
        "7 done",
        "7 true",
        "7 false It is our own mail.",
        "7 unclear",
        "7 confirm",
        "7 reopen It still asks for a code.",
        "7 commend",
    ),
    parse=parse,
    run=run,
    fields=(cases.WORDS,),
)

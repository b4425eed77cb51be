"""/duly finding: look at what was found in messages, and say what came of it. Policy 3.2, 4.2.1."""

from dataclasses import dataclass

from bot.card import Card, Field, Form
from bot.command import Call, Command, Refusal, Words, number_in
from bot.handlers import findings
from bot.policy.releases import How
from bot.words import Code, say

LONGEST = 500  # characters of why
VERBS: dict[str, How] = {
    "fine": "fine",
    "没问题": "fine",
    "沒問題": "fine",
    "settled": "settled",
    "已改正": "settled",
    "已处理": "settled",
    "已處理": "settled",
    "false": "false",
    "误报": "false",
    "誤報": "false",
    "explain": "explained",
    "说明": "explained",
    "說明": "explained",
}


@dataclass(frozen=True, slots=True)
class Looked:
    number: int | None  # None: list them
    how: How = ""
    why: str = ""


def parse(words: Words) -> Looked:
    first, *rest = words.text.split(maxsplit=1) or [""]
    number = number_in(first)
    if not first:
        return Looked(None)
    verb, *why = rest[0].split(maxsplit=1) if rest else ("",)
    how = VERBS.get(verb.casefold(), "")
    if number is None or (verb and not how):
        raise Refusal(
            say(
                "Say which finding, and what came of it: {fine} or {settled}",
                fine=Code("/duly finding 7 fine WHY"),
                settled=Code("/duly finding 7 settled WHY"),
            )
        )
    return Looked(number, how, why[0].strip() if why else "")


def run(call: Call, looked: Looked) -> Card | Form:
    if looked.number is None:
        return findings.listed(call)
    if not looked.how:
        return findings.show(call, looked.number)
    if looked.how == "explained" and not looked.why:
        return Form(
            f"finding {looked.number} explain", say("Why does it stand there?"), FIELDS, say("Send")
        )
    if len(looked.why) > LONGEST:
        raise Refusal(
            say(
                "This has {count} characters; at most {most} fit.",
                count=len(looked.why),
                most=LONGEST,
            )
        )
    return findings.settle(call, looked.number, looked.how, looked.why)


FIELDS = (Field("why", say("The reason; whoever looks at it reads it"), "lines", longest=LONGEST),)
COMMAND = Command(
    name="finding",
    usage="finding NUMBER fine|settled|false|explain WHY",
    summary=say("Look at what was found in messages; say what came of it."),
    examples=(
        "",
        "7",
        "7 fine It was approved on paper.",
        "7 settled",
        "7 false",
        "7 explain It is the number of our hotline.",
    ),
    parse=parse,
    run=run,
    fields=FIELDS,
)

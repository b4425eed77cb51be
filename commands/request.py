"""/duly request: ask for an approval before something is released. Policy 3.2."""

from dataclasses import dataclass

from bot.card import Button, Card, Choice, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import approvals
from bot.policy.approvals import shown
from bot.words import Code, Ref, Rows, Say, say

LONGEST = approvals.LONGEST
ALIASES = {"通知": "notice", "公告": "notice", "业务资料": "material", "業務資料": "material"}
ALIASES |= {"工作信息": "work", "工作資訊": "work", "请假": "leave", "請假": "leave"}


@dataclass(frozen=True, slots=True)
class Asked:
    kind: str
    text: str


def parse(words: Words) -> Asked:
    kind, *text = words.text.split(maxsplit=1) or [""]
    return Asked(ALIASES.get(kind, kind.casefold()), text[0].strip() if text else "")


def run(call: Call, asked: Asked) -> Card | Form:
    if asked.kind not in call.book.routes:
        if asked.kind:
            raise Refusal(_kinds(call))
        return Form("request", say("Ask for an approval"), FIELDS, say("Send"))
    if not asked.text:
        return Form(f"request {asked.kind}", say("Ask for an approval"), FIELDS[1:], say("Send"))
    text = shown(asked.text)
    if len(text) > LONGEST:
        raise Refusal(
            say("This has {count} characters; at most {most} fit.", count=len(text), most=LONGEST)
        )
    if not text:
        raise Refusal(say("There is nothing in this text that can be seen."))
    request = approvals.make(call, call.book.routes[asked.kind], asked.text)
    deciders = call.tx.requests.asked(request.id, request.step)
    return Card(
        say("Sent for approval: {number}", number=Ref(request.number)),
        body=(say("It waits for {people}.", people=Rows(tuple(map(call.who, deciders)))),),
        buttons=(Button(say("Recall"), "↩️", f"recall {request.number}"),),
        tone="good",
    )


def _kinds(call: Call) -> Say:
    return say(
        "There is no such kind of request. Known: {kinds}. For example: {example}",
        kinds=Rows(tuple(Code(kind) for kind in call.book.routes)),
        example=Code("/duly request notice TEXT"),
    )


FIELDS = (
    Field(
        "kind",
        say("What is it?"),
        "choice",
        choices=tuple(Choice(kind, name) for kind, name in approvals.KINDS.items()),
    ),
    Field("text", say("The text, exactly as it is to go out"), "lines", longest=LONGEST),
)
COMMAND = Command(
    name="request",
    usage="request KIND TEXT",
    summary=say("Ask for an approval before something is released."),
    examples=("notice The office is closed on Friday.", "notice", ""),
    parse=parse,
    run=run,
    fields=FIELDS,
)

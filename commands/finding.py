"""/duly finding: look at what was found, and say what came of it. Policy 3.2, 4.2.1, 5.1.1."""

import re
from dataclasses import dataclass
from datetime import date

from bot.card import Card, Field, Form
from bot.command import Call, Command, Refusal, Words, number_in
from bot.events import MessageRef
from bot.handlers import appeals, correcting, queue, verdicts
from bot.handlers.verdicts import Verdict
from bot.policy.findings import How, Role
from bot.policy.measures import MEASURES
from bot.words import Code, say

LONGEST = 500  # characters of why
ENDS: dict[str, How] = {
    "fine": "fine",
    "not-upheld": "fine",
    "没问题": "fine",
    "沒問題": "fine",
    "不成立": "fine",
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
    "upheld": "upheld",
    "成立": "upheld",
}
DEEDS = {
    "认领": "claim",
    "認領": "claim",
    "上报": "escalate",
    "上報": "escalate",
    "询问": "ask",
    "詢問": "ask",
    "备注": "note",
    "備註": "note",
    "申诉": "contest",
    "申訴": "contest",
    "维持": "stays",
    "維持": "stays",
    "重开": "reopen",
    "重開": "reopen",
    "措施": "measure",
    "附件": "files",
}
KNOWN = ("claim", "escalate", "ask", "note", "contest", "stays", "reopen", "measure", "files")
ROLES: dict[str, Role] = {"head": "head", "it": "it", "hr": "hr"}
CHOICES = ("take", "lighter", *MEASURES)
ASKED = re.compile(r"asked=(\d{4}-\d{2}-\d{2})(?:\s+|$)")
FILES = re.compile(r'files="([^"]*)"(?:\s+|$)')


@dataclass(frozen=True, slots=True)
class Looked:
    number: int | None  # None: list them
    deed: str = ""  # what is done, if it is not its end …
    how: How = ""  # … that is said
    first: str = ""  # to which office, or which measure
    why: str = ""
    asked: date | None = None
    files: str = ""
    link: MessageRef | None = None


def parse(words: Words) -> Looked:
    first, *rest = words.text.split(maxsplit=1) or [""]
    number = number_in(first)
    if not first:
        return Looked(None)
    verb, *more = rest[0].split(maxsplit=1) if rest else ("",)
    how = ENDS.get(verb.casefold(), "")
    deed = DEEDS.get(verb, verb.casefold())
    if number is None or (verb and not how and deed not in KNOWN):
        raise Refusal(
            say(
                "Say which finding, and what came of it: {fine} or {settled}",
                fine=Code("/duly finding 7 fine WHY"),
                settled=Code("/duly finding 7 settled WHY"),
            )
        )
    said = more[0].strip() if more else ""
    if how:
        return _ended(number, how, said)
    return _done(number, deed, said, words)


def _ended(number: int, how: How, said: str) -> Looked:
    found = ASKED.match(said) if how == "upheld" else None
    if found is None:
        return Looked(number, how=how, why=said)
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        example = Code("asked=2026-03-02")
        raise Refusal(
            say("There is no such day. For example: {example}", example=example)
        ) from None
    return Looked(number, how=how, why=said[found.end() :], asked=day)


def _done(number: int, deed: str, said: str, words: Words) -> Looked:
    named, *rest = said.split(maxsplit=1) or [""]
    after = rest[0].strip() if rest else ""
    known = named.casefold()
    match deed:
        case "escalate" if known in ROLES:
            return Looked(number, deed, first=known, why=after)
        case "measure":
            return Looked(number, deed, first=known, why=after)
        case "note":
            found = FILES.match(said)
            text = said[found.end() :] if found else said
            for token, _ in words.links:
                text = text.replace(token, " ").strip()
            files = found[1] if found else ""
            return Looked(number, deed, why=text, files=files, link=words.link())
        case _:
            return Looked(number, deed, why=said)


def run(call: Call, looked: Looked) -> Card | Form:
    number = looked.number
    if number is None:
        return queue.listed(call)
    if len(looked.why) > LONGEST:
        raise Refusal(
            say(
                "This has {count} characters; at most {most} fit.",
                count=len(looked.why),
                most=LONGEST,
            )
        )
    if looked.how == "explained" and not looked.why:
        title, field = say("Why does it stand there?"), FIELDS[-1]
        return Form(f"finding {number} explain", title, (field,), say("Send"))
    if looked.how:
        return verdicts.settle(call, number, Verdict(looked.how, looked.why, looked.asked))
    return _deed(call, number, looked)


def _deed(call: Call, number: int, looked: Looked) -> Card | Form:  # noqa: PLR0911
    match looked.deed:
        case "claim":
            return verdicts.claim(call, number)
        case "escalate":
            return verdicts.escalate(call, number, ROLES.get(looked.first), looked.why)
        case "ask":
            return verdicts.ask(call, number)
        case "note":
            return verdicts.note(call, number, looked.why, looked.files, looked.link)
        case "contest":
            return appeals.contest(call, number, looked.why)
        case "stays":
            return appeals.stays(call, number, looked.why)
        case "reopen":
            return appeals.reopen(call, number, looked.why)
        case "measure":
            return _measure(call, number, looked)
        case "files":
            return queue.files(call, number)
        case _:
            return queue.show(call, number)


def _measure(call: Call, number: int, looked: Looked) -> Card | Form:
    finding, _ = verdicts.readable(call, number)
    if not looked.first:
        return queue.show(call, number)
    if looked.first not in CHOICES:
        raise Refusal(
            say(
                "Say {take}, {lighter} or {none}.",
                take=Code(f"/duly finding {number} measure take"),
                lighter=Code(f"/duly finding {number} measure lighter"),
                none=Code(f"/duly finding {number} measure none WHY"),
            )
        )
    return correcting.decide(call, finding, looked.first, looked.why)


FIELDS = (
    correcting.CHOICE,
    verdicts.FILES,
    Field(
        "why",
        say("The reason; whoever looks at it reads it"),
        "lines",
        required=False,
        longest=LONGEST,
    ),
)
COMMAND = Command(
    name="finding",
    usage="finding NUMBER fine|settled|false|upheld|explain|claim|ask|escalate|note|contest WHY",
    summary=say("Look at what was found; say what came of it."),
    examples=(
        "",
        "7",
        "7 claim",
        "7 ask",
        "7 fine It was approved on paper.",
        "7 settled",
        "7 false",
        "7 upheld asked=2026-03-02 They were told in March.",
        "7 explain It is the number of our hotline.",
        "7 escalate hr I know them too well.",
        "7 note LINK The same was said here.",
        "7 contest It was a test account.",
        "7 stays The account was in use.",
        "7 reopen There is a new witness.",
        "7 measure take",
        "7 measure none It was my mistake.",
        "7 files",
    ),
    parse=parse,
    run=run,
    fields=FIELDS,
)

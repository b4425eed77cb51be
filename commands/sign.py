"""/duly sign: somebody more must approve, before me, after me or beside me. Policy 3.2."""

from dataclasses import dataclass

from bot.card import Card, Choice, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import approvals
from bot.handlers.approvals import Act
from bot.policy.people import Person
from bot.policy.seats import Where
from bot.words import Ref, say
from commands import deciding
from commands.deciding import Decision

WORDS: dict[str, Where] = {"before": "before", "after": "after", "beside": "beside"}
WORDS |= {"之前": "before", "前": "before", "之后": "after", "之後": "after", "后": "after"}
WORDS |= {"後": "after", "并行": "beside", "並行": "beside"}


@dataclass(frozen=True, slots=True)
class Signing:
    decision: Decision
    other: Person | None = None
    where: Where = "after"


def parse(words: Words) -> Signing:
    example = "sign 12 before @ann"
    decision = deciding.read(words, example)
    first, *rest = decision.comment.split(maxsplit=1) or [""]
    where = WORDS.get(first.casefold())
    if not decision.comment:
        return Signing(decision)
    if where is None or not rest:
        raise Refusal(
            say("Say where and who, for example: {example}", example=deciding.example(example))
        )
    name, why = deciding.name_first(words, rest[0])
    return Signing(Decision(decision.number, why, decision.digest), words.person(name), where)


def run(call: Call, signing: Signing) -> Card | Form:
    decision = signing.decision
    if signing.other is None:
        return deciding.asked(decision, "sign", say("Who else must approve?"), FIELDS)
    wanted = Act(
        deed="sign",
        other=signing.other,
        where=signing.where,
        comment=deciding.short(decision),
        digest=decision.digest,
    )
    request = approvals.act(call, decision.number, wanted)
    return Card(
        say(
            "{person} must approve {number} as well.",
            person=call.who(signing.other.id),
            number=Ref(request.number),
        ),
        tone="good",
    )


FIELDS = (
    Field(
        "where",
        say("When are they asked?"),
        "choice",
        choices=(
            Choice("before", say("Before me")),
            Choice("after", say("After me")),
            Choice("beside", say("At the same time")),
        ),
    ),
    Field("other", say("Who else must approve?"), "person"),
    Field("why", say("A word to them"), "lines", required=False, longest=deciding.LONGEST),
)
COMMAND = Command(
    name="sign",
    usage="sign NUMBER before|after|beside @PERSON",
    summary=say("Have somebody more approve a request that waits for me."),
    examples=("12 before @bob", "12 after @bob", "12"),
    parse=parse,
    run=run,
    typed=True,
    fields=FIELDS,
)

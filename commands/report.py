"""/duly report: the Excel report of a period, for HR and heads. Policy 5.2."""

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.policy import periods
from bot.words import Code, Quoted, say


def parse(words: Words) -> periods.Period:
    """Without words: this month so far."""
    try:
        return periods.parse(words.text or f"{words.now:%Y-%m}", words.zone)
    except periods.NoPeriod:
        raise Refusal(
            say(
                "I cannot read the period {period}. For example: {example}",
                period=Quoted(words.text),
                example=Code("/duly report 2026-10"),
            )
        ) from None


def run(call: Call, period: periods.Period) -> Card:
    call.tx.orders.add(call.person.id, call.account, period.label, edition(call))
    return Card(
        say(
            "I am preparing the report of {period}; it comes as a file.", period=Code(period.label)
        ),
        tone="good",
    )


def edition(call: Call) -> str:
    """What each may see: HR everything, heads their people, everybody themselves."""
    if "hr" in call.person.roles:
        return "hr"
    if "auditor" in call.person.roles:
        return "audit"
    if "executive" in call.person.roles:
        return "board"
    return "head" if "department_head" in call.person.roles else "mine"


COMMAND = Command(
    name="report",
    usage="report [PERIOD]",
    summary=say("The Excel report: of the company for HR, of my team for heads, of myself."),
    examples=("", "2026-10", "2026-Q4"),
    parse=parse,
    run=run,
)

"""/duly report: the Excel report of a period, for HR and heads. Policy 5.2."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.policy import periods
from bot.report import EDITIONS, Edition, preparing, why_not
from bot.words import Code, Quoted, say

NAMED: Mapping[str, Edition] = {**{each: each for each in EDITIONS}, "我的": "mine"}


@dataclass(frozen=True, slots=True)
class Wanted:
    period: periods.Period
    edition: Edition | None  # None: the one that is for them


def parse(words: Words) -> Wanted:
    """Without a period: this month so far, where the reader is."""
    parts = words.text.split()
    edition = NAMED.get(parts[0].casefold()) if parts else None
    named = " ".join(parts[edition is not None :])
    here = words.now.astimezone(ZoneInfo(words.zone))
    try:
        return Wanted(periods.parse(named or f"{here:%Y-%m}", words.zone), edition)
    except periods.NoPeriod:
        raise Refusal(
            say(
                "I cannot read the period {period}. For example: {example}",
                period=Quoted(named),
                example=Code("/duly report 2026-10"),
            )
        ) from None


def run(call: Call, wanted: Wanted) -> Card:
    if wanted.edition and (why := why_not(wanted.edition, call.person, call.directory)):
        raise Refusal(why)

    chosen = wanted.edition or edition(call)
    label = wanted.period.label
    order = call.tx.orders.add(call.person.id, call.account, label, chosen)
    call.subject.append(f"order/{order}")
    return Card(preparing(label), tone="good")


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
    usage="report [mine|head|hr|board|audit] [PERIOD]",
    summary=say("The Excel report: of the company for HR, of my team for heads, of myself."),
    examples=("", "2026-10", "2026-Q4", "mine", "mine 2026-10", "head 2026-W41"),
    parse=parse,
    run=run,
)

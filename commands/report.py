"""/duly report: the Excel report of a period, for HR and heads. Policy 5.2."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.card import Card
from bot.command import Call, Command, Refusal, Words
from bot.policy import periods
from bot.report import EDITIONS, Edition, preparing, why_not
from bot.words import Code, Quoted, say

NAMES: Mapping[str, Edition] = {
    **{each: each for each in EDITIONS},
    **{"我的": "mine", "人事": "hr", "部门": "head", "部門": "head"},
    **{"管理层": "board", "管理層": "board", "审计": "audit", "審計": "audit"},
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`edition`: None where none was named."""

    period: periods.Period
    edition: Edition | None


def parse(words: Words) -> Wanted:
    """Without a period: this month so far, where the reader is. The edition may stand anywhere."""
    parts = words.text.split()
    chosen = next((NAMES[each.casefold()] for each in parts if each.casefold() in NAMES), None)
    named = " ".join(each for each in parts if NAMES.get(each.casefold()) != chosen or not chosen)
    here = words.now.astimezone(ZoneInfo(words.zone))
    try:
        return Wanted(periods.parse(named or f"{here:%Y-%m}", words.zone), chosen)
    except periods.NoPeriod:
        raise Refusal(
            say(
                "I cannot read the period {period}. For example: {example}",
                period=Quoted(named),
                example=Code("/duly report 2026-10"),
            )
        ) from None


def run(call: Call, wanted: Wanted) -> Card:
    chosen = wanted.edition or edition(call)
    if why := why_not(chosen, call.person, call.directory):
        raise Refusal(why)
    label = wanted.period.label
    order = call.tx.orders.add(call.person.id, call.account, label, chosen)
    call.subject.append(f"order/{order}")
    return Card(preparing(label), tone="good")


def edition(call: Call) -> Edition:
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
    usage="report [PERIOD] [EDITION]",
    summary=say("The Excel report: of the company for HR, of my team for heads, of myself."),
    examples=("", "2026-10", "2026-Q4", "mine", "mine 2026-10", "2026-10 board"),
    parse=parse,
    run=run,
)

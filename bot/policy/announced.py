"""What a policy file says of notices, of the lists they go to, and of meetings.

Policy 3.2.2, 2.2.2-order.
"""

from collections.abc import Mapping

from bot.policy import notices as audiences
from bot.policy.kinds import AUDIENCE, CLAUSE_KIND, DAYS_KIND, FLAG, SPAN_KIND, TEXT, Kind
from bot.policy.rulebook import Meetings, Notices
from bot.policy.sheet import Entry, Sheet, dotted
from bot.words import Quoted, say


def notices(sheet: Sheet, level: Kind[str]) -> Notices:
    entry = Entry(sheet, ("notices",), ("level", "followup_level", "joiners_days"))
    return Notices(
        level=entry.get("level", level),
        followup_level=entry.get("followup_level", level),
        joiners=entry.get("joiners_days", DAYS_KIND),
    )


def lists(sheet: Sheet) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {
        name: Entry(sheet, ("lists", name), ("of",)).get("of", AUDIENCE)
        for name in sheet.table(("lists",))
    }
    for name, terms in found.items():
        for other in (one.name for one in map(audiences.part, terms) if one.kind == "list"):
            if other not in found or _leads_to(found, other, name):
                sheet.wrong(
                    ("lists", name, "of"),
                    say(
                        "{key} names a list that is not there, or that holds it: {name}.",
                        key=dotted(("lists", name, "of")),
                        name=Quoted(other),
                    ),
                )
    return found


def _leads_to(lists: Mapping[str, tuple[str, ...]], start: str, end: str) -> bool:
    """Whether one list holds the other, directly or through others."""
    seen, left = set[str](), [start]
    while left:
        name = left.pop()
        if name == end:
            return True
        if name not in seen and name in lists:
            seen.add(name)
            left += [one.name for one in map(audiences.part, lists[name]) if one.kind == "list"]
    return False


def meetings(sheet: Sheet, level: Kind[str]) -> Meetings:
    spans = ("prepare_before", "minutes_within", "confirm_within", "outsiders_notice")
    keys = ("clause", "level", "action_level", "ground_rules", "silent_confirms")
    entry = Entry(sheet, ("meetings",), (*keys, *spans))
    return Meetings(
        clause=entry.get("clause", CLAUSE_KIND),
        level=entry.get("level", level),
        action_level=entry.get("action_level", level),
        prepare_before=entry.get("prepare_before", SPAN_KIND),
        minutes_within=entry.get("minutes_within", SPAN_KIND),
        confirm_within=entry.get("confirm_within", SPAN_KIND),
        ground_rules=entry.get("ground_rules", TEXT),
        outsiders_notice=entry.get("outsiders_notice", SPAN_KIND),
        silent_confirms=entry.get("silent_confirms", FLAG),
    )

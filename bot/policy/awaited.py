"""What a policy file says of answers: who waits, how long, and what is nudged about.

Policy 1.3, 2.2.1-reply.
"""

from collections.abc import Mapping
from typing import Any

from bot.policy.hours import Calendar
from bot.policy.kinds import (
    CLASS,
    CLAUSE_KIND,
    COUNTRY,
    FLAG,
    HOURS_KIND,
    PART,
    PERCENT,
    SPAN_KIND,
    TEXT,
    TEXTS,
    TIME,
    WHOLE,
    ZONE,
    Kind,
    some_of,
)
from bot.policy.people import ROLES
from bot.policy.rulebook import CLASSES, Answers, Emergencies, Endings, Level, Marks, Nudges, Rule
from bot.policy.sheet import Entry, Sheet

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def calendar(sheet: Sheet, name: str) -> Calendar:
    entry = Entry(sheet, ("calendars", name), ("zone", "country", *DAYS))
    return Calendar(
        name=name,
        zone=entry.get("zone", ZONE),
        spans=tuple(entry.get(day, HOURS_KIND, ()) for day in DAYS),
        country=entry.get("country", COUNTRY, ""),
    )


def level(sheet: Sheet, name: str) -> Level:
    keys = ("clause", "within", "remind_at", "remind_due", "manager_after")
    later = ("head_after", "lapse_after", "emergency")
    entry = Entry(sheet, ("levels", name), (*keys, *later))
    return Level(
        name=name,
        clause=entry.get("clause", CLAUSE_KIND),
        within=entry.get("within", SPAN_KIND),
        remind_at=entry.get("remind_at", PERCENT, 0),
        remind_due=entry.get("remind_due", FLAG, True),
        manager_after=entry.maybe("manager_after", SPAN_KIND),
        head_after=entry.maybe("head_after", SPAN_KIND),
        lapse_after=entry.maybe("lapse_after", SPAN_KIND),
        emergency=entry.get("emergency", FLAG, False),
    )


def rules(sheet: Sheet, level: Kind[str]) -> tuple[Rule, ...]:
    return tuple(_rule(sheet, each, level) for each in sheet.tables("rules"))


def _rule(sheet: Sheet, values: Mapping[str, Any], level: Kind[str]) -> Rule:
    keys = ("id", "clause", "level", "asks", "addressed", "channels", "senders", "words")
    more = ("classes", "departments", "partner", "priority", "urgent", "class")
    entry = Entry(sheet, ("rules", str(values.get("id", ""))), (*keys, *more), values)
    return Rule(
        id=entry.get("id", TEXT),
        clause=entry.get("clause", CLAUSE_KIND),
        level=entry.get("level", level, "" if "class" in values else None),
        class_name=entry.maybe("class", CLASS) or "",
        asks=entry.get("asks", FLAG, False),
        addressed=entry.get("addressed", FLAG, False),
        channels=entry.get("channels", TEXTS, ()),
        senders=entry.get("senders", some_of(ROLES), ()),
        words=entry.get("words", TEXTS, ()),
        classes=entry.get("classes", some_of(CLASSES), ()),
        departments=entry.get("departments", WHOLE, 0),
        partner=entry.get("partner", FLAG, False),
        priority=entry.get("priority", FLAG, False),
        urgent=entry.get("urgent", FLAG, False),
    )


def marks(sheet: Sheet, level: Kind[str]) -> Marks:
    entry = Entry(sheet, ("marks",), ("clause", "level", "emoji", "per_week"))
    emoji: tuple[str, ...] = entry.get("emoji", TEXTS)
    return Marks(
        clause=entry.get("clause", CLAUSE_KIND),
        level=entry.get("level", level),
        emoji=frozenset(emoji),
        per_week=entry.get("per_week", WHOLE),
    )


def answers(sheet: Sheet) -> Answers:
    keys = ("emoji", "sure", "asks_sure", "acknowledgement_settles", "bursts")
    entry = Entry(sheet, ("answers",), keys)
    emoji: tuple[str, ...] = entry.get("emoji", TEXTS)
    return Answers(
        emoji=frozenset(emoji),
        sure=entry.get("sure", PART),
        asks_sure=entry.get("asks_sure", PART),
        acknowledgement_settles=entry.get("acknowledgement_settles", FLAG),
        bursts=entry.get("bursts", FLAG),
    )


def emergencies(sheet: Sheet, level: Kind[str]) -> Emergencies:
    entry = Entry(sheet, ("emergencies",), ("clause", "level", "roles"))
    return Emergencies(
        clause=entry.get("clause", CLAUSE_KIND),
        level=entry.get("level", level),
        roles=entry.get("roles", some_of(ROLES)),
    )


def endings(sheet: Sheet, level: Kind[str]) -> Endings:
    keys = ("reopen_days", "silence_days", "excused_days", "accept_level")
    entry = Entry(sheet, ("endings",), keys)
    return Endings(
        reopen_days=entry.get("reopen_days", WHOLE),
        silence_days=entry.get("silence_days", WHOLE),
        excused_days=entry.get("excused_days", WHOLE),
        accept_level=entry.get("accept_level", level),
    )


def nudges(sheet: Sheet) -> Nudges:
    caps = ("per_day", "per_pair", "per_sender", "judged", "wrong_at_most")
    keys = ("clause", "digest", "digest_at", "longest_pause_days")
    entry = Entry(sheet, ("nudges",), (*caps, *keys))
    return Nudges(
        clause=entry.get("clause", CLAUSE_KIND),
        per_day=entry.get("per_day", WHOLE),
        per_pair=entry.get("per_pair", WHOLE),
        per_sender=entry.get("per_sender", WHOLE),
        digest=entry.get("digest", FLAG),
        digest_at=entry.get("digest_at", TIME),
        longest_pause_days=entry.get("longest_pause_days", WHOLE),
        judged=entry.get("judged", WHOLE),
        wrong_at_most=entry.get("wrong_at_most", PERCENT),
    )

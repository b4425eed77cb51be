"""What a policy file says of mail and files, and of what should not stand in a message.

Policy 2.1.1, 2.1.2, 4.2.
"""

from typing import Any

from bot.policy.kinds import (
    CLAUSE_KIND,
    DOMAINS,
    FLAG,
    MEGABYTES,
    PERCENT,
    SITES,
    SUFFIXES,
    TERMS,
    TEXTS,
    WHOLE,
    Kind,
    one_of,
)
from bot.policy.rulebook import SETTINGS, FileRules, MailRules, Screening, Setting
from bot.policy.screening.rules import RULES
from bot.policy.sheet import Entry, Sheet


def mail(sheet: Sheet, route: Kind[str]) -> MailRules:
    limits = ("subject_longest", "paragraph_longest", "recipients_most", "attachments_mb")
    entry = Entry(sheet, ("mail",), ("clause", "domains", "route", *limits, "forbidden", "marks"))
    return MailRules(
        clause=entry.get("clause", CLAUSE_KIND),
        domains=entry.get("domains", DOMAINS),
        route=entry.get("route", route),
        subject_longest=entry.get("subject_longest", WHOLE),
        paragraph_longest=entry.get("paragraph_longest", WHOLE),
        recipients_most=entry.get("recipients_most", WHOLE),
        attachment_bytes=entry.get("attachments_mb", MEGABYTES),
        forbidden=entry.get("forbidden", SUFFIXES),
        marks=entry.get("marks", TEXTS),
    )


def files(sheet: Sheet) -> FileRules:
    entry = Entry(sheet, ("files",), ("clause", "longest_mb", "waiting_mb"))
    return FileRules(
        clause=entry.get("clause", CLAUSE_KIND),
        longest=entry.get("longest_mb", MEGABYTES),
        waiting=entry.get("waiting_mb", MEGABYTES),
    )


def screening(sheet: Sheet, own: tuple[str, ...]) -> Screening:
    counts = ("judged", "wrong_at_most", "phones_from")
    places = ("closed", "internal")
    sites = ("domains", "imitated", "shorteners", "known_bad")
    words = ("marks", "phrases", "codewords", "rumours", "sensitive", "slang")
    path = ("screening",)
    entry = Entry(sheet, path, ("formality", *counts, *places, *sites, *words, "rules"))
    setting: Kind[Any] = one_of(SETTINGS)
    wanted = Entry(sheet, (*path, "rules"), tuple(RULES))
    rules: dict[str, Setting] = {name: wanted.get(name, setting) for name in RULES}
    return Screening(
        judged=entry.get("judged", WHOLE),
        wrong_at_most=entry.get("wrong_at_most", PERCENT),
        formality=entry.get("formality", FLAG),
        phones_from=entry.get("phones_from", WHOLE),
        closed=entry.get("closed", TEXTS),
        internal=entry.get("internal", TEXTS),
        domains=tuple(dict.fromkeys((*own, *entry.get("domains", SITES)))),
        imitated=entry.get("imitated", SITES),
        shorteners=entry.get("shorteners", SITES),
        known_bad=entry.get("known_bad", SITES),
        marks=entry.get("marks", TERMS),
        phrases=entry.get("phrases", TERMS),
        codewords=entry.get("codewords", TERMS),
        rumours=entry.get("rumours", TERMS),
        sensitive=entry.get("sensitive", TERMS),
        slang=entry.get("slang", TERMS),
        rules=rules,
    )

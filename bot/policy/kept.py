"""What a policy file says of what is kept: in which class, how long, who finds or disposes of it.

Policy 3.1, 3.3.
"""

from bot.policy.kinds import (
    CLASS,
    CLAUSE_KIND,
    DAYS_KIND,
    FLAG,
    MONTHS,
    PART,
    SPAN_KIND,
    TEXT,
    WHOLE,
    Kind,
    one_of,
    some_of,
)
from bot.policy.people import ROLES, TRUSTED
from bot.policy.rulebook import Archive, Channel, Class, Retention, SearchRules
from bot.policy.sheet import Entry, Sheet, dotted
from bot.words import say


def record_class(sheet: Sheet, name: str) -> Class:
    keys = ("clause", "keep_months", "important_months")
    judged = ("sure", "asks_sure", "acknowledgement_settles")
    entry, known = Entry(sheet, ("classes", name), (*keys, *judged)), len(sheet.mistakes)
    keep, important = entry.get("keep_months", MONTHS), entry.get("important_months", MONTHS)
    if important < keep and len(sheet.mistakes) == known:
        _too_short(entry, keep, important)
    return Class(
        name=name,
        clause=entry.get("clause", CLAUSE_KIND),
        keep_months=keep,
        important_months=important,
        sure=entry.maybe("sure", PART),
        asks_sure=entry.maybe("asks_sure", PART),
        acknowledgement_settles=entry.maybe("acknowledgement_settles", FLAG),
    )


def _too_short(entry: Entry, keep: int, important: int) -> None:
    """Told where it was written: one of the two may be the default's."""
    named = ("important_months", "keep_months")
    path = next((p for key in named if (p := (*entry.path, key)) in entry.sheet.lines), entry.path)
    entry.sheet.wrong(
        path,
        say(
            "What is important is kept at least as long as what is not: "
            "{important} is {shorter}, {keep} is {longer}. Set both.",
            important=dotted((*entry.path, "important_months")),
            shorter=important,
            keep=dotted((*entry.path, "keep_months")),
            longer=keep,
        ),
    )


def channel(sheet: Sheet, name: str, families: tuple[str, ...]) -> Channel:
    entry = Entry(sheet, ("channels", name), ("class", "purpose", "releases"))
    class_name, purpose = entry.get("class", CLASS, "work"), entry.get("purpose", TEXT, name)
    family = Kind(one_of(("", *families)).read, one_of(families or ("",)).name, "")
    releases: str = entry.get("releases", family, "")
    return Channel(name=name, class_name=class_name, purpose=purpose, releases=releases)


def archive(sheet: Sheet) -> Archive:
    entry = Entry(sheet, ("archive",), ("clause", "every", "channel"))
    return Archive(
        clause=entry.get("clause", CLAUSE_KIND),
        every=entry.get("every", SPAN_KIND),
        channel=entry.maybe("channel", TEXT) or "",
    )


def search(sheet: Sheet) -> SearchRules:
    roles, some = ("roles", "personal", "overseers"), some_of(ROLES)
    flags, counts = ("direct_messages", "tells"), ("tells_after_days", "bundle_most", "bundle_days")
    entry = Entry(sheet, ("search",), (*roles, *flags, *counts))
    return SearchRules(
        roles=entry.get("roles", some),
        personal=entry.get("personal", some),
        overseers=entry.get("overseers", some),
        direct_messages=entry.get("direct_messages", FLAG),
        tells=entry.get("tells", FLAG),
        tells_after=entry.get("tells_after_days", DAYS_KIND),
        bundle_most=entry.get("bundle_most", WHOLE),
        bundle_keep=entry.get("bundle_days", DAYS_KIND),
    )


def retention(sheet: Sheet, level: Kind[str]) -> Retention:
    roles = ("propose", "consent", "holds")
    entry = Entry(sheet, ("retention",), ("clause", "level", "shorter_counts_back", *roles))
    trusted = some_of(TRUSTED)
    return Retention(
        clause=entry.get("clause", CLAUSE_KIND),
        level=entry.get("level", level),
        counts_back=entry.get("shorter_counts_back", FLAG),
        propose=entry.get("propose", trusted),
        consent=entry.get("consent", trusted),
        holds=entry.get("holds", trusted),
    )

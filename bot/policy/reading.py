"""Reads a policy file: the company's over the default, every mistake explained with its line."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from bot.policy import appraising, notices, overseen, periodic
from bot.policy.assessment import DIMENSIONS, AssessmentRules
from bot.policy.attestations import Attestation
from bot.policy.findings import SEVERITIES
from bot.policy.hours import Calendar
from bot.policy.kinds import (
    AUDIENCE,
    CLASS,
    CLAUSE_KIND,
    COUNTRY,
    DAYS_KIND,
    DOMAINS,
    FLAG,
    HOURS_KIND,
    LANGUAGE,
    MEGABYTES,
    MONTHS,
    PART,
    PERCENT,
    SITES,
    SPAN_KIND,
    SUFFIXES,
    TERMS,
    TEXT,
    TEXTS,
    TIME,
    WHOLE,
    ZONE,
    Kind,
    one_of,
    some_of,
)
from bot.policy.measures import COMMENDATION, MEASURES, REPORT, Rung
from bot.policy.people import ROLES, TRUSTED
from bot.policy.routekinds import (
    APPROVERS,
    CONDITION,
    FIELDS_KIND,
    NEEDS,
    STEPS_KIND,
    TEXT_FIELD,
    THEN_KIND,
)
from bot.policy.routes import Route, Step, kinds
from bot.policy.rulebook import (
    CLASSES,
    SETTINGS,
    Answers,
    Approvals,
    Archive,
    CaseRules,
    Channel,
    Class,
    Emergencies,
    Endings,
    FileRules,
    FindingRules,
    Level,
    MailRules,
    Marks,
    Meetings,
    Notices,
    Nudges,
    Reporting,
    Retention,
    Rule,
    Rulebook,
    Screening,
    SearchRules,
    Setting,
)
from bot.policy.screening.rules import RULES
from bot.words import Code, Quoted, Rows, Say, say

T = TypeVar("T")
Path = tuple[str, ...]
HEADER = re.compile(r"\s*(\[\[?)\s*([\w\s.\"'-]+?)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"\s*([\w\"'-]+(?:\s*\.\s*[\w\"'-]+)*)\s*=")
PART_OF = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s.]+")
LISTS = ("rules", "measures", "attestations")  # of tables that have an id
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Mistake:
    line: int  # counted from 1; 0 where the file as a whole is meant
    what: Say


class Mistakes(Exception):
    def __init__(self, found: tuple[Mistake, ...]) -> None:
        super().__init__(f"{len(found)} mistakes")
        self.found = found


@cache
def default_text() -> str:
    return files("bot.policy").joinpath("policy.toml").read_text(encoding="utf-8")


@cache
def default_rulebook() -> Rulebook:
    return read("")


@lru_cache(maxsize=32)  # whoever adopts a policy reads it before it is kept, and again after
def read(text: str, version: int = 0) -> Rulebook:
    """The default policy with `text` laid over it. Raises Mistakes."""
    try:
        theirs = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of a number or a depth without end
        line = re.search(r"line (\d+)", str(error))
        number = int(line[1]) if line else text.count("\n") + 1
        reason = say("This is not TOML: {reason}.", reason=Quoted(str(error)))
        raise Mistakes((Mistake(number, reason),)) from None
    sheet = Sheet(laid_over(tomllib.loads(default_text()), theirs), _lines(text))
    book = _rulebook(sheet, version)
    if sheet.mistakes:
        raise Mistakes(tuple(sorted(sheet.mistakes, key=lambda each: each.line)))
    return book


def laid_over(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Key by key; of rules, those with a known id take the place of ours."""
    merged = dict(ours)
    for key, value in theirs.items():
        known = merged.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            merged[key] = laid_over(known, value)
        elif key in LISTS and isinstance(known, list) and isinstance(value, list):
            named = [each.get("id") for each in value if isinstance(each, dict)]
            merged[key] = [each for each in known if each.get("id") not in named] + value
        else:
            merged[key] = value
    return merged


def _lines(text: str) -> dict[Path, int]:
    """On which line each table and key of a TOML text stands; [[x]] counts as x of its id."""
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            table = _parts(header[2])
            for depth in range(1, len(table) + 1):
                found.setdefault(table[:depth], number)
        elif key := KEY.match(line):
            name = _parts(key[1])
            if name == ("id",):
                table = (*table[:1], line.partition("=")[2].strip().partition("#")[0].strip(" \"'"))
                found.setdefault(table, number)
            found.setdefault((*table, *name), number)
    return found


def _parts(dotted: str) -> Path:
    """The names of a.b."c.d": what is quoted is one."""
    return tuple(part.strip("\"'") for part in PART_OF.findall(dotted))


@dataclass(slots=True)
class Sheet:
    """Gives out the values of a policy file one by one, and remembers what was wrong with them."""

    values: Mapping[str, Any]
    lines: Mapping[Path, int]
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, path: Path, what: Say) -> None:
        line = next(
            (self.lines[p] for n in range(len(path)) if (p := path[: len(path) - n]) in self.lines),
            0,
        )
        self.mistakes.append(Mistake(line, what))

    def table(self, path: Path, known: tuple[str, ...] = ()) -> Mapping[str, Any]:
        value: Any = self.values
        for part in path:
            value = value.get(part, {}) if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.wrong(path, say("{key} must be a table.", key=_key(path)))
            return {}
        return self.known(path, value, known)

    def known(
        self, path: Path, table: Mapping[str, Any], known: tuple[str, ...]
    ) -> Mapping[str, Any]:
        for key in table if known else ():
            if key not in known:
                options = Rows(tuple(Code(each) for each in known))
                self.wrong(
                    (*path, key),
                    say(
                        "A policy has no {key}. Known: {options}.",
                        key=_key((*path, key)),
                        options=options,
                    ),
                )
        return table

    def one(self, path: Path, value: Any, kind: Kind[T]) -> T:
        try:
            return kind.read(value)
        except (ValueError, TypeError, KeyError, AttributeError):
            self.wrong(path, say("{key} must be {kind}.", key=_key(path), kind=kind.name))
            return kind.instead


def _key(path: Path) -> Code:
    return Code(".".join(path))


def _rulebook(sheet: Sheet, version: int) -> Rulebook:
    top = ("name", "company_zone", "company_language", "calendars", "classes", "channels", "levels")
    more = ("marks", "rules", "answers", "promises", "nudges", "routes", "keep", "targets")
    others = ("emergencies", "endings", "approvals", "mail", "files", "notices", "lists")
    last = ("meetings", "screening", "archive", "retention", "findings", *FOUND)
    sheet.table(
        (), (*top, *more, *others, *last, "supervision", "attestations", "reporting", "search")
    )
    levels = {name: _level(sheet, name) for name in sheet.table(("levels",))}
    level = one_of(tuple(levels) or ("normal",))
    classes = {name: _class(sheet, name) for name in sheet.table(("classes",), CLASSES)}
    routes = {name: _route(sheet, name, level) for name in sheet.table(("routes",))}
    families = kinds(routes)
    mail = _mail(sheet, one_of(tuple(routes) or ("material",)))
    promises = Entry(sheet, ("promises",), ("clause", "longest_days"))
    return Rulebook(
        version=version,
        name=sheet.one(("name",), sheet.values.get("name"), TEXT),
        zone=sheet.one(("company_zone",), sheet.values.get("company_zone"), ZONE),
        language=sheet.one(("company_language",), sheet.values.get("company_language"), LANGUAGE),
        calendars={name: _calendar(sheet, name) for name in sheet.table(("calendars",))},
        classes=classes,
        channels={name: _channel(sheet, name, families) for name in sheet.table(("channels",))},
        levels=levels,
        marks=_marks(sheet, level),
        rules=_rules(sheet, level),
        answers=_answers(sheet),
        emergencies=_emergencies(sheet, level),
        endings=_endings(sheet, level),
        longest_promise=promises.get("longest_days", DAYS_KIND),
        promise_clause=promises.get("clause", CLAUSE_KIND),
        nudges=_nudges(sheet),
        approvals=_approvals(sheet),
        routes=routes,
        mail=mail,
        files=_files(sheet),
        archive=_archive(sheet),
        notices=_notices(sheet, level),
        lists=_lists(sheet),
        meetings=_meetings(sheet, level),
        search=_search(sheet),
        reporting=_reporting(sheet, level),
        supervision=overseen.supervision(_overseen(sheet), level),
        attestations=_attestations(sheet),
        screening=_screening(sheet, mail.domains),
        retention=_retention(sheet, level),
        findings=_findings(sheet, level),
        cases=_cases(sheet, level),
        assessment=_assessment(sheet, level),
        keep_bodies=Entry(sheet, ("keep",), ("bodies_days",)).get("bodies_days", DAYS_KIND),
        reports=periodic.reports(Entry(sheet, ("reports",), periodic.KEYS)),
        targets={
            key: sheet.one(("targets", key), value, PERCENT)
            for key, value in sheet.table(("targets",), TARGETS).items()
        },
    )


FOUND = ("measures", "cases", "assessment", "reports")
TARGETS = (
    *("response_rate", "on_time", "promises_kept", "outside_on_time", "steps_on_time"),
    *("as_approved", "notices_read", "minutes_on_time", "minutes_confirmed"),
    *("rule_precision", "attested"),
    *("samples_reviewed", "verdicts_agree", "days_signed", "reports_acknowledged"),
    *("archive_verified", "disposed"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of the file, whose keys are given out by name."""

    sheet: Sheet
    path: Path
    keys: tuple[str, ...]
    values: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.values is None:
            object.__setattr__(self, "values", self.sheet.table(self.path, self.keys))
        else:
            self.sheet.known(self.path, self.values, self.keys)

    def get(self, key: str, kind: Kind[T], absent: T | None = None) -> T:
        values = self.values or {}
        if key not in values and absent is not None:
            return absent
        return self.sheet.one((*self.path, key), values.get(key), kind)

    def maybe(self, key: str, kind: Kind[T]) -> T | None:
        return self.get(key, kind) if key in (self.values or {}) else None


def _calendar(sheet: Sheet, name: str) -> Calendar:
    entry = Entry(sheet, ("calendars", name), ("zone", "country", *DAYS))
    return Calendar(
        name=name,
        zone=entry.get("zone", ZONE),
        spans=tuple(entry.get(day, HOURS_KIND, ()) for day in DAYS),
        country=entry.get("country", COUNTRY, ""),
    )


def _class(sheet: Sheet, name: str) -> Class:
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
            important=_key((*entry.path, "important_months")),
            shorter=important,
            keep=_key((*entry.path, "keep_months")),
            longer=keep,
        ),
    )


def _channel(sheet: Sheet, name: str, families: tuple[str, ...]) -> Channel:
    entry = Entry(sheet, ("channels", name), ("class", "purpose", "releases"))
    class_name, purpose = entry.get("class", CLASS, "work"), entry.get("purpose", TEXT, name)
    family = Kind(one_of(("", *families)).read, one_of(families or ("",)).name, "")
    releases: str = entry.get("releases", family, "")
    return Channel(name=name, class_name=class_name, purpose=purpose, releases=releases)


def _level(sheet: Sheet, name: str) -> Level:
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


def _marks(sheet: Sheet, level: Kind[str]) -> Marks:
    entry = Entry(sheet, ("marks",), ("clause", "level", "emoji", "per_week"))
    emoji: tuple[str, ...] = entry.get("emoji", TEXTS)
    return Marks(
        clause=entry.get("clause", CLAUSE_KIND),
        level=entry.get("level", level),
        emoji=frozenset(emoji),
        per_week=entry.get("per_week", WHOLE),
    )


def _emergencies(sheet: Sheet, level: Kind[str]) -> Emergencies:
    entry = Entry(sheet, ("emergencies",), ("clause", "level", "roles"))
    return Emergencies(
        clause=entry.get("clause", CLAUSE_KIND),
        level=entry.get("level", level),
        roles=entry.get("roles", some_of(ROLES)),
    )


def _endings(sheet: Sheet, level: Kind[str]) -> Endings:
    keys = ("reopen_days", "silence_days", "excused_days", "accept_level")
    entry = Entry(sheet, ("endings",), keys)
    return Endings(
        reopen_days=entry.get("reopen_days", WHOLE),
        silence_days=entry.get("silence_days", WHOLE),
        excused_days=entry.get("excused_days", WHOLE),
        accept_level=entry.get("accept_level", level),
    )


def _rules(sheet: Sheet, level: Kind[str]) -> tuple[Rule, ...]:
    return tuple(_rule(sheet, each, level) for each in _tables(sheet, "rules"))


def _tables(sheet: Sheet, name: str) -> list[dict[str, Any]]:
    found = sheet.values.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        sheet.wrong((name,), say("{key} must be a list of tables.", key=_key((name,))))
        return []
    return found


def _overseen(sheet: Sheet) -> Entry:
    return Entry(sheet, ("supervision",), (*overseen.OVERSEEN, *overseen.LEVELS))


def _attestations(sheet: Sheet) -> tuple[Attestation, ...]:
    """Of each the last of its id: a company's own stand behind ours."""
    found = {}
    for each in _tables(sheet, "attestations"):
        path = ("attestations", str(each.get("id", "")))
        one = overseen.attestation(Entry(sheet, path, overseen.ATTESTATION, each))
        found[one.id] = one
    return tuple(found.values())


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


def _answers(sheet: Sheet) -> Answers:
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


def _nudges(sheet: Sheet) -> Nudges:
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


def _approvals(sheet: Sheet) -> Approvals:
    keys = ("clause", "urge_after", "urge_most", "defer_days", "compare_days")
    entry = Entry(sheet, ("approvals",), keys)
    return Approvals(
        clause=entry.get("clause", CLAUSE_KIND),
        urge_after=entry.get("urge_after", SPAN_KIND),
        urge_most=entry.get("urge_most", WHOLE),
        defer_days=entry.get("defer_days", WHOLE),
        compare_days=entry.get("compare_days", WHOLE),
    )


def _notices(sheet: Sheet, level: Kind[str]) -> Notices:
    entry = Entry(sheet, ("notices",), ("level", "followup_level", "joiners_days"))
    return Notices(
        level=entry.get("level", level),
        followup_level=entry.get("followup_level", level),
        joiners=entry.get("joiners_days", DAYS_KIND),
    )


def _lists(sheet: Sheet) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {
        name: Entry(sheet, ("lists", name), ("of",)).get("of", AUDIENCE)
        for name in sheet.table(("lists",))
    }
    for name, terms in found.items():
        for other in (one.name for one in map(notices.part, terms) if one.kind == "list"):
            if other not in found or _leads_to(found, other, name):
                sheet.wrong(
                    ("lists", name, "of"),
                    say(
                        "{key} names a list that is not there, or that holds it: {name}.",
                        key=_key(("lists", name, "of")),
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
            left += [one.name for one in map(notices.part, lists[name]) if one.kind == "list"]
    return False


def _meetings(sheet: Sheet, level: Kind[str]) -> Meetings:
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


def _route(sheet: Sheet, name: str, level: Kind[str]) -> Route:
    keys = ("clause", "level", "steps", "class", "fields", "when", "copies", "then")
    entry = Entry(sheet, ("routes", name), keys)
    family = name.partition(".")[0]
    steps: list[Any] = entry.get("steps", STEPS_KIND)
    return Route(
        kind=name,
        clause=entry.get("clause", CLAUSE_KIND),
        level=entry.get("level", level),
        steps=tuple(_step(sheet, name, each, level) for each in steps),
        class_name=entry.get("class", CLASS, family if family in CLASSES else "work"),
        fields=entry.get("fields", FIELDS_KIND, (TEXT_FIELD,)),
        when=entry.maybe("when", CONDITION),
        copies=entry.get("copies", APPROVERS, ()),
        then=entry.get("then", THEN_KIND, "record"),  # type: ignore[arg-type]
    )


def _step(sheet: Sheet, route: str, value: Any, level: Kind[str]) -> Step:
    """A name of approvers alone is a step of any one of them."""
    values = {"of": [value]} if isinstance(value, str) else value
    entry = Entry(sheet, ("routes", route, "steps"), ("of", "needs", "level", "when"), values)
    return Step(
        of=entry.get("of", APPROVERS),
        needs=entry.get("needs", NEEDS, "any"),
        level=entry.maybe("level", level),
        when=entry.maybe("when", CONDITION),
    )


def _mail(sheet: Sheet, route: Kind[str]) -> MailRules:
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


def _archive(sheet: Sheet) -> Archive:
    entry = Entry(sheet, ("archive",), ("clause", "every", "channel"))
    return Archive(
        clause=entry.get("clause", CLAUSE_KIND),
        every=entry.get("every", SPAN_KIND),
        channel=entry.maybe("channel", TEXT) or "",
    )


def _files(sheet: Sheet) -> FileRules:
    entry = Entry(sheet, ("files",), ("clause", "longest_mb", "waiting_mb"))
    return FileRules(
        clause=entry.get("clause", CLAUSE_KIND),
        longest=entry.get("longest_mb", MEGABYTES),
        waiting=entry.get("waiting_mb", MEGABYTES),
    )


def _screening(sheet: Sheet, own: tuple[str, ...]) -> Screening:
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


def _search(sheet: Sheet) -> SearchRules:
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


def _reporting(sheet: Sheet, level: Kind[str]) -> Reporting:
    counts = ("acknowledge_days", "outcome_days", "at_least", "per_hour", "files_mb")
    entry = Entry(sheet, ("reporting",), ("clause", "level", "outside", "elsewhere", *counts))
    words = sheet.values.get("reporting", {})
    silent = isinstance(words, dict) and words.get("elsewhere") == ""
    return Reporting(
        clause=entry.get("clause", CLAUSE_KIND),
        level=entry.get("level", level),
        acknowledge_days=entry.get("acknowledge_days", WHOLE),
        outcome_days=entry.get("outcome_days", WHOLE),
        outside=entry.get("outside", one_of(ROLES)),
        elsewhere="" if silent else entry.get("elsewhere", TEXT),
        at_least=entry.get("at_least", WHOLE),
        per_hour=entry.get("per_hour", WHOLE),
        file_bytes=entry.get("files_mb", MEGABYTES),
    )


def _retention(sheet: Sheet, level: Kind[str]) -> Retention:
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


def _findings(sheet: Sheet, level: Kind[str]) -> FindingRules:
    severity: Kind[Any] = one_of(SEVERITIES)
    keys = ("clause", "levels", "claim", "hear", "contest_days", "hr_from")
    entry = Entry(sheet, ("findings",), keys)
    levels = Entry(sheet, ("findings", "levels"), SEVERITIES)
    return FindingRules(
        clause=entry.get("clause", CLAUSE_KIND),
        levels={each: levels.get(each, level) for each in SEVERITIES},
        claim=entry.get("claim", SPAN_KIND),
        hear=entry.get("hear", SPAN_KIND),
        contest_days=entry.get("contest_days", WHOLE),
        hr_from=entry.get("hr_from", severity),
        measures=_measures(sheet),
    )


def _measures(sheet: Sheet) -> tuple[Rung, ...]:
    rungs = sheet.values.get("measures", [])
    if not isinstance(rungs, list) or not all(isinstance(each, dict) for each in rungs):
        sheet.wrong(("measures",), say("{key} must be a list of tables.", key=_key(("measures",))))
        return ()
    return tuple(_measure(sheet, each) for each in rungs)


def _measure(sheet: Sheet, values: Mapping[str, Any]) -> Rung:
    path = ("measures", str(values.get("id", "")))
    entry = Entry(sheet, path, ("id", "of", "times", "months", "measure"), values)
    entry.get("id", TEXT)
    of: Kind[Any] = one_of((*SEVERITIES, REPORT))
    measure: Kind[Any] = one_of((*MEASURES, COMMENDATION))
    rung = Rung(
        of=entry.get("of", of),
        times=max(entry.get("times", WHOLE), 1),
        months=max(entry.get("months", WHOLE), 1),
        measure=entry.get("measure", measure),
    )
    if (rung.of == REPORT) != (rung.measure == COMMENDATION):
        sheet.wrong(
            (*path, "measure"),
            say(
                "{key}: what is reported rightly earns a {commendation}, and nothing else does.",
                key=_key((*path, "measure")),
                commendation=Code(COMMENDATION),
            ),
        )
    return rung


def _cases(sheet: Sheet, level: Kind[str]) -> CaseRules:
    keys = ("account_clause", "account_level", "phishing_clause", "phishing_level")
    entry = Entry(sheet, ("cases",), keys)
    return CaseRules(
        account_clause=entry.get("account_clause", CLAUSE_KIND),
        account_level=entry.get("account_level", level),
        phishing_clause=entry.get("phishing_clause", CLAUSE_KIND),
        phishing_level=entry.get("phishing_level", level),
    )


def _assessment(sheet: Sheet, level: Kind[str]) -> AssessmentRules:
    keys = {"weights": DIMENSIONS, "points": SEVERITIES, "grades": appraising.LIMITS}
    weights, points, grades = (
        Entry(sheet, (*appraising.PATH, name), known) for name, known in keys.items()
    )
    entry = Entry(sheet, appraising.PATH, appraising.KEYS)
    return appraising.assessment(entry, (weights, points, grades), level)

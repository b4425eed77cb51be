"""Reads a policy file: the company's over the default, every mistake explained with its line."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from bot.policy import (
    announced,
    appraising,
    approving,
    awaited,
    breached,
    kept,
    outgoing,
    overseen,
    periodic,
)
from bot.policy.kinds import CLAUSE_KIND, DAYS_KIND, LANGUAGE, PERCENT, TEXT, ZONE, one_of
from bot.policy.routes import kinds
from bot.policy.rulebook import CLASSES, Rulebook
from bot.policy.sheet import Entry, Mistake, Sheet, lines
from bot.words import Quoted, say

LISTS = ("rules", "measures", "attestations")  # of tables that have an id
TABLES = (
    *("name", "company_zone", "company_language", "calendars", "classes", "channels", "levels"),
    *("marks", "rules", "answers", "promises", "nudges", "routes", "keep", "targets"),
    *("emergencies", "endings", "approvals", "mail", "files", "notices", "lists"),
    *("meetings", "screening", "archive", "retention", "findings"),
    *("measures", "cases", "assessment", "reports"),
    *("supervision", "attestations", "reporting", "search"),
)
TARGETS = (
    *("response_rate", "on_time", "promises_kept", "outside_on_time", "steps_on_time"),
    *("as_approved", "notices_read", "minutes_on_time", "minutes_confirmed"),
    *("rule_precision", "attested"),
    *("samples_reviewed", "verdicts_agree", "days_signed", "reports_acknowledged"),
    *("archive_verified", "disposed"),
)


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
    sheet = Sheet(laid_over(tomllib.loads(default_text()), theirs), lines(text))
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


def _rulebook(sheet: Sheet, version: int) -> Rulebook:
    sheet.table((), TABLES)
    levels = {name: awaited.level(sheet, name) for name in sheet.table(("levels",))}
    level = one_of(tuple(levels) or ("normal",))
    classes = {name: kept.record_class(sheet, name) for name in sheet.table(("classes",), CLASSES)}
    routes = {name: approving.route(sheet, name, level) for name in sheet.table(("routes",))}
    families = kinds(routes)
    mail = outgoing.mail(sheet, one_of(tuple(routes) or ("material",)))
    promises = Entry(sheet, ("promises",), ("clause", "longest_days"))
    return Rulebook(
        version=version,
        name=sheet.one(("name",), sheet.values.get("name"), TEXT),
        zone=sheet.one(("company_zone",), sheet.values.get("company_zone"), ZONE),
        language=sheet.one(("company_language",), sheet.values.get("company_language"), LANGUAGE),
        calendars={name: awaited.calendar(sheet, name) for name in sheet.table(("calendars",))},
        classes=classes,
        channels={name: kept.channel(sheet, name, families) for name in sheet.table(("channels",))},
        levels=levels,
        marks=awaited.marks(sheet, level),
        rules=awaited.rules(sheet, level),
        answers=awaited.answers(sheet),
        emergencies=awaited.emergencies(sheet, level),
        endings=awaited.endings(sheet, level),
        longest_promise=promises.get("longest_days", DAYS_KIND),
        promise_clause=promises.get("clause", CLAUSE_KIND),
        nudges=awaited.nudges(sheet),
        approvals=approving.approvals(sheet),
        routes=routes,
        mail=mail,
        files=outgoing.files(sheet),
        archive=kept.archive(sheet),
        notices=announced.notices(sheet, level),
        lists=announced.lists(sheet),
        meetings=announced.meetings(sheet, level),
        search=kept.search(sheet),
        reporting=breached.reporting(sheet, level),
        supervision=overseen.supervision(sheet, level),
        attestations=overseen.attestations(sheet),
        screening=outgoing.screening(sheet, mail.domains),
        retention=kept.retention(sheet, level),
        findings=breached.findings(sheet, level),
        cases=breached.cases(sheet, level),
        assessment=appraising.assessment(sheet, level),
        keep_bodies=Entry(sheet, ("keep",), ("bodies_days",)).get("bodies_days", DAYS_KIND),
        reports=periodic.reports(sheet),
        targets={
            key: sheet.one(("targets", key), value, PERCENT)
            for key, value in sheet.table(("targets",), TARGETS).items()
        },
    )

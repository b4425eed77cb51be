"""What a policy file says of breaches: how they are reported, looked at and answered.

Policy 5.1, 5.2.2, 4.1.3, 4.2.3.
"""

from collections.abc import Mapping
from typing import Any

from bot.policy.findings import SEVERITIES
from bot.policy.kinds import CLAUSE_KIND, MEGABYTES, SPAN_KIND, TEXT, WHOLE, Kind, one_of
from bot.policy.measures import COMMENDATION, MEASURES, REPORT, Rung
from bot.policy.people import ROLES
from bot.policy.rulebook import CaseRules, FindingRules, Reporting
from bot.policy.sheet import Entry, Sheet, dotted
from bot.words import Code, say


def reporting(sheet: Sheet, level: Kind[str]) -> Reporting:
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


def findings(sheet: Sheet, level: Kind[str]) -> FindingRules:
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
    return tuple(_measure(sheet, each) for each in sheet.tables("measures"))


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
                key=dotted((*path, "measure")),
                commendation=Code(COMMENDATION),
            ),
        )
    return rung


def cases(sheet: Sheet, level: Kind[str]) -> CaseRules:
    keys = ("account_clause", "account_level", "phishing_clause", "phishing_level")
    entry = Entry(sheet, ("cases",), keys)
    return CaseRules(
        account_clause=entry.get("account_clause", CLAUSE_KIND),
        account_level=entry.get("account_level", level),
        phishing_clause=entry.get("phishing_clause", CLAUSE_KIND),
        phishing_level=entry.get("phishing_level", level),
    )

"""What a policy file says of supervision and attestations. Policy 5.1.1, 5.1.2, 4.1.1, 4.3.2."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from bot.policy.attestations import MARKS, Attestation
from bot.policy.kinds import (
    AUDIENCE,
    CLAUSE_KIND,
    FLAG,
    LANGUAGE,
    PERCENT,
    SPAN_KIND,
    TEXT,
    TEXTS,
    WHOLE,
    Kind,
    one_of,
    some_of,
)
from bot.policy.rulebook import Quota, Supervision, Unit
from bot.policy.sheet import Entry, Sheet
from bot.words import Code, say

EVERY = re.compile(r"([1-9]\d?) months?")
NAMED = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
LEVELS = ("daily_level", "sample_level", "attest_level")
OVERSEEN = ("daily", "period", "share", "least", "most", "risk", "second", "apart", "attest")
ATTESTATION = ("id", "clause", "every", "on", "audience", "within", "text")
OURS = ("lent", "password", "vpn")  # those that we have words of our own for


def _months(value: Any) -> int:
    if value in NAMED:
        return NAMED[value]
    found = EVERY.fullmatch(value)
    if found is None:
        raise ValueError
    return int(found[1])


def _texts(value: Any) -> Mapping[str, str]:
    return {LANGUAGE.read(name): TEXT.read(words) for name, words in value.items()}


EVERY_KIND = Kind(
    _months,
    say(
        "a period such as {one}, {two} or {three}",
        one=Code("12 months"),
        two=Code("quarter"),
        three=Code("month"),
    ),
    12,
)
SPOKEN: Kind[Mapping[str, str]] = Kind(
    _texts, say("texts by language, such as {example}", example=Code('{ en = "…" }')), {"en": "…"}
)
UNIT: Kind[Any] = one_of(get_args(Unit))


def supervision(sheet: Sheet, level: Kind[str]) -> Supervision:
    entry = Entry(sheet, ("supervision",), (*OVERSEEN, *LEVELS))
    quota = Quota(
        share=entry.get("share", PERCENT),
        least=entry.get("least", WHOLE),
        most=entry.get("most", WHOLE),
        risk=entry.get("risk", PERCENT),
    )
    return Supervision(
        daily=entry.get("daily", FLAG),
        daily_level=entry.get("daily_level", level),
        period=entry.get("period", UNIT),
        quota=quota,
        second=entry.get("second", PERCENT),
        sample_level=entry.get("sample_level", level),
        apart=entry.get("apart", TEXTS),
        attest=entry.get("attest", FLAG),
        attest_level=entry.get("attest_level", level),
    )


def attestations(sheet: Sheet) -> tuple[Attestation, ...]:
    """Of each the last of its id: a company's own stand behind ours."""
    found = (_attestation(sheet, each) for each in sheet.tables("attestations"))
    return tuple({each.id: each for each in found}.values())


def _attestation(sheet: Sheet, values: Mapping[str, Any]) -> Attestation:
    """Of our own the words may be left out; what names no days is asked every so often."""
    entry = Entry(sheet, ("attestations", str(values.get("id", ""))), ATTESTATION, values)
    known = entry.get("id", TEXT)
    on = entry.get("on", some_of(MARKS), ())
    return Attestation(
        id=known,
        clause=entry.get("clause", CLAUSE_KIND),
        every=entry.get("every", EVERY_KIND, 0 if on else None),
        on=on,
        audience=entry.get("audience", AUDIENCE, ("all",)),
        within=entry.get("within", SPAN_KIND),
        text=entry.get("text", SPOKEN, {} if known in OURS else None),
    )

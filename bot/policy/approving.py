"""What a policy file says of requests: which way each kind goes, and who decides. Policy 3.2."""

from typing import Any

from bot.policy.kinds import CLASS, CLAUSE_KIND, SPAN_KIND, WHOLE, Kind
from bot.policy.routekinds import (
    APPROVERS,
    CONDITION,
    FIELDS_KIND,
    NEEDS,
    STEPS_KIND,
    TEXT_FIELD,
    THEN_KIND,
)
from bot.policy.routes import Route, Step
from bot.policy.rulebook import CLASSES, Approvals
from bot.policy.sheet import Entry, Sheet


def approvals(sheet: Sheet) -> Approvals:
    keys = ("clause", "urge_after", "urge_most", "defer_days", "compare_days")
    entry = Entry(sheet, ("approvals",), keys)
    return Approvals(
        clause=entry.get("clause", CLAUSE_KIND),
        urge_after=entry.get("urge_after", SPAN_KIND),
        urge_most=entry.get("urge_most", WHOLE),
        defer_days=entry.get("defer_days", WHOLE),
        compare_days=entry.get("compare_days", WHOLE),
    )


def route(sheet: Sheet, name: str, level: Kind[str]) -> Route:
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

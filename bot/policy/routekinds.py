"""The kinds of value in the routes of a policy file. Policy 3.2."""

from typing import Any

from bot.policy import conditions, forms, routes
from bot.policy.conditions import Condition
from bot.policy.kinds import Kind, one_of
from bot.words import Code, say

TEXT_FIELD = forms.TEXT
MOST = 99  # approvals that a step may need


def _approvers(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError
    if not value or not all(map(routes.readable, value)):
        raise ValueError
    return tuple(value)


def _needs(value: Any) -> str | int:
    if value in (routes.ALL, routes.ANY, routes.IN_ORDER):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise ValueError
    return value


def _steps(value: Any) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(each, str | dict) for each in value):
        raise TypeError
    if not value:
        raise ValueError
    return value


def _fields(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not set(value) <= set(forms.FIELDS):
        raise ValueError
    return tuple(dict.fromkeys([*value, TEXT_FIELD]))


def _condition(value: Any) -> Condition:
    return conditions.read(value, forms.FACTS)


APPROVERS: Kind[tuple[str, ...]] = Kind(
    _approvers,
    say(
        "a list of approvers: {head}, {manager}, a role, {heads}, {person} or {field}",
        head=Code(routes.HEAD),
        manager=Code(routes.MANAGER),
        heads=Code("heads:departments"),
        person=Code("person:ann"),
        field=Code("field:delegate"),
    ),
    (routes.MANAGER,),
)
NEEDS: Kind[str | int] = Kind(_needs, say("any, all, in_order or a number from 1"), routes.ANY)
STEPS_KIND: Kind[list[Any]] = Kind(_steps, say("a list of steps, with at least one"), [])
FIELDS_KIND: Kind[tuple[str, ...]] = Kind(
    _fields, say("a list of fields that forms have"), (TEXT_FIELD,)
)
CONDITION: Kind[Condition] = Kind(
    _condition,
    say("a condition such as {example}", example=Code("amount > 50000 or nature == 'major'")),
    Condition("True", frozenset()),
)
THEN_KIND = one_of(routes.THEN)

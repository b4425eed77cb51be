"""Departments on a sheet: whose somebody is, what each is called, and in which order they stand."""

from collections.abc import Iterable

from bot.report import Material, Shown
from bot.words import say

NOBODY = ""  # the department of those who have none


def of(material: Material, person: str | None) -> str:
    known = material.directory.people.get(person or "")
    return (known and known.department) or NOBODY


def label(material: Material, unit: str) -> str | Shown:
    return Shown(say("none"), tone="grey") if unit == NOBODY else material.unit(unit)


def in_order(material: Material, units: Iterable[str]) -> list[str]:
    """By their names; last, those who have no department."""
    return sorted(units, key=lambda each: (each == NOBODY, material.unit(each).casefold()))

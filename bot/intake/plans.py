"""What reading in a table of people would change, before anything is changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.events import Account
from bot.intake.cells import written
from bot.policy.people import Absence, Department, Person
from bot.words import Code, Quoted, Rows, Say, Value, Who, say, say_many

Known = tuple[str, str, datetime, datetime, str | None]  # person, kind, start, end, delegate
SHOWN = ("name", "email", "department", "manager", "roles", "zone", "language", "calendar")
Link = tuple[Account, str | None, str]  # whose until now, whose from now on
NOTHING = say("nothing")


@dataclass(frozen=True, slots=True)
class Spell:
    """Some time of a person's away from their desk, as it is written in the file."""

    absence: Absence
    kind: str  # leave, remote, travelling
    written: str

    @property
    def known(self) -> Known:
        one = self.absence
        return (one.person, self.kind, one.start, one.end, one.delegate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    added: tuple[Person, ...] = ()
    changed: tuple[tuple[Person, Person], ...] = ()  # before, after
    unchanged: tuple[Person, ...] = ()
    leaving: tuple[Person, ...] = ()  # as they are until then
    departments: tuple[tuple[Department | None, Department], ...] = ()
    links: tuple[Link, ...] = ()
    spells: tuple[Spell, ...] = ()
    keepers: Mapping[str, str | None] = field(default_factory=dict)  # who minds a department's mail
    remarks: tuple[Say, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of everybody it speaks of, by id
    headings: Mapping[str, str] = field(default_factory=dict)  # what the file calls its columns

    @property
    def empty(self) -> bool:
        deeds = (self.added, self.changed, self.leaving, self.departments, self.links)
        return not any(map(len, deeds)) and not self.spells and not self.keepers


class Register(Protocol):
    """All that carrying out a plan needs of the store."""

    def save(self, people: Iterable[Person]) -> None: ...
    def save_departments(self, units: Iterable[Department]) -> None: ...
    def link(self, links: Mapping[Account, str]) -> None: ...
    def absent(self, spells: Iterable[tuple[Absence, str]]) -> None: ...
    def keep_mail(self, keepers: Mapping[str, str | None]) -> None: ...


def apply(register: Register, plan: Plan) -> None:
    """In the transaction of `register`, so that it happens as a whole or not at all."""
    if plan.empty:
        return

    register.save((*plan.added, *(after for _, after in plan.changed)))
    register.save_departments(after for _, after in plan.departments)
    register.link({account: person for account, _, person in plan.links})
    register.absent((spell.absence, spell.kind) for spell in plan.spells)
    register.keep_mail(plan.keepers)


def describe(plan: Plan) -> list[Say]:
    """Who would change, in which field, from what to what; first the sum of it."""
    return [_sum(plan), *plan.remarks, *_people(plan), *_units(plan), *_links(plan), *_away(plan)]


def _sum(plan: Plan) -> Say:
    staying = len(plan.changed) - len(plan.leaving)
    return say(
        "{added} new, {changed} changed, {leaving} leaving, {unchanged} as they are.",
        added=len(plan.added),
        changed=staying,
        leaving=len(plan.leaving),
        unchanged=len(plan.unchanged),
    )


def _people(plan: Plan) -> Iterator[Say]:
    for person in plan.added:
        yield say("New: {person} ({id}).", person=_who(person), id=Quoted(person.id))
    for before, after in plan.changed:
        for field_name in SHOWN:
            old, new = getattr(before, field_name), getattr(after, field_name)
            if old != new:
                values = (_shown(plan, field_name, each) for each in (old, new))
                yield _change(plan, after, field_name, values)
        yield from _standing(before, after)


def _standing(before: Person, after: Person) -> Iterator[Say]:
    one: dict[str, Value] = {"person": _who(after), "id": Quoted(after.id)}
    if before.active and not after.active:
        yield say("{person} ({id}) leaves.", **one)
    if after.active and not before.active:
        yield say("{person} ({id}) comes back.", **one)
    if after.partner and not before.partner:
        yield say("{person} ({id}) becomes a partner: heard, never nudged or scored.", **one)
    if before.partner and not after.partner:
        yield say("{person} ({id}) is no longer a partner.", **one)


def _shown(plan: Plan, column: str, value: str | frozenset[str] | None) -> Value:
    if column == "manager" and value and isinstance(value, str):
        return _named(plan, value)
    return _value(value)


def _change(plan: Plan, person: Person, column: str, values: Iterable[Value]) -> Say:
    old, new = values
    return say(
        "{person} ({id}): {column} from {old} to {new}.",
        person=_who(person),
        id=Quoted(person.id),
        column=Quoted(plan.headings.get(column, column)),
        old=old,
        new=new,
    )


def _value(value: str | frozenset[str] | None) -> Value:
    if not value:
        return NOTHING
    if isinstance(value, str):
        return Quoted(value)
    return Rows(tuple(map(Code, sorted(value))))


def _units(plan: Plan) -> Iterator[Say]:
    for before, after in plan.departments:
        old, unit = before or Department(id="", name=""), Quoted(after.id)
        if before is None:
            yield say("New department: {department}.", department=unit)
        if old.head != after.head:
            heads = {"old": _named(plan, old.head), "new": _named(plan, after.head)}
            yield say(
                "The head of {department} changes from {old} to {new}.", department=unit, **heads
            )
        if old.subsidiary != after.subsidiary:
            owner = _value(after.subsidiary)
            yield say("{department} belongs to {subsidiary}.", department=unit, subsidiary=owner)
    for id, keeper in plan.keepers.items():
        person = _named(plan, keeper)
        yield say("{person} minds the mail of {department}.", person=person, department=Quoted(id))


def _links(plan: Plan) -> Iterator[Say]:
    for account, before, after in plan.links:
        values: dict[str, Value] = {
            "account": Quoted(written(account)),
            "person": _named(plan, after),
        }
        if before:
            old = _named(plan, before)
            yield say("The account {account} passes from {old} to {person}.", old=old, **values)
        else:
            yield say("The account {account} belongs to {person}.", **values)


def _away(plan: Plan) -> Iterator[Say]:
    for spell in plan.spells:
        values: dict[str, Value] = {
            "person": _named(plan, spell.absence.person),
            "when": Quoted(spell.written),
        }
        if spell.kind == "leave":
            yield say("{person} is away: {when}.", **values)
        else:
            yield say("{person} works elsewhere: {when}.", **values)


def _who(person: Person) -> Who:
    return Who(person.id, person.name)


def _named(plan: Plan, id: str | None) -> Value:
    return Who(id, plan.names.get(id, id)) if id else say("nobody")


def missing(count: int) -> Say:
    return say_many(
        "One person is not in the file and stays as they are, unless the table is complete.",
        "{count} people are not in the file and stay as they are, unless the table is complete.",
        count,
    )

"""Which way a request goes, and who has to decide on each step of it. Policy 3.2, 2.2.1-review."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.policy import forms
from bot.policy.conditions import Condition, Fact
from bot.policy.people import ROLES, Directory, Person

ALL, ANY, IN_ORDER = "all", "any", "in_order"
HEAD, MANAGER = "department_head", "manager"
HEADS, PERSON, FIELD, ROLE = "heads:", "person:", "field:", "role:"
Then = Literal["release", "notice", "mail", "absence", "handover", "record"]
THEN: tuple[Then, ...] = ("release", "notice", "mail", "absence", "handover", "record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Approvers of one step, and how many of them it needs: all, any, so many, or all in order."""

    of: tuple[str, ...]
    needs: str | int = ANY
    level: str | None = None  # whose time limits and ladder hold; None: the route's
    when: Condition | None = None  # without which the step is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who decides on a kind of request, step by step, and what follows once it is approved."""

    kind: str  # "material.major": its family, and which of them
    clause: str
    level: str
    class_name: str
    steps: tuple[Step, ...]
    fields: tuple[str, ...] = (forms.TEXT,)
    when: Condition | None = None  # of a family, the first whose condition holds is taken
    copies: tuple[str, ...] = ()  # who reads it once it is approved
    then: Then = "record"

    @property
    def family(self) -> str:
        return self.kind.partition(".")[0]


Routes = Mapping[str, Route]


def kinds(routes: Routes) -> tuple[str, ...]:
    """The families, in the order of the policy file."""
    return tuple(dict.fromkeys(each.family for each in routes.values()))


def fields_of(routes: Routes, kind: str) -> tuple[str, ...]:
    """What the form of a kind asks for: whatever any route of its family wants to know."""
    family = [each for each in routes.values() if kind in (each.family, each.kind)]
    return tuple(dict.fromkeys(name for each in family for name in each.fields))


def choose(routes: Routes, kind: str, facts: Mapping[str, Fact]) -> Route | None:
    """The first of a family whose condition holds. Nobody may name a lesser one than that."""
    family = [each for each in routes.values() if each.family == kind.partition(".")[0]]
    for route in family:
        if route.kind == kind and kind != route.family:
            return route
        if route.when is None or route.when.holds(facts):
            return route
    return None


def known(routes: Routes, kind: str) -> bool:
    return any(kind in (each.kind, each.family) for each in routes.values())


def taken(routes: Routes, kind: str) -> Route | None:
    """The route of an open request; a kind split since goes the first way."""
    return routes.get(kind) or next((r for r in routes.values() if r.family == kind), None)


def steps(route: Route, facts: Mapping[str, Fact]) -> tuple[int, ...]:
    """The numbers of the steps that this request takes."""
    return tuple(
        number
        for number, step in enumerate(route.steps)
        if step.when is None or step.when.holds(facts)
    )


def approvers(
    step: Step, form: Mapping[str, str], requester: Person, directory: Directory
) -> tuple[Person, ...]:
    """Who has to decide on a step, each once, in order; never the requester, nor an outsider.

    Where that leaves nobody, whoever stands above the requester; with nobody there, an executive.
    """
    named = _named(step.of, form, requester, directory)
    return _able(named, requester) or instead(requester, directory)


def instead(requester: Person, directory: Directory) -> tuple[Person, ...]:
    """Who decides where a route names nobody who can: one person, or nobody at all."""
    above = next(iter(_able(directory.above(requester), requester)), None)
    return (above,) if above else _able(directory.with_role("executive"), requester)[:1]


def copies(
    route: Route, form: Mapping[str, str], requester: Person, directory: Directory
) -> tuple[Person, ...]:
    """Who reads it once it is approved. 抄送."""
    return _able(_named(route.copies, form, requester, directory), requester)


def _able(people: Iterable[Person], requester: Person) -> tuple[Person, ...]:
    fit = {each.id: each for each in people if each.active and not each.partner}
    fit.pop(requester.id, None)
    return tuple(fit.values())


def _named(
    words: Iterable[str], form: Mapping[str, str], requester: Person, directory: Directory
) -> Iterator[Person]:
    for word in words:
        yield from _meant(word, form, requester, directory)


def _meant(
    word: str, form: Mapping[str, str], requester: Person, directory: Directory
) -> Iterable[Person]:
    if word.startswith(HEADS):
        return _heads(form, requester, directory)
    if word.startswith(PERSON):
        return _somebody(word.removeprefix(PERSON), directory)
    if word.startswith(FIELD):
        return _somebody(form.get(word.removeprefix(FIELD), ""), directory)
    if word == HEAD:
        return _one(directory.head_of(requester) or directory.manager_of(requester))
    if word == MANAGER:
        return _one(directory.manager_of(requester))
    return sorted(directory.with_role(word.removeprefix(ROLE)), key=lambda each: each.id)


def _heads(form: Mapping[str, str], requester: Person, directory: Directory) -> Iterator[Person]:
    """Of each other department it touches; for one that the requester heads, who is above them."""
    for id in forms.touches(form, directory):
        unit = directory.departments[id]
        head = directory.people.get(unit.head or "")
        if id == requester.department:
            continue
        if head is None or not head.active or head.id == requester.id:
            head = directory.head_above(unit, requester)
        yield from _one(head)


def _somebody(name: str, directory: Directory) -> Iterable[Person]:
    """By id, or by a name that means one person."""
    known = directory.people.get(name)
    found = (known,) if known else directory.named(name)
    return found if len(found) == 1 else ()


def _one(person: Person | None) -> tuple[Person, ...]:
    return (person,) if person else ()


def readable(word: str) -> bool:
    """Whether a policy file may name approvers so."""
    if word.startswith(FIELD):
        return word.removeprefix(FIELD) in forms.FIELDS
    if word.startswith(HEADS):
        return word == f"{HEADS}departments"
    if word.startswith(PERSON):
        return bool(word.removeprefix(PERSON))
    return word in (HEAD, MANAGER) or word.removeprefix(ROLE) in ROLES

"""The company as the proof knows it: its people, its leaves, its routes. Policy 3.2.

Nothing here calls the code under test: who may decide is told a second time, from the rules.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.policy.people import Department, Person
from tests.desk import STAFF

UNITS = ("sales", "tech", "office")
EAST = timedelta(hours=8)  # Shanghai knows no summer time
POLICIES = (
    """
[routes.notice]
steps = [
    { of = ["person:bob", "person:wei", "person:mei"], needs = 2 },
    { of = ["person:sam", "person:grace", "person:bob"], needs = "in_order" },
]
[routes.exception]
steps = [{ of = ["it"], needs = "all" }, "executive"]
""",
    """
[routes.notice]
steps = [{ of = ["hr", "department_head"] }]
[routes.exception]
steps = [{ of = ["it", "person:hana"], needs = 3 }, { of = ["executive"], when = "end == ''" }]
""",
)
Form = Mapping[str, str]


@dataclass
class Somebody:
    id: str
    unit: str
    boss: str | None
    roles: set[str]
    here: bool = True
    partner: bool = False

    def as_person(self) -> Person:
        return Person(
            id=self.id,
            name=self.id.title(),
            email=f"{self.id}@acme.example",
            department=self.unit,
            manager=self.boss,
            roles=frozenset(self.roles),
            zone="Asia/Shanghai",
            partner=self.partner,
            active=self.here,
        )


@dataclass(frozen=True)
class Spell:
    start: datetime
    end: datetime
    to: str | None


@dataclass(frozen=True)
class Step:
    """`who` in the order in which they are asked; `need`: any, all, in_order, or how many."""

    who: Callable[["World", Somebody, Form], Sequence[str | None]]
    need: str | int = "any"
    when: Callable[["World", Somebody, Form], bool] = lambda _world, _asker, _form: True


@dataclass
class World:
    people: dict[str, Somebody] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str | None] = field(default_factory=dict)
    leaves: dict[str, list[Spell]] = field(default_factory=dict)
    given: dict[str, list[Spell]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (unit, boss, roles, _) in STAFF.items():
            self.people[name] = Somebody(name, unit, boss, set(roles.split()))
            self.accounts[name] = name
        self.heads = {"sales": "sam", "tech": "mei", "office": "grace"}

    def departments(self) -> list[Department]:
        return [Department(id=id, name=id.title(), head=head) for id, head in self.heads.items()]

    def fit(self, name: str | None) -> bool:
        """A colleague who is still here."""
        known = self.people.get(name or "")
        return known is not None and known.here and not known.partner

    def having(self, role: str) -> list[str]:
        return sorted(n for n, each in self.people.items() if each.here and role in each.roles)

    def head(self, who: Somebody) -> str | None:
        name = self.heads[who.unit]
        return name if self.people[name].here and name != who.id else None

    def manager(self, who: Somebody) -> str | None:
        boss = self.people.get(who.boss or "")
        return boss.id if boss and boss.here and boss.id != who.id else self.head(who)

    def above(self, who: Somebody) -> Iterator[str]:
        seen, at = {who.id}, self.manager(who)
        while at is not None and at not in seen and len(seen) <= 12:
            seen.add(at)
            yield at
            at = self.manager(self.people[at])

    def away(self, name: str, now: datetime) -> Spell | None:
        return next((s for s in self.leaves.get(name, ()) if s.start <= now < s.end), None)

    def delegate(self, name: str, now: datetime) -> str | None:
        """To whom they gave their decisions; else who answers for them while they are away."""
        given = next((s for s in self.given.get(name, ()) if s.start <= now < s.end), None)
        for spell in (given, self.away(name, now)):
            if spell is not None and self.fit(spell.to):
                return spell.to
        return None

    def named(self, step: Step, asker: str, form: Form) -> list[str]:
        """Who is asked on a step: never who asks, nor outsiders; where nobody is left, above."""
        who = self.people[asker]
        found = [n for n in step.who(self, who, form) if n != asker and self.fit(n)]
        return list(dict.fromkeys(n for n in found if n)) or self.otherwise(asker)

    def otherwise(self, asker: str) -> list[str]:
        line = [n for n in self.above(self.people[asker]) if self.fit(n)]
        top = [n for n in self.people if "executive" in self.people[n].roles and self.fit(n)]
        return line[:1] or [n for n in top if n != asker]

    def may_decide(self, seat: str, busy: set[str], asker: str, now: datetime) -> set[str]:
        """Who may decide on a seat: who sits there, and the one who stands in for them."""
        able = {seat} if self.fit(seat) and seat != asker else set()
        other = self._stands_in(seat, busy, asker, now)
        return able | ({other} if other else set())

    def _stands_in(self, seat: str, busy: set[str], asker: str, now: datetime) -> str | None:
        who, line, at = self.people[seat], [seat], self.delegate(seat, now)
        lent = at is not None
        while who.here and at is not None and at not in line and at != asker and len(line) <= 12:
            if at not in busy and self.away(at, now) is None:
                return at
            line.append(at)
            at = self.delegate(at, now)
        if who.here and not lent and self.away(seat, now) is None:
            return None
        free = (n for n in self.above(who) if self.fit(n) and n not in busy and n != asker)
        return next(free, None)


def amount(form: Form) -> float:
    return float(form.get("amount") or 0)


def touched(form: Form) -> list[str]:
    return [each for each in form.get("departments", "").split(",") if each]


def _head(world: World, asker: Somebody, form: Form) -> list[str | None]:
    del form
    return [world.head(asker) or world.manager(asker)]


def _manager(world: World, asker: Somebody, form: Form) -> list[str | None]:
    del form
    return [world.manager(asker)]


def _role(*roles: str) -> Callable[[World, Somebody, Form], list[str]]:
    return lambda world, _asker, _form: [n for role in roles for n in world.having(role)]


def _these(*names: str) -> Callable[[World, Somebody, Form], tuple[str, ...]]:
    return lambda _world, _asker, _form: names


def _heads(world: World, asker: Somebody, form: Form) -> list[str | None]:
    others = [world.heads[unit] for unit in touched(form) if unit != asker.unit]
    return [n for n in others if world.people[n].here]


def _before_leaving(world: World, asker: Somebody, form: Form) -> list[str | None]:
    return [*_manager(world, asker, form), *_head(world, asker, form), *world.having("hr")]


SHIPPED: Mapping[str, tuple[Step, ...]] = {
    "work.cross_department": (Step(_head), Step(_heads, "all")),
    "work.important": (Step(_head),),
    "material.major": (Step(_role("business_head")), Step(_role("executive"))),
    "material.normal": (Step(_role("business_head")),),
    "training": (Step(_manager), Step(_role("hr"), when=lambda _w, _a, form: amount(form) > 0)),
    "resignation": (Step(_before_leaving, "in_order"),),
    "account": (Step(_manager), Step(_role("it"))),
}
ROUTES: Sequence[Mapping[str, tuple[Step, ...]]] = (
    {
        **SHIPPED,
        "notice": (
            Step(_these("bob", "wei", "mei"), 2),
            Step(_these("sam", "grace", "bob"), "in_order"),
        ),
        "exception": (Step(_role("it"), "all"), Step(_role("executive"))),
    },
    {
        **SHIPPED,
        "notice": (
            Step(lambda world, asker, form: [*world.having("hr"), *_head(world, asker, form)]),
        ),
        "exception": (
            Step(lambda world, _asker, _form: [*world.having("it"), "hana"], 3),
            Step(_role("executive"), when=lambda _w, _a, form: not form.get("end")),
        ),
    },
)
RELEASED = ("notice", "work", "material")  # what the bot publishes itself


def fingerprint(form: Form) -> str:
    plain = json.dumps(dict(form), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def come_to(need: str | int, seats: Sequence[Any]) -> str:
    """What the seats of a step have come to: open, approved or rejected."""
    there = [s for s in seats if s.state not in ("moved", "dropped")]
    added = [s.state for s in there if s.added_by is not None]
    own = [s.state for s in there if s.added_by is None]
    yes, no = own.count("approved"), own.count("rejected")
    wanted = {"any": 1, "all": len(own), "in_order": len(own)}.get(str(need), need)
    wanted = max(1, min(int(wanted), len(own)))
    if "rejected" in added or (no and need == "any" and not yes) or len(own) - no < wanted:
        return "rejected"
    return "approved" if yes >= wanted and set(added) <= {"approved"} else "open"


def midnight(now: datetime, days: int) -> datetime:
    """The beginning of a day, so many days from now, where everybody lives."""
    local = now + EAST + timedelta(days=days)
    return datetime(local.year, local.month, local.day, tzinfo=UTC) - EAST

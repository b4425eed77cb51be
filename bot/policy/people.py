"""Who belongs to the company, who leads whom, and who is away. Policy 1.2."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from bot.events import Account

ROLES = (
    "employee",
    "department_head",
    "business_head",
    "executive",
    "it",
    "hr",
    "admin_office",
    "auditor",
    "investigator",
    "mail_keeper",
)
TRUSTED = ("hr", "auditor", "executive", "investigator", "admin_office")  # with what is kept
CHAIN = 12  # steps up a line of managers; a longer one is a circle


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the directory. A partner is an outsider: heard, but never scored or nudged."""

    id: str
    name: str
    email: str = ""
    department: str | None = None
    manager: str | None = None
    roles: frozenset[str] = frozenset()
    zone: str | None = None  # None: the calendar's
    language: str = "en"
    calendar: str = "office"
    partner: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    id: str
    name: str
    head: str | None = None
    parent: str | None = None
    subsidiary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A half day is a short absence. `delegate` answers meanwhile."""

    person: str
    start: datetime
    end: datetime
    delegate: str | None = None


@dataclass(frozen=True)
class Directory:
    people: Mapping[str, Person] = field(default_factory=dict)
    departments: Mapping[str, Department] = field(default_factory=dict)
    accounts: Mapping[Account, str] = field(default_factory=dict)  # the person behind each
    absences: Mapping[str, tuple[Absence, ...]] = field(default_factory=dict)
    delegations: Mapping[str, tuple[Absence, ...]] = field(default_factory=dict)  # of decisions

    def behind(self, account: Account) -> Person | None:
        """The person who uses `account`; None for strangers and for who has left."""
        person = self.people.get(self.accounts.get(account, ""))
        return person if person and person.active else None

    def accounts_of(self, person: str) -> tuple[Account, ...]:
        return self._accounts.get(person, ())

    def named(self, words: str) -> tuple[Person, ...]:
        """Who may be meant: a whole name, an e-mail address or its part before the @."""
        wanted = " ".join(words.split()).lstrip("@").casefold()
        return self._names.get(wanted, ())

    def manager_of(self, person: Person) -> Person | None:
        """Who is told when something of theirs is late: the manager, else the head above them."""
        above = self.people.get(person.manager or "")
        return above if above and above.active and above.id != person.id else self.head_of(person)

    def head_of(self, person: Person) -> Person | None:
        """The head of their department, or of the nearest one above that has another head."""
        return next((head for head in self._heads(person) if head.id != person.id), None)

    def head_above(self, unit: Department, apart_from: Person) -> Person | None:
        """Who heads the nearest department above it, but for one person."""
        inside = Person(id=apart_from.id, name="", department=unit.parent)
        return self.head_of(inside)

    def above(self, person: Person) -> Iterator[Person]:
        """Everybody up the line, nearest first, each once."""
        seen = {person.id}
        one: Person | None = person
        for _ in range(CHAIN):
            one = self.manager_of(one) if one else None
            if one is None or one.id in seen:
                return
            seen.add(one.id)
            yield one

    def leads(self, person: Person) -> tuple[Person, ...]:
        """Everybody who reports to them, directly or through a department they head."""
        return tuple(
            each
            for each in self.people.values()
            if each.id != person.id
            and each.active
            and any(boss.id == person.id for boss in self.above(each))
        )

    def led_by(self, person: str) -> tuple[str, ...]:
        """Whose manager they are: the nearest only, and no outsiders."""
        return self._led.get(person, ())

    def with_role(self, role: str) -> tuple[Person, ...]:
        return tuple(each for each in self.people.values() if each.active and role in each.roles)

    def away(self, person: str, at: datetime) -> Absence | None:
        return next((a for a in self.absences.get(person, ()) if a.start <= at < a.end), None)

    def delegate_of(self, person: str, at: datetime) -> Person | None:
        """Who answers for them while they are away: a colleague who has not left."""
        absence = self.away(person, at)
        found = self.people.get(absence.delegate or "") if absence else None
        return found if found and found.active and not found.partner else None

    def decides_for(self, person: str, at: datetime) -> Person | None:
        """To whom they delegated their decisions at that moment; else who answers for them."""
        given = (a for a in self.delegations.get(person, ()) if a.start <= at < a.end)
        found = self.people.get(next((a.delegate or "" for a in given), ""))
        if found and found.active and not found.partner:
            return found
        return self.delegate_of(person, at)

    def may_decide_for(self, person: str, at: datetime) -> tuple[str, ...]:
        """For whom they may have to decide now; who really does is found seat by seat.

        Whoever delegated to them, directly or along a line, and whom they lead that are not there.
        """
        found, new = {person}, [person]
        for one in new:
            given = (*self._deciding.get(one, ()), *self._standing_in.get(one, ()))
            near = [a.person for a in given if a.start <= at < a.end]
            near += [each for each in self._led.get(one, ()) if self._gone(each, at)]
            new += [each for each in near if each not in found]
            found.update(near)
        return tuple(new[1:])

    def _gone(self, person: str, at: datetime) -> bool:
        """They have left, are away, or have given their decisions away."""
        if not self.people[person].active or self.away(person, at) is not None:
            return True
        return self.decides_for(person, at) is not None

    def stands_in_for(self, person: str, at: datetime) -> tuple[str, ...]:
        """Who is away now and has named `person` to answer meanwhile."""
        named = self._standing_in.get(person, ())
        return tuple(dict.fromkeys(a.person for a in named if a.start <= at < a.end))

    def _heads(self, person: Person) -> Iterator[Person]:
        department = self.departments.get(person.department or "")
        for _ in range(CHAIN):
            if department is None:
                return
            head = self.people.get(department.head or "")
            if head and head.active:
                yield head
            department = self.departments.get(department.parent or "")

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The mail hosts of colleagues; of outsiders only what is a colleague's too."""
        ours = (each.email.rpartition("@")[2] for each in self.people.values() if not each.partner)
        return frozenset(host.casefold() for host in ours if host)

    @cached_property
    def _led(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for each in self.people.values():
            boss = None if each.partner else self.manager_of(each)
            if boss is not None:
                found.setdefault(boss.id, []).append(each.id)
        return {boss: tuple(led) for boss, led in found.items()}

    @cached_property
    def _standing_in(self) -> Mapping[str, tuple[Absence, ...]]:
        """The absences for which somebody was named to answer, by who that is."""
        return _by_delegate(self.absences)

    @cached_property
    def _deciding(self) -> Mapping[str, tuple[Absence, ...]]:
        """The delegations of decisions, by who decides."""
        return _by_delegate(self.delegations)

    @cached_property
    def _accounts(self) -> Mapping[str, tuple[Account, ...]]:
        found: dict[str, list[Account]] = {}
        for account, person in self.accounts.items():
            found.setdefault(person, []).append(account)
        return {person: tuple(accounts) for person, accounts in found.items()}

    @cached_property
    def _names(self) -> Mapping[str, tuple[Person, ...]]:
        found: dict[str, dict[str, Person]] = {}
        for each in self.people.values():
            email = each.email.casefold()
            for name in {each.name.casefold(), email, email.partition("@")[0], each.id.casefold()}:
                if name and each.active:
                    found.setdefault(name, {})[each.id] = each
        return {name: tuple(people.values()) for name, people in found.items()}


def _by_delegate(
    spells: Mapping[str, tuple[Absence, ...]],
) -> Mapping[str, tuple[Absence, ...]]:
    found: dict[str, list[Absence]] = {}
    for each in (one for absences in spells.values() for one in absences):
        if each.delegate is not None:
            found.setdefault(each.delegate, []).append(each)
    return {delegate: tuple(absences) for delegate, absences in found.items()}

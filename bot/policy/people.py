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
        found: dict[str, list[Absence]] = {}
        for each in (one for absences in self.absences.values() for one in absences):
            if each.delegate is not None:
                found.setdefault(each.delegate, []).append(each)
        return {delegate: tuple(absences) for delegate, absences in found.items()}

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

"""A rule that something appears to break: what is known of it, and who may say what came of it.

Policy 5.1.1, 5.2.2. Nobody looks at a finding about themselves, about who leads them, that they
reported, or that was taken away from them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.events import MessageRef
from bot.policy.people import Directory, Person

SCREENED = "screening."
Severity = Literal["slight", "moderate", "serious", "critical"]
SEVERITIES: tuple[Severity, ...] = ("slight", "moderate", "serious", "critical")
State = Literal["open", "repeat", "collected", "settled"]  # repeat: the same was told before
How = Literal["", "fine", "settled", "edited", "deleted", "false", "explained", "again", "upheld"]
Claim = Literal["", "false", "explained"]
Role = Literal["head", "it", "hr"]  # head: of whose it is, or who stands above them
ROLES: tuple[Role, ...] = ("head", "it", "hr")
OFFICES = ("hr", "auditor")  # they look even at those who lead them
REOPENERS = ("hr", "auditor")
Deed = Literal[
    "opened",
    "asked",  # the person concerned, for their word
    "word",
    "claimed",
    "escalated",
    "noted",
    "mended",  # the message was edited or deleted while somebody looked at it
    "closed",
    "contested",
    "stays",
    "reopened",
    "measure",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that something appears to break, and what came of it."""

    id: str
    number: int
    rule: str  # differs, unapproved; screening.… for what stands in a message
    clause: str
    severity: Severity
    person: str | None  # whose it is; None: not known
    about: MessageRef | None
    request: str | None  # what it differs from
    at: datetime
    state: State = "open"
    how: How = ""
    settled_by: str | None = None
    settled_at: datetime | None = None
    note: str = ""  # what its reviewer said
    hash: bytes | None = None  # under a key, of what was found: the thing itself is not kept
    tail: str = ""  # what may be shown of it
    claim: Claim = ""  # what its author says …
    reply: str = ""  # … and why
    role: Role = "head"  # who looks at it
    round: int = 1  # one more each time it is opened again
    reporter: str | None = None  # a person; None: found by a rule
    claimed_by: str | None = None  # who looks at it just now …
    claimed_until: datetime | None = None  # … and for how long nobody else does

    @property
    def screened(self) -> bool:
        return self.rule.startswith(SCREENED)

    @property
    def told(self) -> bool:
        """Somebody heard of it: it was not only counted, nor the same over again."""
        return self.state in ("open", "settled") and self.how != "again"

    def claimant(self, now: datetime) -> str | None:
        """Who has it in hand now: a claim lapses."""
        return self.claimed_by if self.claimed_until and now < self.claimed_until else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing that was done about a finding or a case; never changed."""

    round: int
    deed: str
    by: str | None  # a person; None: a rule
    at: datetime
    more: Mapping[str, str] = field(default_factory=dict)


def heard(trail: Iterable[Trace]) -> datetime | None:
    """When the person concerned was last asked for their word; None: never."""
    asked = [each.at for each in trail if each.deed == "asked"]
    return max(asked, default=None)


def around(finding: Finding, trail: Iterable[Trace]) -> frozenset[str]:
    """Whom it was taken from in this round, who gave it away, and who closed it in another."""
    found = set[str | None]()
    for each in trail:
        if each.deed == "escalated" and each.round == finding.round:
            found |= {each.by, each.more.get("from")}
        elif each.deed == "closed" and each.round < finding.round:
            found.add(each.by)
    return frozenset(each for each in found if each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """What decides who may look at a finding."""

    finding: Finding
    directory: Directory
    asked: Collection[str] = ()  # who owes it that it is looked at
    around: Collection[str] = ()

    def concerns(self, person: Person) -> bool:
        """It is about them, or about who leads them; the offices answer to nobody there."""
        about = self.directory.people.get(self.finding.person or "")
        if about is None:
            return False
        if person.id == about.id:
            return True
        below = any(each.id == about.id for each in self.directory.above(person))
        return below and not set(OFFICES) & person.roles

    def barred(self, person: Person) -> bool:
        out = person.partner or not person.active
        return out or person.id in (self.finding.reporter, *self.around) or self.concerns(person)

    def may_look(self, person: Person, at: datetime) -> bool:
        """Who was asked or stands in, their line, whose office it is, who leads whose it is, HR."""
        if self.barred(person):
            return False
        own = {person.id, *self.directory.stands_in_for(person.id, at)}
        if own & set(self.asked) or "hr" in person.roles or self.finding.role in person.roles:
            return True
        return any(self._leads(person, each) for each in (self.finding.person, *self.asked))

    def may_read(self, person: Person, at: datetime) -> bool:
        """Also auditors, who close nothing, who reported it, and who gave it away."""
        if self.concerns(person) or person.partner or not person.active:
            return False
        known = person.id in (self.finding.reporter, *self.around)
        return "auditor" in person.roles or known or self.may_look(person, at)

    def may_reopen(self, person: Person) -> bool:
        return bool(set(REOPENERS) & person.roles) and not self.concerns(person)

    def may_measure(self, person: Person, hr_from: Severity) -> bool:
        """A head below that severity, HR always; never who may not look."""
        if self.barred(person) or self.finding.person is None:
            return False
        if "hr" in person.roles:
            return True
        light = SEVERITIES.index(self.finding.severity) < SEVERITIES.index(hr_from)
        return light and self._leads(person, self.finding.person)

    def _leads(self, person: Person, other: str | None) -> bool:
        known = self.directory.people.get(other or "")
        return known is not None and any(b.id == person.id for b in self.directory.above(known))

    def reviewers(self, role: Role) -> Iterator[Person]:
        """Who could look at it, best first: of that role, else who stands above, else HR."""
        about = self.directory.people.get(self.finding.person or "")
        above = [self.directory.head_of(about), *self.directory.above(about)] if about else []
        named: list[Person | None] = [*self.of_role(role)] if role != "head" else above
        offices = [*self.of_role("hr"), *self.of_role("auditor")]
        seen = set[str]()
        for each in (*named, *offices):
            if each is not None and each.id not in seen and not self.barred(each):
                seen.add(each.id)
                yield each

    def of_role(self, role: str) -> list[Person]:
        """Those of it whom the person concerned does not lead come first."""
        people = self.directory.with_role(role)
        return sorted(people, key=lambda each: (self._leads_them(each), each.id))

    def _leads_them(self, person: Person) -> bool:
        above = self.directory.above(person)
        return any(each.id == self.finding.person for each in above)

"""What departments did for safety, counted: attestations, cases of IT, leaks. Policy 4.1, 4.2."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.policy.cases import Kind, Verdict
from bot.policy.figures import Fact, Rate, TooFew, of_kind, share
from bot.policy.violations import LEAK, Violation

CONFIRMED = "confirmed"  # how an attestation ends that says yes


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A case of IT without anybody's words. `verdict`: of what looked like fraud."""

    number: int
    kind: Kind
    reporter: str
    at: datetime
    verdict: Verdict


@dataclass(slots=True)
class Safety:
    """Of one department, or of all."""

    due: int = 0  # attestations
    done: int = 0  # … confirmed in time
    trouble: int = 0  # with an account
    fraud: int = 0  # reported, and it was
    harmless: int = 0  # reported, and it was not
    undecided: int = 0
    warned: int = 0  # of something that should not leak
    leaked: int = 0  # … and it was upheld


def confirmed(fact: Fact) -> bool:
    """In time; who said that they cannot did not confirm."""
    return fact.punctual and fact.duty.how == CONFIRMED


def attested(facts: Iterable[Fact]) -> Rate | TooFew:
    """K25: of the attestations that were due, how many were confirmed in time."""
    due = of_kind(facts, "attest")
    return share(sum(map(confirmed, due)), len(due))


@dataclass(slots=True)
class Ledger:
    """Adds up by `unit`, which names the department of a person."""

    unit: Callable[[str | None], str]
    found: dict[str, Safety]

    def attest(self, facts: Iterable[Fact]) -> None:
        for each in of_kind(facts, "attest"):
            line = self._line(each.duty.owed_by)
            line.due += 1
            line.done += confirmed(each)

    def bring(self, cases: Iterable[Brought]) -> None:
        for each in cases:
            line = self._line(each.reporter)
            if each.kind == "account":
                line.trouble += 1
            elif each.verdict == "true":
                line.fraud += 1
            elif each.verdict == "false":
                line.harmless += 1
            else:
                line.undecided += 1

    def warn(self, warned: Iterable[Violation], upheld: Iterable[Violation]) -> None:
        for each in leaks(warned):
            self._line(each.person).warned += 1
        for each in leaks(upheld):
            self._line(each.person).leaked += 1

    def _line(self, person: str | None) -> Safety:
        return self.found.setdefault(self.unit(person), Safety())


def leaks(found: Iterable[Violation]) -> list[Violation]:
    """What a rule about messages took for something that is nobody else's business."""
    return [each for each in found if each.kind in LEAK]


def total(lines: Iterable[Safety]) -> Safety:
    known = list(lines)
    sums = Counter[str]()
    for each in known:
        sums.update({name: getattr(each, name) for name in Safety.__slots__})
    return Safety(**sums)

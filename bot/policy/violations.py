"""Findings as a report counts them: what was decided, what was upheld, how often a rule is right.

Policy 5.1.1, 5.2.2. Only what is upheld counts against anybody, and only once nobody looks at it
any more. Nothing of the reporting channel is here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.policy import figures
from bot.policy.figures import Share, share
from bot.policy.findings import SCREENED, How, Severity
from bot.policy.measures import Measure
from bot.policy.screening.rules import RULES

Source = Literal["rule", "person", "sample"]
Class = Literal[
    "release",  # without approval, or unlike it
    "personal",
    "credential",
    "confidential",
    "link",
    "term",
    "account",
    "conduct",  # seen by who looked at a sample
    "other",
]
CLASSES: tuple[Class, ...] = (
    *("release", "personal", "credential", "confidential", "link"),
    *("term", "account", "conduct", "other"),
)
SAMPLED = "supervision.sample"
LAST = 50  # decided findings of a rule
LEAK: tuple[Class, ...] = ("personal", "credential", "confidential")
CONFIRMED: tuple[How, ...] = ("settled", "edited", "deleted", "upheld")  # there was something
WRONG: tuple[How, ...] = ("false", "fine")
DECIDED: tuple[How, ...] = (*CONFIRMED, *WRONG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A finding without anybody's words. `contested`: another look was asked for, unanswered."""

    number: int
    rule: str
    clause: str
    severity: Severity
    person: str | None
    reported: bool  # by a person
    at: datetime
    how: How
    settled_at: datetime | None
    measure: Measure | None = None
    contested: bool = False

    @property
    def kind(self) -> Class:
        """What it is about, by the rule."""
        if self.rule in ("differs", "unapproved"):
            return "release"
        if self.rule == SAMPLED:
            return "conduct"
        if self.rule.startswith("account."):
            return "account"
        found = RULES.get(self.rule.removeprefix(SCREENED))
        return found[0] if found else "other"

    @property
    def source(self) -> Source:
        if self.rule == SAMPLED:
            return "sample"
        return "person" if self.reported else "rule"

    def open_at(self, until: datetime) -> bool:
        """Somebody looks at it, or is to look at it again."""
        return self.settled_at is None or self.settled_at >= until or self.contested

    def upheld_at(self, until: datetime) -> bool:
        return self.how == "upheld" and not self.open_at(until)


@dataclass(frozen=True, slots=True)
class Judged:
    """K18: what came of the last decided findings of a rule. `since`: the oldest of them."""

    rule: str
    confirmed: int
    wrong: int
    since: datetime
    last: datetime

    @property
    def precision(self) -> Share:
        return share(self.confirmed, self.confirmed + self.wrong)


@dataclass(frozen=True, slots=True)
class Ended:
    """A finding of a rule that was decided."""

    rule: str
    how: How
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Violations:
    """As far as its reader may see them. `judged` by the label of a period, at its end."""

    known: tuple[Violation, ...] = ()
    judged: Mapping[str, tuple[Judged, ...]] = field(default_factory=dict)

    def decided(self, start: datetime, until: datetime) -> tuple[Violation, ...]:
        """Those of which somebody said what came of it, and nobody looks at any more."""
        return tuple(
            each
            for each in self.known
            if each.settled_at and each.settled_at >= start and not each.open_at(until)
        )

    def upheld(self, start: datetime, until: datetime) -> tuple[Violation, ...]:
        """K17, its numerator."""
        return tuple(each for each in self.decided(start, until) if each.upheld_at(until))

    def open(self, until: datetime) -> tuple[Violation, ...]:
        """Counted apart."""
        return tuple(each for each in self.known if each.at < until and each.open_at(until))


def judged(ends: Iterable[Ended]) -> tuple[Judged, ...]:
    """K18, rule by rule; `ends`: the last of each, no more than count."""
    by_rule = defaultdict[str, list[Ended]](list)
    for each in ends:
        by_rule[each.rule].append(each)
    return tuple(_judged(rule, found) for rule, found in sorted(by_rule.items()))


def _judged(rule: str, ends: list[Ended]) -> Judged:
    confirmed = sum(each.how in CONFIRMED for each in ends)
    times = [each.at for each in ends]
    return Judged(rule, confirmed, len(ends) - confirmed, min(times), max(times))


def precision(rules: Iterable[Judged]) -> Share:
    """K18, of all rules together: each with its last findings, and no more of them."""
    known = list(rules)
    right = sum(each.confirmed for each in known)
    return share(right, right + sum(each.wrong for each in known))


Cell = tuple[Class, Severity]


def matrix(upheld: Iterable[Violation]) -> Counter[Cell]:
    """K17, by class and severity."""
    return Counter((each.kind, each.severity) for each in upheld)


def covered(counts: Mapping[Cell, int]) -> frozenset[Cell]:
    """The cells that are too small to be shown where nobody may be known.

    The only total beside them is that of all: whatever is hidden is no small number either.
    """
    named = {"/".join(cell): count for cell, count in counts.items()}
    hidden = figures.hidden(named, named)
    return frozenset(cell for cell in counts if "/".join(cell) in hidden)

"""Legal holds: what must stay whatever its term, because of whom, where, when or what. 3.3.1.

A hold names people, rooms, days and words, any of these or all; what fits everything it names is
caught. Of several people, rooms or words one is enough. It wins over every disposal.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.policy.screening.folding import FOLDS

State = Literal["active", "releasing", "released"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a hold names; what is empty or None does not narrow it. Not all of it may be."""

    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # conversations
    start: datetime | None = None
    end: datetime | None = None
    words: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        return not (self.people or self.places or self.words or self.start or self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """`asked_by`: who wants it released, and waits for somebody else's consent."""

    id: str
    number: int
    scope: Scope
    reason: str
    set_by: str
    at: datetime
    state: State = "active"
    asked_by: str | None = None
    released_by: str | None = None
    released_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Until a second person has consented it holds."""
        return self.state != "released"

    def released(self, at: datetime, by: str) -> "Hold":
        return replace(self, state="released", released_by=by, released_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message with everything that was made of it: its edits, and who took part."""

    place: str
    times: Collection[datetime]
    people: frozenset[str]  # who wrote it, and who is named in it
    texts: tuple[str, ...] = ()


def folded(text: str) -> str:
    """Letters of one width, small, and nothing unseen: 降价, ＤＩＳＣＯＵＮＴ and discount."""
    plain = text if text.isascii() else text.translate(FOLDS)
    return plain.casefold()


def catches(hold: Hold, said: Said) -> bool:
    scope = hold.scope
    return (
        near(hold, said.place, said.times)
        and (not scope.people or not said.people.isdisjoint(scope.people))
        and (not scope.words or _says(scope, said))
    )


def near(hold: Hold, place: str, times: Collection[datetime]) -> bool:
    """It may catch it, as far as can be told without reading it."""
    scope = hold.scope
    here = not scope.places or place in scope.places
    return hold.active and here and any(_within(scope, at) for at in times)


def blind(hold: Hold) -> bool:
    """It catches what is near, whoever says what."""
    return not (hold.scope.people or hold.scope.words)


def _within(scope: Scope, at: datetime) -> bool:
    return (scope.start is None or at >= scope.start) and (scope.end is None or at < scope.end)


def _says(scope: Scope, said: Said) -> bool:
    texts = [folded(text) for text in said.texts]
    return any(folded(word) in text for word in scope.words for text in texts)


def why_no_consent(hold: Hold, person: str) -> Literal["", "nobody asked", "own"]:
    """A release needs two: who asks for it, and somebody else."""
    if hold.state != "releasing":
        return "nobody asked"
    return "own" if hold.asked_by == person else ""

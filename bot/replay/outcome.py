"""What came of a replay under one policy: asks, answers, nudges, and of whom others would hear.

Policy 2.2.1-reply, 1.3-moderate.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from bot.handlers.ladder import MANAGER, rung_of
from bot.policy.figures import Nudge

SOON = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A message that asked something of `of`, or of the room, and the first response to it.

    A response is an answer, a promise of one, or a question back.
    """

    message: str
    of: str | None
    answered_by: str | None
    by_hand: bool = field(default=False, compare=False)  # a command or a reaction settled it

    @property
    def answered(self) -> bool:
        return self.answered_by is not None or self.by_hand

    def prediction(self) -> dict[str, str | None]:
        return {"message_id": self.message, "addressee": self.of, "answered_by": self.answered_by}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Nudges are those that would have been sent while their channel could still be read.

    With each the time that then went by until the next response, where one came.
    """

    messages: int
    channels: int
    asks: tuple[Ask, ...]
    nudges: tuple[tuple[Nudge, timedelta | None], ...]
    owners: Mapping[str, str]  # who owes a duty, by its id
    names: Mapping[str, str]  # what people are called, by their ids
    promises: int  # heard in the chat
    asked_back: int
    cards: int
    parked: int  # messages the engine could not handle: our bugs

    @cached_property
    def addressed(self) -> int:
        return sum(ask.of is not None for ask in self.asks)

    @cached_property
    def to_the_room(self) -> int:
        return len(self.asks) - self.addressed

    def answered(self, *, addressed: bool) -> int:
        return sum(ask.answered for ask in self.asks if (ask.of is not None) == addressed)

    def on_rung(self, rung: int) -> int:
        return sum(rung_of(nudge.step) == rung for nudge, _ in self.nudges)

    @cached_property
    def loads(self) -> list[int]:
        """How many nudges each person who owed an answer would have got, fewest first."""
        reminded = (n.person for n, _ in self.nudges if rung_of(n.step) < MANAGER)
        return sorted(Counter(reminded).values())

    def per_person(self, part: float) -> int:
        """So many or fewer for that part of those nudged."""
        return self.loads[int(part * (len(self.loads) - 1))] if self.loads else 0

    @cached_property
    def needless(self) -> int:
        """Nudges whose ask was responded to within ten minutes anyway."""
        return sum(took is not None and took <= SOON for _, took in self.nudges)

    @cached_property
    def escalated(self) -> Counter[str]:
        """Of whom somebody above them would have heard, and about how many of their duties."""
        told = {nudge.duty for nudge, _ in self.nudges if rung_of(nudge.step) >= MANAGER}
        return Counter(self.owners[duty] for duty in told if duty in self.owners)

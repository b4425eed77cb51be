"""Ids and timestamps as Slack makes them, the same for the same seed."""

from dataclasses import dataclass, field
from random import Random

from tests.slack.fake.clock import Clock

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MICROS = 1_000_000


@dataclass(slots=True)
class Ids:
    clock: Clock
    chance: Random
    _last: int = 0
    _given: set[str] = field(default_factory=set)

    def new(self, kind: str, length: int = 9) -> str:
        """`T0…`, `U0…`: a letter for the kind, then capitals and digits."""
        while True:
            made = kind + "0" + "".join(self.chance.choices(LETTERS, k=length))
            if made not in self._given:
                self._given.add(made)
                return made

    def hex(self, length: int) -> str:
        return f"{self.chance.getrandbits(4 * length):0{length}x}"

    def uuid(self) -> str:
        return "-".join(self.hex(length) for length in (8, 4, 4, 4, 12))

    def ts(self) -> str:
        """Unique and rising, though the clock stand still."""
        self._last = max(self._last + self.chance.randint(1, 40), int(self.clock.now() * MICROS))
        return stamp(self._last)


def stamp(micros: int) -> str:
    return f"{micros // MICROS}.{micros % MICROS:06d}"

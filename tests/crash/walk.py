"""Which points a run goes to: every single one, then pairs, then triples, as far as it is to go.

How many fault points a life passes after its crash is known once it was lived: the next crash is
drawn from among all of them, each as likely as any other.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Protocol

from tests.crash.life import Path
from tests.crash.platforms import PLATFORMS
from tests.crash.points import Alone, Lives, Verdict, runner
from tests.crash.scenes import SCENES, Scene

DEEPEST = 3  # crashes in one life
PART = 400  # paths at a time: what is left at each of their forks lies in memory
WHERE = tuple((scene, platform) for scene in SCENES for platform in PLATFORMS)


class Living(Protocol):
    """Lives of one scene on one platform."""

    @property
    def first(self) -> Verdict:
        """Where nobody dies."""

    def verdicts(self, paths: Iterable[Path]) -> Iterator[Verdict]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Known:
    """A life that was lived, and how many fault points it passed after its last crash."""

    place: int
    path: Path
    hits: int


def walk(
    points: int, seed: int, database: str = "sqlite", where: Sequence[tuple[Scene, str]] = WHERE
) -> Iterator[Verdict]:
    with runner() as run:
        made = Lives if database == "sqlite" else Alone
        living: list[Living] = [made(scene, platform, run) for scene, platform in where]
        known = [Known(place, (), each.first.hits) for place, each in enumerate(living)]
        yield from (each.first for each in living if each.first.breaches)
        for depth in range(DEEPEST):
            drawn = _drawn(known, points, Random(f"{seed}/{depth}"))
            points, known = points - len(drawn), []
            for place, verdict in _lived(living, drawn):
                known.append(Known(place, verdict.path, verdict.hits))
                yield verdict
        for each in living:
            each.close()


def _drawn(known: Sequence[Known], points: int, chance: Random) -> list[tuple[int, Path]]:
    """As many different next crashes of lives that are known, in the order of their scenes."""
    ends = list(accumulate(each.hits for each in known))
    there = ends[-1] if ends else 0
    drawn = sorted(chance.sample(range(there), min(points, there)))
    found = []
    for number in drawn:
        place = bisect_right(ends, number)
        one = known[place]
        found.append((one.place, (*one.path, number - ends[place] + one.hits)))
    return sorted(found)


def _lived(
    living: Sequence[Living], drawn: Sequence[tuple[int, Path]]
) -> Iterator[tuple[int, Verdict]]:
    for place, lives in enumerate(living):
        paths = [path for where, path in drawn if where == place]
        for start in range(0, len(paths), PART):
            for verdict in lives.verdicts(paths[start : start + PART]):
                yield place, verdict

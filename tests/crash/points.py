"""Many lives of one scene, each from the moment at which another died.

A process that dies leaves nothing but its databases. So a life is lived once, and where it passes a
fault point that is wanted, what then lay in the databases, committed, is kept, with what the
platform knew; from there another life goes on. What came before is not lived again.
"""

import asyncio
import copy
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.store import keystore
from bot.store.connecting import in_memory
from tests.crash.life import Enough, Life, Path, never, nothing
from tests.crash.picture import Picture, differences
from tests.crash.scenes import Scene
from tests.simulation import fresh
from tests.simulation.laws import Breach
from tests.simulation.loops import loop


@dataclass(frozen=True, slots=True)
class Verdict:
    scene: str
    platform: str
    path: Path
    hits: int  # fault points that it passed after its last crash
    breaches: tuple[Breach, ...]

    @property
    def name(self) -> str:
        """By which it is lived again: python -m tests.crash --only NAME."""
        return f"{self.scene}/{self.platform}/{','.join(map(str, self.path))}"


@dataclass(slots=True)
class Node:
    """What is wanted after a crash: to know how it ends, and to die once more at these points."""

    wanted: bool = False
    more: dict[int, "Node"] = field(default_factory=dict)


def tree(paths: Iterable[Path]) -> Node:
    root = Node()
    for path in paths:
        node = root
        for number in path:
            node = node.more.setdefault(number, Node())
        node.wanted = True
    return root


class Disk:
    """What is committed in a database in memory, as bytes."""

    def __init__(self, db: sa.Engine) -> None:
        with db.connect() as conn:
            self._driver: Any = conn.connection.driver_connection
            conn.rollback()
        self._known, self._changes = b"", -1

    def read(self) -> bytes:
        """In the midst of a transaction: as it was when it was last read outside of one."""
        if not self._driver.in_transaction and self._changes != self._driver.total_changes:
            self._known, self._changes = self._driver.serialize(), self._driver.total_changes
        return self._known

    def write(self, kept: bytes) -> None:
        if self._driver.in_transaction:
            self._driver.rollback()
        self._driver.deserialize(kept)
        self._known, self._changes = kept, self._driver.total_changes


@dataclass(frozen=True, slots=True)
class Left:
    """All that is left of a life, and where the world around it stood."""

    disks: tuple[bytes, ...]
    chat: dict[str, Any]
    chance: Any
    life: dict[str, Any]


AROUND = ("breaches", "said", "done")  # of a life: what is no part of the process


@dataclass
class Lives:
    """Those of one scene on one platform, one after another, in databases in memory."""

    scene: Scene
    platform: str
    runner: asyncio.Runner

    def __post_init__(self) -> None:
        db, keys = in_memory(), keystore.memory()
        keystore.join(db, keys)
        self.life = Life(self.scene, self.platform, self.runner, db)
        self._disks = (Disk(db), Disk(keys))
        self._first = self._left(self._disks_now())
        self.undisturbed = self.life.run()
        self.names = tuple(self.life.names)
        self.first = _first(self.life, self.undisturbed)

    def close(self) -> None:
        self.life.desk.close()

    def verdicts(self, paths: Iterable[Path]) -> Iterator[Verdict]:
        """Of dying at each of them."""
        yield from self._lived(self._first, (), tree(paths))

    def _lived(self, first: Left, path: Path, node: Node) -> Iterator[Verdict]:
        found: dict[int, Left] = {}

        def pass_by(number: int, name: str) -> bool:  # noqa: ARG001
            left = self._disks_now()
            if number in node.more:
                found[number] = self._left(left)
            self.life.ended = not node.wanted and len(found) == len(node.more)
            return self.life.ended

        self._lay_back(first)
        if node.more:
            self.life.strike, self.life.sets_out = pass_by, self._disks_now
        breaches = self._judged()
        if node.wanted:
            passed = len(self.life.names)
            yield Verdict(self.scene.name, self.platform, path, passed, tuple(breaches))
        for number, left in found.items():
            yield from self._lived(left, (*path, number), node.more[number])

    def _judged(self) -> list[Breach]:
        try:
            picture = self.life.run()
        except Enough:
            return []
        except Exception as error:
            return [Breach("invariants", f"{type(error).__name__}: {error}")]
        return [*self.life.breaches, *differences(picture, self.undisturbed)]

    def _disks_now(self) -> tuple[bytes, ...]:
        return tuple(disk.read() for disk in self._disks)

    def _left(self, disks: tuple[bytes, ...]) -> Left:
        return Left(
            disks,
            self.life.chat.kept(),
            (self.life.desk.chance.getstate(), self.life.desk.clock._last, self.life.desk.now),
            {name: copy.copy(getattr(self.life, name)) for name in AROUND},
        )

    def _lay_back(self, left: Left) -> None:
        for disk, kept in zip(self._disks, left.disks, strict=True):
            disk.write(kept)
        self.life.chat.lay_back(left.chat)
        state, self.life.desk.clock._last, self.life.desk.now = left.chance
        self.life.desk.chance.setstate(state)
        for name, value in left.life.items():
            setattr(self.life, name, copy.copy(value))
        self.life.names.clear()
        self.life.ended, self.life.strike, self.life.sets_out = False, never, nothing
        self.life.restart()


def _first(life: Life, picture: Picture) -> Verdict:
    """Of a life in which nobody died: it must tell what the scene is there for."""
    told = picture.lines + picture.windows
    wanted = Counter(life.scene.reads)
    unsaid = [Breach("lost", f"{x}: {told[x]}×") for x, times in wanted.items() if told[x] != times]
    found = (*life.breaches, *unsaid)
    return Verdict(life.scene.name, life.platform, (), len(life.names), found)


@contextmanager
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=loop) as made:
        yield made


class Alone:
    """Lives of one scene from its very beginning, in any database, each in one of its own.

    They die by an exception that nothing catches.
    """

    def __init__(
        self, scene: Scene, platform: str, run: asyncio.Runner, database: str = "postgresql"
    ) -> None:
        self._scene, self._platform, self._run, self._database = scene, platform, run, database
        self.undisturbed, undying = self._whole(())
        self.first = _first(undying, self.undisturbed)

    def close(self) -> None:
        pass

    def verdicts(self, paths: Iterable[Path]) -> Iterator[Verdict]:
        yield from map(self.verdict, paths)

    def verdict(self, path: Path) -> Verdict:
        picture, life = self._whole(path)
        breaches = (*life.breaches, *differences(picture, self.undisturbed))
        return Verdict(self._scene.name, self._platform, path, len(life.names), breaches)

    def _whole(self, path: Path) -> tuple[Picture, Life]:
        left = list(path)

        def strike(number: int, name: str) -> bool:  # noqa: ARG001
            if left and number == left[0]:
                left.pop(0)
                return True
            return False

        with fresh.database(self._database) as db:
            life = Life(self._scene, self._platform, self._run, db, strike)
            picture = life.run()
            if left:
                life.breaches.append(Breach("invariants", f"it never came to {left}"))
            return picture, life

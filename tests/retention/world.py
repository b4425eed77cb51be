"""Random companies whose archives grow old: what is to be gone is reckoned anew, and compared.

The reckoning here knows nothing of keys: a message is of a class, important or not, said in a
month; holds name people, rooms, days and words; somebody owes something for it, or nobody.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from bot import shredding
from bot.clock import Clock, faults
from bot.events import MessageRef, Place, conversation
from bot.handlers import disposals
from bot.handlers.custody import HOLD
from bot.policy.duties import Duty
from bot.policy.holds import Hold, Scope
from bot.seal import InvalidTag, Seal
from bot.store import Store, Transaction
from bot.store.codec import unpack
from bot.store.disposals import CHAIN
from bot.store.records import Kind, Saying
from bot.store.rings import Destroyed
from bot.store.schema import records, wraps
from bot.store.verifying import Broken
from bot.store.wrapping import Belonging, Wraps
from tests.desk import PAPER, person

START = datetime(2026, 1, 5, 3, tzinfo=UTC)
MONTHS = {"work": (2, 4), "notice": (3, 5), "material": (5, 8), "personal": (1, 1)}
POLICY = "".join(
    f"[classes.{name}]\nkeep_months = {plain}\nimportant_months = {important}\n"
    for name, (plain, important) in MONTHS.items()
)
PEOPLE = ("ann", "bob", "eve", "wei")
ROOMS = ("lobby", "team", "board")
WORDS = ("rebate", "折扣", "merger", "lunch")
Marks = set[tuple[str, int]]  # a message, and the place of one of its records in the chain
WHOLE = 24  # lists in the life of one company


class Crash(BaseException):
    """The machine stops here."""


@dataclass(slots=True)
class Message:
    """What one message is to this reckoning; `said`: its records, by their place in the chain."""

    id: str
    room: str
    author: str
    class_name: str
    important: bool = False
    said: dict[int, tuple[datetime, str]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    owed: str | None = None
    touched: bool = False  # since the last list was made


@dataclass(slots=True)
class Held:
    hold: Hold
    people: set[str]
    rooms: set[str]
    start: datetime | None
    end: datetime | None
    words: set[str]
    released: bool = False


@dataclass(slots=True)
class Tally:
    disposals: int = 0
    records: int = 0
    kept: int = 0
    crashes: int = 0
    wrong: int = 0
    broken: int = 0
    first: str = ""

    def amiss(self, what: str, *, chain: bool = False) -> None:
        self.wrong += not chain
        self.broken += chain
        self.first = self.first or what


class World:
    def __init__(self, db: sa.Engine, chance: Random) -> None:
        self.chance, self.now = chance, START
        clock = Clock(lease=lambda: self.now, random=chance.randbytes)
        self.store = Store(db, "acme", Seal(bytes(32), clock.random), clock)
        self.messages: list[Message] = []
        self.holds: list[Held] = []
        with self.store.transaction() as tx:
            tx.policies.adopt(POLICY)
            tx.people.save([person("hana"), person("grace")])

    # What happens

    def live(self, tally: Tally, lists: int) -> None:
        for _ in range(lists):
            for _ in range(self.chance.randint(3, 8)):
                self.now += timedelta(hours=self.chance.randint(40, 240))
                self._happens()
            self._list(tally)

    def _happens(self) -> None:
        deed = self.chance.choices(
            (self._posts, self._edits, self._classed, self._marked, self._owes, self._settles,
             self._holds, self._releases),
            (50, 10, 8, 6, 5, 6, 3, 4),
        )[0]  # fmt: skip
        deed()

    def _posts(self) -> None:
        one = Message(
            id=f"m{len(self.messages)}",
            room=self.chance.choice(ROOMS),
            author=self.chance.choice(PEOPLE),
            class_name=self.chance.choice(list(MONTHS)),
            important=self.chance.random() < 0.2,
        )
        self._says(one, "post")
        self.messages.append(one)

    def _says(self, one: Message, kind: Kind) -> None:
        text = " ".join(self.chance.choices(("yes", "no", "we", "soon", *WORDS), k=3))
        body = {"who": one.author, "text": text, "mentions": ()}
        saying = Saying(
            kind=kind,
            conversation=conversation(place(one.room)),
            thread=None,
            message=one.id,
            author=f"paper/home/{one.author}",
            class_name=one.class_name,
            at=self.now,
            body=body,
            important=one.important,
        )
        with self.store.transaction() as tx:
            one.said[tx.records.add(saying)] = (self.now, text)
        one.touched = True

    def _some(self) -> Message | None:
        return self.chance.choice(self.messages[-60:]) if self.messages else None

    def _edits(self) -> None:
        if (one := self._some()) is not None:
            self._says(one, "edit")

    def _classed(self) -> None:
        if (one := self._some()) is not None and not one.gone:
            self._belongs(one, Belonging(class_name=self.chance.choice(list(MONTHS))))

    def _marked(self) -> None:
        if (one := self._some()) is not None and not one.gone:
            self._belongs(one, Belonging(important=True))

    def _belongs(self, one: Message, wanted: Belonging) -> None:
        with self.store.transaction() as tx:
            tx.records.belongs(conversation(place(one.room)), one.id, wanted)
        one.class_name = wanted.class_name or one.class_name
        one.important = one.important or bool(wanted.important)
        one.touched = True

    def _owes(self) -> None:
        if (one := self._some()) is None or one.owed is not None:
            return
        duty = Duty(
            id="", number=0, kind="reply", owed_by="bob", owed_to="ann", clause="2.2.1-reply",
            rule="x", level="normal", policy=1, calendar="office", start=self.now, due=self.now,
            first_due=self.now, about=MessageRef(place(one.room), one.id),
        )  # fmt: skip
        with self.store.transaction() as tx:
            one.owed = tx.duties.add(duty).id

    def _settles(self) -> None:
        owed = [each for each in self.messages if each.owed]
        if owed:
            one = self.chance.choice(owed)
            with self.store.transaction() as tx:
                tx.duties.close_all([""], "done", "said so")
            for each in owed:
                each.owed = None
            one.touched = True

    def _holds(self) -> None:
        few = self.chance.sample
        people = set(few(PEOPLE, self.chance.randint(0, 2)))
        rooms = set(few(ROOMS, self.chance.randint(0, 1)))
        words = set(few(WORDS, self.chance.randint(0, 2)))
        back = timedelta(days=self.chance.randint(0, 200))
        start = self.now - back if self.chance.random() < 0.5 else None
        end = (start or self.now) + back if self.chance.random() < 0.3 else None
        scope = Scope(
            people=tuple(people),
            places=tuple(conversation(place(each)) for each in rooms),
            start=start,
            end=end,
            words=tuple(words),
        )
        if scope.everything:
            return
        with self.store.transaction() as tx:
            hold = Hold(
                id="", number=tx.duties.number(), scope=scope, reason="x", set_by="hana",
                at=self.now,
            )  # fmt: skip
            kept = tx.holds.add(hold)
        self.holds.append(Held(kept, people, rooms, start, end, words))

    def _releases(self) -> None:
        there = [each for each in self.holds if not each.released]
        if there:
            one = self.chance.choice(there)
            with self.store.transaction() as tx:
                found = tx.holds.get(one.hold.id)
                assert found is not None
                tx.holds.move(found.released(self.now, "grace"), "grace", "released")
                tx.expiring.let_go(HOLD + found.id)
            one.released = True

    # What is to go, by this reckoning

    def may_go(self) -> Marks:
        return {
            (one.id, seq)
            for one in self.messages
            if one.owed is None and not any(self._caught(one, each) for each in self.holds)
            for seq, (at, _) in one.said.items()
            if seq not in one.gone and self._past(one, at)
        }

    def _past(self, one: Message, at: datetime) -> bool:
        months = MONTHS[one.class_name][one.important]
        count = at.year * 12 + at.month + months  # the month after its own, and so many more
        return self.now >= datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)

    def _caught(self, one: Message, held: Held) -> bool:
        left = {seq: said for seq, said in one.said.items() if seq not in one.gone}
        times = [at for at, _ in one.said.values()]
        spoken = " ".join(text for _, text in left.values())
        return (
            not held.released
            and (not held.people or one.author in held.people)
            and (not held.rooms or one.room in held.rooms)
            and any((not held.start or at >= held.start) and (not held.end or at < held.end)
                    for at in times)
            and (not held.words or any(word in spoken for word in held.words))
        )  # fmt: skip

    # A list, and what becomes of it

    def _list(self, tally: Tally) -> None:
        with self.store.transaction() as tx:
            made = disposals.prepare(tx)
        at_first = self.may_go()
        if made is None:
            if at_first:
                tally.amiss(f"nobody was told of {sorted(at_first)[:3]}")
            return
        for one in self.messages:
            one.touched = False
        self._consent(made.id)
        self._work(tally)
        for _ in range(self.chance.randint(0, 4)):  # while the keys are closed
            self._happens()
        before = self._copy()
        self.now += timedelta(minutes=6)
        expected = self.may_go()
        self._work(tally)
        self._work(tally)
        self.now += timedelta(minutes=6)
        self._work(tally)
        untouched = {(one.id, seq) for one in self.messages if not one.touched for seq in one.said}
        tally.disposals += 1
        self._compare(tally, expected, at_first & untouched, before)

    def _consent(self, id: str) -> None:
        with self.store.transaction() as tx:
            found = tx.disposals.get(id)
            assert found is not None
            tx.disposals.save(found.agreed("hana", "grace", self.now))

    def _work(self, tally: Tally) -> None:
        """Now and then the machine stops at some step of it, and starts again."""
        try:
            with crash_at(self.chance.randint(1, 12) if self.chance.random() < 0.3 else 0):
                shredding.work(self.store)
        except Crash:
            tally.crashes += 1
            shredding.work(self.store)

    def _copy(self) -> Mapping[str, Any]:
        with self.store.reading() as tx:
            return self._wraps(tx)

    def _wraps(self, tx: Transaction) -> Mapping[str, Any]:
        return {row.record: row for row in tx.rows.all(wraps)}

    def _compare(
        self, tally: Tally, expected: Marks, surely: Marks, before: Mapping[str, Any]
    ) -> None:
        with self.store.reading() as tx:
            known, now = {one.id: one for one in self.messages}, self._wraps(tx)
            for row in tx.rows.all(records, records.c.conversation != CHAIN):
                one, mark = known[row.message], (row.message, row.seq)
                text = _read(tx.wraps, now.get(row.id), row)
                old = _read(tx.wraps, before.get(row.id), row) if text is None else None
                if amiss := self._amiss(one, mark, text, mark in expected):
                    tally.amiss(amiss)
                elif old is not None and mark[1] not in one.gone:
                    tally.amiss(f"{mark} can be read in an old copy")
                elif text is not None and mark in expected & surely:
                    tally.amiss(f"{mark} is there and should be gone")
                tally.kept += text is not None
                tally.records += text is None and mark[1] not in one.gone
                one.gone |= {mark[1]} if text is None else set()
            for step in (*tx.verifying.steps(), *tx.disposed.verify()):
                if isinstance(step, Broken):
                    tally.amiss(f"{step.conversation} {step.seq} {step.why.sentence}", chain=True)

    def _amiss(self, one: Message, mark: tuple[str, int], text: str | None, may: bool) -> str:
        if text is None:
            fine = mark[1] in one.gone or may
            return "" if fine else f"{mark} is gone and should not be"
        if mark[1] in one.gone:
            return f"{mark} came back"
        return "" if text == one.said[mark[1]][1] else f"{mark} says something else"


def _read(known: Wraps, wrap: Any, row: Any) -> str | None:
    """What it says; None: its key is destroyed."""
    if wrap is None:
        return None
    try:
        own = known.open(wrap)
    except Destroyed:
        return None
    except InvalidTag:
        return "?"
    slot = known.rows.slot(records.c.body, row.id)
    return str(unpack(own.open(row.body, *slot))["text"])


def place(room: str) -> Place:
    return Place(PAPER, "home", room)


@contextmanager
def crash_at(step: int) -> Iterator[None]:
    """At the so many-th fault point; 0: at none."""
    count = 0

    def strike(name: str) -> None:
        nonlocal count
        count += 1
        if count == step:
            raise Crash(name)

    if step:
        faults.append(strike)
    try:
        yield
    finally:
        if step:
            faults.remove(strike)

"""Plays a transcript through the whole bot at the transcript's own times, on a store of its own.

Policy 2.2.1-reply: what was asked, what answered it, and who would have been nudged. Nobody is:
the platform is silent, and no message is judged by what came after it.
"""

import asyncio
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.effects import Deliverable
from bot.events import Account, MessagePosted, MessageRef, Place, PlaceChanged, Platform
from bot.handlers.deeds import MANAGER
from bot.policy import hours, periods
from bot.policy.figures import Nudge
from bot.policy.people import Department, Person
from bot.policy.reading import laid_over as merge
from bot.port import Ability, Door, Inbox
from bot.report import Material, Wanted, gather
from bot.seal import KEY, Seal
from bot.store import Store, Transaction
from bot.store.connecting import in_memory
from bot.store.reporting import Reporting
from bot.transcript import YEARS, Row
from bot.wiring import assemble
from bot.words import Reader

REPLAY = Platform("replay")
REALM = "transcript"
HEAD = "(head)"  # who is told when something is late; more brackets where somebody is called so
STAFF = "staff/"  # before a name it is a person's id: nobody's id is what they are called
SOON = timedelta(minutes=10)


def laid_over(ours: str, theirs: str) -> str:
    """Two policy files as one: key by key theirs where they say something. Both must be TOML."""
    return "".join(
        f"{_toml_key(key)} = {_toml(value)}\n"
        for key, value in merge(tomllib.loads(ours), tomllib.loads(theirs)).items()
    )


def _toml(value: Any) -> str:
    match value:
        case dict():
            pairs = (f"{_toml_key(key)} = {_toml(each)}" for key, each in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case bool() | int() | float() | str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return str(value)  # dates and times


def _toml_key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


class Silent:
    """A platform where nothing is said by us; the cards are counted."""

    platform: Platform = REPLAY
    abilities: Ability = ~Ability.NONE
    doors: Sequence[Door] = ()

    def __init__(self) -> None:
        self.cards = 0

    async def listen(self, inbox: Inbox) -> None:
        await asyncio.Event().wait()

    def hang_up(self) -> None:
        """Nobody holds anything open here."""

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        self.cards += 1
        return None

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A message that asked something of `of`, or of the room, and the first that answered it."""

    message: str
    of: str | None
    answered_by: str | None

    def prediction(self) -> dict[str, str | None]:
        return {"message_id": self.message, "addressee": self.of, "answered_by": self.answered_by}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a transcript under one policy.

    Nudges are those that would have been sent while their channel could still be read, with the
    time that then went by until the answer.
    """

    messages: int
    channels: int
    asks: tuple[Ask, ...]
    nudges: tuple[tuple[Nudge, timedelta | None], ...]
    cards: int
    parked: int  # messages the engine could not handle: our bugs

    @cached_property
    def addressed(self) -> int:
        return sum(ask.of is not None for ask in self.asks)

    @cached_property
    def to_the_room(self) -> int:
        return len(self.asks) - self.addressed

    def answered(self, *, addressed: bool) -> int:
        return sum(bool(ask.answered_by) for ask in self.asks if (ask.of is not None) == addressed)

    def on_rung(self, step: int) -> int:
        return sum(nudge.step == step for nudge, _ in self.nudges)

    @cached_property
    def owners(self) -> list[int]:
        """How many nudges each person who owed an answer would have got, fewest first."""
        return sorted(Counter(n.person for n, _ in self.nudges if n.step < MANAGER).values())

    def per_person(self, part: float) -> int:
        """So many or fewer for that part of those nudged."""
        return self.owners[int(part * (len(self.owners) - 1))] if self.owners else 0

    @cached_property
    def needless(self) -> int:
        """Nudges whose ask was answered within ten minutes anyway."""
        return sum(took is not None and took <= SOON for _, took in self.nudges)


class Replay:
    """A bot, a store and a clock for one transcript under one policy."""

    def __init__(self, rows: Sequence[Row], policy: str) -> None:
        self.rows = sorted(rows, key=lambda row: row.at)  # stable: channels keep their order
        self.now = self.rows[0].at
        clock = Clock(lease=lambda: self.now)
        seal = Seal(clock.random(KEY), clock.random)
        self.store = Store(in_memory(), "replay", seal, clock)
        self.silent = Silent()
        self.bot = assemble(self.store, [self.silent])
        with self.store.transaction() as tx:
            tx.policies.adopt(policy)
            self.head = _settle_in(tx, rows)

    def close(self) -> None:
        self.store.db.dispose()

    def run(self, heard: Callable[[int], object] = lambda number: None) -> Outcome:
        """`heard` is called after each message, with how many there were so far."""
        asyncio.run(self._play(heard))
        return self._outcome()

    def material(self) -> Material:
        """What a workbook about the period of the transcript is made from."""
        with self.store.reading() as tx:
            home = tx.home()
            period = _period(self.rows[0].at, self.now, home.zone)
            wanted = Wanted(period=period, edition="hr", person=self.head, reader=home)
            return gather(tx, wanted)

    async def _play(self, heard: Callable[[int], object]) -> None:
        for number, row in enumerate(self.rows, 1):
            await self._until(row.at)
            self.now = row.at
            await self.bot.inbox.take((_event(row),))
            self.bot.engine.work()
            heard(number)

    async def _until(self, at: datetime) -> None:
        """What falls due before `at` falls due at its own time."""
        while (moment := self._next()) is not None and moment < at:
            self.now = max(self.now, moment)
            self.bot.ticker.ring()
            while await self.bot.courier.round():
                pass

    def _next(self) -> datetime | None:
        """When there is something to do again, if nothing more is said."""
        with self.store.reading() as tx:
            due = tx.dues.next()
            if not tx.outbox.unsent():
                return due
            opening = self._opening(tx)
        return min(due or opening, opening)

    def _opening(self, tx: Transaction) -> datetime:
        """What was not sent now waits for working time, or for the digest of the next day."""
        calendar = tx.policies.calendar("office", tx.policies.current())
        opening = hours.next_open(self.now, calendar)
        if opening > self.now:
            return opening
        today = self.now.astimezone(ZoneInfo(calendar.zone)).date()
        return hours.day_start(hours.next_working_day(today, calendar), calendar)

    def _outcome(self) -> Outcome:
        said, ends = {}, {}
        for row in self.rows:
            said[row.id], ends[row.channel] = row, row.at
        beginning, end = (datetime(YEARS[n], 1, 1, tzinfo=UTC) for n in (0, -1))
        with self.store.reading() as tx:
            rows = Reporting(tx.rows)
            duties = {d.id: d for d in rows.duties(beginning, end) if d.about is not None}
            nudges = list(rows.nudges(beginning, end))
            parked = len(tx.journal.parked())
        asked = {id: said[duty.about.id] for id, duty in duties.items() if duty.about}
        answers = {id: said[duty.answer].at for id, duty in duties.items() if duty.answer}
        return Outcome(
            messages=len(self.rows),
            channels=len(ends),
            asks=tuple(
                Ask(message=asked[id].id, of=_called(duty.owed_by), answered_by=duty.answer)
                for id, duty in duties.items()
            ),
            nudges=tuple(
                (each, answers[each.duty] - each.at if each.duty in answers else None)
                for each in nudges
                if each.at <= ends[asked[each.duty].channel]
            ),
            cards=self.silent.cards,
            parked=parked,
        )


def _settle_in(tx: Transaction, rows: Iterable[Row]) -> str:
    """Everybody who is named is staff of one department; returns its head, whom we make up."""
    bots = {row.author for row in rows if row.is_bot}
    names = {row.author for row in rows}.union(*(row.mentions for row in rows)) - bots
    head = HEAD
    while head in names | bots:
        head = f"({head})"
    tx.people.save(Person(id=STAFF + name, name=name, department="room") for name in sorted(names))
    roles = frozenset({"department_head", "hr"})
    tx.people.save([Person(id=STAFF + head, name=head, department="room", roles=roles)])
    tx.people.save_departments([Department(id="room", name="Room", head=STAFF + head)])
    for name in sorted(names | {head}):
        tx.people.link(_account(name), STAFF + name)
    for name in sorted(bots):
        tx.people.link(_account(name), None)
    for channel in sorted({row.channel for row in rows}):
        place = Place(REPLAY, REALM, channel)
        tx.people.settle_in(PlaceChanged(key="", at=tx.clock.now(), place=place, name=channel))
    return STAFF + head


def _called(person: str | None) -> str | None:
    return person and person.removeprefix(STAFF)


def _account(name: str) -> Account:
    return Account(REPLAY, REALM, name)


def _event(row: Row) -> MessagePosted:
    return MessagePosted(
        key=f"{REPLAY}/{row.id}",
        at=row.at,
        author=_account(row.author),
        message=MessageRef(Place(REPLAY, REALM, row.channel), row.id),
        text=row.text,
        mentions=tuple(map(_account, row.mentions)),
        quotes=row.reply_to,
        automatic=row.is_bot,
    )


def _period(first: datetime, last: datetime, zone: str) -> periods.Period:
    """The month, quarter or year with all of it; of several years the last."""
    day, year = first.astimezone(ZoneInfo(zone)), last.astimezone(ZoneInfo(zone)).year
    names = (f"{day:%Y-%m}", f"{day.year}-Q{(day.month + 2) // 3}", str(year))
    found = [periods.parse(name, zone) for name in names]
    return next((each for each in found if first in each and last in each), found[-1])

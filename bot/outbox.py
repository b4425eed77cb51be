"""Carries effects from the database to the platforms: none lost, none doubled."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.clock import fault_point
from bot.effects import (
    Amend,
    Announce,
    AskAgain,
    Deliverable,
    Digest,
    OpenForm,
    Remind,
    Send,
    Upload,
    doubt,
)
from bot.events import Account, MessageRef, Place, Platform
from bot.handlers import (
    daily,
    notice_cards,
    remedies,
    reportcards,
    restored,
    stale,
    unreadable,
)
from bot.handlers.digests import DAY
from bot.handlers.nudging import Nudging
from bot.handlers.times import opening
from bot.port import Adapter, CannotTell, TryLater, Undeliverable
from bot.sharing import Shared, Waiting
from bot.store import Store, Transaction
from bot.store.outbox import RESTORED, Arrival, Claim, Parcel
from bot.store.rows import gave_way
from bot.store.sessions import WEB
from bot.words import Reader, Say

log = logging.getLogger(__name__)

Write = Callable[[Transaction], object]

BATCH = 100  # parcels
AT_ONCE = 16  # carried at the same time
QUARANTINE = timedelta(minutes=2)  # longer than any call may take, and than a platform may dawdle
TRIES = 5  # to write down what came of it, where the database undoes it for others' sake
START = timedelta(seconds=30)  # a claim is used within this time, or handed back untouched
LONGEST = 60  # seconds that looking for it and sending it may take
PATIENCE = timedelta(hours=24)  # after which an answer that fails once more is given up …
RESOLVE = timedelta(days=30)  # … and everything else, but for nudges, which see for themselves

Outcome = Literal["arrived", "found", "later", "undeliverable", "doubtful"]


@dataclass(frozen=True, slots=True)
class Load:
    """A parcel with what it became when it was claimed."""

    parcel: Parcel
    effect: Deliverable
    reader: Reader
    until: datetime  # lease time: begun later, a call could outlast the claim


@dataclass(slots=True)
class Courier:
    """`name`: of this process, on what it carries."""

    store: Store
    adapters: Mapping[Platform, Adapter]
    nudging: Nudging
    name: str | None = None
    told: Callable[[Platform, Outcome, float], None] = lambda *_: None  # how long: seconds
    gather: float = 0.0  # seconds in which what comes of others on their way shares a commit
    _flying: int = 0
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _hall: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _held: dict[str, Load] = field(default_factory=dict)  # claimed, and not begun
    _closing: bool = False
    _records: Shared[Write] = field(init=False)

    def __post_init__(self) -> None:
        self._records = Shared(self._written, lambda: self.gather if self._flying else 0.0)

    async def round(self, *, urgent: bool | None = None) -> int:
        """Try everything that may be sent once; returns how much that was.

        `urgent`: only answers to people, or only the rest; None: both.
        """
        if self._closing:
            return 0
        loads, tried = await asyncio.to_thread(self._claim, urgent)
        self._held |= {load.parcel.id: load for load in loads}
        if self._closing:  # meanwhile
            await self._hand_back()
        async with asyncio.TaskGroup() as group:
            for lane in _lanes(loads):
                group.create_task(self._lane(lane))
        return tried

    async def close(self) -> None:
        """Nothing more is claimed or begun; what is on its way goes on. The rest is for others."""
        self._closing = True
        await self._hand_back()

    async def _hand_back(self) -> None:
        left, self._held = list(self._held.values()), {}

        def returned(tx: Transaction) -> None:
            for load in left:
                tx.outbox.wait(load.parcel, timedelta(0))

        if left:
            await self._record(returned)

    async def _lane(self, loads: list[Load]) -> None:
        """What goes to one reader arrives in order."""
        for load in loads:
            await self._carry(load)

    def _claim(self, urgent: bool | None) -> tuple[list[Load], int]:
        with self.store.transaction() as tx:
            claimed = tx.outbox.claim(
                self._within_reach(), BATCH, QUARANTINE, urgent=urgent, carrier=self.name
            )
            with tx.origin.because(tx.clock.now()):
                loads = self._loaded(tx, claimed)
        fault_point("parcels were claimed")
        return loads, len(claimed)

    def _within_reach(self) -> list[Platform]:
        """Where another process has the device, that one sends."""
        if self.name is None:
            return list(self.adapters)
        return [name for name, each in self.adapters.items() if getattr(each, "ready", True)]

    def _loaded(self, tx: Transaction, claims: Sequence[Claim]) -> list[Load]:
        """Together or, where one of them cannot be read, each by itself: it blocks no other.

        Opening a body is part of handling it.
        """
        if not claims:
            return []
        try:
            with tx.savepoint():
                parcels = [tx.outbox.read(claim) for claim in claims]
                effects = self._final(tx, parcels)
                made = [(each, effects[each.id]) for each in parcels if each.id in effects]
                return [self._load(tx, *each) for each in made]
        except Exception as error:
            if gave_way(error):
                raise
            if len(claims) > 1:
                return [load for each in claims for load in self._loaded(tx, [each])]
            id, kind = claims[0].row.id, type(error).__name__
            log.error("outbox %s cannot be read: %s", id, kind)
            tx.outbox.settle(id, "undeliverable", f"unreadable: {kind}")
            return []

    def _load(self, tx: Transaction, parcel: Parcel, effect: Deliverable) -> Load:
        reader = tx.people.reader(effect.to, tx.home())
        return Load(parcel, effect, reader, tx.clock.lease() + START)

    def _final(self, tx: Transaction, parcels: Sequence[Parcel]) -> dict[str, Deliverable]:
        """What is really sent, in the order of the parcels: nudges are composed together."""
        found: dict[str, Deliverable] = {}
        for run in _runs(parcels):
            if isinstance(run[0].effect, Remind):
                found |= self.nudging.compose(tx, run)
            elif (effect := self._final_of(tx, run[0])) is not None:
                found[run[0].id] = effect
        return found

    def _final_of(self, tx: Transaction, parcel: Parcel) -> Deliverable | None:
        """Digests are composed now; a late form is a card.

        What nobody asked for waits until its reader is at work. Policy 1.3-moderate.
        """
        effect = parcel.effect
        assert not isinstance(effect, Remind)
        if isinstance(effect, Digest):
            return daily.compose(tx, parcel)
        if isinstance(effect, OpenForm) and self._too_late(parcel, effect):
            return Send(effect.to, effect.instead)
        if isinstance(effect, Announce):
            composed = notice_cards.compose(tx, parcel, effect)
            return composed and self._in_time(tx, parcel, composed)
        if isinstance(effect, AskAgain):
            return unreadable.compose(tx, parcel, effect) if _at_work(tx, parcel) else None
        return self._in_time(tx, parcel, effect) if isinstance(effect, Send | Upload) else effect

    def _in_time(
        self, tx: Transaction, parcel: Parcel, effect: Send | Upload
    ) -> Send | Upload | None:
        """Nothing, where it is settled by now or its reader is not at work."""
        if stale.stale(tx, parcel.subject):
            tx.outbox.settle(parcel.id, "spared", "what it speaks of is settled")
            return None
        if isinstance(effect, Upload) and parcel.subject.startswith(f"{stale.PUBLISHED}/"):
            effect = reportcards.as_it_stands(tx, effect)
        return effect if _at_work(tx, parcel) else None

    def _too_late(self, parcel: Parcel, form: OpenForm) -> bool:
        return parcel.doubtful or self.store.clock.lease() > parcel.since + form.within

    async def _carry(self, load: Load) -> None:
        """No answer waits for room behind the rest, and nobody while something is written down."""
        async with self._room if load.parcel.urgent else self._hall:
            if self._held.pop(load.parcel.id, None) is None:
                return
            write = await self._tried(load)
        if write is not None:
            await self._record(write)

    async def _tried(self, load: Load) -> Write | None:
        """What is to be written down of it."""
        parcel = load.parcel
        if self.store.clock.lease() > load.until:
            return lambda tx: tx.outbox.wait(parcel, timedelta(0))
        start = self.store.clock.spent()
        self._flying += 1
        try:
            outcome, write = await self._try(load)
        finally:
            self._flying -= 1
        self.told(load.effect.to.platform, outcome, self.store.clock.spent() - start)
        return write

    async def _try(self, load: Load) -> tuple[Outcome, Write | None]:
        parcel = load.parcel
        try:
            arrived, found = await self._deliver(load)
        except TryLater as busy:
            after = busy.after
            if self._waited_enough(parcel):
                return "later", self._given_up(load, "the platform stayed unreachable")
            return "later", lambda tx: tx.outbox.wait(parcel, after)
        except Undeliverable as error:
            return "undeliverable", self._given_up(load, str(error), error.remedy)
        except Exception as error:  # Doubtful, or a bug of ours: the claim stands, the doubt too
            log.warning("outbox %s is in doubt: %s", parcel.id, type(error).__name__)
            if self._waited_enough(parcel):
                return "doubtful", self._given_up(load, "it stayed in doubt")
            return "doubtful", self._laid_down(parcel)
        outcome: Outcome = "found" if found else "arrived"
        return outcome, lambda tx: _arrived(tx, load, arrived, found=found)

    def _laid_down(self, parcel: Parcel) -> Write | None:
        """Who works alone need not say that nobody carries it any more."""
        return None if self.name is None else lambda tx: tx.outbox.laid_down([parcel.id])

    async def _deliver(self, load: Load) -> tuple[MessageRef | None, bool]:
        """Looking and sending together end before somebody else may claim it.

        What it became, and whether it stood there already.
        """
        async with asyncio.timeout(LONGEST):
            if load.parcel.seek and (found := await self._found(load)) is not None:
                return found, True
            fault_point("before deliver")
            adapter, key = self.adapters[load.effect.to.platform], load.parcel.key
            arrived = await adapter.deliver(load.effect, key=key, reader=load.reader)
        fault_point("after deliver")
        return arrived, False

    async def _found(self, load: Load) -> MessageRef | None:
        parcel, effect = load.parcel, load.effect
        fault_point("before find")
        adapter = self.adapters[effect.to.platform]
        try:
            if doubt(effect) == "lose":
                raise CannotTell
            return await adapter.find(effect, key=parcel.key, since=parcel.since)
        except CannotTell:
            raise Undeliverable("perhaps it arrived; rather lost than doubled") from None

    def _waited_enough(self, parcel: Parcel) -> bool:
        span = PATIENCE if parcel.urgent else RESOLVE
        return self.store.clock.lease() > parcel.since + span and not parcel.nudging

    def _given_up(self, load: Load, reason: str, remedy: Say | None = None) -> Write:
        """A form that nobody could open becomes the card that says what to type."""
        parcel, effect = load.parcel, load.effect

        def given_up(tx: Transaction) -> None:
            if not tx.outbox.fail(parcel, reason):
                return
            if remedy is not None:
                remedies.tell(tx, effect.to, reason, remedy)
            if isinstance(effect, OpenForm):
                key = f"{parcel.key}/instead"
                tx.outbox.add(Send(effect.to, effect.instead), key, urgent=True)

        return given_up

    async def _record(self, write: Write) -> None:
        """What came of a parcel; those that end together share a commit."""
        await self._records.add(write)

    def _written(self, batch: list[Waiting[Write]]) -> None:
        try:
            self._commit(batch)
        except Exception:
            if len(batch) == 1:
                raise
            for each in batch:  # one that cannot be written takes no other with it
                try:
                    self._commit([each])
                except Exception as error:
                    each.error = error

    def _commit(self, batch: list[Waiting[Write]]) -> None:
        """Worth some tries: what is not written down stays in doubt."""
        tried = 0
        while True:
            try:
                self._commit_once(batch)
                return
            except Exception as error:
                tried += 1
                if tried == TRIES or not gave_way(error):
                    raise

    def _commit_once(self, batch: list[Waiting[Write]]) -> None:
        with self.store.transaction() as tx:
            for each in batch:
                each.item(tx)
        for each in batch:
            each.written = True


def _arrived(tx: Transaction, load: Load, message: MessageRef | None, *, found: bool) -> None:
    """What was sent and forgotten says from now on what we know, by the numbers of now."""
    parcel, effect = load.parcel, load.effect
    if tx.outbox.arrive(parcel.id, Arrival(effect.to, message)):
        log.info("late double of %s removed", parcel.id)
    if isinstance(effect, Upload) and effect.to.platform != WEB and isinstance(effect.to, Account):
        _handed(tx, effect, effect.to)
    if not (found and parcel.look):
        return
    if restored.rest(tx, parcel):
        return
    if message is not None and isinstance(effect, Send):
        tx.outbox.add(Amend(effect.to, message, effect.card), f"{RESTORED}{parcel.key}")


def _handed(tx: Transaction, effect: Upload, to: Account) -> None:
    """A workbook that is in their chat has left the store; on a page it is not taken yet. 5.2.1."""
    if (order := tx.orders.with_file(effect.file)) is not None:
        tx.downloads.sent(effect.file, order.person, to.platform)


def _runs(parcels: Sequence[Parcel]) -> list[list[Parcel]]:
    """Nudges that follow each other, to as many people; everything else by itself."""
    found: list[list[Parcel]] = []
    readers: set[str] = set()
    for parcel in parcels:
        person = parcel.effect.person if isinstance(parcel.effect, Remind) else ""
        if not person or not readers or person in readers:
            found.append([])
            readers.clear()
        found[-1].append(parcel)
        readers |= {person} - {""}
    return found


def _lanes(loads: list[Load]) -> list[list[Load]]:
    lanes: dict[object, list[Load]] = {}
    for load in loads:
        lanes.setdefault((load.parcel.urgent, load.effect.to), []).append(load)
    return list(lanes.values())


def _at_work(tx: Transaction, parcel: Parcel) -> bool:
    """Its reader is, or waits for it; else it is put off until they are."""
    later = tx.clock.now() if parcel.urgent else _opening(tx, parcel.effect.to)
    if later > tx.clock.now():
        tx.outbox.postpone(parcel, later)
        return False
    return True


def _opening(tx: Transaction, to: Account | Place) -> datetime:
    """When the reader is next at work: now, if they are, or where it is a place or a stranger.

    Who never is, is looked for again every day: the card waits, and is not lost.
    """
    now = tx.clock.now()
    person = tx.people.snapshot().directory.behind(to) if isinstance(to, Account) else None
    if person is None:
        return now
    return opening(tx, person.id, now) or now + DAY

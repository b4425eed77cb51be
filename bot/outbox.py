"""Carries effects from the database to the platforms: none lost, none doubled."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.clock import fault_point
from bot.effects import Deliverable, OpenForm, Remind, Send, doubt
from bot.events import MessageRef, Platform
from bot.handlers.nudging import Nudging
from bot.port import Adapter, TryLater, Undeliverable
from bot.store import Store, Transaction
from bot.store.outbox import Arrival, Outbox, Parcel
from bot.words import Reader

log = logging.getLogger(__name__)

BATCH = 100  # parcels
AT_ONCE = 16  # carried at the same time
QUARANTINE = timedelta(minutes=2)  # longer than any call may take, and than a platform may dawdle
LONGEST = 60  # seconds a call may take
PATIENCE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Load:
    """A parcel with what it became when it was claimed."""

    parcel: Parcel
    effect: Deliverable
    reader: Reader


@dataclass(frozen=True, slots=True)
class Courier:
    store: Store
    adapters: Mapping[Platform, Adapter]
    nudging: Nudging
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def round(self, *, urgent: bool | None = None) -> int:
        """Try everything that may be sent once; returns how much that was."""
        loads, tried = await asyncio.to_thread(self._claim, urgent)
        async with asyncio.TaskGroup() as group:
            for lane in _lanes(loads):
                group.create_task(self._lane(lane))
        return tried

    async def _lane(self, loads: list[Load]) -> None:
        """What goes to one reader arrives in the order it was written."""
        async with self._room:
            for load in loads:
                await self._carry(load)

    def _claim(self, urgent: bool | None) -> tuple[list[Load], int]:
        with self.store.transaction() as tx:
            claimed = tx.outbox.claim(self.adapters, BATCH, QUARANTINE, urgent=urgent)
            loads = [self._load(tx, row, was_doubtful) for row, was_doubtful in claimed]
        fault_point("parcels were claimed")
        return [load for load in loads if load is not None], len(loads)

    def _load(self, tx: Transaction, row: Any, was_doubtful: bool) -> Load | None:
        """Opening a body is part of handling it: one that cannot be read blocks no other."""
        try:
            with tx.savepoint():
                parcel = tx.outbox.read(row, doubtful=was_doubtful)
                effect = self._final(tx, parcel)
                if effect is None:
                    return None
                return Load(parcel, effect, tx.people.reader(effect.to, tx.home()))
        except Exception as error:
            log.error("outbox %s cannot be read: %s", row.id, type(error).__name__)
            tx.outbox.settle(row.id, "undeliverable", f"unreadable: {type(error).__name__}")
            return None

    def _final(self, tx: Transaction, parcel: Parcel) -> Deliverable | None:
        """What is really sent: nudges are composed now, a form that came too late is a card."""
        effect = parcel.effect
        if isinstance(effect, Remind):
            return self.nudging.compose(tx, parcel)
        if isinstance(effect, OpenForm) and self._too_late(parcel, effect):
            return Send(effect.to, effect.instead)
        return effect

    def _too_late(self, parcel: Parcel, form: OpenForm) -> bool:
        return parcel.doubtful or self.store.clock.lease() > parcel.since + form.within

    async def _carry(self, load: Load) -> None:
        parcel = load.parcel
        try:
            arrived = await self._deliver(load)
        except TryLater as busy:
            after = busy.after
            await self._record(lambda box: box.wait(parcel, after))
        except Undeliverable as reason:
            await self._give_up(load, str(reason))
        except Exception as error:  # Doubtful, or a bug of ours: the claim stands, the doubt too
            log.warning("outbox %s is in doubt: %s", parcel.id, type(error).__name__)
        else:
            outcome = Arrival(load.effect.to, arrived)
            await self._record(lambda box: box.settle(parcel.id, "arrived", outcome))

    async def _deliver(self, load: Load) -> MessageRef | None:
        parcel, effect = load.parcel, load.effect
        adapter = self.adapters[effect.to.platform]
        if parcel.doubtful and not isinstance(parcel.effect, OpenForm):
            fault_point("before find")
            found = await adapter.find(effect, key=parcel.key, since=parcel.since)
            if found is not None:
                return found
            if doubt(parcel.effect) == "lose":
                raise Undeliverable("perhaps it arrived; rather lost than doubled")
        if self.store.clock.lease() > parcel.since + PATIENCE and not parcel.nudging:
            raise Undeliverable("the platform stayed unreachable")

        fault_point("before deliver")
        async with asyncio.timeout(LONGEST):
            arrived = await adapter.deliver(effect, key=parcel.key, reader=load.reader)
        fault_point("after deliver")
        return arrived

    async def _give_up(self, load: Load, reason: str) -> None:
        """A form that nobody could open becomes the card that says what to type."""
        parcel, effect = load.parcel, load.effect
        if not isinstance(effect, OpenForm):
            await self._record(lambda box: box.settle(parcel.id, "undeliverable", reason))
            return

        def instead(box: Outbox) -> None:
            box.settle(parcel.id, "undeliverable", reason)
            box.add(Send(effect.to, effect.instead), f"{parcel.key}/instead")

        await self._record(instead)

    async def _record(self, write: Callable[[Outbox], None]) -> None:
        def recorded() -> None:
            with self.store.transaction() as tx:
                write(tx.outbox)

        await asyncio.to_thread(recorded)


def _lanes(loads: list[Load]) -> list[list[Load]]:
    lanes: dict[object, list[Load]] = {}
    for load in loads:
        lanes.setdefault(load.effect.to, []).append(load)
    return list(lanes.values())

"""Packs the files people asked for, all that is held about them or a case, in the worker's time.

Policy 3.3.2, 1.3-legal.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.card import Card
from bot.clock import fault_point
from bot.command import Refusal
from bot.effects import Send, Upload
from bot.events import account_of
from bot.handlers import checkpointing
from bot.packing import case, mydata
from bot.packing.packed import Packed
from bot.store import Store, Transaction
from bot.words import Say, say

log = logging.getLogger(__name__)

HOLD = timedelta(minutes=15)  # lease time: who dies over a file loses it to the next
TRIES = 3


@dataclass(frozen=True, slots=True)
class Packer:
    store: Store
    to_file: bool = False  # checkpoints are posted to a file, too

    async def round(self) -> int:
        """Pack one file that was asked for; returns how many that were."""
        return await asyncio.to_thread(self.work)

    def work(self) -> int:
        with self.store.transaction() as tx:
            order = tx.bundles.claim(HOLD)
            if order is not None and order.kind == "case":  # only what it covers can be proved
                checkpointing.take(tx, to_file=self.to_file)
        if order is None:
            return 0
        try:
            with self.store.reading() as tx:
                packed = _pack(tx, order)
        except Refusal as refusal:
            self._fail(order, refusal.why)
        except Exception as error:
            log.error("file %s failed: %s", order.id, type(error).__name__)
            if order.tries + 1 >= TRIES:
                self._fail(order, say("The file could not be made. IT can see why in the log."))
        else:
            self._hand_over(order, packed)
        return 1

    def _hand_over(self, order: Any, packed: Packed) -> None:
        with self.store.transaction() as tx:
            days = packed.keep.days
            file = tx.files.add(packed.name, order.person, packed.body, packed.keep)
            if tx.bundles.settle(order.id, "made", file):
                packed.record(tx)
                note = say("It is for you alone, and is removed after {days} days.", days=days)
                card = Card(packed.title, body=(*packed.notes, note), tone="good")
                upload = Upload(account_of(order.account), file, packed.name, card)
                tx.outbox.add(upload, f"bundle/{order.id}/0", urgent=True)
        fault_point("a file was handed over")

    def _fail(self, order: Any, why: Say) -> None:
        with self.store.transaction() as tx:
            if tx.bundles.settle(order.id, "failed", None):
                card = Card(why, tone="bad")
                tx.outbox.add(Send(account_of(order.account), card), f"bundle/{order.id}/0")


def _pack(tx: Transaction, order: Any) -> Packed:
    if order.kind == "mydata":
        return mydata.pack(tx, order)
    return case.pack(tx, order)

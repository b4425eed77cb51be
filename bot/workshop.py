"""Builds the workbooks people asked for, each in a process of its own. Policy 5.2."""

import asyncio
import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.card import Card
from bot.clock import fault_point
from bot.command import Refusal
from bot.effects import Send, Upload
from bot.events import account_of
from bot.policy import periods
from bot.report import Edition, Material, Wanted, gather
from bot.store import Store
from bot.words import Code, Say, say

log = logging.getLogger(__name__)

HOLD = timedelta(minutes=15)  # lease time: who dies over a workbook loses it to the next
KEEP = timedelta(days=14)  # until the file is removed
TRIES = 3

Build = Callable[[Material, Path], object]  # a top-level function: it runs in another process


@dataclass(frozen=True, slots=True)
class Workshop:
    store: Store
    build: Build

    async def round(self) -> int:
        """Build one workbook that was asked for; returns how many that were."""
        order = await asyncio.to_thread(self._claim)
        if order is None:
            return 0
        try:
            material = await asyncio.to_thread(self._gather, order)
            body = await self.make(material)
        except Refusal as refusal:
            await asyncio.to_thread(self._fail, order, refusal.why)
        except Exception as error:
            log.error("workbook %s failed: %s", order.id, type(error).__name__)
            if order.tries + 1 >= TRIES:
                why = say("The report could not be made. IT can see why in the log.")
                await asyncio.to_thread(self._fail, order, why)
        else:
            await asyncio.to_thread(self._hand_over, order, body)
        return 1

    async def make(self, material: Material) -> bytes:
        """The workbook's bytes, built in a process that ends with it."""
        spawn = multiprocessing.get_context("spawn")
        with TemporaryDirectory(prefix="duly-") as folder:
            out = Path(folder) / "report.xlsx"
            pool = ProcessPoolExecutor(1, spawn)
            try:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(pool, self.build, material, out)
            finally:
                await asyncio.to_thread(pool.shutdown)
            return await asyncio.to_thread(out.read_bytes)

    def _claim(self) -> Any | None:
        with self.store.transaction() as tx:
            return tx.orders.claim(HOLD)

    def _gather(self, order: Any) -> Material:
        with self.store.reading() as tx:
            reader = tx.people.reader(account_of(order.account), tx.home())
            period = periods.parse(order.period, tx.home().zone)
            edition: Edition = order.edition
            return gather(
                tx, Wanted(period=period, edition=edition, person=order.person, reader=reader)
            )

    def _hand_over(self, order: Any, body: bytes) -> None:
        name = f"duly-{order.edition}-{order.period}.xlsx"
        ready = say("The report of {period} is ready.", period=Code(order.period))
        note = say("It is for you alone, and is removed after {days} days.", days=KEEP.days)
        with self.store.transaction() as tx, tx.origin.because(order.asked_at):
            file = tx.files.add(name, order.person, body, KEEP)
            if tx.orders.settle(order.id, "made", file):
                card = Card(ready, body=(note,), tone="good")
                upload = Upload(account_of(order.account), file, name, card)
                tx.outbox.add(upload, f"order/{order.id}/0", urgent=True)
        fault_point("a workbook was handed over")

    def _fail(self, order: Any, why: Say) -> None:
        with self.store.transaction() as tx:
            if tx.orders.settle(order.id, "failed", None):
                card = Card(why, tone="bad")
                tx.outbox.add(Send(account_of(order.account), card), f"order/{order.id}/0")

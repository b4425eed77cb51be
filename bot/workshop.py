"""Builds the workbooks people asked for, and shows them how far they are. Policy 5.2."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot import periodical
from bot.card import Card
from bot.clock import fault_point
from bot.command import Refusal
from bot.effects import Amend, Send, Upload
from bot.events import account_of
from bot.gathering import gather
from bot.making import Build, Made, Unmade, claimed, issue
from bot.periodical import Found, Looks
from bot.policy import periods
from bot.report import Edition, Progress, Wanted, preparing
from bot.store import Store, Transaction
from bot.store.published import DUE
from bot.words import Code, Say, say

log = logging.getLogger(__name__)

HOLD = timedelta(minutes=15)  # lease time: who dies over a workbook loses it to the next
TRIES = 3
PATIENCE = 5.0  # seconds before somebody is shown how far it is, and between two such words
READING = Progress("reading")


@dataclass(slots=True)
class Showing:
    """How far one workbook is, told to who asked: not for what is made in a moment."""

    store: Store
    order: Any
    since: float
    shown: bool = False

    def __call__(self, progress: Progress) -> None:
        now = self.store.clock.spent()
        if now - self.since >= PATIENCE:
            self.since = now
            try:
                self._keep(progress)
            except Exception as error:  # the workbook is worth more than a word about it
                log.warning("how far %s is was not kept: %s", self.order.id, type(error).__name__)

    def _keep(self, progress: Progress) -> None:
        with self.store.transaction() as tx:
            if advance(tx, self.order, progress) and not self.order.once:
                show(tx, self.order, Card(preparing(self.order.period), body=(far(progress),)))
                self.shown = True


def advance(tx: Transaction, order: Any, at: Progress) -> bool:
    how_far = {"stage": at.stage, "done": at.done, "sheets": at.sheets, "written": at.rows}
    return tx.orders.advance(order.id, HOLD, **how_far)


def far(progress: Progress) -> Say:
    match progress.stage:
        case "writing":
            return say(
                "Sheet {number} of {sheets}; {rows} rows so far.",
                number=progress.done + 1,
                sheets=progress.sheets,
                rows=progress.rows,
            )
        case "checking":
            return say("All {rows} rows are written; I am checking the file.", rows=progress.rows)
        case _:
            return say("I am reading the data.")


def show(tx: Transaction, order: Any, card: Card) -> None:
    """On the card that answered them; where that cannot be changed, on one in their own chat."""
    subject = f"order/{order.id}"
    arrivals = [each for each in tx.outbox.told(subject) if each.message is not None]
    for arrival in arrivals:
        if arrival.message is not None:
            key = f"{subject}/{tx.clock.new_id()}"
            tx.outbox.add(Amend(arrival.to, arrival.message, card), key, urgent=True)
    key = f"{subject}/far"
    if not arrivals and not tx.outbox.leaving([subject]) and not tx.outbox.known([key]):
        tx.outbox.add(Send(account_of(order.account), card), key, subject=subject, urgent=True)


@dataclass(frozen=True, slots=True)
class Workshop:
    store: Store
    build: Build
    periodic: Build | None = None  # the same of what nobody asked for, with what stands beside it
    looks: Looks = field(default_factory=Looks)

    async def round(self) -> int:
        """Build one workbook that was ordered; returns how many that were."""
        order = await claimed(self._claim, self._lay_down)
        if order is None:
            return 0
        showing = Showing(self.store, order, self.store.clock.spent())
        try:
            found = await asyncio.to_thread(self._gather, order)
            build = self.periodic if order.once and self.periodic else self.build
            made = await issue(build, found.material, showing) if found.material else Made(None)
        except asyncio.CancelledError:
            self._lay_down(order)
            raise
        except Refusal as refusal:
            why = None if order.once else refusal.why  # they have another role by now
            await asyncio.to_thread(self._fail, showing, why)
        except Exception as error:
            kind = error if isinstance(error, Unmade) else type(error).__name__
            log.error("workbook %s failed: %s", order.id, kind)
            if order.tries + 1 >= TRIES:
                why = say("The report could not be made. IT can see why in the log.")
                told = why if order.occasion in ("", DUE) else None
                await asyncio.to_thread(self._fail, showing, told)
        else:
            await asyncio.to_thread(self._hand_over, showing, found, made)
        return 1

    def _claim(self) -> Any | None:
        with self.store.transaction() as tx:
            order = tx.orders.claim(HOLD)
            if order is not None:
                advance(tx, order, READING)
            return order

    def _lay_down(self, order: Any) -> None:
        """We end: another process may begin it anew, at once. It was no failure."""
        with self.store.transaction() as tx:
            tx.orders.lay_down(order.id, order.tries)

    def _gather(self, order: Any) -> Found:
        with self.store.reading(through=True) as tx:
            reader = tx.people.reader(account_of(order.account), tx.home())
            period = periods.parse(order.period, tx.home().zone)
            edition: Edition = order.edition
            wanted = Wanted(period=period, edition=edition, person=order.person, reader=reader)
            if order.once:
                return periodical.gathered(tx, order, wanted, self.looks)
            return Found(gather(tx, wanted))

    def _hand_over(self, showing: Showing, found: Found, made: Made) -> None:
        order, body = showing.order, made.workbook
        if order.once:
            with self.store.transaction() as tx:
                periodical.hand_over(tx, order, found, made)
            fault_point("a report was handed over")
            return
        if body is None:
            raise Unmade("nothing was written")
        name = f"duly-{order.edition}-{order.period}.xlsx"
        ready = say("The report of {period} is ready.", period=Code(order.period))
        with self.store.transaction() as tx, tx.origin.because(order.asked_at):
            keep = tx.policies.current().reports.keep
            note = say("It is for you alone, and is removed after {days} days.", days=keep.days)
            file = tx.files.add(name, order.person, body, keep)
            if tx.orders.settle(order.id, "made", file):
                card = Card(ready, body=(note,), tone="good")
                upload = Upload(account_of(order.account), file, name, card)
                tx.outbox.add(upload, f"order/{order.id}/0", urgent=True)
                if showing.shown:
                    show(tx, order, Card(ready, tone="good"))
        fault_point("a workbook was handed over")

    def _fail(self, showing: Showing, why: Say | None) -> None:
        order = showing.order
        with self.store.transaction() as tx:
            if tx.orders.settle(order.id, "failed", None) and why is not None:
                card = Card(why, tone="bad")
                tx.outbox.add(Send(account_of(order.account), card), f"order/{order.id}/0")
                if showing.shown:
                    show(tx, order, card)

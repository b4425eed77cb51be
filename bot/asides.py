"""Who asks for the reporting channel is answered at once, past journal and outbox. Policy 5.1.3.

So it stands nowhere who asked. If the answer is lost on its way, they ask again: rather lost than
written down.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import reporting
from bot.effects import Deliverable, OpenForm, Whisper
from bot.events import Account, ButtonPressed, Place, Platform
from bot.handlers import channel
from bot.policy.reporting import Channel
from bot.port import Ability, Adapter
from bot.reporting import Event
from bot.store import Store
from bot.words import Reader

PATIENCE = 20.0  # seconds for one answer

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Asides:
    store: Store
    adapters: Mapping[Platform, Adapter]
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def answer(self, event: Event) -> None:
        """Soon, and without anybody waiting for it."""
        task = asyncio.create_task(self._answered(event))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        await asyncio.gather(*self._under_way)

    async def _answered(self, event: Event) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._answer(event)
        except Exception as error:  # whoever asked sees that nothing came, and asks again
            log.warning("an answer that is not kept was lost: %s", type(error).__name__)

    async def _answer(self, event: Event) -> None:
        adapter = self.adapters.get(event.actor.platform)
        if adapter is None:
            return
        now, reader = await asyncio.to_thread(self._look, event.actor)
        card = reporting.card(now)
        if now.open and Ability.FORMS in adapter.abilities and event.reply_handle:
            opened = OpenForm(event.actor, reporting.form(now), event.reply_handle, card)
            if await self._delivered(adapter, opened, reader):
                return
        whisper = Whisper(event.actor, _place(event), card, event.reply_handle)
        await adapter.deliver(whisper, key=self.store.clock.new_id(), reader=reader)

    async def _delivered(self, adapter: Adapter, effect: Deliverable, reader: Reader) -> bool:
        try:
            await adapter.deliver(effect, key=self.store.clock.new_id(), reader=reader)
        except Exception as error:
            log.info("a form could not be opened: %s", type(error).__name__)
            return False
        return True

    def _look(self, account: Account) -> tuple[Channel, Reader]:
        with self.store.reading() as tx:
            return channel.channel(tx), tx.people.reader(account, tx.home())


def _place(event: Event) -> Place:
    return event.message.place if isinstance(event, ButtonPressed) else event.place

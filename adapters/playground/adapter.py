"""The playground as an adapter: one more platform to the core, and its own server besides."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from adapters.playground.cast import PLATFORM
from adapters.playground.delivering import Delivering
from adapters.playground.hooks import Hooks
from adapters.playground.moving import Moving
from adapters.playground.pages import Pages
from adapters.playground.receiving import Receiving
from adapters.playground.shelf import Shelf
from adapters.playground.streams import Streams
from adapters.playground.timeline import Timeline
from bot.clock import Clock
from bot.effects import Deliverable
from bot.events import MessageRef
from bot.port import Ability, Door, Inbox
from bot.seal import Seal
from bot.words import Reader


class Playground:
    """`store` is the platform's own file, None for memory only. Sets `clock` ahead as it was."""

    platform = PLATFORM
    abilities = (
        Ability.THREADS
        | Ability.WHISPERS
        | Ability.FORMS
        | Ability.BUTTONS
        | Ability.EDITS_SEEN
        | Ability.FILES
    )
    doors: Sequence[Door]

    def __init__(self, store: Path | None, seal: Seal, clock: Clock, hooks: Hooks) -> None:
        self._shelf = Shelf(store, seal)
        self._streams = Streams()
        timeline = Timeline(self._shelf, hooks.cast)
        moving = Moving(self._shelf, timeline, clock)
        self._receiving = Receiving(self._shelf, timeline, clock, self._streams)
        self._delivering = Delivering(self._shelf, timeline, clock, self._streams)
        pages = Pages(
            shelf=self._shelf,
            timeline=timeline,
            clock=clock,
            hooks=hooks,
            receiving=self._receiving,
            streams=self._streams,
            moving=moving,
        )
        self.doors = (Door("/playground", pages.app(), front=True),)

    async def listen(self, inbox: Inbox) -> None:
        """Ends the open streams when cancelled, so that a server can stop."""
        self._streams.open()
        try:
            await self._receiving.listen(inbox)
        finally:
            self._streams.close()

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        return await asyncio.to_thread(self._delivering.deliver, effect, key, reader)

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        return await asyncio.to_thread(self._delivering.find, key)

    def hang_up(self) -> None:
        """Ends the open streams, from any thread: a server that is told to stop waits for them."""
        self._streams.close()

    def close(self) -> None:
        self.hang_up()
        self._shelf.close()

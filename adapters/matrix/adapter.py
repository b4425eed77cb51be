"""Matrix behind the port: every homeserver that is configured, one device on each."""

import asyncio
from collections.abc import Callable, Container, Sequence
from datetime import datetime, timedelta

from adapters.matrix.homeserver import Homeserver
from adapters.matrix.install import Install
from adapters.matrix.known import ABILITIES, PLATFORM
from adapters.matrix.outbound import Outbound
from bot.effects import Deliverable
from bot.events import Account, MessageRef, Place
from bot.port import Door, Files, Inbox, TryLater, Undeliverable
from bot.words import Reader

SOON = timedelta(seconds=5)


class Matrix:
    platform = PLATFORM
    abilities = ABILITIES
    doors: Sequence[Door] = ()

    def __init__(
        self,
        installs: Sequence[Install],
        files: Files,
        now: Callable[[], datetime],
        typed: Container[str] = (),
    ) -> None:
        self.homeservers = [Homeserver(each, files, now, typed) for each in installs]

    @property
    def ready(self) -> bool:
        """Something can be sent from here: the device of a homeserver is ours."""
        return any(each.ready for each in self.homeservers)

    async def listen(self, inbox: Inbox) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for each in self.homeservers:
                group.create_task(each.listen(inbox))

    def hang_up(self) -> None:
        """Nothing is held open for others."""

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        return await self._of(effect.to).deliver(effect, key, reader)

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        try:
            there = self._of(effect.to)
        except Undeliverable:
            return None
        return await there.find(effect, key, since)

    def _of(self, to: Account | Place) -> Outbound:
        """Raises TryLater while the device is not ours or its rooms are not known yet."""
        for each in self.homeservers:
            if each.install.realm == to.realm and to.platform == PLATFORM:
                if not each.ready or each.outbound is None:
                    raise TryLater(SOON)
                return each.outbound
        raise Undeliverable("that is on no homeserver of ours")

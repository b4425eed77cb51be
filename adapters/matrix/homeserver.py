"""One homeserver, as long as its device is ours: opened, listened with, and given back."""

import asyncio
import logging
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime

from adapters.matrix import keys
from adapters.matrix.calls import Calls, ShutOut
from adapters.matrix.device import Device, identity, open_device
from adapters.matrix.entering import Expelled
from adapters.matrix.install import Install
from adapters.matrix.known import PLATFORM, Known
from adapters.matrix.outbound import Outbound
from adapters.matrix.pace import Pace
from adapters.matrix.rooms import local
from adapters.matrix.roster import Roster
from adapters.matrix.saying import Saying
from adapters.matrix.session import Session, alive
from adapters.matrix.wire import NoAnswer, Wire
from bot.events import AccessLost
from bot.logs import Own
from bot.port import Cursor, Files, Inbox
from bot.settings import Unusable

BEAT = 10.0  # seconds between two renewals of our lease, which ends after thirty
ELSEWHERE = 5.0  # seconds before asking again whether the other process has ended
AGAIN, MENDED = 5.0, 60.0  # seconds after no answer, and where somebody has to mend something
NAME = "Duly"  # as people call us, whatever the account is called

log = logging.getLogger(__name__)
logging.getLogger("nio").setLevel(logging.ERROR)  # it tells of every key; we tell what went wrong


class Taken(Exception):
    """Another process has the device now."""


@dataclass(slots=True)
class Homeserver:
    """`session` and `outbound` are there while we are connected."""

    install: Install
    files: Files
    now: Callable[[], datetime]
    typed: Container[str]  # commands that no reaction may give
    session: Session | None = None
    outbound: Outbound | None = None

    @property
    def ready(self) -> bool:
        return self.session is not None and self.session.ready

    @property
    def known(self) -> Known:
        """Raises LookupError while we are not connected."""
        if self.session is None:
            raise LookupError(self.install.realm)
        return self.session.known

    async def listen(self, inbox: Inbox) -> None:
        """Until cancelled, whenever the device is ours; other homeservers go on meanwhile."""
        while True:
            if not await self._leased(inbox):
                await asyncio.sleep(ELSEWHERE)
                continue
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._hold(inbox))
                    group.create_task(self._work(inbox))
            except* Taken:
                log.warning("Matrix (%s): another process has our device now", self.install.where)
            except* Exception:
                log.exception("listening to a homeserver stumbled and goes on")
                await asyncio.sleep(AGAIN)

    async def _hold(self, inbox: Inbox) -> None:
        """The device is ours alone: two processes at its keys would spoil them for both."""
        while True:
            await asyncio.sleep(BEAT)
            if not await self._leased(inbox):
                raise Taken
            if self.session is not None and self.session.heard_at is not None:
                heard = self.session.heard_at.isoformat()
                await inbox.take([], Cursor(alive(self.install.realm), heard))

    async def _work(self, inbox: Inbox) -> None:
        """Until cancelled: whenever we are shut out, we try to get in again."""
        while True:
            device = await self._opened(inbox)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._connect(device).listen(inbox))
                    if self.install.admin_token:
                        group.create_task(self._look_around(device, inbox))
            except* ShutOut as why:
                log.error("the homeserver lets us in no more: %s", why.exceptions[0])
            finally:
                self.session = self.outbound = None
                await device.close()
            await asyncio.sleep(AGAIN)

    async def _look_around(self, device: Device, inbox: Inbox) -> None:
        """With an administrator's token: who everybody is."""
        wire = Wire(device.wire.url, self.install.admin_token)
        try:
            await Roster(wire, self.known, self.now).keep_up(inbox)
        finally:
            await wire.close()

    def _connect(self, device: Device) -> Session:
        known = Known(self.install.user_id)
        known.names = frozenset({known.user, local(known.user), NAME})
        calls = Calls(device.wire, Pace(self.install.rate))
        saying = Saying(calls, device, known)
        self.outbound = Outbound(calls, known, saying, self.files, self.typed, self.now)
        self.session = Session(device, calls, known, saying, self.now)
        return self.session

    async def _opened(self, inbox: Inbox) -> Device:
        """What keeps us out is logged once, however long it lasts."""
        said = ""
        while True:
            try:
                return await open_device(self.install, self.now)
            except NoAnswer as no:
                why, level, wait = f"the homeserver does not answer: {no}", logging.WARNING, AGAIN
            except Unusable as no:
                why, level, wait = str(no), logging.ERROR, MENDED
                if isinstance(no, Expelled):
                    await self._lost(inbox)
            if why != said:
                log.log(level, "Matrix (%s): %s", self.install.where, Own(why))
            said = why
            await asyncio.sleep(wait)

    async def _lost(self, inbox: Inbox) -> None:
        """IT is told, once for each time that we were in."""
        realm = self.install.realm
        heard = await inbox.cursor(alive(realm))
        if heard:
            key = keys.told(realm, "lost", heard)
            await inbox.take([AccessLost(key=key, at=self.now(), platform=PLATFORM, realm=realm)])

    async def _leased(self, inbox: Inbox) -> bool:
        """In the name of the folder, which one process at a time can have: who is killed is
        followed at once by who is started there, and a copy elsewhere has to wait.
        """
        name = f"matrix/{self.install.user_id}/device"
        return await inbox.lease(name, identity(self.install.store))

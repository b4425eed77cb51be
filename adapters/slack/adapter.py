"""Slack behind the port: every workspace that is configured, by HTTP or Socket Mode."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from adapters.slack.branch import Branch
from adapters.slack.calls import SOON
from adapters.slack.guard import PATH, Guard
from adapters.slack.install import Install
from adapters.slack.known import ABILITIES, PLATFORM
from adapters.slack.sockets import Sockets
from adapters.slack.workspace import Workspace, workspace
from bot.effects import Deliverable
from bot.events import Account, MessageRef, Place
from bot.port import Door, Files, Inbox, TryLater, Undeliverable
from bot.words import Reader


class Slack:
    platform = PLATFORM
    abilities = ABILITIES

    def __init__(
        self, installs: Sequence[Install], files: Files, now: Callable[[], datetime]
    ) -> None:
        self._now = now
        self.workspaces = [workspace(each, files, now) for each in installs]
        by_secret: dict[str, list[Workspace]] = {}
        for each in self.workspaces:
            if each.install.signing_secret:
                by_secret.setdefault(each.install.signing_secret, []).append(each)
        self.branches = [Branch(secret, some) for secret, some in by_secret.items()]
        guard = Guard(self.branches, lambda: now().timestamp())
        self.doors: Sequence[Door] = (Door(PATH, guard),) if self.branches else ()

    async def listen(self, inbox: Inbox) -> None:
        """Until cancelled: who we are first, then everything at once."""
        for each in self.workspaces:
            each.calls.open()
        try:
            async with asyncio.TaskGroup() as group:
                for each in self.workspaces:
                    group.create_task(self._work(each, inbox))
                group.create_task(self._sockets())
        finally:
            for each in self.workspaces:
                each.inbox = None
                await each.calls.close()

    async def _work(self, each: Workspace, inbox: Inbox) -> None:
        await each.connect()
        await each.keep_up(inbox)

    async def _sockets(self) -> None:
        """One app has one pair of lines, for all the workspaces it is in."""
        by_token: dict[str, list[Workspace]] = {}
        for each in self.workspaces:
            if each.install.app_token:
                by_token.setdefault(each.install.app_token, []).append(each)
        async with asyncio.TaskGroup() as group:
            for token, some in by_token.items():
                branch = Branch("", some)
                sockets = Sockets(branch, token, some[0].install.api_url, self._now)
                group.create_task(sockets.run())

    def hang_up(self) -> None:
        """Nothing is held open for others: lines end with `listen`."""

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        return await self._of(effect.to).outbound.deliver(effect, key, reader)

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        try:
            there = self._of(effect.to)
        except Undeliverable:
            return None
        return await there.outbound.find(effect, key, since)

    def _of(self, to: Account | Place) -> Workspace:
        """Raises TryLater while we do not know yet who is who, Undeliverable for none of ours."""
        for each in self.workspaces:
            if each.known.team == to.realm and to.platform == PLATFORM:
                return each
        if any(not each.known.team for each in self.workspaces):
            raise TryLater(SOON)
        raise Undeliverable("that is in no workspace of ours")

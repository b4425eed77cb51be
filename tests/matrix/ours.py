"""Our device beside real people: opened, synced by hand, closed with the test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from adapters.matrix.cipher import Kept
from adapters.matrix.device import Device, open_device
from adapters.matrix.install import Install
from adapters.matrix.wire import Answer
from bot.clock import wall
from tests.matrix.people import People
from tests.matrix.synapse import Registered

KEY = "5e" * 32
CLIENT = "/_matrix/client/v3"
Json = dict[str, Any]


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(coroutine)


def install(people: People, account: Registered, store: Path, **other: Any) -> Install:
    """With the password; `other` is set instead."""
    made = Install(
        homeserver=people.server.url,
        user_id=account.user_id,
        password=account.password,
        store_key=KEY,
        store=store,
    )
    return replace(made, **other)


class Ours:
    """A device of ours with a sync of its own, as simple as can be."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.since = ""
        self.events: dict[str, list[Json]] = {}
        self.kept: list[Kept] = []
        self.to_device: list[Json] = []

    async def turn(self, wait: int = 0) -> Kept:
        """One sync, joined wherever we are invited, and what is due after it."""
        path = f"{CLIENT}/sync?timeout={wait}&full_state={'false' if self.kept else 'true'}"
        answer = await self.ask("GET", path + (f"&since={self.since}" if self.since else ""))
        told = answer.told
        assert await self.device.hear(told)
        self.to_device += told.get("to_device", {}).get("events", [])
        kept = await self.device.upkeep(told)
        self.kept.append(kept)
        rooms = told.get("rooms", {})
        for room in rooms.get("invite", {}):
            await self.ask("POST", f"{CLIENT}/join/{quote(room)}", {})
        for room, there in rooms.get("join", {}).items():
            self.events.setdefault(room, []).extend(there["timeline"]["events"])
        self.since = told["next_batch"]
        return kept

    async def until(self, room: str, kind: str) -> Json:
        """The newest event of this type in the room, as soon as there is one not seen yet."""
        for _ in range(20):
            for event in reversed(self.events.get(room, [])):
                if event["type"] == kind:
                    self.events[room] = []
                    return event
            await self.turn(wait=500)
        raise AssertionError(f"no {kind} came")

    async def say(self, room: str, text: str) -> str:
        """Encrypted."""
        content = {"msgtype": "m.text", "body": text}
        kind, body = await self.device.encrypt(room, "m.room.message", content)
        answer = await self.ask("PUT", f"{CLIENT}/rooms/{quote(room)}/send/{kind}/{text}", body)
        return str(answer.told["event_id"])

    async def ask(self, method: str, path: str, body: Json | None = None) -> Answer:
        answer = await self.device.wire.ask(method, path, body)
        assert answer.ok, (path, answer)
        return answer


@asynccontextmanager
async def ours(
    made: Install, *, proven: bool = True, now: Callable[[], datetime] = wall
) -> AsyncIterator[Ours]:
    device = await open_device(made, now)
    try:
        if proven:
            await device.prove()
        yield Ours(device)
    finally:
        await device.close()

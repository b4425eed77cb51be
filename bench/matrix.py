"""From Synapse to the journal: what was said while Duly was down, beside the bare GET /sync of it.

    python -m bench.matrix [--count 5000] [--secret 400] [--rounds 5]

Synapse runs as for the tests (SQLite, in memory, no limits). Both ask for the same; the bare one
reads the answer and keeps nothing. The journal: SQLite, WAL, synchronous=FULL. "Alone" is the
adapter with an inbox that keeps nothing. Synapse answers the same question from its memory for a
while: so each is asked in other words, which mean the same.
"""

import argparse
import asyncio
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count as counting
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from adapters.matrix import session
from adapters.matrix.calls import CLIENT
from adapters.matrix.homeserver import Homeserver
from adapters.matrix.install import Install
from adapters.matrix.keys import transaction
from adapters.matrix.session import FULL
from adapters.matrix.sync import FILTER
from bench.company import TALK, store_in
from bot.port import Inbox
from bot.wiring import StoredFiles, assemble
from tests.contract.matrix import Notebook
from tests.matrix.cipher import SecretHuman
from tests.matrix.human import Human
from tests.matrix.synapse import Registered, Synapse, synapse
from tests.needs import need

KEY = "5a" * 32
ROOM_SIZE = 100  # messages: as many as a sync tells of a room
PEOPLE = 10
AT_ONCE = 8
ASKED = counting()


@dataclass(frozen=True, slots=True)
class Turn:
    """One way, once. `cpu`: seconds of this process."""

    messages: int
    seconds: float
    cpu: float

    @property
    def speed(self) -> float:
        return self.messages / self.seconds


def afresh() -> dict[str, Any]:
    """A filter that nobody has asked with yet: it leaves out somebody who does not exist."""
    return {**FILTER, "room": {**FILTER["room"], "not_rooms": [f"!{next(ASKED)}:nowhere"]}}


@dataclass
class Duly:
    """One account of it, and the folder of its device as it was when it was stopped."""

    server: Synapse
    account: Registered
    folder: Path
    encryption: bool
    since: str = ""
    inbox: Notebook = field(default_factory=Notebook)

    def install(self, folder: Path) -> Install:
        return Install(
            homeserver=self.server.url,
            user_id=self.account.user_id,
            password=self.account.password,
            store_key=KEY,
            store=folder / "device",
            encryption=self.encryption,
            rate=60_000,
        )

    @property
    def token(self) -> str:
        return f"matrix/{self.account.user_id}/sync"

    def adapter(self, folder: Path) -> Homeserver:
        store = store_in(folder)
        return Homeserver(self.install(folder), StoredFiles(store), store.clock.lease, ())

    async def settle_in(self, rooms: int) -> None:
        """Until it is in so many rooms; then it is stopped."""
        made = self.adapter(self.folder)
        listening = asyncio.create_task(made.listen(self.inbox))
        await until(lambda: made.ready and len(made.known.rooms) >= rooms)
        await stop(listening)
        self.since = self.inbox.cursors_[self.token]

    async def catch_up(self, folder: Path, count: int, *, alone: bool) -> Turn:
        """From where it was stopped until all is committed."""
        folder.mkdir()  # noqa: ASYNC240
        shutil.copytree(self.folder / "device", folder / "device")
        store = store_in(folder)
        made = Homeserver(self.install(folder), StoredFiles(store), store.clock.lease, ())
        bot = assemble(store, [])
        inbox: Inbox = Notebook(dict(self.inbox.cursors_)) if alone else bot.inbox
        if not alone:
            with store.transaction() as tx:
                for name, position in self.inbox.cursors_.items():
                    tx.listeners.move(name, position)
        setattr(session, "FILTER", afresh())  # noqa: B010
        began, cpu = time.perf_counter(), time.process_time()
        listening = asyncio.create_task(made.listen(inbox))
        await until(lambda: made.ready)
        turn = Turn(count, time.perf_counter() - began, time.process_time() - cpu)
        await stop(listening)
        if not alone:
            with store.reading() as tx:
                kept = sum("/event/" in row.key for row in tx.journal.waiting(10 * count))
                assert kept >= count, f"{kept} of {count} were kept"
        store.db.dispose()
        return turn

    async def bare(self, count: int) -> Turn:
        """The same question, and the answer read."""
        params = {"filter": json.dumps(afresh()), "since": self.since, "full_state": "true"}
        headers = {"Authorization": f"Bearer {self.account.token}"}
        began, cpu = time.perf_counter(), time.process_time()
        async with httpx.AsyncClient(base_url=self.server.url, timeout=FULL) as client:
            answer = await client.get(
                f"{CLIENT}/sync", params={**params, "timeout": "0"}, headers=headers
            )
            told = answer.raise_for_status().json()
        turn = Turn(count, time.perf_counter() - began, time.process_time() - cpu)
        events = sum(
            each["type"] in ("m.room.message", "m.room.encrypted")
            for room in told["rooms"]["join"].values()
            for each in room["timeline"]["events"]
        )
        assert events == count, f"{events} of {count}"
        return turn


async def until(true: Callable[[], bool]) -> None:
    while True:
        if true():
            return
        await asyncio.sleep(0.002)


async def stop(listening: asyncio.Task[None]) -> None:
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def say_plainly(server: Synapse, people: Sequence[Human], rooms: list[str]) -> None:
    """ROOM_SIZE messages into each room, several at once."""
    turns = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:

        async def say(n: int) -> None:
            room, who = rooms[n % len(rooms)], people[n % len(people)]
            path = f"{CLIENT}/rooms/{room}/send/m.room.message/{transaction(str(n))}"
            body = {"msgtype": "m.text", "body": TALK[n % len(TALK)]}
            headers = {"Authorization": f"Bearer {who.account.token}"}
            async with turns:
                (await client.put(path, json=body, headers=headers)).raise_for_status()

        await asyncio.gather(*(say(n) for n in range(ROOM_SIZE * len(rooms))))


async def say_secretly(who: SecretHuman, rooms: list[str], count: int) -> None:
    for n in range(count):
        await asyncio.to_thread(who.say, rooms[n % len(rooms)], TALK[n % len(TALK)])


async def gathered(
    people: Sequence[Human], dulys: Sequence[Duly], rooms: int, *, secret: bool
) -> list[str]:
    """Rooms with all of them in it."""
    first, *others = people
    ids = [*(each.id for each in others), *(each.account.user_id for each in dulys)]

    def made(n: int) -> str:
        room = first.create_room(f"room {n}", invite=ids, encrypted=secret)
        for each in others:
            each.join(room)
        return room

    found = [await asyncio.to_thread(made, n) for n in range(rooms)]
    for each in dulys:
        await each.settle_in(rooms)
    return found


def told(name: str, turns: Sequence[Turn], beside: Sequence[Turn]) -> None:
    ratio = median(one.speed / other.speed for one, other in zip(turns, beside, strict=True))
    speed, cpu = median(x.speed for x in turns), median(x.cpu / x.messages for x in turns)
    print(f"{name}: {speed:,.0f} messages/s, {ratio:.2f} of bare, {cpu * 1000:.2f} ms CPU each")


def compared(bare: Sequence[Turn], alone: Sequence[Turn], kept: Sequence[Turn]) -> None:
    speed, cpu = median(x.speed for x in bare), median(x.cpu / x.messages for x in bare)
    print(f"  bare GET /sync: {speed:,.0f} messages/s, {cpu * 1000:.2f} ms CPU each")
    told("  the adapter alone", alone, bare)
    told("  the adapter, on disk", kept, bare)


async def plain(server: Synapse, folder: Path, count: int, rounds: int) -> None:
    duly = Duly(server, server.register("duly"), folder / "duly", encryption=False)
    duly.folder.mkdir()
    with humans(server) as people:
        rooms = await gathered(people, [duly], count // ROOM_SIZE, secret=False)
        await say_plainly(server, people, rooms)
    bare, alone, kept = list[Turn](), list[Turn](), list[Turn]()
    for n in range(rounds):
        bare.append(await duly.bare(count))
        alone.append(await duly.catch_up(folder / f"alone{n}", count, alone=True))
        kept.append(await duly.catch_up(folder / f"kept{n}", count, alone=False))
    print(f"{count:,} messages in {len(rooms)} rooms of {PEOPLE}, median of {rounds} turns")
    compared(bare, alone, kept)


async def secret(server: Synapse, folder: Path, count: int, rounds: int) -> None:
    """A device of its own for each turn: keys that were fetched are used up."""
    dulys = [
        Duly(server, server.register(f"secret{n}"), folder / f"secret{n}", encryption=True)
        for n in range(2 * rounds)
    ]
    for each in dulys:
        each.folder.mkdir()
    account = await asyncio.to_thread(server.register, "ann")
    with SecretHuman(server.url, account) as ann:
        rooms = await gathered([ann], dulys, count // ROOM_SIZE, secret=True)
        await asyncio.to_thread(ann.sync)
        await say_secretly(ann, rooms, count)
    bare, alone, kept = list[Turn](), list[Turn](), list[Turn]()
    for n in range(rounds):
        bare.append(await dulys[n].bare(count))
        alone.append(await dulys[n].catch_up(folder / f"alone-s{n}", count, alone=True))
        kept.append(await dulys[rounds + n].catch_up(folder / f"kept-s{n}", count, alone=False))
    print(f"{count:,} encrypted messages in {len(rooms)} rooms, median of {rounds} turns")
    compared(bare, alone, kept)


@contextmanager
def humans(server: Synapse) -> Iterator[list[Human]]:
    made = [Human(server.url, server.register(f"person{n}")) for n in range(PEOPLE)]
    try:
        yield made
    finally:
        for each in made:
            each.close()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=5000)
    options.add_argument("--secret", type=int, default=400)
    options.add_argument("--rounds", type=int, default=5)
    args = options.parse_args()
    logging.basicConfig(level=logging.ERROR)
    parts: list[Callable[[Synapse, Path], Coroutine[Any, Any, None]]] = [
        lambda server, folder: plain(server, folder, args.count, args.rounds),
        lambda server, folder: secret(server, folder, args.secret, args.rounds),
    ]
    with tempfile.TemporaryDirectory() as name, synapse(need("synapse")) as server:
        for part in parts:
            asyncio.run(part(server, Path(name)))


if __name__ == "__main__":
    main()

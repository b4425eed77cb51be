"""A whole Duly on a real homeserver: its people are clients of their own, its clock is ours."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import sqlalchemy as sa

from adapters.matrix.adapter import Matrix
from adapters.matrix.install import Install
from bot.clock import Clock
from bot.events import Account, Happening
from bot.policy.duties import Duty
from bot.policy.people import Department
from bot.running import Runner
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import in_memory
from bot.store.schema import UNSENT, journal, listeners, outbox
from bot.wiring import Bot, StoredFiles, assemble
from commands import TYPED
from tests.desk import MONDAY, STAFF, person
from tests.matrix.human import Human
from tests.matrix.people import People
from tests.matrix.seen import Seen

PATIENCE = 20.0  # seconds
HELD = timedelta(minutes=5)  # longer than sending takes: what is held back on purpose
KEY = "5a" * 32
RATE = 60_000.0  # messages a minute: no limit
AGAIN = timedelta(seconds=2)  # as where a chat was begun, and a sync is to tell of it
T = TypeVar("T")


@dataclass(eq=False)
class Hands:
    """A clock that begins on a Monday at nine in Shanghai, goes as time does, and can be moved."""

    begun: float = field(default_factory=time.monotonic)
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=time.monotonic() - self.begun) + self.ahead


@dataclass(eq=False)
class House:
    """Duly runs in a thread; scenes are told from outside, by people with clients."""

    people: People
    install: Install
    staff: dict[str, Human]
    store: Store
    hands: Hands
    room: str = ""  # where everybody is, and Duly
    bot: Bot = field(init=False)
    adapter: Matrix = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _running: asyncio.Task[None] = field(init=False)

    def __getattr__(self, name: str) -> Human:
        """`home.ann`"""
        try:
            return self.__dict__["staff"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def duly(self) -> str:
        return self.install.user_id

    def account(self, name: str) -> Account:
        return self.adapter.homeservers[0].known.account(self.staff[name].id)

    def open(self, *, heard: bool = True) -> None:
        """`heard`: and it listens."""
        files = StoredFiles(self.store)
        self.adapter = Matrix([self.install], files, self.store.clock.lease, TYPED)
        self.bot = assemble(self.store, [self.adapter])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner = Runner(self.bot, [self.adapter], 0.05)

        async def run() -> None:
            self._running = asyncio.create_task(self._runner.run())

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE)
        if heard:
            self.until(lambda: self.adapter.homeservers[0].ready)

    def close(self) -> None:
        async def end() -> None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            await asyncio.get_running_loop().shutdown_default_executor()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def restart(self) -> None:
        self.close()
        self.reopen()

    def reopen(self, *, heard: bool = True) -> None:
        """When the lease of who ended has ended, too."""
        self.lease_to(None)
        self.open(heard=heard)

    def lease_to(self, holder: str | None) -> None:
        """Another process, or nobody, listens from now on; no longer than one at work may."""
        until = self.store.clock.lease() + timedelta(seconds=50)
        mine = listeners.c.holder.is_not(None)
        with self.store.transaction() as tx:
            tx.listeners.rows.change(listeners, mine, holder=holder, held_until=until)

    def within(self, work: Coroutine[Any, Any, T]) -> T:
        """Something of the adapter's, in the loop where it lives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def until(self, true: Callable[[], T]) -> T:
        end = time.monotonic() + PATIENCE
        while not (found := true()):
            assert time.monotonic() < end, f"it did not come: {self.unsent()}"
            time.sleep(0.02)
        return found

    def has(self, event: str) -> bool:
        """Whether Duly has taken and handled what stands under that id of an event."""
        key = f"matrix/{self.install.realm}/%/{event}%"
        with self.store.reading() as tx:
            rows = tx.journal.rows.all(journal, journal.c.key.like(key))
            return bool(rows) and all(row.settled_at is not None for row in rows)

    def heard(self, event: str) -> str:
        """Waits until Duly has heard an event, and has done and said all that follows now."""
        self.until(lambda: self.has(event))
        self.settle()
        return event

    def says(self, name: str, text: str, room: str = "", **more: Any) -> str:
        """In the room of everybody; and Duly has heard it."""
        return self.heard(self.staff[name].say(room or self.room, text, **more))

    def asks(self, name: str, other: str, text: str) -> str:
        """By the name of the other, behind which their id stands, as clients write it."""
        called, who = self.staff[other].account.name, self.staff[other].id
        pill = f'<a href="https://matrix.to/#/{who}">{called}</a> {text}'
        return self.says(name, f"{called} {text}", html=pill, mentions=[who])

    def settle(self) -> None:
        """Until Duly has done and said all that follows now of what it has heard."""
        calm = 0
        end = time.monotonic() + PATIENCE
        while calm < 2:
            calm = calm + 1 if self._idle() else 0
            assert time.monotonic() < end, f"still busy: {self.unsent()}"
            time.sleep(0.02)

    def unsent(self) -> list[str]:
        with self.store.reading() as tx:
            rows = tx.outbox.rows.all(outbox, UNSENT)
            return [f"{row.kind} {row.key} {row.state}" for row in rows]

    def _idle(self) -> bool:
        now = self.store.clock.now()
        with self.store.reading() as tx:
            due = tx.dues.next()
            if list(tx.journal.waiting(1)) or (due and due <= now):
                return False
            soon = outbox.c.not_before <= now + AGAIN, outbox.c.held_until <= now + HELD
            return not tx.outbox.rows.all(outbox, UNSENT, *soon)

    def wait(self, span: timedelta) -> None:
        """Time goes by for Duly, in steps at which it looks at the clock."""
        left = span
        while left > timedelta(0):
            step = min(timedelta(minutes=30), left)
            self.hands.ahead += step
            left -= step
            self.within(self._runner.ring())
            self.settle()

    def chat(self, name: str) -> list[Seen]:
        """What Duly said to somebody alone, oldest first; they enter the chat where they are
        invited to one."""
        room = self.chat_room(name)
        if room is None:
            return []
        who = self.staff[name]
        who.sync()
        if room in who.invited and room not in who.joined:
            who.join(room)
            self.settle()
        who.sync()
        return [each for each in who.messages(room) if each.sender == self.duly]

    def begin_chat(self, name: str) -> str:
        """They begin a chat with Duly, who greets them; returns its room."""
        who = self.staff[name]
        room = who.direct(self.duly, encrypted=self.install.encryption)
        who.sync_until(lambda: self.duly in who.members(room))
        self.until(lambda: self.has_greeted(room))
        self.settle()
        return room

    def has_greeted(self, room: str) -> bool:
        with self.store.reading() as tx:
            return tx.journal.has(f"matrix/{self.install.realm}/greeting/{room}")

    def chats(self, name: str) -> str:
        """The room of their chat with Duly."""
        return self.until(lambda: self.chat_room(name)) or ""

    def chat_room(self, name: str) -> str | None:
        return self.adapter.homeservers[0].known.direct.get(self.staff[name].id)

    def owes(self, name: str) -> list[Duty]:
        with self.store.reading() as tx:
            return tx.duties.owed_by(name)

    def happened(self) -> list[Happening]:
        with self.store.reading() as tx:
            return [tx.journal.read(row) for row in tx.journal.rows.all(journal) if row.body]

    def parked(self) -> list[str]:
        """What Duly stumbled over."""
        with self.store.reading() as tx:
            return [tx.journal.error(row) for row in tx.journal.parked()]


@contextmanager
def house(
    people: People,
    folder: Path,
    *,
    names: tuple[str, ...] = ("ann", "bob", "sam"),
    secret: bool = False,
    db: sa.Engine | None = None,
    **how: Any,
) -> Iterator[House]:
    """Some of the desk's people on a homeserver, in a room with Duly; `secret`: it is encrypted.

    `how`: as Install has it.
    """
    with ExitStack() as stack:
        made = build(people, folder, names, secret=secret, db=db, **how)
        made.open()
        try:
            _gather(made, names, secret=secret)
            yield made
        finally:
            made.close()
            made.store.db.dispose()
            stack.close()


def build(
    people: People, folder: Path, names: tuple[str, ...], *, db: sa.Engine | None, **how: Any
) -> House:
    secret = how.pop("secret")
    staff = {name: (people.secret if secret else people.human)(name) for name in names}
    duly = people.account("duly")
    install = Install(
        homeserver=people.server.url,
        user_id=duly.user_id,
        password=duly.password,
        store_key=KEY,
        store=folder / "device",
        encryption=secret,
        **{"rate": RATE, **how},
    )
    hands, chance = Hands(), Random(1)
    time_ = Clock(lease=hands.now, random=chance.randbytes)
    store = Store(db or in_memory(), "acme", Seal(bytes(32), chance.randbytes), time_)
    employ(store, staff, install.realm)
    return House(people, install, staff, store, hands)


def employ(store: Store, staff: dict[str, Human], realm: str) -> None:
    """Everybody of the desk works there; those on the homeserver are known by their ids."""
    from adapters.matrix.known import PLATFORM  # noqa: PLC0415

    with store.transaction() as tx:
        tx.policies.adopt("")
        tx.people.save(person(name) for name in STAFF)
        heads = {"sales": "sam", "tech": "mei", "office": "grace"}
        tx.people.save_departments(
            Department(id=name, name=name.title(), head=head) for name, head in heads.items()
        )
        for name, human in staff.items():
            tx.people.link(Account(PLATFORM, realm, human.id), name)


def _gather(home: House, names: tuple[str, ...], *, secret: bool) -> None:
    first, *others = (home.staff[name] for name in names)
    home.room = first.create_room(
        "sales", invite=[*(each.id for each in others), home.duly], encrypted=secret
    )
    for each in others:
        each.accept(home.room)
    first.sync_until(lambda: home.duly in first.members(home.room))
    home.until(lambda: home.room in home.adapter.homeservers[0].known.rooms)
    home.settle()

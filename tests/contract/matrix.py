"""Matrix on the bench: the adapter alone, on a real Synapse, and what people's own clients see."""

import asyncio
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from adapters.matrix.adapter import Matrix
from adapters.matrix.install import Install
from adapters.matrix.keys import CONTENT
from bot.events import Account, FormSubmitted, Happening
from bot.policy.casefile import Report
from bot.policy.reporting import Channel
from bot.port import Brought, Cursor
from bot.words import Say
from commands import TYPED
from tests.contract.bench import Bench, Seen
from tests.contract.slack import Papers, running
from tests.matrix import seen
from tests.matrix.house import KEY, RATE
from tests.matrix.human import Human
from tests.matrix.people import people_of
from tests.matrix.synapse import Synapse

PATIENCE = 20.0  # seconds
COUNT = re.compile(r"<p><span[^>]*>Part \d+ of \d+</span></p>")  # under each part of a text


@dataclass
class Notebook:
    """An inbox that only keeps the cursors."""

    cursors_: dict[str, str] = field(default_factory=dict)

    async def take(self, events: Sequence[Happening], cursor: Cursor | None = None) -> None:
        if cursor is not None:
            self.cursors_[cursor.name] = cursor.position

    async def cursor(self, name: str) -> str | None:
        return self.cursors_.get(name)

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return {name: at for name, at in self.cursors_.items() if name.startswith(prefix)}

    async def lease(self, name: str, holder: str = "") -> bool:
        return True

    def check(self, form: FormSubmitted) -> Mapping[str, Say]:
        return {}

    async def largest(self) -> int:
        return 0

    async def keep(self, file: Brought) -> str:
        raise NotImplementedError(file.name)  # the bench posts no files

    async def channel(self) -> Channel:
        return Channel(company="acme")

    async def report(self, report: Report) -> int:
        raise AssertionError("nobody reports anything here")

    async def awaits(self, account: Account) -> bool:
        return False


@contextmanager
def matrix(server: Synapse, *, secret: bool) -> Iterator[Bench]:
    """Ann and Bob are in a room with Duly; Ann in another, too."""
    with people_of(server) as people, tempfile.TemporaryDirectory() as folder:
        made = people.secret if secret else people.human
        ann, bob = made("ann"), made("bob")
        duly = people.account("duly")
        install = Install(
            homeserver=server.url,
            user_id=duly.user_id,
            password=duly.password,
            store_key=KEY,
            store=Path(folder) / "device",
            encryption=secret,
            rate=RATE,
        )
        adapter = Matrix([install], Papers(), lambda: datetime.now(UTC), TYPED)
        with running() as run:
            listening = Listening(adapter)
            run(listening.begin())
            try:
                room = _room(run, listening, [ann, bob], "sales", secret=secret)
                hidden = _room(run, listening, [ann], "hidden", secret=secret)
                known = adapter.homeservers[0].known

                def lines(who: Account) -> list[Seen]:
                    return _lines(ann if who.id == ann.id else bob, install.user_id)

                yield Bench(
                    adapter=adapter,
                    room=known.place(room),
                    ann=known.account(ann.id),
                    bob=known.account(bob.id),
                    nobody=known.account("@nobody:corp.example"),
                    seen=lines,
                    elsewhere=hidden,
                    run=run,
                )
            finally:
                run(listening.end())


@dataclass
class Listening:
    adapter: Matrix
    _task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self._task = asyncio.create_task(self.adapter.listen(Notebook()))
        await self.until(lambda: self.adapter.homeservers[0].ready)

    async def end(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                if true():
                    return
                await asyncio.sleep(0.02)


def _room(
    run: Any, listening: Listening, people: Sequence[Human], name: str, *, secret: bool
) -> str:
    """With Duly in it."""
    first, *others = people
    known = listening.adapter.homeservers[0].known
    room = first.create_room(name, invite=[known.user, *(x.id for x in others)], encrypted=secret)
    for each in others:
        each.accept(room)
    first.sync_until(lambda: known.user in first.members(room))
    run(listening.until(lambda: room in known.rooms))
    return room


def _lines(who: Human, duly: str) -> list[Seen]:
    """In every room where they are: a line a key, a card with its file, a text with its parts."""
    who.sync()
    for room in [each for each in who.invited if each not in who.joined]:
        who.join(room)
    who.sync()
    found: dict[str, Seen] = {}
    for room in sorted(who.joined):
        told = {each["event_id"]: each["content"].get(CONTENT, {}) for each in who.events(room)}
        for each in who.messages(room):
            if each.sender == duly and "key" in told[each.id]:
                _add(found, told[each.id]["key"], each)
    return list(found.values())


def _add(found: dict[str, Seen], key: str, new: seen.Seen) -> None:
    file = new.msgtype == "m.file"
    words = str(new.formatted_body or escape(new.body))
    markup = f"<file>{words}</file>" if file else COUNT.sub("", words)
    old = found.get(key)
    if old is None:
        found[key] = Seen(key, new.body, markup)
    else:
        found[key] = Seen(key, f"{old.text}\n{new.body}", old.markup + (markup if file else ""))

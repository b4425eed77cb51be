"""Slack on the bench: the adapter alone, against the fake, over a real socket."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any

from adapters.slack.adapter import Slack
from adapters.slack.install import Install
from bot.effects import Deliverable
from bot.events import Account, MessageRef
from bot.words import Reader
from tests.contract.bench import Bench, Seen
from tests.slack.fake import Company, FakeSlack, HandClock, Person, Sight

PATIENCE = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class Papers:
    async def read(self, id: str) -> bytes:
        if id == "gone":
            raise LookupError(id)
        return f"the file {id}".encode()


@dataclass
class Marked(Slack):
    """Notes under which key each message came: in Slack a whisper or a file shows none."""

    installs: list[Install]
    clock: HandClock
    people: list[Person]
    keys: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        def now() -> datetime:
            return datetime.fromtimestamp(self.clock.time, UTC)

        Slack.__init__(self, self.installs, Papers(), now)
        self._turn = asyncio.Lock()

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        async with self._turn:
            try:
                return await super().deliver(effect, key=key, reader=reader)
            finally:
                for who in self.people:
                    for each in who.sees:
                        self.keys.setdefault(id(each.source), key)


@contextmanager
def slack() -> Iterator[Bench]:
    clock = HandClock()
    with FakeSlack(clock=clock) as fake:
        company = fake.workspace("Acme")
        ann, bob = company.person("Ann"), company.person("Bob")
        room = company.channel("sales", ann, bob)
        elsewhere = company.channel("hidden", ann, private=True)
        room.invite_bot()
        elsewhere.invite_bot()
        install = Install(
            bot_token=company.token, signing_secret="s", api_url=fake.api_url, rate=60_000
        )
        adapter = Marked([install], clock, [ann, bob])
        adapter.workspaces[0].calls.pace.channel = 60_000
        known = adapter.workspaces[0].known
        before = {id(each.source) for who in (ann, bob) for each in who.sees}
        with running() as run:
            run(adapter.workspaces[0].connect())

            def seen(who: Account) -> list[Seen]:
                person = ann if who.id == ann.id else bob
                return lines(adapter, [x for x in person.sees if id(x.source) not in before])

            yield Bench(
                adapter=adapter,
                room=known.place(room.id),
                ann=known.account(ann.id),
                bob=known.account(bob.id),
                nobody=known.account("U0NOBODY"),
                seen=seen,
                elsewhere=elsewhere.id,
                remembers=False,
                fake=fake,
                run=run,
            )
            run(adapter.workspaces[0].calls.close())
        del company


@contextmanager
def running() -> Iterator[Any]:
    """A loop in a thread: the adapter's connections live longer than one call."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE)

    try:
        yield run
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


def lines(adapter: Marked, sights: list[Sight]) -> list[Seen]:
    """A line a key: a card with its file, a long text with its parts."""
    found: dict[str, Seen] = {}
    for each in sights:
        if each.kind not in ("message", "ephemeral"):
            continue
        key = adapter.keys[id(each.source)]
        names = " ".join(file.name for file in getattr(each.source, "files", ()))
        new = Seen(key, f"{each.plain} {names}", f"{markup(each)} {escape(names)}")
        old = found.get(key)
        if old is not None:  # a file after its card; a further part of a long text
            more = new.markup if names else ""
            new = Seen(key, f"{old.text}\n{new.text}", old.markup + more)
        found[key] = new
    return list(found.values())


def markup(sight: Sight) -> str:
    """The blocks as tags; whatever in them is alive is a tag of its own. A text may end early."""
    title, *rest = sight.blocks or [{}]
    alive = [each.kind for each in sight.live]
    if title.get("type") == "rich_text" and "bold" in alive:
        alive.remove("bold")  # a title too long for a header is bold instead
    parts = [f"<live-{kind}></live-{kind}>" for kind in alive]
    parts.append(f"<title>{escape(_words(title))}</title>")
    parts += [_tags(each) for each in rest if not _says_part(each)]
    return "".join(parts)


def _words(part: Any) -> str:
    if isinstance(part, list):
        return " ".join(map(_words, part))
    if not isinstance(part, dict):
        return ""
    said = part.get("text")
    return said if isinstance(said, str) else " ".join(map(_words, part.values()))


def _says_part(block: Mapping[str, Any]) -> bool:
    """The small print under each part of a long text."""
    words = [each.get("text", "") for each in block.get("elements", ()) if isinstance(each, dict)]
    return block["type"] == "context" and any(str(each).startswith("Part ") for each in words)


def _tags(part: Any) -> str:
    if isinstance(part, list):
        return "".join(map(_tags, part))
    if not isinstance(part, dict):
        return ""
    words = "".join(escape(str(part[n])) for n in ("text", "value") if isinstance(part.get(n), str))
    inside = "".join(_tags(value) for value in part.values())
    kind = "header" if part.get("type") == "header" else str(part.get("type", "part"))
    return f"<{kind}>{words}{inside}</{kind}>" if kind not in ("text", "plain_text") else words


__all__ = ["Company", "slack"]

"""The mistakes that whoever builds such a thing makes, each as a change of what runs.

They are those of the traps that other systems fell into: acknowledged too early, marked too
early, looked up too late, counted by the wrong name.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler

from adapters.slack import calls, history
from adapters.slack.branch import OK, Branch, Given
from bot import outbox
from bot.events import Happening
from bot.handlers import approvals as deciding
from bot.handlers import falling, planning
from bot.inbox import JournalInbox
from bot.outbox import Courier, Load
from bot.policy import approvals, routes, seats
from bot.port import Cursor
from bot.seal import NONCE, Seal
from bot.store import connecting, triggers
from bot.store.nudges import Nudges
from bot.store.schema import dues
from bot.store.verifying import Verifying
from bot.ticker import BATCH, Ticker, _by_memory
from tests.mutations import harnesses

Planting = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """`plant`: a context in which Duly makes it. `look`: what is to see it; empty without it."""

    name: str
    plant: Planting
    look: Callable[[], Iterator[str]]


# ---- the inbox

_TAKE = JournalInbox.take
_KEPT: set["asyncio.Task[None]"] = set()


async def _at_once(
    self: JournalInbox, events: Sequence[Happening], cursor: Cursor | None = None
) -> None:
    """Whoever told us hears yes; it is written down afterwards."""
    task = asyncio.create_task(_later(self, events, cursor))
    _KEPT.add(task)
    task.add_done_callback(_seen_to)


async def _later(
    self: JournalInbox, events: Sequence[Happening], cursor: Cursor | None = None
) -> None:
    for _ in range(4):  # until they have heard it
        await asyncio.sleep(0)
    await _TAKE(self, events, cursor)


def _seen_to(done: "asyncio.Task[None]") -> None:
    """Whoever took it has heard yes already: nobody asks what became of it."""
    _KEPT.discard(done)
    if not done.cancelled():
        done.exception()


async def _token_first(
    self: JournalInbox, events: Sequence[Happening], cursor: Cursor | None = None
) -> None:
    if cursor is not None:
        await _TAKE(self, [], cursor)
    await _TAKE(self, events)


_BRANCH = Branch.take


async def _no_repeats(self: Branch, given: Given) -> Any:
    """What Slack tells again we are thought to have."""
    if "x-slack-retry-num" in given.headers:
        return OK, None
    return await _BRANCH(self, given)


_READ = history.History._read


def _other_keys(self: Any, id: str, said: Any) -> Iterator[Happening]:
    for each in _READ(self, id, said):
        yield replace(each, key=f"{each.key}/filled")


# ---- the outbox


async def _marked_first(self: Courier, load: Load) -> None:
    """As sent, before it is."""
    await self._record(lambda tx: outbox._arrived(tx, load, None, found=False))
    with suppress(Exception):
        await self._deliver(load)


async def _not_looked_for(self: Courier, load: Load) -> None:  # noqa: ARG001
    return None


def _always_at_work(tx: Any, parcel: Any) -> bool:  # noqa: ARG001
    return True


def _trying_again(self: calls.Calls) -> Any:
    made = _CLIENT(self)
    made.retry_handlers = [AsyncConnectionErrorRetryHandler(max_retry_count=1)]
    return made


_CLIENT = calls.Calls._client

# ---- the clock


_KNOWN = Nudges.known


@contextmanager
def _without_stage() -> Iterator[None]:
    """Who has heard of a duty has heard of it."""

    def key(self: planning.Planned) -> tuple[str, int, str]:
        return self.duty.id, 0, self.person

    def known(self: Nudges, duties: set[str]) -> set[tuple[str, int, str]]:
        return {(duty, 0, person) for duty, _, person in _KNOWN(self, duties)}

    with (
        patch.object(planning.Planned, "key", property(key)),
        patch.object(Nudges, "known", known),
    ):
        yield


def _in_two(self: Ticker, *, piled_up: bool) -> int:  # noqa: ARG001
    """What fell due is taken off the list by a transaction of its own."""
    with self.store.transaction() as tx:
        fallen = tx.dues.claim(tx.clock.now(), BATCH)
    with self.store.transaction() as tx:
        for at, some in _by_memory(tx, fallen):
            with tx.origin.because(at):
                falling.fallen(tx, self.nudging, some, timedelta(0))
    return len(fallen)


_BATCH = Ticker._batch


@contextmanager
def _scheduler() -> Iterator[None]:
    """What fell due while no process ran has misfired, as a scheduler's job does."""
    began: dict[int, tuple[Ticker, datetime]] = {}

    def batch(self: Ticker, *, piled_up: bool) -> int:
        _, since = began.setdefault(id(self), (self, self.store.clock.now()))
        with self.store.transaction() as tx:
            tx.rows.remove(dues, dues.c.at < since - timedelta(seconds=1))
        return _BATCH(self, piled_up=piled_up)

    with patch.object(Ticker, "_batch", batch):
        yield


# ---- decisions

_SEAT = deciding._seat


@contextmanager
def _by_account() -> Iterator[None]:
    """Somebody is their account: by another of theirs they are somebody else."""
    accounts: list[str] = []

    def seat(call: Any, *more: Any) -> Any:
        accounts[:] = [call.account.id]
        return _SEAT(call, *more)

    def why_not(request: Any, person: Any, chair: Any) -> Any:
        mine = replace(person, id=accounts[0])
        return _WHY_NOT(request, mine, chair)

    def able(people: Any, requester: Any) -> Any:  # noqa: ARG001
        return tuple({x.id: x for x in people if x.active and not x.partner}.values())

    def sits(person: str, requester: str, directory: Any) -> bool:  # noqa: ARG001
        return person in directory.people

    with (
        patch.object(deciding, "_seat", seat),
        patch.object(approvals, "why_not", why_not),
        patch.object(routes, "_able", able),
        patch.object(seats, "_able", sits),
    ):
        yield


_WHY_NOT = approvals.why_not


@contextmanager
def _unguarded() -> Iterator[None]:
    """The database refuses no change of a decision."""
    rules = tuple(each for each in triggers.RULES if each[0] not in ("requests", "seats"))
    connecting._pattern.cache_clear()
    try:
        with patch.object(triggers, "RULES", rules):
            yield
    finally:
        connecting._pattern.cache_clear()


# ---- the archive


def _wherever(self: Any, chain: Any, ends: Any) -> Iterator[Any]:  # noqa: ARG001
    """A chain ends where it ends."""
    ends.pop(chain.name, None)
    yield from ()


@contextmanager
def _unbound() -> Iterator[None]:
    """A sealed body is bound to no place."""

    def close(self: Seal, body: bytes, *slot: str) -> bytes:  # noqa: ARG001
        nonce = self._random(NONCE)
        return nonce + self._cipher.encrypt(nonce, body, b"")

    def opened(self: Seal, sealed: bytes, *slot: str) -> bytes:  # noqa: ARG001
        return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], b"")

    with patch.object(Seal, "close", close), patch.object(Seal, "open", opened):
        yield


def _put(where: Any, name: str, what: Any) -> Planting:
    return lambda: patch.object(where, name, what)


def _scene(name: str, *platforms: str) -> Callable[[], Iterator[str]]:
    return lambda: harnesses.crash(name, *platforms)


MISTAKES = (
    Mistake("ack before commit", _put(JournalInbox, "take", _at_once), _scene("asked")),
    Mistake("mark sent before send", _put(Courier, "_carry", _marked_first), _scene("requested")),
    Mistake(
        "no history check", _put(Courier, "_found", _not_looked_for), _scene("requested", "slack")
    ),
    Mistake("Q = 0", _put(outbox, "QUARANTINE", timedelta(0)), _scene("requested", "slack")),
    Mistake(
        "SDK retry on", _put(calls.Calls, "_client", _trying_again), harnesses.heard_and_cut_off
    ),
    Mistake("dedupe by Retry-Num", _put(Branch, "take", _no_repeats), harnesses.told_again),
    Mistake(
        "key without stage",
        _without_stage,
        _scene("late", "slack"),
    ),
    Mistake("stage advanced in a second tx", _put(Ticker, "_batch", _in_two), _scene("nudged")),
    Mistake(
        "quiet hours at enqueue only",
        _put(outbox, "_at_work", _always_at_work),
        _scene("evening", "slack"),
    ),
    Mistake("requester compared by account id", _by_account, harnesses.two_accounts),
    Mistake("decided row updatable", _unguarded, harnesses.decided_anew),
    Mistake(
        "chain without length anchor",
        _put(Verifying, "_ended", _wherever),
        lambda: harnesses.tampering(60),
    ),
    Mistake("sealed body opens elsewhere", _unbound, harnesses.swapped_bodies),
    Mistake(
        "sync token saved first",
        _put(JournalInbox, "take", _token_first),
        _scene("asked", "matrix"),
    ),
    Mistake(
        "backfill not sharing keys",
        _put(history.History, "_read", _other_keys),
        harnesses.filled_again,
    ),
    Mistake("scheduler job as truth", _scheduler, _scene("outage", "slack")),
)

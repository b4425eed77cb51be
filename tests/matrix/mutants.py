"""Mistakes planted in Duly one at a time: does the storm see them?

python -m tests.matrix.mutants --seed 7 --runs 40
"""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from secrets import token_hex
from typing import Any
from unittest.mock import patch

from adapters.matrix import gaps, inbound, keys, session
from adapters.matrix.adapter import Matrix
from adapters.matrix.session import Session
from bot.events import MembershipChanged
from bot.inbox import JournalInbox
from bot.port import Cursor
from tests.matrix.storm import Storm
from tests.simulation.laws import Breach

Planting = Callable[[], Any]  # a context in which Duly makes that mistake


async def _nothing(*_: Any, **__: Any) -> None: ...


async def _no_events(*_: Any, **__: Any) -> list[Any]:
    return []


async def _always(*_: Any) -> bool:
    return True


async def _token_first(self: Session, inbox: Any, found: Any, told: Any) -> str:
    await inbox.take([], Cursor(self._name("sync"), told.text("next_batch")))
    return await _KEEP(self, inbox, found, told)


async def _half(self: Session, *told: Any, **more: Any) -> Any:
    """Of a room that we had to leave, only that we left it."""
    found = await _LEFT(self, *told, **more)
    return [each for each in found if isinstance(each, MembershipChanged)]


def _an_edit_is_said(told: Any, said: Any, room: Any, known: Any) -> Any:
    return tuple(inbound._posted(told, said, room, known))


def _no_echo(*_: Any) -> inbound.Ignored:
    return inbound.Ignored("our own message")


@contextmanager
def _both(*plantings: Any) -> Iterator[None]:
    with ExitStack() as stack:
        for each in plantings:
            stack.enter_context(each)
        yield


_KEEP, _LEFT = Session._keep, Session._left

MISTAKES: dict[str, Planting] = {
    "the token is committed before the events": lambda: patch.object(
        Session, "_keep", _token_first
    ),
    "neither an echo nor a search ends a doubt": lambda: _both(
        patch.object(Matrix, "find", _nothing), patch.object(inbound, "_echo", _no_echo)
    ),
    "a gap is not filled": lambda: patch.object(gaps, "between", _no_events),
    "what was said before we joined is kept": lambda: patch.object(
        session, "while_in", lambda said, *_, **__: said
    ),
    "the lease is always ours": lambda: patch.object(JournalInbox, "lease", _always),
    "a changed message is a new one": lambda: patch.object(inbound, "_edit", _an_edit_is_said),
    "what was said until we had to leave is not read": lambda: patch.object(
        Session, "_left", _half
    ),
    "the same event has another key each time": lambda: patch.object(
        keys, "event", lambda realm, id: f"matrix/{realm}/event/{id}/{token_hex(4)}"
    ),
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    with MISTAKES[name]():
        yield


def seen(name: str, first: int, runs: int) -> tuple[int, list[Breach]]:
    """After how many stories it was, and what was seen; 0: in none of them."""
    with planted(name):
        for number in range(runs):
            if breaches := Storm(first + number).run():
                return number + 1, breaches
    return 0, []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix.mutants")
    parser.add_argument("--seed", type=int, default=0, help="of the first story")
    parser.add_argument("--runs", type=int, default=20, help="how many stories for each mistake")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    unseen = 0
    for name in MISTAKES:
        after, breaches = seen(name, asked.seed, asked.runs)
        kinds = Counter(each.kind for each in breaches)
        told = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "nothing"
        unseen += not after
        sys.stdout.write(f"{name}: {told} in story {after}: {[x.what for x in breaches[:1]]}\n")
        sys.stdout.flush()
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())

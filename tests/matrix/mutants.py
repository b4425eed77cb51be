"""Mistakes planted in Duly one at a time: does the storm see them?

    python -m tests.matrix.mutants --seed 7 --runs 60
"""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any
from unittest.mock import patch

from adapters.matrix import gaps, inbound, keys, session
from adapters.matrix.adapter import Matrix
from adapters.matrix.session import Session
from bot.inbox import JournalInbox
from bot.port import Cursor
from tests.matrix.storm import Storm

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
    """Of a room that we had to leave, what was said until then is not read."""
    room = await _LEFT(self, *told, **more)
    return [each for each in room if "/event/" not in each.key or hasattr(each, "joined")]


def _an_edit_is_said(told: Any, said: Any, room: Any, known: Any) -> Any:
    return tuple(inbound._posted(told, said, room, known))


_KEEP, _LEFT = Session._keep, Session._left

MISTAKES: dict[str, Planting] = {
    "the token is committed before the events": lambda: patch.object(
        Session, "_keep", _token_first
    ),
    "nothing is found after a doubt": lambda: patch.object(Matrix, "find", _nothing),
    "another transaction at every try": lambda: patch.object(
        keys, "transaction", lambda *_: token_hex(8)
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


def seen(name: str, first: int, runs: int) -> Counter[str]:
    """Breaches by kind, and how many stories it took until the first."""
    found: Counter[str] = Counter()
    with planted(name):
        for number in range(runs):
            breaches = Storm(first + number).run()
            found.update(each.kind for each in breaches)
            if breaches and not found["after"]:
                found["after"] = number + 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix.mutants")
    parser.add_argument("--seed", type=int, default=0, help="of the first story")
    parser.add_argument("--runs", type=int, default=20, help="how many stories for each mistake")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    unseen = 0
    for name in MISTAKES:
        found = seen(name, asked.seed, asked.runs)
        kinds = ", ".join(f"{found[each]} {each}" for each in ("lost", "doubled", "invariants"))
        unseen += not found["after"]
        sys.stdout.write(f"{name}: {kinds}; first in story {found['after'] or '-'}\n")
        sys.stdout.flush()
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())

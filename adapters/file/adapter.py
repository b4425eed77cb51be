"""Writes checkpoints to a file that nobody else need write to: one line each, on disk at once."""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import fault_point
from bot.effects import Deliverable, Send
from bot.events import MessageRef, Place, Platform
from bot.port import Ability, Door, Inbox, TryLater, Undeliverable
from bot.words import Code, Reader

AGAIN = timedelta(minutes=1)


class Notebook:
    """Beside the chat platforms: whoever writes to `Platform("file")` writes there."""

    platform = Platform("file")
    abilities = Ability.NONE
    doors: Sequence[Door] = ()

    def __init__(self, file: Path) -> None:
        self._file = file

    async def listen(self, inbox: Inbox) -> None:
        await asyncio.Event().wait()

    def hang_up(self) -> None:
        pass

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        """Once, however often it is tried: a line that is there is not written again."""
        if not isinstance(effect, Send) or not isinstance(effect.to, Place):
            raise Undeliverable("only checkpoints are written to the file")
        line = _line(effect)
        try:
            await asyncio.to_thread(self._write, line)
        except OSError:
            raise TryLater(AGAIN) from None
        return MessageRef(effect.to, key)

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        if not isinstance(effect, Send) or not isinstance(effect.to, Place):
            return None
        there = await asyncio.to_thread(self._has, _line(effect))
        return MessageRef(effect.to, key) if there else None

    def _has(self, line: str) -> bool:
        return self._file.exists() and line in self._file.read_text(encoding="utf-8").splitlines()

    def _write(self, line: str) -> None:
        """What a process that was killed began to write gets a line of its own."""
        if self._has(line):
            return
        with open(os.open(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644), "rb+") as out:
            whole = out.read()
            out.write((b"\n" if whole[-1:] not in (b"", b"\n") else b"") + f"{line}\n".encode())
            fault_point("a checkpoint goes into the file")
            out.flush()
            os.fsync(out.fileno())


def _line(effect: Send) -> str:
    return " ".join(part.text for part in effect.card.body if isinstance(part, Code))

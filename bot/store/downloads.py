"""Who took which workbook, when, and by which way: a log that only grows. Policy 5.2.1."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.store.rows import Rows
from bot.store.schema_console import downloads

MOST = 100  # that are told of one workbook


@dataclass(frozen=True, slots=True)
class Downloads:
    rows: Rows

    def add(self, file: str, person: str, channel: str) -> None:
        """`channel`: web, or the platform on which it was sent to them."""
        values = {"file": file, "person": person, "channel": channel}
        self.rows.add(downloads, id=self.rows.clock.new_id(), at=self.rows.clock.now(), **values)

    def sent(self, file: str, person: str, channel: str) -> None:
        """It arrived in their chat; however often that is said, it arrived there once."""
        c = downloads.c
        known = c.file == file, c.person == person, c.channel == channel
        if self.rows.one(downloads, *known) is None:
            self.add(file, person, channel)

    def of(self, file: str) -> Sequence[Any]:
        """The last first: `person`, `at`, `channel`."""
        order = [downloads.c.id.desc()]
        return self.rows.all(downloads, downloads.c.file == file, order=order, limit=MOST)

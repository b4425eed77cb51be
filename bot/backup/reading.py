"""Reads a backup part by part, and holds every count and checksum against it. Policy 3.3.3."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from bot.backup.sealed import DAMAGED, Unsound, opened, title
from bot.store.copying import Chains, Shape
from bot.store.migrating import is_known
from bot.store.verifying import Broken

NEWER = (
    "This backup was made by a newer Duly (tables {tables}). "
    "Install that version here, then restore again."
)
MISSHAPEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, zlib.error)
Rows = list[list[Any]]


@dataclass(slots=True)
class Backup:
    """`chains` knows, when all was read, which of them do not hold."""

    file: BinaryIO
    key: bytes
    kind: str = ""  # store, or keys
    company: str = ""
    tables: str = ""  # which version they are of
    made: datetime | None = None  # lease time
    rows: int = 0
    chains: Chains = field(default_factory=Chains)
    broken: list[Broken] = field(default_factory=list)

    def look(self) -> None:
        """What stands in the clear, and whose it is. Raises Unsound."""
        told, _ = title(self.file)
        self.file.seek(0)
        self.kind, self.tables = str(told.get("kind", "store")), str(told["tables"])
        if not is_known(self.tables):
            raise Unsound(NEWER.format(tables=self.tables))
        try:
            self.made = datetime.fromisoformat(told["made"])
            lines = _lines(opened(self.file, self.key))
            self.company = str(json.loads(next(lines))["company"])
        except (StopIteration, *MISSHAPEN):
            raise Unsound(DAMAGED) from None
        self.file.seek(0)

    def parts(self) -> Iterator[tuple[str, Shape, Rows]]:
        """Each table's rows, some at a time. Raises Unsound, at the end at the latest."""
        try:
            yield from self._parts()
        except MISSHAPEN:
            raise Unsound(DAMAGED) from None

    def _parts(self) -> Iterator[tuple[str, Shape, Rows]]:
        lines = _lines(opened(self.file, self.key))
        next(lines)
        seen: dict[str, dict[str, Any]] = {}
        name, shape, digest = "", Shape(), hashlib.sha256()
        for line in lines:
            told = json.loads(line)
            if isinstance(told, list):
                digest.update(line)
                seen[name]["rows"] += len(told)
                self.rows += len(told)
                self.chains.see(name, shape, told)
                yield name, shape, told
                continue
            if name:
                seen[name]["sha256"] = digest.hexdigest()
            if "end" in told:
                self._judge(told["end"], seen)
                return
            name, shape, digest = told["table"], told["shape"], hashlib.sha256()
            seen[name] = {"rows": 0}
            yield name, shape, []
        raise Unsound(DAMAGED)

    def _judge(self, said: dict[str, Any], seen: dict[str, Any]) -> None:
        if said != seen:
            raise Unsound(DAMAGED)
        self.broken = self.chains.end()


def check(backup: Backup, heard: Callable[[int], object] = lambda rows: None) -> None:
    """Reads all of it. Raises Unsound."""
    backup.look()
    for _ in backup.parts():
        heard(backup.rows)


def _lines(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Each with its end."""
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        raise Unsound(DAMAGED)

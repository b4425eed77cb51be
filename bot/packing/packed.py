"""A file that was packed: a zip with a page to read, lines for programs, and checksums."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.store import Transaction
from bot.words import Say

SUMS = "SHA256SUMS"
WHEN = (1980, 1, 1, 0, 0, 0)  # the same content gives the same file


def _nothing(tx: Transaction) -> None:
    """Nothing to record."""


@dataclass(frozen=True, slots=True)
class Packed:
    """`record` is done in the transaction that hands it over."""

    name: str
    title: Say
    body: bytes
    keep: timedelta
    notes: tuple[Say, ...] = ()
    record: Callable[[Transaction], object] = field(default=_nothing)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """With the checksums of all of them, as `sha256sum -c` reads them."""
    every = dict(files)
    every[SUMS] = "".join(
        f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(files.items())
    ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, body in every.items():
            entry = zipfile.ZipInfo(name, WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            pack.writestr(entry, body)
    return out.getvalue()


def lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """One JSON object a line."""
    text = "".join(json.dumps(row, default=plain, ensure_ascii=False) + "\n" for row in rows)
    return text.encode("utf-8", "replace")


def plain(value: Any) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)

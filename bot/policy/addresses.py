"""Mail addresses as people write them. Policy 2.1.2-recipients."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.words import seen

LONGEST = 20_000  # characters of one entry that are looked at
MAILBOX = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@((?:[\w-]{1,63}\.){1,10}[\w-]{2,63})")
WHOLE = 254  # characters of an address


@dataclass(frozen=True, slots=True)
class Address:
    """`mailbox` and `domain` in small letters; both empty where it is no address."""

    text: str
    mailbox: str = ""
    domain: str = ""


def addresses(entry: str) -> Iterator[Address]:
    """One entry may name several, parted by commas or semicolons."""
    for part in _parts(entry[:LONGEST]):
        yield _address(part)


def named(entry: str) -> str:
    """The name before an address; where there is none, what stands before its @."""
    before, angle, _ = entry[:LONGEST].partition("<")
    name = before.strip().strip("\"'").strip()
    return name if angle and name else entry.partition("@")[0].strip()


def _parts(entry: str) -> Iterator[str]:
    """Commas within quotes and brackets are part of a name."""
    start, quoted, depth = 0, False, 0
    for at, each in enumerate(entry):
        if each == '"':
            quoted = not quoted
        elif each in "<>" and not quoted:
            depth = int(each == "<")
        elif each in ",;，；" and not quoted and not depth:
            if part := entry[start:at].strip():
                yield part
            start = at + 1
    if part := entry[start:].strip():
        yield part


def _address(part: str) -> Address:
    inner = part
    if part.endswith(">") and "<" in part:
        inner = part[part.rindex("<") + 1 : -1].strip()
    found = MAILBOX.fullmatch(inner) if len(inner) <= WHOLE else None
    local = inner.partition("@")[0]
    if not found or seen(inner) != inner or ".." in local or local[0] == "." or local[-1] == ".":
        return Address(part)
    labels = found[1].split(".")
    if any(each.startswith("-") or each.endswith("-") for each in labels):
        return Address(part)
    return Address(part, inner.casefold(), found[1].casefold())

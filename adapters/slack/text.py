"""Slack's mrkdwn as plain words, and whom they call on.

In it "&", "<" and ">" of people are always escaped, so what stands in angle brackets is Slack's
own: a mention, a channel, a link, a date. What people type for looks (*bold*, `code`) stays.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MARKUP = re.compile(r"<([^<>]*)>|&(?:amp|lt|gt);")
ENTITY = re.compile("&(?:amp|lt|gt);")
ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
EVERYONE = ("channel", "here", "everyone")
GROUP = "subteam^"
LINK = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
ADDED = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)  # by Slack, to what people typed


@dataclass(frozen=True, slots=True)
class Said:
    """`mentions` are ids of accounts, `groups` pairs of an id and what the group is called."""

    text: str
    mentions: tuple[str, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    everyone: bool = False  # it calls on everybody in the channel


def read(text: str, names: Mapping[str, str]) -> Said:
    """`names`: what accounts, channels and groups are called, by their ids."""
    reading = _Reading(names)
    plain = MARKUP.sub(reading.plain, text)
    return Said(plain, tuple(reading.mentions), tuple(reading.groups.items()), reading.everyone)


@dataclass(slots=True)
class _Reading:
    names: Mapping[str, str]
    mentions: dict[str, None] = field(default_factory=dict)  # in order, each once
    groups: dict[str, str] = field(default_factory=dict)
    everyone: bool = False

    def plain(self, found: re.Match[str]) -> str:
        inside = found.group(1)
        if inside is None:
            return ENTITIES[found.group()]
        what, _, label = (_decoded(part) for part in inside.partition("|"))
        match what[:1], what[1:]:
            case "@", id if id:
                return self._person(id, label)
            case "#", id if id:
                return "#" + (label or self.names.get(id, id)).removeprefix("#")
            case "!", special if special:
                return self._special(special, label)
            case _ if LINK.match(what):
                return _link(what, label)
            case _:
                return _decoded(found.group())

    def _person(self, id: str, label: str) -> str:
        self.mentions[id] = None
        return "@" + (self.names.get(id) or label or id).removeprefix("@")

    def _special(self, what: str, label: str) -> str:
        """Everybody, a group, or a date with the words for who cannot show it."""
        if what in EVERYONE:
            self.everyone = True
            return f"@{what}"
        if what.startswith(GROUP):
            id = what.removeprefix(GROUP)
            name = (label or self.names.get(id) or id).removeprefix("@")
            self.groups[id] = name
            return f"@{name}"
        return label or f"<!{what}>"


def _decoded(text: str) -> str:
    return ENTITY.sub(lambda found: ENTITIES[found.group()], text)


def _link(address: str, label: str) -> str:
    """What it is called and where it leads, once where that is the same."""
    if label and _bare(label) != _bare(address):
        return f"{label} ({address})"
    written = address.lower().startswith("http")  # a mail's address and a number are as people say
    return address if written else ADDED.sub("", address, count=1)


def _bare(address: str) -> str:
    return ADDED.sub("", address, count=1).rstrip("/").casefold()

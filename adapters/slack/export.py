"""A workspace's export (a zip file of JSON lists) as typed events, in the order of time.

Day by day, and within a day over all conversations at once. Small files of a day are held as they
lie in the archive, the others are read side by side: memory does not grow with the export.
"""

import heapq
import json
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from adapters.slack import listed
from adapters.slack.archive import Archive, Damaged, Entry, opened
from adapters.slack.elements import Flaw, elements
from adapters.slack.exported import Setting, happenings, time_of
from adapters.slack.fields import ID
from adapters.slack.fields import Ignored as Other
from adapters.slack.fields import Unusable as Bad
from adapters.slack.listed import Conversation
from bot.events import Happening, PlaceKind
from bot.exported import Member, Room, Tally
from bot.settings import Unusable

LISTS: Mapping[str, PlaceKind] = {
    "channels.json": "channel",
    "groups.json": "group",
    "mpims.json": "group",
    "dms.json": "direct",
}
USERS = ("users.json", "org_users.json")
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\.json")
HELD = 2**25  # bytes of a day's small files that are held at once
SIDE_BY_SIDE = 128  # files of a day that are read at once
WINDOW = 64  # entries of a file that may stand out of order
KINDS = 200  # of entries that are counted by name
DEEP = 2  # a conversation's folder, and a day in it
FIELDS = 6  # numbers kept of a file: its conversation, and where it lies in the archive

Dated = tuple[datetime, int, int, dict[str, Any]]  # when, which conversation, a count, the entry


@dataclass(slots=True)
class SlackExport:
    """Raises bot.settings.Unusable where it cannot be read at all."""

    archive: Archive
    given_team: str
    now: datetime
    tally: Tally = field(default_factory=Tally)
    size: int = 0
    _team: str = ""
    _users: list[dict[str, Any]] = field(default_factory=list)
    _rooms: list[Conversation] = field(default_factory=list)
    _days: dict[int, "array[int]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        top = self._top()
        lists = self._lists(top)
        self._read_users(lists)
        self._read_rooms(lists)
        self._place_days(top)

    @property
    def team(self) -> str:
        return self._team

    def close(self) -> None:
        self.archive.file.close()

    # What lies in the archive

    def _files(self) -> Iterator[Entry]:
        return (entry for entry in self.archive.entries() if not entry.name.endswith("/"))

    def _top(self) -> str:
        """The folder in which the lists lie: none, or one that somebody packed them into."""
        lists = (entry.name for entry in self._files() if entry.name.rpartition("/")[2] in USERS)
        shortest = min((name for name in lists if name.count("/") <= 1), key=len, default="")
        return shortest[: shortest.rfind("/") + 1]

    def _lists(self, top: str) -> dict[str, Entry]:
        """By their names, within the export's folder."""
        lists: dict[str, Entry] = {}
        for entry in self._files():
            name = entry.name.removeprefix(top)
            if not entry.name.startswith(top) or "/" in name or _hostile(entry.name):
                continue
            if name in lists:
                self.tally.blame(_shown(name), "it is in the archive twice; the first is read")
            lists.setdefault(name, entry)
        return lists

    def _read_users(self, lists: Mapping[str, Entry]) -> None:
        entry = next((lists[name] for name in USERS if name in lists), None)
        if entry is None:
            raise Unusable(
                f"There is no users.json in {self.archive.path}: it is no export of Slack, or only "
                "a part of one. Name the zip file that Slack made, as it was downloaded."
            )
        self._users = [listed.user(each) for each in self._elements(entry) if listed.has_id(each)]
        teams = Counter(each["team"] for each in self._users if each["team"])
        self._team = self.given_team or (teams.most_common(1)[0][0] if teams else "")
        if not ID.fullmatch(self._team):
            raise Unusable(
                "The export does not say whose workspace it is. Add --team with its id, such as "
                "--team T012AB3CD; it stands in the address of the workspace after /client/."
            )

    def _read_rooms(self, lists: Mapping[str, Entry]) -> None:
        bots = {each["id"] for each in self._users if each["bot"]}
        for name, kind in LISTS.items():
            if name in lists:
                found = (each for each in self._elements(lists[name]) if listed.has_id(each))
                self._rooms += [listed.conversation(each, kind, bots) for each in found]
        if not any(name in lists for name in LISTS):
            self.tally.blame("channels.json", "it is missing, and so are the other lists")
        for name in sorted(set(lists) - set(LISTS) - set(USERS)):
            self.tally.ignored[name if name.isprintable() else "unprintable"] += 1

    def _place_days(self, top: str) -> None:
        numbers = {room.name: n for n, room in enumerate(self._rooms) if room.kind != "direct"}
        numbers |= {room.spot.id: n for n, room in enumerate(self._rooms)}
        homeless: Counter[str] = Counter()
        for entry in self._files():
            parts = entry.name.removeprefix(top).split("/")
            if _hostile(entry.name):
                self._lose(entry.name, "its name leads out of the export")
            elif not entry.name.startswith(top) or len(parts) > DEEP:
                self.tally.ignored["files that are not the export's"] += 1
            elif len(parts) == DEEP:
                self._place_day(entry, parts, numbers, homeless)
        for folder, count in homeless.items():
            self.tally.lost["files of conversations that no list names"] += count
            self.tally.blame(_shown(folder), f"no list names it; {count} files are left out")

    def _place_day(
        self, entry: Entry, parts: list[str], numbers: Mapping[str, int], homeless: Counter[str]
    ) -> None:
        folder, name = parts
        day = _day(name)
        if day is None:
            self.tally.ignored["files that are no day of messages"] += 1
        elif folder.startswith("FC:"):
            self.tally.ignored["comments on canvases and files"] += 1
        elif folder not in numbers:
            homeless[folder] += 1
        elif entry.secret:
            self._lose(entry.name, "it is locked with a password")
        else:
            self._days.setdefault(day, array("Q")).extend((numbers[folder], *entry[1:6]))
            self.size += entry.size

    # People and places

    def members(self) -> Iterator[Member]:
        return (listed.member(each, self.team, self.now) for each in self._users)

    def rooms(self) -> Iterator[Room]:
        return (listed.room(each, self.team, self.now) for each in self._rooms)

    # What was said

    def steps(self) -> Iterator[tuple[Happening, ...]]:
        setting = self._setting()
        for day in sorted(self._days):
            for _, number, _, entry in self._merged(day):
                try:
                    yield happenings(entry, self._rooms[number].spot, setting)
                except Other as kind:
                    self._ignore(str(kind))
                except Bad as why:
                    self._lose(self._file(number, day), str(why))

    def _ignore(self, kind: str) -> None:
        """By name, unless somebody makes up ever new names."""
        ignored = self.tally.ignored
        ignored[kind if kind in ignored or len(ignored) < KINDS else "other kinds"] += 1

    def _setting(self) -> Setting:
        names = {each["id"]: each["name"] for each in self._users}
        names |= {room.spot.id: room.name for room in self._rooms}
        bots = frozenset(each["id"] for each in self._users if each["bot"])
        return Setting(self.team, self.now, names, bots)

    def _merged(self, day: int) -> Iterator[Dated]:
        """A conversation has one file a day, so its order is kept however many there are."""
        found = self._days[day]
        rows = [found[at : at + FIELDS] for at in range(0, len(found), FIELDS)]
        rows.sort(key=lambda row: (row[3], row[0]))  # the smallest first
        held: list[tuple[datetime, int, int, bytes]] = []
        size = 0
        while rows and size + rows[0][3] <= HELD:
            row = rows.pop(0)
            size += row[3]
            for at, number, count, entry in self._dated(row, day):
                raw = json.dumps(entry).encode()
                held.append((at, number, count, raw))
        held.sort(key=lambda each: each[:3])
        streams: list[Iterator[Dated]] = [_unheld(held)]
        for row in rows:
            streams.append(self._in_order(row, day))
            if len(streams) == SIDE_BY_SIDE:
                yield from heapq.merge(*streams, key=lambda each: each[:3])
                streams = []
        yield from heapq.merge(*streams, key=lambda each: each[:3])

    def _in_order(self, row: "array[int]", day: int) -> Iterator[Dated]:
        """Entries stand in order, or nearly so."""
        window: list[tuple[datetime, int, int, dict[str, Any]]] = []
        for dated in self._dated(row, day):
            heapq.heappush(window, dated)
            if len(window) > WINDOW:
                yield heapq.heappop(window)
        while window:
            yield heapq.heappop(window)

    def _dated(self, row: "array[int]", day: int) -> Iterator[Dated]:
        number, offset, packed, size, check, method = row
        name = self._file(number, day)
        entry = Entry(name, offset, packed, size, check, method, secret=False)
        for count, each in enumerate(self._elements(entry, self._count)):
            self.tally.read += 1
            try:
                yield time_of(each, self.now), number, count, each
            except Bad as why:
                self._lose(name, str(why))

    def _count(self, size: int) -> None:
        self.tally.size += size

    def _file(self, number: int, day: int) -> str:
        room = self._rooms[number]
        folder = room.spot.id if room.kind == "direct" else room.name
        return f"{folder}/{date.fromordinal(day).isoformat()}.json"

    def _elements(
        self, entry: Entry, read: Callable[[int], object] = lambda size: None
    ) -> Iterator[dict[str, Any]]:
        """The objects of a list; what is wrong with it is told, and the rest is read."""

        def more(size: int) -> bytes:
            chunk = unpacking.read(size)
            read(len(chunk))
            return chunk

        try:
            unpacking = self.archive.open(entry)
            for found in elements(more):
                if isinstance(found, Flaw):
                    self._lose(entry.name, found.value)
                else:
                    yield found
        except Damaged as why:
            self._lose(entry.name, str(why))

    def _lose(self, file: str, why: str) -> None:
        self.tally.lost[why] += 1
        self.tally.blame(_shown(file), why)


def export(path: Path, team: str, now: datetime) -> SlackExport:
    """To be closed. `team`: whose it is, where it does not say so itself. Raises Unusable."""
    archive = opened(path)
    try:
        return SlackExport(archive, team, now)
    except BaseException:
        archive.file.close()
        raise


def _unheld(held: list[tuple[datetime, int, int, bytes]]) -> Iterator[Dated]:
    for at, number, count, raw in held:
        yield at, number, count, json.loads(raw)


def _hostile(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return name.startswith(("/", "\\")) or ".." in parts or "\0" in name or ":" in parts[0][:2]


def _day(name: str) -> int | None:
    found = DAY.fullmatch(name)
    try:
        return date(*map(int, found.groups())).toordinal() if found else None
    except ValueError:
        return None


def _shown(name: str) -> str:
    """A name from the archive that can be printed."""
    return name[:100] if name.isprintable() else repr(name)[1:101]

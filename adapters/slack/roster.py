"""Learns who is in a workspace, which rooms we are in and who is in them; all of it through the
journal, so that the same facts are the same events."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from adapters.slack import directory, keys
from adapters.slack.calls import Calls, Missing, Refused
from adapters.slack.known import Known, Room
from adapters.slack.slip import Slip, Unreadable, print_of
from bot.events import AccountChanged, Happening, MembershipChanged, PlaceChanged
from bot.port import Cursor, Doubtful, Inbox, TryLater

AT_ONCE = 200  # events in one commit
ROOMS = "public_channel,private_channel,mpim,im"
UNKNOWN = "unknown_method"  # what Slack calls a method that it does not have
PATIENCE = 1.0  # seconds that reading a message may wait for a name
STRANGERS = 5_000  # ids remembered that nobody could tell us of

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Roster:
    calls: Calls
    known: Known
    now: Callable[[], datetime]
    loaded: bool = False
    _asked: set[str] = field(default_factory=set)

    async def load(self, inbox: Inbox, *, members: bool = True) -> None:
        """Everybody and everything. Raises TryLater, Refused.

        Every process must know it, to read alike; who is in which room is looked at by one.
        """
        await self._people(inbox)
        await self._groups()
        await self._rooms(inbox, members=members)
        self.loaded = True

    async def acquaint(self, inbox: Inbox, ids: Iterable[str]) -> None:
        """Names of those we have not heard of: people of other companies, newcomers."""
        new = [id for id in ids if id not in self.known.names and id not in self._asked]
        if not new:
            return
        if len(self._asked) > STRANGERS:
            self._asked.clear()
        self._asked.update(new)
        met: list[Happening] = []
        try:
            async with asyncio.timeout(PATIENCE):
                for id in new[:5]:
                    answer = await self.calls.read("users.info", user=id, include_locale="true")
                    met += self._met(answer.at("user"))
        except (TimeoutError, TryLater, Refused, Doubtful):
            pass  # they go by their ids; who was found until then is kept
        await inbox.take(met)

    async def acquaint_groups(self, ids: Iterable[str]) -> None:
        """Who is in groups that we have not heard of: those who are called on there."""
        new = set(ids) - set(self.known.groups) - self._asked
        if not new:
            return
        self._asked |= new
        try:
            async with asyncio.timeout(PATIENCE):
                await self._groups()
        except (TimeoutError, TryLater, Doubtful):
            return

    def learn(self, events: Iterable[Happening]) -> None:
        """What an event told of people and rooms, for those that follow."""
        for event in events:
            match event:
                case AccountChanged():
                    self.known.names[event.account.id] = event.name
                    if event.automatic:
                        self.known.bots.add(event.account.id)
                case PlaceChanged():
                    self._room(event)
                case MembershipChanged(place=place, ours=True, joined=False):
                    self.known.rooms.pop(self.known.today(place.id), None)

    def learn_note(self, event: Slip) -> None:
        """Of groups and ids, of which the core hears nothing."""
        match event.text("type"):
            case "subteam_created" | "subteam_updated":
                self._group(event.at("subteam"))
            case "subteam_members_changed":
                id, had = event.text("subteam_id"), dict.fromkeys(self._members(event))
                gone = set(event.texts("removed_users"))
                had |= dict.fromkeys(event.texts("added_users"))
                self.known.groups[id] = tuple(each for each in had if each not in gone)

    def _members(self, event: Slip) -> tuple[str, ...]:
        return self.known.groups.get(event.text("subteam_id"), ())

    def _room(self, event: PlaceChanged) -> None:
        """Slack tells of every public channel; we read only those we are in."""
        id = self.known.today(event.place.id)
        new = Room(event.name, event.kind, event.archived, event.outside)
        if id in self.known.rooms:
            self.known.rooms[id] = new
        self.known.names[id] = event.name

    def _met(self, user: Slip) -> list[Happening]:
        try:
            met = directory.account(user, self.known, self.now())
        except Unreadable:
            return []
        self.learn([met])
        return [met]

    async def _people(self, inbox: Inbox) -> None:
        batch: list[Happening] = []
        async for user in self.calls.pages("users.list", "members", include_locale="true"):
            batch += self._met(user)
            if len(batch) >= AT_ONCE:
                await inbox.take(batch)
                batch = []
        await inbox.take(batch)

    async def _groups(self) -> None:
        """Where the scope for them is missing, groups go by their names alone."""
        try:
            answer = await self.calls.read("usergroups.list", include_users="true")
        except (Refused, Missing) as no:
            log.warning("groups cannot be read: %s", _why(no))
            return
        for each in answer.all("usergroups"):
            self._group(each)

    def _group(self, group: Slip) -> None:
        id = group.text("id")
        if id:
            self.known.names[id] = group.text("handle") or group.text("name") or id
            self.known.groups[id] = tuple(group.texts("users"))

    async def _rooms(self, inbox: Inbox, *, members: bool) -> None:
        """Those we are in; their members where they changed since we last looked."""
        try:
            rooms = await self._all("users.conversations")
        except (Refused, Missing) as no:
            if _why(no) != UNKNOWN:
                raise
            log.warning("only the list of all channels can be read, which may tell less")
            rooms = [each for each in await self._all("conversations.list") if _ours(each)]
        for each in rooms:
            await self.settle_in(inbox, each, members=members)

    async def _all(self, method: str) -> list[Slip]:
        listed = self.calls.pages(method, "channels", types=ROOMS, exclude_archived="true")
        return [each async for each in listed]

    async def settle_in(self, inbox: Inbox, channel: Slip, *, members: bool = True) -> None:
        for place in self._placed(channel):
            await inbox.take([place])
            if members and place.kind != "direct":
                await self._in_it(inbox, channel.text("id"))

    async def introduced(self, id: str) -> list[PlaceChanged]:
        """What a room is called and whom it is for, before anything is said about it there."""
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self.calls.read("conversations.info", channel=id)
        except (TimeoutError, TryLater, Refused):
            return []
        return self._placed(answer.at("channel"))

    def _placed(self, channel: Slip) -> list[PlaceChanged]:
        try:
            id, room = channel.id("id"), directory.room(channel)
        except Unreadable:
            return []
        if room.kind == "direct":
            room = replace(room, name=self.known.names.get(channel.text("user"), id))
        self.known.rooms[id], self.known.names[id] = room, room.name
        when = channel.number("updated")
        return [directory.place(id, room, self.known, self.now(), when)]

    async def look_at(self, inbox: Inbox, id: str) -> None:
        """A room we have just come into, or that is not what it was."""
        try:
            answer = await self.calls.read("conversations.info", channel=self.known.today(id))
            await self.settle_in(inbox, answer.at("channel"))
        except (Refused, TryLater) as no:
            log.warning("a room cannot be looked at: %s", type(no).__name__)

    async def _in_it(self, inbox: Inbox, id: str) -> None:
        name = f"slack/{self.known.team}/members/{id}"
        await self._came_in(inbox, id)
        try:
            members = await self._listed(id) - {self.known.bot_user}
        except (Refused, Missing) as no:
            if _why(no) != UNKNOWN:
                raise
            log.warning("who is in a channel cannot be read, only who comes and goes")
            return
        before = await inbox.cursor(name) or ""
        count, _, ids = before.rpartition(":")
        now = ",".join(sorted(members))
        if before and ids == now:
            return
        had = set(ids.split(",")) - {""}
        moved = [(each, True) for each in members - had] + [(each, False) for each in had - members]
        seen = print_of([now, before])
        events = [self._moved(id, each, seen, joined=joined) for each, joined in sorted(moved)]
        for start in range(0, len(events), AT_ONCE):
            await inbox.take(events[start : start + AT_ONCE])
        counted = int(count or 0) + 1  # who comes back and goes again has gone twice
        await inbox.take([], Cursor(name, f"{counted}:{now}"))

    async def _came_in(self, inbox: Inbox, id: str) -> None:
        """That we are in it, where nobody told us: we were not running when we were invited."""
        joined = joining(self.known, id, self.now())
        if not await inbox.cursor(joined.name):
            seen = f"{self.now():%Y%m%d%H%M%S}"
            came = self._moved(id, self.known.bot_user, seen, joined=True)
            await inbox.take([replace(came, ours=True)], joined)

    async def _listed(self, id: str) -> set[str]:
        found: set[str] = set()
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = await self.calls.read("conversations.members", channel=id, limit=200, **more)
            found |= set(page.texts("members"))
            cursor = page.at("response_metadata").text("next_cursor")
            if not cursor:
                return found

    def _moved(self, id: str, user: str, seen: str, *, joined: bool) -> MembershipChanged:
        return MembershipChanged(
            key=keys.told(self.known.team, "member", f"{id}/{user}/{seen}"),
            at=self.now(),
            account=self.known.account(user),
            place=self.known.place(id),
            joined=joined,
        )


def _why(no: Refused | Missing) -> str:
    return no.code if isinstance(no, Refused) else UNKNOWN


def _ours(channel: Slip) -> bool:
    """We are in it; a chat with us is ours by being shown to us."""
    return channel.flag("is_member") or channel.flag("is_im")


def joining(known: Known, id: str, since: datetime | None) -> Cursor:
    """Remembers since when we know that we are in a room, or that we are not there any more."""
    return Cursor(f"slack/{known.team}/joined/{id}", f"{since.timestamp():.6f}" if since else "")

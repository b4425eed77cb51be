"""Our device at work: events and the next token in one commit, and all that follows."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import uniform
from typing import Any, TypeVar

from adapters.matrix import gaps, inbound, keys, rooms
from adapters.matrix.bringing import brought
from adapters.matrix.calls import CLIENT, Calls, Refused, ShutOut, room_path
from adapters.matrix.device import Device
from adapters.matrix.known import PLATFORM, Known, Room
from adapters.matrix.reading import Lacking
from adapters.matrix.saying import Saying
from adapters.matrix.slip import Slip, Unreadable, server_of
from adapters.matrix.sync import FILTER, Reader, came_in, digest, for_crypto, joined_at
from adapters.matrix.trust import Changed, alert
from adapters.matrix.wire import NoAnswer
from bot.events import AccessLost, Alarm, Happening, Undecryptable
from bot.port import Cursor, Doubtful, Inbox, TryLater
from bot.settings import Unusable

T = TypeVar("T")

POLL = 25  # seconds that a sync waits for something to happen
FULL = 300.0  # seconds for the first sync, which tells of all rooms
LEAST, MOST = 1.0, 60.0  # seconds before the next try, growing
MENDED = 300.0  # seconds after which a dead token is tried again
LATER = timedelta(hours=1)  # after which what could not be read is tried once more
AT_ONCE = 500  # happenings in one commit

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Session:
    device: Device
    calls: Calls
    known: Known
    saying: Saying
    now: Callable[[], datetime]
    ready: bool = False  # we know our rooms: something may be sent
    heard_at: datetime | None = None
    _reader: Reader = field(init=False)
    _invited: set[str] = field(default_factory=set)  # into rooms that we are not in yet
    _digests: dict[str, str] = field(default_factory=dict)
    _tried: datetime | None = None  # what could not be read

    def __post_init__(self) -> None:
        self._reader = Reader(self.known, self.device.decrypt, self.now)

    async def listen(self, inbox: Inbox) -> None:
        """Until cancelled."""
        await self._remember(inbox)
        since = await inbox.cursor(self._name("sync"))
        whole = True
        while True:
            told = await self._persevere(inbox, partial(self._sync, since, whole=whole))
            since = await self._persevere(inbox, partial(self._take, inbox, told, since, whole))
            whole = False
            self.ready, self.heard_at = True, self.now()
            await self._unseal(inbox, told)

    async def _persevere(self, inbox: Inbox, step: Callable[[], Awaitable[T]]) -> T:
        """Until it succeeds: later and later, and slowly where somebody has to mend something."""
        wait = LEAST
        while True:
            try:
                return await step()
            except ShutOut as no:
                log.error("the homeserver refuses our token: %s", no.code)
                await self._shut_out(inbox)
                await asyncio.sleep(MENDED)
            except TryLater as busy:
                wait = max(wait, min(busy.after.total_seconds(), MOST))
                await asyncio.sleep(wait * uniform(0.8, 1.2))
            except (Doubtful, Refused, ConnectionError) as trouble:
                log.warning("the homeserver: %s", trouble)
                await asyncio.sleep(wait * uniform(0.8, 1.2))
            wait = min(wait * 2, MOST)

    async def _shut_out(self, inbox: Inbox) -> None:
        """IT is told, once for each token that dies."""
        self.ready = False
        token = keys.alike(self.known.realm, "lost", self.device.wire.token)
        lost = AccessLost(key=token, at=self.now(), platform=PLATFORM, realm=self.known.realm)
        await inbox.take([lost])

    async def _sync(self, since: str | None, *, whole: bool) -> Slip:
        """`whole`: with all that is known of every room, which no store of ours keeps."""
        params = {"filter": _compact(FILTER), "set_presence": "offline"}
        params |= {"since": since} if since else {}
        params |= {"full_state": "true", "timeout": "0"} if whole else {"timeout": str(POLL * 1000)}
        longest = FULL if whole else POLL + 30.0
        return await self.calls.once(f"{CLIENT}/sync", params=params, longest=longest)

    async def _take(self, inbox: Inbox, told: Slip, since: str | None, whole: bool) -> str:
        """Returns the next token, when it and all that was told are committed."""
        found = await self._keys(told)
        self._direct(told)
        for id, room in told.at("rooms", "join").data.items():
            found += await self._joined(inbox, id, Slip(room), since, whole=whole)
        for id, room in told.at("rooms", "leave").data.items():
            found += self._left(id, Slip(room))
        for id, room in told.at("rooms", "invite").data.items():
            self._was_invited(id, Slip(room))
        await self._accept()
        following = told.text("next_batch")
        if not following:
            raise Doubtful("a sync of no end")
        found = [await brought(inbox, self.calls, self._reader, each) for each in found]
        await self._seal(inbox, found)
        for start in range(AT_ONCE, len(found) + AT_ONCE, AT_ONCE):
            last = start >= len(found)
            cursor = Cursor(self._name("sync"), following) if last else None
            await inbox.take(found[start - AT_ONCE : start], cursor)
        if not found:
            await inbox.take([], Cursor(self._name("sync"), following))
        return following

    async def _joined(
        self, inbox: Inbox, id: str, told: Slip, since: str | None, *, whole: bool
    ) -> list[Happening]:
        new = id not in self.known.rooms
        before = told.at("state").all("events")
        room = self._reader.settle_in(id, before)
        timeline = told.at("timeline")
        said = timeline.all("events")
        came = joined_at(said, self.known.user)
        found: list[Happening] = []
        if since is None and came is None:  # we have never listened: what was said is not ours
            said = [each for each in said if "state_key" in each.data]
        elif came is not None:
            earlier = [each for each in said[:came] if "state_key" in each.data]
            for each in earlier:
                rooms.apply(room, each)
            before, said = [*before, *earlier], said[came:]
        elif timeline.flag("limited") and since is not None:
            missed, lost = await self._fill(id, since, timeline.text("prev_batch"))
            found += lost
            said = [*missed, *said]
        room.personal = room.personal or id in self.known.chats
        if not whole:  # else it is told below, if it is not known
            found += self._reader.state(room, before)
        happened = self._reader.timeline(room, said)
        found += await self._chats(room, said)
        await self._introduce(inbox, room, before, since=since)
        if room.successor:
            await self._follow(inbox, room)
        if new and room.predecessor:
            await self._succeed(inbox, room)
        return [*found, *happened]

    async def _fill(self, id: str, since: str, end: str) -> tuple[list[Slip], list[Happening]]:
        """What was said meanwhile; what cannot be fetched is a known gap. Raises TryLater."""
        start = self.heard_at or self.now()
        try:
            return await gaps.between(self.calls, self.known, id, since, end), []
        except gaps.TooMany as many:
            first = min(gaps.times(many.events), default=start.timestamp() * 1000)
            log.warning("more was said in a room than is fetched at once")
            until = min(self.now(), datetime.fromtimestamp(first / 1000, tz=self.now().tzinfo))
            return many.events, [gaps.lost(self.known, id, min(start, until), until)]
        except Refused as no:
            log.warning("a gap in a room cannot be filled: %s", no.code)
            return [], [gaps.lost(self.known, id, start, self.now())]

    async def _introduce(
        self, inbox: Inbox, room: Room, state: list[Slip], *, since: str | None
    ) -> None:
        """What a room is called and who is in it, where that is not what was told last."""
        now = digest(room, self.known)
        name = self._name(f"room/{room.id}")
        before = self._digests.get(room.id)
        if before == now:
            return
        facts, _, members = now.partition(":")
        old_facts, _, old_members = (before or "").partition(":")
        told: list[Happening] = []
        if facts != old_facts:
            told.append(inbound.place(room, self.known, self.now()))
        if members != old_members:
            told += self._reader.state(room, state)
        for start in range(0, len(told), AT_ONCE):
            await inbox.take(told[start : start + AT_ONCE])
        await inbox.take([], Cursor(name, now))
        self._digests[room.id] = now

    async def _chats(self, room: Room, new: Iterable[Slip]) -> list[Happening]:
        """Somebody begins a chat with us: it is noted, and they are told what there is to say."""
        whom = rooms.chat_with(room, self.known.user)
        if whom is None:
            return []
        if self.saying.complete(room):
            self.known.opened(room.id)
        before = self.known.direct.get(whom)
        if before != room.id and before not in self.known.rooms:
            self.known.direct[whom] = room.id
            await self.saying.note_chats()
        theirs = (each for each in new if came_in(each, self.known.user))
        invited = any(each.at("unsigned", "prev_content").data for each in theirs)
        return [inbound.greeted(room, whom, self.known, self.now())] if invited else []

    def _direct(self, told: Slip) -> None:
        """Which rooms are our chats with whom, as we have noted it on the homeserver."""
        for each in told.at("account_data").all("events"):
            if each.text("type") != "m.direct":
                continue
            for who in each.at("content").data:
                for id in each.at("content").texts(who):
                    self.known.chats.add(id)
                    self.known.direct.setdefault(who, id)

    def _left(self, id: str, told: Slip) -> list[Happening]:
        room = self._reader.room(id)
        for each in told.at("state").all("events"):
            rooms.apply(room, each)
        found = self._reader.timeline(room, told.at("timeline").all("events"))
        self.forget(id)
        return found

    def forget(self, id: str) -> None:
        """We are not in it any more."""
        self.known.rooms.pop(id, None)
        self.known.chats.discard(id)
        self._digests.pop(id, None)
        self.device.client.rooms.pop(id, None)
        for who, room in list(self.known.direct.items()):
            if room == id:
                del self.known.direct[who]

    def _was_invited(self, id: str, told: Slip) -> None:
        """Only people of our own homeserver can have us in."""
        for each in told.at("invite_state").all("events"):
            if each.text("type") != "m.room.member" or each.text("state_key") != self.known.user:
                continue
            try:
                by = each.user("sender")
            except Unreadable:
                continue
            if server_of(by) == self.known.realm:
                self._invited.add(id)
                if each.at("content").flag("is_direct"):
                    self.known.chats.add(id)
            else:
                log.warning("an invitation from another homeserver is not followed")

    async def _accept(self) -> None:
        """Raises TryLater: then the same sync tells of it again."""
        for id in list(self._invited):
            try:
                await self.calls.send("POST", room_path(id, "join"), {}, hurry=True)
            except (Refused, Doubtful) as no:
                log.warning("an invitation cannot be followed: %s", no)
            self._invited.discard(id)

    async def _follow(self, inbox: Inbox, room: Room) -> None:
        """Into the room that replaces one."""
        if room.successor in self.known.rooms:
            await self._succeed(inbox, self.known.rooms[room.successor])
            return
        params = {"server_name": self.known.realm}
        try:
            path = room_path(room.successor, "join")
            await self.calls.read(path, "POST", body={}, params=params)
        except Refused as no:
            log.warning("the room that replaces another cannot be entered: %s", no)

    async def _succeed(self, inbox: Inbox, new: Room) -> None:
        """For us it stays the place it was, where both rooms say that one replaces the other."""
        old = self.known.rooms.get(new.predecessor)
        if old is None or old.successor != new.id or self.known.today(new.id) != new.id:
            return
        first = self.known.first.get(old.id, old.id)
        if self.known.today(first) == new.id:
            return
        self.known.goes_by(first, new.id)
        await inbox.take([], Cursor(self._name(f"id/{first}"), new.id))
        await inbox.take([inbound.place(new, self.known, self.now())])

    async def _keys(self, told: Slip) -> list[Happening]:
        """Keys in and out, before what was said is read with them; and whose are not as before."""
        if not await self.device.hear(for_crypto(told.data)):
            log.warning("not all of a sync could be read for its keys")
        await self._look(told)
        kept = await self.device.upkeep(told.data)
        for each in kept.wrong:
            log.warning("encryption: %s", each)
        return [self._alarmed(each) for each in kept.changed]

    async def _look(self, told: Slip) -> None:
        """At the devices of who says something encrypted for the first time in this run."""
        cipher = self.device.cipher
        if cipher is None:
            return
        said = (
            each.text("sender")
            for room in told.at("rooms", "join").data.values()
            for each in Slip(room).at("timeline").all("events")
            if each.text("type") == "m.room.encrypted"
        )
        new = {each for each in said if not cipher.trusting.is_known(each)} - {""}
        if new:
            try:
                await cipher.look(new)
            except (NoAnswer, Unusable) as no:
                log.warning("whose devices these are cannot be seen: %s", no)

    def _alarmed(self, changed: Changed) -> Alarm:
        key = keys.told(self.known.realm, "identity", changed.key)
        return Alarm(key=key, at=self.now(), what=alert(changed))

    async def _seal(self, inbox: Inbox, found: list[Happening]) -> None:
        """What cannot be read is remembered before the sync that told of it is done with."""
        for each in found:
            if isinstance(each, Undecryptable):
                name = self._name(f"sealed/{each.message.id}")
                await inbox.take([each], Cursor(name, self._reader.sealed[each.message.id]))

    async def _unseal(self, inbox: Inbox, told: Slip) -> None:
        """What could not be read may be readable, now that keys came."""
        due = self._tried is None or self.now() - self._tried > LATER
        if not self._reader.sealed or not (due or told.at("to_device").all("events")):
            return
        self._tried = self.now()
        for id, where in list(self._reader.sealed.items()):
            try:
                event = await self.calls.event(where, id)
            except (TryLater, Doubtful, Refused):
                return
            room = self.known.rooms.get(where)
            if room is not None and event is not None and self._lacks(where, event):
                continue
            del self._reader.sealed[id]
            read = self._reader.timeline(room, [event]) if event and room else []
            found = [await brought(inbox, self.calls, self._reader, each) for each in read]
            await inbox.take(found, Cursor(self._name(f"sealed/{id}"), ""))

    def _lacks(self, room: str, event: Slip) -> bool:
        return isinstance(self.device.decrypt(room, event.data), Lacking)

    async def _remember(self, inbox: Inbox) -> None:
        """What we knew when we last ran."""
        for name, today in (await inbox.cursors(self._name("id/"))).items():
            self.known.goes_by(name.removeprefix(self._name("id/")), today)
        for name, seen in (await inbox.cursors(self._name("room/"))).items():
            self._digests[name.removeprefix(self._name("room/"))] = seen
        for name, room in (await inbox.cursors(self._name("sealed/"))).items():
            if room:
                self._reader.sealed[name.removeprefix(self._name("sealed/"))] = room
        if at := await inbox.cursor(alive(self.known)):
            self.heard_at = datetime.fromisoformat(at)

    def _name(self, what: str) -> str:
        return f"matrix/{self.known.user}/{what}"


def alive(known: Known) -> str:
    """The cursor that says when we last heard something."""
    return f"matrix/{known.realm}/alive"


def _compact(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))

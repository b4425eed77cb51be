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
from adapters.matrix.calls import CLIENT, Calls, Refused
from adapters.matrix.device import Device
from adapters.matrix.joining import Joining
from adapters.matrix.known import Known, Room
from adapters.matrix.reading import Lacking
from adapters.matrix.saying import Saying
from adapters.matrix.slip import Slip
from adapters.matrix.sync import FILTER, Reader, came_in, digest, for_crypto, while_in
from adapters.matrix.trust import Changed, alert
from adapters.matrix.upgrades import Upgrades
from adapters.matrix.wire import NoAnswer
from bot.events import Alarm, Happening, MembershipChanged, Undecryptable
from bot.logs import Own
from bot.port import Cursor, Doubtful, Inbox, TryLater
from bot.settings import Unusable

T = TypeVar("T")

POLL = 25  # seconds that a sync waits for something to happen
FULL = 300.0  # seconds for the first sync, which tells of all rooms
LEAST, MOST = 1.0, 60.0  # seconds before the next try, growing
UNKNOWN = 400  # what a homeserver says to a token of a sync that is not its own
LATER = timedelta(hours=1)  # after which what could not be read is tried once more
A_ROUND = 50  # of what could not be read, tried between two syncs
AT_ONCE = 500  # happenings in one commit

log = logging.getLogger(__name__)


class Stale(Exception):
    """The homeserver does not know any more where we were."""


@dataclass(slots=True)
class Session:
    device: Device
    calls: Calls
    known: Known
    saying: Saying
    now: Callable[[], datetime]
    ready: bool = False  # we know our rooms: something may be sent
    heard_at: datetime | None = None
    joining: Joining = field(init=False)
    upgrades: Upgrades = field(init=False)
    _reader: Reader = field(init=False)
    _digests: dict[str, str] = field(default_factory=dict)  # of the rooms that we are in
    _were: frozenset[str] = frozenset()  # in which we were before the sync that is read now
    _tried: datetime | None = None  # what could not be read
    _again: list[str] = field(default_factory=list)  # of that, what is still to be tried
    _afresh: bool = False  # what was said since we last heard something is sought in the timelines

    def __post_init__(self) -> None:
        self._reader = Reader(self.known, self.device.decrypt, self.now)
        self.joining = Joining(self.calls, self.known, self.now)
        self.upgrades = Upgrades(self.known, self._reader)

    async def listen(self, inbox: Inbox) -> None:
        """Until cancelled. Raises ShutOut."""
        await self._remember(inbox)
        since = await inbox.cursor(self._name("sync"))
        whole = True
        while True:
            try:
                told = await self._persevere(partial(self._sync, since, whole=whole))
            except Stale:
                log.error("the homeserver does not know any more where we were")
                since, whole, self._afresh = None, True, True
                continue
            alarms = await self._persevere(partial(self._keys, told))
            listened = since is not None or self._afresh
            self._were = frozenset(self._digests) if listened else frozenset()
            take = partial(self._take, inbox, told, since, whole)
            found = await self._persevere(take)
            since = await self._persevere(partial(self._keep, inbox, [*alarms, *found], told))
            whole = self._afresh = False
            self.ready, self.heard_at = True, self.now()
            await self._persevere(partial(self._enter, inbox))
            await self._persevere(partial(self._unseal, inbox, told))

    async def _persevere(self, step: Callable[[], Awaitable[T]]) -> T:
        """Until it succeeds, later and later. Raises ShutOut."""
        wait = LEAST
        while True:
            try:
                return await step()
            except TryLater as busy:
                wait = max(wait, min(busy.after.total_seconds(), MOST))
            except (Doubtful, Refused, ConnectionError) as trouble:
                log.warning("the homeserver: %s", trouble)
            await asyncio.sleep(wait * uniform(0.8, 1.2))
            wait = min(wait * 2, MOST)

    async def _sync(self, since: str | None, *, whole: bool) -> Slip:
        """`whole`: with all that is known of every room, which no store of ours keeps.

        Raises TryLater, Doubtful, Refused, Stale.
        """
        params = {"filter": _compact(FILTER), "set_presence": "offline"}
        params |= {"since": since} if since else {}
        wait = 0 if whole else round(self.joining.soon(POLL) * 1000)
        params |= {"full_state": "true"} if whole else {}
        longest = FULL if whole else POLL + 30.0
        params["timeout"] = str(wait)
        try:
            told = await self.calls.once(f"{CLIENT}/sync", params=params, longest=longest)
        except Refused as no:
            if since and no.status == UNKNOWN:
                raise Stale from None
            raise
        if not told.text("next_batch"):
            raise Doubtful("a sync of no end")
        return told

    async def _take(
        self, inbox: Inbox, told: Slip, since: str | None, whole: bool
    ) -> list[Happening]:
        """What was told, read."""
        self._direct(told)
        joined = told.at("rooms", "join").data
        self.upgrades.see(joined)
        found: list[Happening] = []
        for id, room in joined.items():
            found += await self._joined(inbox, id, Slip(room), since, whole=whole)
            await self.joining.ended(inbox, id)
        for id, room in told.at("rooms", "leave").data.items():
            found += await self._left(id, Slip(room), since)
            await self.joining.ended(inbox, id)
        for id, room in told.at("rooms", "invite").data.items():
            await self.joining.invited(inbox, id, Slip(room))
        await self.upgrades.tell(inbox, self.now())
        if self._afresh:
            found += self._gone(joined)
        return [await brought(inbox, self.calls, self._reader, each) for each in found]

    async def _keep(self, inbox: Inbox, found: list[Happening], told: Slip) -> str:
        """Returns the next token, when it and all that was told are committed."""
        following = told.text("next_batch")
        await self._seal(inbox, found)
        while len(found) > AT_ONCE:
            await inbox.take(found[:AT_ONCE])
            found = found[AT_ONCE:]
        await inbox.take(found, Cursor(self._name("sync"), following))
        left = [*told.at("rooms", "leave").data]
        if self._afresh:
            left += self._not_among(told.at("rooms", "join").data)
        for id in left:
            await self._forget(inbox, id)
        return following

    async def _joined(
        self, inbox: Inbox, id: str, told: Slip, since: str | None, *, whole: bool
    ) -> list[Happening]:
        before, timeline = told.at("state").all("events"), told.at("timeline")
        room = self._reader.settle_in(id, before)
        said = timeline.all("events")
        came = any(came_in(each, self.known.user) for each in said)
        found: list[Happening] = []
        if since is None and not came and not self._is_known(id):
            said = [each for each in said if "state_key" in each.data]  # we have never listened
        elif since is None and self._is_known(id):
            found += self._unfound(id, said, limited=timeline.flag("limited"))
        elif since is not None and (self._is_known(id) if came else timeline.flag("limited")):
            missed, found = await self._fill(id, since, timeline)
            said = [*missed, *said]
        ours = while_in(said, self.known.user, inside=True)
        if came and id in self.known.first:
            found += self._too_late(id, said, ours)
        said = ours
        room.personal = room.personal or id in self.known.chats
        if not whole:  # else it is told below, if it is not known
            found += self._reader.state(room, before)
        happened = self._reader.timeline(room, said)
        found += await self._chats(room, said)
        self._follow(room)
        await self._introduce(inbox, room, before)
        return [*found, *happened]

    def _is_known(self, id: str) -> bool:
        """We were in it when we last heard something, also where a step is tried again."""
        return id in self._were

    def _unfound(self, id: str, said: list[Slip], *, limited: bool) -> list[Happening]:
        """What there may be between what we heard last and what the timeline goes back to."""
        start, first = self.heard_at or self.now(), gaps.begin(said, self.now())
        return [gaps.lost(self.known, id, start, first)] if limited and first > start else []

    def _too_late(self, id: str, said: list[Slip], ours: list[Slip]) -> list[Happening]:
        """What was said in a place of ours after an upgrade, before we came along."""
        heard = {each.text("event_id") for each in ours}
        unheard = [each for each in said if each.text("event_id") not in heard]
        came = [each for each in ours if came_in(each, self.known.user)]
        if not unheard or not came:
            return []
        until = gaps.begin(came[-1:], self.now())
        return [gaps.lost(self.known, id, gaps.begin(unheard, until), until)]

    def _gone(self, joined: Mapping[str, Any]) -> list[Happening]:
        """Rooms that we were in, of which we are not told why we are in them no more."""
        us = self.known.account(self.known.user)
        return [
            MembershipChanged(
                key=keys.told(self.known.realm, "gone", f"{id}/{self._digests[id]}"),
                at=self.now(),
                account=us,
                place=self.known.place(id),
                joined=False,
                ours=id not in self.known.chats,
            )
            for id in self._not_among(joined)
        ]

    def _not_among(self, joined: Mapping[str, Any]) -> list[str]:
        return [
            each for each in self._digests if each not in joined and not self.known.is_past(each)
        ]

    async def _fill(
        self, id: str, since: str, timeline: Slip
    ) -> tuple[list[Slip], list[Happening]]:
        """What was said before it; what cannot be fetched is a known gap. Raises TryLater."""
        end = timeline.text("prev_batch")
        start, known = self.heard_at or self.now(), self._is_known(id)

        def first(event: Slip) -> bool:
            return not known and came_in(event, self.known.user)

        try:
            missed = await gaps.between(self.calls, id, since, end, first)
        except gaps.TooMany as many:
            log.warning("more was said in a room than is fetched at once")
            missed = many.events
            lost = [gaps.lost(self.known, id, start, gaps.begin(missed, self.now()))]
        except Refused as no:
            log.warning("a gap in a room cannot be filled: %s", no.code)
            until = gaps.begin(timeline.all("events"), self.now())
            return [], [gaps.lost(self.known, id, start, until)]
        else:
            lost = []
        await self._look(missed)
        return missed, list(lost)

    async def _introduce(self, inbox: Inbox, room: Room, state: list[Slip]) -> None:
        """What a room is called and who is in it, where that is not what was told last."""
        now = digest(room, self.known)
        before = self._digests.get(room.id)
        if before == now:
            return
        facts, _, members = now.partition(":")
        old_facts, _, old_members = (before or "").partition(":")
        told: list[Happening] = []
        if facts != old_facts and not self.known.is_past(room.id):
            told.append(inbound.place(room, self.known, self.now()))
        if members != old_members:
            told += self._reader.state(room, state)
        while len(told) > AT_ONCE:
            await inbox.take(told[:AT_ONCE])
            told = told[AT_ONCE:]
        await inbox.take(told, Cursor(self._name(f"room/{room.id}"), now))
        self._digests[room.id] = now

    def _follow(self, room: Room) -> None:
        """Into the room that replaces one, unless it has been told that this is its end."""
        if not room.successor or self.known.is_past(room.id) or room.id in self.known.following:
            return
        ended = digest(room, self.known).partition(":")[0]
        if room.successor not in self.known.rooms and ended != self._facts(room.id):
            self.joining.follow(room.id, room.successor)

    def _facts(self, id: str) -> str:
        """Of a room, as they were told last."""
        return self._digests.get(id, "").partition(":")[0]

    async def _enter(self, inbox: Inbox) -> None:
        """The rooms that we are to be in."""
        for id in await self.joining.enter(inbox):
            if id in self.known.rooms:
                await self._introduce(inbox, self.known.rooms[id], [])

    async def _chats(self, room: Room, new: Iterable[Slip]) -> list[Happening]:
        """Somebody begins a chat with us: it is noted, and they are told what there is to say."""
        if self.saying.complete(room):
            self.known.opened(room.id)
        whom = rooms.chat_with(room, self.known.user)
        if whom is None:
            return []
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

    async def _left(self, id: str, told: Slip, since: str | None) -> list[Happening]:
        """What was said until then is ours to keep."""
        room, timeline = self._reader.room(id), told.at("timeline")
        for each in told.at("state").all("events"):
            rooms.apply(room, each)
        room.personal = room.personal or id in self.known.chats
        said, found = timeline.all("events"), list[Happening]()
        if since is not None and timeline.flag("limited") and self._is_known(id):
            missed, found = await self._fill(id, since, timeline)
            said = [*missed, *said]
        said = while_in(said, self.known.user, inside=False)
        return [*found, *self._reader.timeline(room, said)]

    async def _forget(self, inbox: Inbox, id: str) -> None:
        """We are not in it any more."""
        self.known.rooms.pop(id, None)
        self.known.chats.discard(id)
        self.known.following.discard(id)
        self.device.client.rooms.pop(id, None)
        for who, room in list(self.known.direct.items()):
            if room == id:
                del self.known.direct[who]
        if self._digests.pop(id, None) is not None:
            await inbox.take([], Cursor(self._name(f"room/{id}"), ""))

    async def _keys(self, told: Slip) -> list[Happening]:
        """Keys in and out, before what was said is read with them; and whose are not as before."""
        if not await self.device.hear(for_crypto(told.data)):
            log.warning("not all of a sync could be read for its keys")
        await self._look(
            each
            for room in told.at("rooms", "join").data.values()
            for each in Slip(room).at("timeline").all("events")
        )
        kept = await self.device.upkeep(told.data)
        for each in kept.wrong:
            log.warning("encryption: %s", Own(each))
        return [self._alarmed(each) for each in kept.changed]

    async def _look(self, events: Iterable[Slip]) -> None:
        """At the devices of who says something encrypted for the first time in this run."""
        cipher = self.device.cipher
        if cipher is None:
            return
        said = {each.text("sender") for each in events if each.text("type") == "m.room.encrypted"}
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
        """What could not be read may be readable, now that keys came: the newest first."""
        due = self._tried is None or self.now() - self._tried > LATER
        if due or told.at("to_device").all("events"):
            self._tried, self._again = self.now(), list(self._reader.sealed)
        asked = 0
        while self._again and asked < A_ROUND:
            id = self._again.pop()
            where, before = self._reader.sealed.get(id), self._reader.shut.get(id)
            if where is None or (before is not None and self._lacks(where, before)):
                continue  # the homeserver need not be asked
            asked += 1
            try:
                event = await self.calls.event(where, id)
            except (TryLater, Doubtful, Refused):
                self._again.insert(0, id)
                return
            room = self.known.rooms.get(where)
            if room is not None and event is not None and self._lacks(where, event):
                self._reader.shut_away(id, event)
                continue
            del self._reader.sealed[id]
            self._reader.shut.pop(id, None)
            read = self._reader.timeline(room, [event]) if event and room else []
            found = [await brought(inbox, self.calls, self._reader, each) for each in read]
            await inbox.take(found, Cursor(self._name(f"sealed/{id}"), ""))

    def _lacks(self, room: str, event: Slip) -> bool:
        return isinstance(self.device.decrypt(room, event.data), Lacking)

    async def _remember(self, inbox: Inbox) -> None:
        """What we knew when we last ran."""
        await self.upgrades.remember(inbox)
        await self.joining.remember(inbox)
        for name, seen in (await inbox.cursors(self._name("room/"))).items():
            if seen:
                self._digests[name.removeprefix(self._name("room/"))] = seen
        for name, room in (await inbox.cursors(self._name("sealed/"))).items():
            if room:
                self._reader.sealed[name.removeprefix(self._name("sealed/"))] = room
        if at := await inbox.cursor(alive(self.known.realm)):
            self.heard_at = datetime.fromisoformat(at)

    def _name(self, what: str) -> str:
        return f"matrix/{self.known.user}/{what}"


def alive(realm: str) -> str:
    """The cursor that says when we last heard something."""
    return f"matrix/{realm}/alive"


def _compact(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))

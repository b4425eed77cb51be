"""Says something on one homeserver: into a room, or to one person, encrypted where the room is."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from adapters.matrix import keys, rooms
from adapters.matrix.calls import CLIENT, Calls, Refused, room_path
from adapters.matrix.device import Device
from adapters.matrix.known import PLATFORM, Known, Room
from adapters.matrix.sharing import NotShared
from adapters.matrix.slip import Slip
from adapters.matrix.trust import Why
from adapters.matrix.wire import NoAnswer
from bot.events import Account, MessageRef, Place
from bot.port import Doubtful, TryLater, Undeliverable
from bot.settings import Unusable

Content = dict[str, Any]
SHORTLY = timedelta(seconds=5)  # until a sync tells of a room we have just made
MENDING = timedelta(seconds=5)
SEEN = timedelta(seconds=30)  # until a sync has told of a room of which we do not know if it is
ENCRYPTED = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}
NOT_LET_IN = Slip({"errcode": "M_FORBIDDEN"})
NOBODY = 404


@dataclass(slots=True)
class Saying:
    calls: Calls
    device: Device
    known: Known
    _turns: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    @property
    def encryption(self) -> bool:
        return self.device.install.encryption

    def room(self, place: Place) -> Room:
        """Which room it is today. Raises Undeliverable where we are in none."""
        if (place.platform, place.realm) != (PLATFORM, self.known.realm):
            raise Undeliverable("that is no place of this homeserver")
        found = self.known.rooms.get(self.known.today(place.id))
        if found is None or not found.joined:
            raise Refused("send", 403, NOT_LET_IN).undeliverable()
        return found

    def user(self, to: Account) -> str:
        if (to.platform, to.realm) != (PLATFORM, self.known.realm):
            raise Undeliverable("that account is of another homeserver")
        return to.id

    async def place(self, to: Place | Account) -> Place:
        """Where it stands: of a person, their chat with us, made where there is none yet."""
        if isinstance(to, Account):
            return await self.chat(self.user(to))
        self.room(to)
        return to

    def standing(self, to: Place | Account) -> Place | None:
        """As `place`, but nothing is made."""
        if not isinstance(to, Account):
            self.room(to)
            return to
        id = self._chat_of(self.user(to))
        return self.known.place(id) if id else None

    async def chat(self, user: str) -> Place:
        """Raises Undeliverable for nobody, TryLater until the room is there."""
        async with self._turns[user]:  # an answer and a nudge may come to somebody at once
            id = self._chat_of(user) or await self._begin(user)
        if there := self.known.opening.get(id):
            try:
                async with asyncio.timeout(SHORTLY.total_seconds()):
                    await there.wait()
            except TimeoutError:
                raise TryLater(SHORTLY) from None
        if id in self.known.rooms and not self.is_alone(id, user):
            raise TryLater(SHORTLY)  # they declined it, or asked others in: we begin anew
        return self.known.place(id)

    def _chat_of(self, user: str) -> str | None:
        """The one that we noted, as long as it is theirs and ours alone; else another such."""
        noted = self.known.direct.get(user)
        if noted is not None and (noted in self.known.opening or self.is_alone(noted, user)):
            return noted
        for each in self.known.rooms:
            if not self.known.is_past(each) and self.is_alone(each, user):
                self.known.direct[user] = each
                return each
        return None

    def is_alone(self, room: str, user: str) -> bool:
        """What is said there now, only they will read: they are in it, or invited."""
        found = self.known.rooms.get(self.known.today(room))
        return found is not None and rooms.chat_with(found, self.known.user) == user

    async def _begin(self, user: str) -> str:
        """A chat with one person. Raises Undeliverable for nobody."""
        try:
            await self.calls.read(f"{CLIENT}/profile/{quote(user, safe='')}")
        except Refused as no:
            if no.status == NOBODY:
                raise Undeliverable("there is no such account on the homeserver") from None
        wanted = {
            "is_direct": True,
            "preset": "trusted_private_chat",
            "invite": [user],
            "initial_state": [ENCRYPTED] if self.encryption else [],
        }
        try:
            made = await self.calls.send("POST", f"{CLIENT}/createRoom", wanted, hurry=True)
        except Doubtful:
            raise TryLater(SEEN) from None  # nothing was said yet; if it is there, a sync tells
        id = made.room("room_id")
        there = self.known.rooms.get(id)
        if there is None or not self.complete(there):  # a sync may have been faster
            self.known.opening[id] = asyncio.Event()
        self.known.chats.add(id)
        self.known.direct[user] = id
        await self.note_chats()
        return id

    def complete(self, room: Room) -> bool:
        """A chat of ours is all there; a sync may tell of it half made: they are asked in last."""
        return room.asked and (room.encrypted or not self.encryption)

    async def note_chats(self) -> None:
        """On the homeserver, for every device of ours and for a new one."""
        content = {who: [id] for who, id in self.known.direct.items()}
        path = f"{CLIENT}/user/{quote(self.known.user, safe='')}/account_data/m.direct"
        try:
            await self.calls.send("PUT", path, content, hurry=True)
        except (Refused, Doubtful):
            return  # the room itself says what it is

    async def say(
        self, place: Place, content: Content, transaction: str, *, clear: bool = False
    ) -> MessageRef:
        """`clear`: unencrypted even so. Raises TryLater, Doubtful, Undeliverable, Refused."""
        room = self.room(place)
        if not rooms.may_say(room, self.known.user):
            raise Refused("send", 403, NOT_LET_IN).undeliverable()
        if place.thread and "m.relates_to" not in content and await self._began(room, place):
            content = {**content, "m.relates_to": _inside(place.thread)}
        id = await self.event(room, "m.room.message", content, transaction, clear=clear)
        return MessageRef(replace(self.known.place(room.id), thread=place.thread), id)

    async def _began(self, room: Room, place: Place) -> bool:
        """Whether the thread is one of that room: not where it began before an upgrade."""
        moved = room.id != place.id and place.thread is not None
        return not moved or await self.calls.event(room.id, place.thread or "") is not None

    async def event(
        self, room: Room, kind: str, content: Content, transaction: str, *, clear: bool = False
    ) -> str:
        """The id of what it became: the same transaction again becomes the same event."""
        if room.encrypted and not clear and kind != "m.reaction":  # nobody encrypts reactions
            kind, content = await self._encrypted(room, kind, content)
        path = room_path(room.id, "send", kind, transaction)
        return (await self.calls.send("PUT", path, content)).event("event_id")

    def shut_out(self, place: Place) -> Why | None:
        """Why whoever we are alone with there can read nothing of ours."""
        room, cipher = self.room(place), self.device.cipher
        whom = rooms.chat_with(room, self.known.user)
        if cipher is None or whom is None or not room.encrypted:
            return None
        return cipher.shut_out(whom)

    async def _encrypted(self, room: Room, kind: str, content: Content) -> tuple[str, Content]:
        """Nothing was sent where it fails. Raises TryLater, Undeliverable."""
        try:
            return await self.device.encrypt(room.id, kind, content)
        except (NoAnswer, NotShared):
            raise TryLater(MENDING) from None
        except Unusable as why:
            raise Undeliverable(str(why)) from None


def _inside(root: str) -> Content:
    """In a thread; where a client knows no threads, as an answer to how it began."""
    answer = {"m.in_reply_to": {"event_id": root}, "is_falling_back": True}
    return {"rel_type": "m.thread", "event_id": root, **answer}


def ours(key: str, part: int = 0, of: int = 1) -> Content:
    """By which a message is found again."""
    return {keys.CONTENT: {"key": key, "part": part, "of": of}}

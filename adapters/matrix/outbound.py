"""Effects of the core become events of rooms. Each message carries the key of what it is."""

import logging
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from nio.crypto.attachments import encrypt_attachment

from adapters.matrix import keys, render, rooms
from adapters.matrix.addresses import permalink
from adapters.matrix.calls import MENDING, Calls, Refused, ShutOut, room_path
from adapters.matrix.known import PLATFORM, Known, Room
from adapters.matrix.reading import Opened
from adapters.matrix.render import Message
from adapters.matrix.saying import Content, Saying, ours
from adapters.matrix.slip import Slip
from adapters.matrix.trust import advice
from bot.card import Card
from bot.effects import (
    Amend,
    Deliverable,
    Mark,
    OpenForm,
    Publish,
    Send,
    ShowHome,
    Upload,
    Whisper,
    Withdraw,
)
from bot.events import Account, MessageRef, Place
from bot.port import Doubtful, Files, TryLater, Undeliverable
from bot.words import Reader, say

SKEW = timedelta(minutes=5)  # by which the homeserver's clock may be behind ours
V1 = "/_matrix/client/v1"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "txt": "text/plain",
    "png": "image/png",
}
ANY = "application/octet-stream"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Links:
    """Where a message can be read: by the address that every client understands."""

    known: Known

    def to(self, ref: MessageRef) -> str | None:
        if (ref.place.platform, ref.place.realm) != (PLATFORM, self.known.realm):
            return None
        return permalink(self.known.today(ref.place.id), ref.id, [self.known.realm])


@dataclass(slots=True)
class Outbound:
    """One homeserver. Raises TryLater, Undeliverable or Doubtful."""

    calls: Calls
    known: Known
    saying: Saying
    files: Files
    typed: Container[str]  # commands that no reaction may give
    now: Callable[[], datetime]
    _largest: float | None = field(default=None)  # bytes of a file

    async def deliver(self, effect: Deliverable, key: str, reader: Reader) -> MessageRef | None:
        try:
            return await self._carry_out(effect, key, reader)
        except Refused as no:
            raise no.undeliverable() from None
        except ShutOut:
            raise TryLater(MENDING) from None

    async def find(self, effect: Deliverable, key: str, since: datetime) -> MessageRef | None:
        """Only what made a message of its own can be found. Raises TryLater."""
        if not isinstance(effect, Send | Publish | Whisper | Upload):
            return None
        try:
            place = self._standing(effect)
            return None if place is None else await self._found(place, key, since)
        except (Undeliverable, Refused):
            return None
        except ShutOut:
            raise TryLater(MENDING) from None

    async def _carry_out(  # noqa: PLR0911
        self, effect: Deliverable, key: str, reader: Reader
    ) -> MessageRef | None:
        match effect:
            case Send(to, card):
                return await self._send(await self.saying.place(to), card, key, reader)
            case Whisper():
                return await self._whisper(effect, key, reader)
            case Publish():
                return await self._publish(effect, key, reader)
            case Upload():
                return await self._upload(effect, key, reader)
            case Amend():
                return await self._amend(effect, key, reader)
            case Withdraw(_, message):
                return await self._withdraw(message, key)
            case Mark():
                return await self._mark(effect, key)
            case OpenForm():
                raise Undeliverable("Matrix has no forms")
            case ShowHome():
                await self._show(effect, key, reader)
                return None
            case _:
                assert_never(effect)

    async def _show(self, effect: ShowHome, key: str, reader: Reader) -> None:
        """There are no pages: what would stand on theirs is said in their chat with us."""
        place = await self.saying.place(effect.to)
        for number, card in enumerate(effect.cards):
            await self._send(place, card, f"{key}/{number}", reader)

    def _made(self, card: Card, reader: Reader) -> Message:
        return render.message(card, reader, Links(self.known), self.typed)

    async def _send(
        self, place: Place, card: Card, key: str, reader: Reader, *, clear: bool = False
    ) -> MessageRef:
        made = self._made(card, reader)
        content = {**render.content(made), **ours(key)}
        ref = await self.saying.say(place, content, keys.transaction(key), clear=clear)
        await self._seed(ref, made, key)
        if not clear:
            await self._explain(place, reader)
        return ref

    async def _explain(self, place: Place, reader: Reader) -> None:
        """Who cannot read it is told in clear what to do; the homeserver sees to it: once a day."""
        why = self.saying.shut_out(place)
        if why is None:
            return
        card = Card(say("You cannot read what I write to you"), body=(advice(why),), tone="bad")
        once = keys.transaction(f"shut out/{place.id}/{self.now():%Y-%m-%d}")
        try:
            content = render.content(self._made(card, reader))
            await self.saying.say(replace(place, thread=None), content, once, clear=True)
        except (TryLater, Doubtful, Undeliverable, Refused) as no:
            log.info("somebody is not told why they read nothing: %s", type(no).__name__)

    async def _seed(self, ref: MessageRef, made: Message, key: str) -> None:
        """Reactions of ours to press on; without them the card still says what to type."""
        for number, emoji in enumerate(made.seeds):
            try:
                await self._react(ref, emoji, keys.transaction(key, f"seed/{number}"))
            except (TryLater, Doubtful, Refused) as no:
                log.info("a card stays without its reactions: %s", type(no).__name__)
                return

    async def _react(self, ref: MessageRef, emoji: str, transaction: str) -> None:
        about = {"rel_type": "m.annotation", "event_id": ref.id, "key": emoji}
        room = self.saying.room(ref.place)
        try:
            await self.saying.event(room, "m.reaction", {"m.relates_to": about}, transaction)
        except Refused as no:
            if no.code != "M_DUPLICATE_ANNOTATION":
                raise

    async def _whisper(self, effect: Whisper, key: str, reader: Reader) -> MessageRef:
        """Nobody can be whispered to in a room: in their chat with us, they are alone."""
        near = self._near(effect)
        place = await self.saying.place(near or effect.to)
        if effect.begins and near:
            place = replace(place, thread=await self._root_for(place, effect.reply_handle))
        return await self._send(place, effect.card, key, reader, clear=effect.clear)

    async def _root_for(self, place: Place, asked_by: str | None) -> str | None:
        """Beneath what it was asked with, or in the thread where that stands: none is within."""
        if asked_by or not place.thread:
            return place.thread or asked_by
        event = await self.calls.event(self.saying.room(place).id, place.thread)
        return (event and _root(event)) or place.thread

    def _near(self, effect: Whisper) -> Place | None:
        """Where it was asked, if that is their chat with us."""
        user, near = self.saying.user(effect.to), effect.near
        if (near.platform, near.realm) != (PLATFORM, self.known.realm):
            return None
        return near if self.saying.is_alone(near.id, user) else None

    async def _publish(self, effect: Publish, key: str, reader: Reader) -> MessageRef:
        place, messages = await self.saying.place(effect.to), render.published(effect, reader)
        refs = []
        for part, message in enumerate(messages):
            content = {**render.content(message), **ours(key, part, len(messages))}
            transaction = keys.transaction(key, str(part) if part else "")
            refs.append(await self.saying.say(place, content, transaction))
        return refs[0]

    async def _upload(self, effect: Upload, key: str, reader: Reader) -> MessageRef:
        """The card first, then the file."""
        try:
            body = await self.files.read(effect.file)
        except LookupError:
            raise Undeliverable("the file has expired") from None
        place = await self.saying.place(effect.to)
        await self._check_size(len(body))
        made = self._made(effect.card, reader)
        content = {**render.content(made), **ours(key, 0, 2)}
        ref = await self.saying.say(place, content, keys.transaction(key))
        file = await self._file(self.saying.room(place), effect.name, body)
        await self.saying.say(place, {**file, **ours(key, 1, 2)}, keys.transaction(key, "file"))
        await self._seed(ref, made, key)
        return ref

    async def _check_size(self, size: int) -> None:
        if self._largest is None:
            try:
                told = await self.calls.read(f"{V1}/media/config")
            except Refused:
                told = Slip({})
            self._largest = told.number("m.upload.size") or float("inf")
        if size > self._largest:
            raise Refused("upload", 413, Slip({"errcode": "M_TOO_LARGE"})).undeliverable()

    async def _file(self, room: Room, name: str, body: bytes) -> Content:
        kind = TYPES.get(name.rpartition(".")[2].lower(), ANY)
        content: Content = {
            "msgtype": "m.image" if kind.startswith("image/") else "m.file",
            "body": name,
            "filename": name,
            "info": {"size": len(body), "mimetype": kind},
            "m.mentions": {},
        }
        if not room.encrypted:
            return {**content, "url": await self.calls.put(body, kind, name)}
        hidden, how = encrypt_attachment(body)
        return {**content, "file": {**how, "url": await self.calls.put(hidden, ANY, "")}}

    async def _amend(self, effect: Amend, key: str, reader: Reader) -> MessageRef:
        """Raises Undeliverable where it does not stand there any more, or others would read it."""
        room, _ = await self._standing_at(effect.message)
        to = effect.to
        if isinstance(to, Account) and rooms.chat_with(room, self.known.user) != to.id:
            raise Undeliverable("they are not alone with us any more where it stands")
        new = render.edited(self._made(effect.card, reader), effect.message.id)
        content: Content = {**new, **ours(key)}
        await self.saying.event(room, "m.room.message", content, keys.transaction(key))
        return effect.message

    async def _standing_at(self, message: MessageRef) -> tuple[Room, Slip]:
        """Where a message stands: perhaps in the room that was the place before an upgrade."""
        room = self.saying.room(message.place)
        for id in self.known.ever(message.place.id):
            event = await self.calls.event(id, message.id)
            if event is not None and not event.at("unsigned").data.get("redacted_because"):
                return self.known.rooms.get(id, room), event
        raise Undeliverable("there is no such message any more")

    async def _withdraw(self, message: MessageRef, key: str) -> MessageRef:
        """What is gone already has been withdrawn."""
        try:
            room, _ = await self._standing_at(message)
        except Undeliverable:
            return message
        path = room_path(room.id, "redact", message.id, keys.transaction(key))
        await self.calls.send("PUT", path, {})
        return message

    async def _mark(self, effect: Mark, key: str) -> MessageRef:
        room, _ = await self._standing_at(effect.message)
        if effect.on:
            await self._react(effect.message, effect.emoji, keys.transaction(key))
            return effect.message
        path = room_path(
            room.id, "relations", effect.message.id, "m.annotation", "m.reaction", root=V1
        )
        for each in (await self.calls.read(path)).all("chunk"):
            relation = each.at("content", "m.relates_to")
            if each.text("sender") == self.known.user and relation.text("key") == effect.emoji:
                gone = keys.transaction(key, each.text("event_id"))
                await self.calls.send(
                    "PUT", room_path(room.id, "redact", each.text("event_id"), gone), {}
                )
        return effect.message

    def _standing(self, effect: Send | Publish | Whisper | Upload) -> Place | None:
        to: Place | Account = effect.to
        if isinstance(effect, Whisper):
            to = self._near(effect) or effect.to
        return self.saying.standing(to)

    async def _found(self, place: Place, key: str, since: datetime) -> MessageRef | None:
        """All of its parts stand there. The newest first: it was perhaps sent a moment ago."""
        room, parts, of = self.saying.room(place), dict[int, MessageRef](), 1
        begin = (since - SKEW).timestamp() * 1000
        async for page in self.calls.past(room.id):
            for each in page:
                if each.text("sender") == self.known.user:
                    told = self._ours(room, each)
                    if told.text("key") == key:
                        of = int(told.number("of"))
                        root = _root(each)
                        there = self.known.place(room.id, root)
                        parts[int(told.number("part"))] = MessageRef(there, each.event("event_id"))
            if page[-1].number("origin_server_ts") < begin:
                break
        return parts.get(0) if len(parts) >= of else None

    def _ours(self, room: Room, event: Slip) -> Slip:
        """What a message of ours says of itself; an edit is none of its own."""
        content = event.at("content")
        if event.text("type") == "m.room.encrypted":
            opened = self.saying.device.decrypt(room.id, event.data)
            content = Slip(opened.event).at("content") if isinstance(opened, Opened) else content
        if content.at("m.relates_to").text("rel_type") == "m.replace":
            return Slip({})
        return content.at(keys.CONTENT)


def _root(event: Slip) -> str | None:
    relation = event.at("content", "m.relates_to")
    return relation.text("event_id") if relation.text("rel_type") == "m.thread" else None

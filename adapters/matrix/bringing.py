"""Files that people post into their chat with us, where a question of ours waits for one."""

import logging
from dataclasses import replace
from typing import Any

from nio.crypto.attachments import decrypt_attachment
from nio.exceptions import EncryptionError

from adapters.matrix import rooms
from adapters.matrix.calls import Calls
from adapters.matrix.slip import Slip
from adapters.matrix.sync import Reader
from adapters.matrix.wire import TooLarge
from bot.command import Refusal
from bot.events import FileShared, Happening
from bot.port import Brought, Inbox, TryLater, Undeliverable
from bot.words import Quoted, say

MEGA = 1_000_000

log = logging.getLogger(__name__)


async def brought(inbox: Inbox, calls: Calls, reader: Reader, event: Happening) -> Happening:
    """With the file itself, where it is awaited; why not, where it could not be kept."""
    if not isinstance(event, FileShared):
        return event
    told = reader.files.pop(event.message.id, None)
    room = reader.known.rooms.get(reader.known.today(event.message.place.id))
    alone = room is not None and rooms.chat_with(room, reader.known.user) == event.actor.id
    if told is None or not alone or not await inbox.awaits(event.actor):
        return event
    longest = await inbox.largest()
    try:
        if told.doubt is not None:
            raise Refusal(told.doubt)
        body = await _body(calls, told.event.at("content"), longest, event.files[0].name)
        kept = await inbox.keep(Brought(event.actor, event.key, event.files[0].name, body))
    except Refusal as refusal:
        return replace(event, refused=refusal.why)
    except (TryLater, Undeliverable) as no:
        log.info("a file could not be fetched: %s", no)
        return replace(event, refused=say("I could not fetch this file. Post it once more."))
    return replace(event, brought=(kept,))


async def _body(calls: Calls, content: Slip, longest: int, name: str) -> bytes:
    """Raises TryLater, Undeliverable; Refusal for what is larger than that."""
    hidden = content.at("file")
    try:
        body = await calls.fetch(hidden.text("url") or content.text("url"), longest)
    except TooLarge:
        most = longest // MEGA
        raise Refusal(
            say("{name} is larger than {most} MB.", name=Quoted(name), most=most)
        ) from None
    if not hidden:
        return body
    how: Any = hidden.at("key").data.get("k"), hidden.at("hashes").data.get("sha256")
    try:
        return bytes(decrypt_attachment(body, *how, hidden.text("iv")))
    except (EncryptionError, ValueError, TypeError):
        raise Undeliverable("the file could not be decrypted") from None

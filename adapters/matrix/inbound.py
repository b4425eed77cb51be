"""An event of a room, read into happenings. Pure: the same event gives the same happenings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from adapters.matrix import keys, rooms, text
from adapters.matrix.known import Known, Reaction, Room
from adapters.matrix.slip import Slip, Unreadable, server_of
from bot.events import (
    Account,
    AccountChanged,
    Attachment,
    CommandInvoked,
    Echoed,
    FileShared,
    Happening,
    MembershipChanged,
    MessageChanged,
    MessagePosted,
    MessageRef,
    PlaceChanged,
    ReactionChanged,
    Undecryptable,
    Unread,
)
from bot.reporting import is_private
from bot.words import Say

FILES = frozenset(("m.file", "m.image", "m.audio", "m.video"))
UNTYPED = frozenset(("m.emote", "m.location", text.SILENT))
SPOKEN = frozenset(  # of other types than m.room.message, what somebody says to others
    ("m.sticker", "m.poll.start", "org.matrix.msc3381.poll.start", "m.location")
)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing follows from it; `why` is a name for counting."""

    why: str


Read = tuple[Happening, ...] | Ignored


@dataclass(frozen=True, slots=True)
class Told:
    """One event as its room saw it, opened where it could be.

    `doubt`: why it is not sure enough, for a command, that it is from whom it says.
    """

    event: Slip
    at: datetime
    doubt: Say | None = None

    @property
    def sender(self) -> str:
        return self.event.user("sender")

    @property
    def id(self) -> str:
        return self.event.event("event_id")


def read(told: Told, room: Room, known: Known) -> Read:  # noqa: PLR0911
    """What happened, or by what name it is of no interest. Raises Unreadable."""
    kind = told.event.text("type")
    if "state_key" in told.event.data:
        return state(told, room, known)
    if taken_back(told.event) and kind != "m.room.redaction":
        return Ignored("taken back before we saw it")
    match kind:
        case "m.room.message":
            return _message(told, room, known)
        case "m.room.redaction":
            return _redaction(told, room, known)
        case "m.reaction":
            return _reaction(told, room, known)
        case "m.room.encrypted":
            return _sealed(told, room, known)
        case _ if kind in SPOKEN:
            return _message(told, room, known)
        case _:
            return Ignored("an event of another type")


def taken_back(event: Slip) -> bool:
    return bool(event.at("unsigned").data.get("redacted_because"))


def unread(event: Mapping[str, Any], known: Known, at: datetime) -> Unread:
    """As it came, for who looks after us."""
    return Unread(
        key=keys.alike(known.realm, "unread", event), at=at, payload=json.dumps(event, default=str)
    )


def _message(told: Told, room: Room, known: Known) -> Read:
    name = room.members.get(told.sender, rooms.local(told.sender))
    said = text.said(told.event.at("content").data, told.event.text("type"), name)
    if told.sender == known.user:
        return _echo(told, said, room, known)
    if said.replaces:
        return _edit(told, said, room, known)
    return tuple(_posted(told, said, room, known))


def _echo(told: Told, said: text.Said, room: Room, known: Known) -> Read:
    ours = told.event.at("content", keys.CONTENT)
    if not ours.text("key"):
        return Ignored("our own message")
    if said.replaces or ours.number("of") > 1:  # of several parts, one does not say that all are
        return Ignored("a change or a part of our own message")
    key = keys.told(known.realm, "echo", told.id)
    ref = MessageRef(known.place(room.id, said.thread), told.id)
    return (Echoed(key=key, at=told.at, message=ref, sent=ours.text("key")),)


def _posted(told: Told, said: text.Said, room: Room, known: Known) -> list[Happening]:
    """What was said; a command where it calls on us, which is kept without being judged."""
    post = _post(told, said, room, known)
    direct = rooms.chat_with(room, known.user) is not None
    found: list[Happening] = [replace(post, direct=direct)]
    asked = text.command(said, known.names, direct=direct) if _may_ask(told, said) else None
    content = told.event.at("content")
    posted = content.text("msgtype") in FILES
    if asked is not None and asked.bare and (posted or not asked.text):
        found = []  # nothing is asked; a file may be an answer
    elif asked is not None:
        command = _command(told, said, asked, post)
        found = [command] if direct else [replace(post, direct=True), command]
    if posted:
        key = keys.told(known.realm, "files", told.id)
        files = (_file(content),)
        found.append(
            FileShared(key=key, at=told.at, actor=post.author, message=post.message, files=files)
        )
    return found


def _may_ask(told: Told, said: text.Said) -> bool:
    """Words that somebody typed: no sticker, no poll, nothing that they are said to do."""
    typed = told.event.text("type") == "m.room.message" and not said.automatic
    return typed and told.event.at("content").text("msgtype") not in UNTYPED


def _post(told: Told, said: text.Said, room: Room, known: Known) -> MessagePosted:
    return MessagePosted(
        key=keys.event(known.realm, told.id),
        at=told.at,
        author=known.account(told.sender),
        message=MessageRef(known.place(room.id, said.thread), told.id),
        text=said.text,
        mentions=_accounts(said, known),
        everyone=said.room and rooms.may_call_all(room, told.sender),
        quotes=said.replies_to,
        automatic=said.automatic,
    )


def _accounts(said: text.Said, known: Known) -> tuple[Account, ...]:
    return tuple(known.account(each) for each in said.mentions)


def _command(told: Told, said: text.Said, asked: text.Asked, post: MessagePosted) -> CommandInvoked:
    place = post.message.place
    return CommandInvoked(
        key=f"{post.key}/command",
        at=told.at,
        actor=post.author,
        place=place,
        text=asked.text,
        people=tuple((name, replace(post.author, id=id)) for name, id in said.names),
        links=tuple(
            (words, MessageRef(replace(place, id=room, thread=None), event))
            for words, room, event in said.links
            if room.startswith("!")
        ),
        reply_handle=told.id,
        message=post.message,
        bare=asked.bare,
        doubt=told.doubt,
    )


def _file(content: Slip) -> Attachment:
    name = content.text("filename") or content.text("body") or "?"
    id = content.at("file").text("url") or content.text("url")
    return Attachment(name[: rooms.LONGEST], id, max(int(content.at("info").number("size")), 0))


def _edit(told: Told, said: text.Said, room: Room, known: Known) -> Read:
    """Only its author may change it: whoever else says so is not believed (by the core)."""
    if rooms.chat_with(room, known.user) is not None:
        return Ignored("a change of what was said to us alone")
    asked = text.command(said, known.names, direct=False)
    if asked is not None and is_private(asked.text):
        return Ignored("what asks for the reporting channel")
    edit = MessageChanged(
        key=keys.event(known.realm, told.id),
        at=told.at,
        author=known.account(told.sender),
        message=MessageRef(known.place(room.id), said.replaces or ""),
        text=said.text,
        mentions=_accounts(said, known),
    )
    return (edit,)


def _redaction(told: Told, room: Room, known: Known) -> Read:
    """Of a message, or of a reaction that we remember. Our own withdrawals we know of."""
    if told.sender == known.user:
        return Ignored("our own withdrawal")
    target = told.event.at("content") if rooms.redacts_within(room) else told.event
    id, at, key = target.event("redacts"), told.at, keys.event(known.realm, told.id)
    if reaction := known.reactions.get(id):
        back: Happening = ReactionChanged(
            key=key,
            at=at,
            actor=known.account(reaction.actor),
            message=MessageRef(known.place(room.id), reaction.message),
            emoji=reaction.emoji,
            added=False,
        )
        return (back,)
    author, ref = known.account(told.sender), MessageRef(known.place(room.id), id)
    return (MessageChanged(key=key, at=at, author=author, message=ref, text=None),)


def _reaction(told: Told, room: Room, known: Known) -> Read:
    relation = told.event.at("content", "m.relates_to")
    if relation.text("rel_type") != "m.annotation":
        return Ignored("a reaction to nothing")
    if told.sender == known.user:
        return Ignored("our own reaction")
    target, emoji = relation.event("event_id"), relation.text("key")
    if not emoji:
        raise Unreadable("a reaction of no name")
    known.remember(told.id, Reaction(told.sender, target, emoji))
    changed: Happening = ReactionChanged(
        key=keys.event(known.realm, told.id),
        at=told.at,
        actor=known.account(told.sender),
        message=MessageRef(known.place(room.id), target),
        emoji=emoji,
        added=True,
    )
    return (changed,)


def _sealed(told: Told, room: Room, known: Known) -> Read:
    """It could not be opened: whoever reads it later tells of it under its own key."""
    if told.sender == known.user:
        return Ignored("our own message, which we cannot read any more")
    said = text.said(told.event.at("content").data)  # its relation alone is not sealed
    ref = MessageRef(known.place(room.id, said.thread), told.id)
    key = keys.told(known.realm, "sealed", told.id)
    return (Undecryptable(key=key, at=told.at, author=known.account(told.sender), message=ref),)


def state(told: Told, room: Room, known: Known) -> Read:
    """Who came and went; what a room is called is told where all of its state is known."""
    match told.event.text("type"):
        case "m.room.member":
            return tuple(moved(told, room, known))
        case _:
            return Ignored("state of another type")


def moved(told: Told, room: Room, known: Known) -> list[Happening]:
    who, content = told.event.user("state_key"), told.event.at("content")
    before = told.event.at("unsigned", "prev_content").text("membership")
    membership = content.text("membership")
    found: list[Happening] = []
    if membership == "join" and who != known.user:
        found.append(met(told, who, known))
    if membership == "invite" or membership == before == "join":
        return found
    account = known.account(who)
    found.append(
        MembershipChanged(
            key=keys.event(known.realm, told.id),
            at=told.at,
            account=account,
            place=known.place(room.id),
            joined=membership == "join",
            ours=who == known.user and not _alone(room, known),
        )
    )
    return found


def _alone(room: Room, known: Known) -> bool:
    """A chat of two, as is every room that we made: what is kept of rooms is not said there."""
    begun = room.personal or known.user in room.creators
    return begun or rooms.chat_with(room, known.user) is not None


def met(told: Told, who: str, known: Known) -> AccountChanged:
    """What somebody calls themselves in a room. It proves nothing: names lie."""
    name = told.event.at("content").text("displayname").strip()[: rooms.LONGEST]
    return AccountChanged(
        key=keys.told(known.realm, "account", told.id),
        at=told.at,
        account=known.account(who),
        name=name or rooms.local(who),
        automatic=who in known.bots,
        outsider=server_of(who) != known.realm or who in known.guests,
    )


def greeted(room: Room, whom: str, known: Known, at: datetime) -> CommandInvoked:
    """Who begins a chat with us is told what there is to say: as if they had asked."""
    return CommandInvoked(
        key=keys.told(known.realm, "greeting", room.id),
        at=at,
        actor=known.account(whom),
        place=known.place(room.id),
        text="help",
    )


def place(room: Room, known: Known, at: datetime) -> PlaceChanged:
    """What a room is now; `at` it was seen."""
    now = rooms.facts(room, known)
    return PlaceChanged(
        key=keys.alike(known.realm, "place", [room.id, repr(now), at.isoformat()]),
        at=at,
        place=known.place(room.id),
        name=now.name,
        kind=now.kind,
        archived=now.archived,
        outside=now.outside,
    )

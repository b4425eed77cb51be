"""A payload of Slack's, read into events. Pure: the same payload gives the same events."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.slack import directory, keys, messages, touched
from adapters.slack.emojis import character
from adapters.slack.known import Known, Room
from adapters.slack.messages import Ignored, Read
from adapters.slack.slip import Slip, Unreadable, moment
from bot.events import (
    AccessLost,
    Attachment,
    FilePublished,
    Happening,
    MembershipChanged,
    MessageRef,
    ReactionChanged,
    Unread,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the Events API, and the key under which Slack delivered it."""

    slip: Slip
    key: str
    at: datetime


Reader = Callable[[Told, Known], Read]


def read(payload: Mapping[str, object], known: Known, now: datetime) -> Read:  # noqa: PLR0911
    """What happened, or by what name it is of no interest. Raises Unreadable."""
    slip = Slip(payload)
    match slip.text("type"):
        case "event_callback":
            return _event(slip, known, now)
        case "block_actions":
            return touched.pressed(slip, known, now)
        case "message_action" | "shortcut":
            return touched.shortcut(slip, known, now)
        case "view_submission":
            return (touched.submitted(slip, known, now),)
        case "view_closed":
            return Ignored("a form was closed")
        case "block_suggestion":
            return Ignored("a menu of ours asks for nothing")
        case "" if "command" in payload:
            return touched.command(slip, known, now)
        case kind:
            raise Unreadable(f"an unknown kind of payload: {kind[:40]}")


def unread(payload: object, known: Known, now: datetime) -> Unread:
    """As it came, for who looks after us."""
    key = keys.alike(known.team, "unread", payload)
    return Unread(key=key, at=now, payload=json.dumps(payload, default=str))


def _event(slip: Slip, known: Known, now: datetime) -> Read:
    event = slip.at("event")
    kind, id = event.text("type"), slip.text("event_id")
    if not kind:
        raise Unreadable("an event of no type")
    key = keys.told(known.team, "event", id) if id else keys.alike(known.team, "event", event.data)
    reader = EVENTS.get(kind)
    if reader is None:
        return Ignored(f"an event of type {kind[:40]}")
    return reader(Told(event, key, _when(event, now)), known)


def _when(event: Slip, now: datetime) -> datetime:
    try:
        return min(moment(event.stamp("event_ts", "ts")), now)
    except (Unreadable, ValueError, OverflowError):
        return now


def _message(told: Told, known: Known) -> Read:
    return messages.message(told.slip, known)


def _reaction(told: Told, known: Known) -> Read:
    slip, item = told.slip, told.slip.at("item")
    if item.text("type") not in ("", "message"):
        return Ignored("a reaction to what is no message")
    if known.is_us(slip.text("user")):
        return Ignored("our own reaction")
    ref = MessageRef(known.place(item.id("channel")), item.stamp("ts"))
    if not slip.text("reaction"):
        raise Unreadable("a reaction of no name")
    changed: Happening = ReactionChanged(
        key=told.key,
        at=told.at,
        actor=known.account(slip.id("user")),
        message=ref,
        emoji=character(slip.text("reaction")),
        added=slip.text("type") == "reaction_added",
    )
    return (changed,)


def _member(told: Told, known: Known) -> Read:
    slip = told.slip
    user = slip.id("user")
    return _moved(told, known, user, joined=slip.text("type") == "member_joined_channel")


def _left(told: Told, known: Known) -> Read:
    """We were taken out of a room."""
    return _moved(told, known, known.bot_user, joined=False)


def _moved(told: Told, known: Known, user: str, *, joined: bool) -> Read:
    moved: Happening = MembershipChanged(
        key=told.key,
        at=told.at,
        account=known.account(user),
        place=known.place(told.slip.id("channel")),
        joined=joined,
        ours=known.is_us(user),
    )
    return (moved,)


def _room(told: Told, known: Known) -> Read:
    """What changed of a channel; what the event does not say stays as we know it."""
    slip, channel = told.slip, told.slip.at("channel")
    id = channel.id("id") if channel else slip.id("channel")
    before = known.rooms.get(id) or Room(channel.text("name") or known.names.get(id, id))
    new = _changed(slip.text("type"), before, slip)
    return (directory.place(id, new, known, told.at, told.key),)


def _changed(kind: str, before: Room, slip: Slip) -> Room:
    match kind:
        case "channel_rename" | "group_rename":
            return replace(before, name=slip.at("channel").text("name") or before.name)
        case "channel_shared":
            return replace(before, outside=True)
        case "channel_unshared":
            return replace(before, outside=slip.flag("is_ext_shared"))
        case "channel_unarchive" | "group_unarchive":
            return replace(before, archived=False)
        case _:
            return replace(before, archived=True)


def _user(told: Told, known: Known) -> Read:
    return (directory.account(told.slip.at("user"), known, told.at),)


def _home(told: Told, known: Known) -> Read:
    return touched.opened(told.slip, known, told.key, told.at)


def _public(told: Told, known: Known) -> Read:
    slip, file = told.slip, told.slip.at("file")
    id = slip.id("file_id") if slip.text("file_id") else file.id("id")
    name = file.text("name") or file.text("title") or id
    attachment = Attachment(name, id, int(file.number("size")))
    actor = known.account(slip.id("user_id", "user"))
    return (FilePublished(key=told.key, at=told.at, actor=actor, file=attachment),)


def _revoked(told: Told, known: Known) -> Read:
    """Only our own token matters; people's are not used."""
    if told.slip.text("type") == "tokens_revoked" and not told.slip.at("tokens").texts("bot"):
        return Ignored("tokens of people, which we do not use")
    account = known.account(known.bot_user)
    return (AccessLost(key=told.key, at=told.at, platform=account.platform, realm=account.realm),)


def _name_of(told: Told, known: Known) -> Read:  # noqa: ARG001
    return Ignored(f"learnt: {told.slip.text('type')}")


EVENTS: Mapping[str, Reader] = {
    "message": _message,
    "app_mention": _message,
    "reaction_added": _reaction,
    "reaction_removed": _reaction,
    "member_joined_channel": _member,
    "member_left_channel": _member,
    "channel_left": _left,
    "group_left": _left,
    "channel_rename": _room,
    "group_rename": _room,
    "channel_archive": _room,
    "channel_unarchive": _room,
    "group_archive": _room,
    "group_unarchive": _room,
    "channel_deleted": _room,
    "group_deleted": _room,
    "channel_shared": _room,
    "channel_unshared": _room,
    "channel_id_changed": _name_of,
    "user_change": _user,
    "team_join": _user,
    "subteam_created": _name_of,
    "subteam_updated": _name_of,
    "subteam_members_changed": _name_of,
    "app_home_opened": _home,
    "file_public": _public,
    "tokens_revoked": _revoked,
    "app_uninstalled": _revoked,
}

"""conversations.*: which there are, who is in them, what was said; opening, joining, leaving."""

from collections.abc import Sequence

from tests.slack.fake import deeds, shapes
from tests.slack.fake.app import HISTORY
from tests.slack.fake.call import Call
from tests.slack.fake.methods.paging import page
from tests.slack.fake.rules import Refusal
from tests.slack.fake.things import Conversation, Message
from tests.slack.fake.wire import Json

READ = {
    "channel": "channels:read",
    "group": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}
TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
PLURAL = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
IM, MPIM = 1, 8  # how many others


def scope(call: Call, needed: str) -> None:
    if needed not in call.scopes:
        raise Refusal(
            "missing_scope",
            f"This needs the scope {needed}.",
            needed=needed,
            provided=",".join(sorted(call.scopes)),
        )


def shown(call: Call, room: Conversation) -> Json:
    view = shapes.conversation(room, bot=call.bot.id)
    if room.kind == "im":
        other = call.world.users.get(view["user"])
        view["is_user_deleted"] = bool(other and other.deleted)
    return view


def visible(call: Call) -> list[Conversation]:
    """What the bot may see: public channels, and where it is a member."""
    wanted = [_type(call, each) for each in call.listed("types") or ["public_channel"]]
    rooms = [x for x in call.world.rooms.values() if x.team is call.team and not x.deleted]
    return [
        room
        for room in rooms
        if room.kind in wanted
        and (room.kind == "channel" or call.bot.id in room.members)
        and not (room.archived and call.flag("exclude_archived"))
    ]


def _type(call: Call, name: str) -> str:
    if name not in TYPES:
        raise Refusal("invalid_types", f"There is no type of conversation {name!r}.")
    scope(call, READ[TYPES[name]])
    return TYPES[name]


def list_all(call: Call) -> Json:
    rooms, onward = page(call, visible(call), default=100, most=999)
    channels = [shown(call, room) | _size(room) for room in rooms]
    return {"channels": channels, "response_metadata": {"next_cursor": onward}}


def _size(room: Conversation) -> Json:
    return {"num_members": len(room.members)} if room.kind == "channel" else {}


def users_conversations(call: Call) -> Json:
    who = call.text("user") or call.bot.id
    call.person(who)
    rooms = [room for room in visible(call) if who in room.members]
    shared, onward = page(call, rooms, default=100, most=999)
    channels = [shown(call, room) for room in shared]
    for each in channels:
        each.pop("is_member", None)
    return {"channels": channels, "response_metadata": {"next_cursor": onward}}


def info(call: Call) -> Json:
    room = call.room()
    scope(call, READ[room.kind])
    view = shown(call, room)
    if call.flag("include_num_members"):
        view["num_members"] = len(room.members)
    return {"channel": view}


def members(call: Call) -> Json:
    room = call.room()
    scope(call, READ[room.kind])
    some, onward = page(call, room.members, default=100, most=999)
    return {"members": list(some), "response_metadata": {"next_cursor": onward}}


def history(call: Call) -> Json:
    room = _readable(call)
    standing = [x for x in room.messages.values() if _top(x) and _shows(room, x)]
    some = _between(call, standing)[::-1]  # the latest first
    part, onward = page(call, some, default=100, most=999)
    metadata = call.flag("include_all_metadata")
    answer: Json = {
        "messages": [
            _tombstone(each) if each.deleted else shapes.message(each, metadata=metadata)
            for each in part
        ],
        "has_more": bool(onward),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    return answer | ({"response_metadata": {"next_cursor": onward}} if onward else {})


def _top(what: Message) -> bool:
    """Replies are not in the history of the channel, unless they were broadcast."""
    return what.thread_ts in (None, what.ts) or what.broadcast


def _shows(room: Conversation, what: Message) -> bool:
    """Of a message that is gone a tombstone stays, as long as its thread has replies."""
    return not what.deleted or bool(room.replies(what.ts))


def _readable(call: Call) -> Conversation:
    room = call.room()
    scope(call, HISTORY["message." + PLURAL[room.kind]])
    return call.member_of(room)


def _between(call: Call, messages: Sequence[Message]) -> list[Message]:
    oldest = call.stamp("oldest", "invalid_ts_oldest") or "0"
    latest = call.stamp("latest", "invalid_ts_latest")
    inclusive = call.flag("inclusive")
    low, high = float(oldest), float(latest) if latest else float("inf")
    return [
        each
        for each in messages
        if low < (at := float(each.ts)) < high or (inclusive and at in (low, high))
    ]


def replies(call: Call) -> Json:
    room = _readable(call)
    ts = call.need("ts")
    found = room.messages.get(ts)
    if found is None or (found.deleted and not room.replies(ts)):
        raise Refusal("thread_not_found", "There is no message with this `ts` here.")
    root = found.thread_ts or ts
    some = _between(call, room.replies(root))
    part, onward = page(call, some, default=1000, most=1000)
    metadata = call.flag("include_all_metadata")
    first = room.messages[root]
    opening = [_tombstone(first)] if first.deleted else [shapes.message(first, metadata=metadata)]
    shown_ = opening + [shapes.message(each, metadata=metadata) for each in part]
    answer: Json = {"messages": shown_, "has_more": bool(onward)}
    return answer | ({"response_metadata": {"next_cursor": onward}} if onward else {})


def _tombstone(what: Message) -> Json:
    said = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    return said | {"text": "This message was deleted.", "ts": what.ts, "thread_ts": what.ts}


def open_direct(call: Call) -> Json:
    if call.text("channel"):
        room = call.room()
        if not room.is_direct:
            raise Refusal("method_not_supported_for_channel_type", "Only direct messages open.")
        return {"no_op": True, "already_open": True, "channel": _opened(call, room)}
    users = call.listed("users")
    if not users:
        raise Refusal("users_list_not_supplied", "Name the `users`, or a `channel`.")
    if len(users) > MPIM:
        raise Refusal("too_many_users", f"A direct message has at most {MPIM} others.")
    scope(call, "im:write" if len(users) == IM else "mpim:write")
    for ident in users:
        call.addressee(ident)
    known = len(call.world.rooms)
    room = call.world.direct(call.team, *users)
    already = len(call.world.rooms) == known
    state: Json = {"no_op": True, "already_open": True} if already else {}
    return state | {"channel": _opened(call, room)}


def _opened(call: Call, room: Conversation) -> Json:
    return shown(call, room) if call.flag("return_im") else {"id": room.id}


def join(call: Call) -> Json:
    room = call.room()
    if room.kind != "channel":
        raise Refusal(
            "method_not_supported_for_channel_type", "A bot joins public channels by itself only."
        )
    if room.archived:
        raise Refusal("is_archived", "An archived channel cannot be joined.")
    if call.bot.id in room.members:
        call.warn("already_in_channel", "The bot was there already.")
    deeds.join(call.world, room, call.bot)
    return {"channel": shown(call, room)}


def leave(call: Call) -> Json:
    room = call.room()
    if room.is_direct:
        raise Refusal("method_not_supported_for_channel_type", "A direct message is not left.")
    scope(call, "channels:manage" if room.kind == "channel" else "groups:write")
    if call.bot.id not in room.members:
        return {"not_in_channel": True}
    if room.general:
        raise Refusal("cant_leave_general", "Nobody leaves the general channel.")
    deeds.leave(call.world, room, call.bot)
    return {}

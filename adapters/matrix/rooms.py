"""What a room's state says: its name, who is in it, who may do what there, what became of it."""

from dataclasses import dataclass

from adapters.matrix.known import Known, Room
from adapters.matrix.slip import Slip, server_of
from bot.events import PlaceKind

STATE = (  # the types of state that we read
    *("m.room.create", "m.room.member", "m.room.name", "m.room.canonical_alias"),
    *("m.room.encryption", "m.room.power_levels", "m.room.tombstone"),
    *("m.room.history_visibility", "m.room.join_rules"),
)
INSIDE = ("join", "invite")
REDACTS_RULE = 11  # the version since which a redaction says within what it takes back
CREATORS_RULE = 12  # the version since which who made a room stands above all levels
HIGHEST = 2**53
ADMIN, STATE_DEFAULT, NOTIFY_DEFAULT = 100, 50, 50
LONGEST = 200  # characters of a name
ASKED_IN = ("invite", "knock", "private", "")  # who comes in was let in by somebody inside
A_CHAT = 2  # people, of whom we are one


def apply(room: Room, event: Slip) -> None:
    """A state event changes what we know; what is malformed says nothing."""
    content = event.at("content")
    match event.text("type"):
        case "m.room.create":
            _made(room, event, content)
        case "m.room.member":
            _moved(room, event, content)
        case "m.room.name":
            room.name = content.text("name").strip()[:LONGEST]
        case "m.room.canonical_alias":
            room.alias = content.text("alias").strip()[:LONGEST]
        case "m.room.encryption":
            room.encrypted = True  # it is never taken back
        case "m.room.power_levels":
            room.power = content
        case "m.room.tombstone":
            room.successor = content.text("replacement_room")
        case "m.room.history_visibility":
            room.readable = content.text("history_visibility") == "world_readable"
        case "m.room.join_rules":
            room.open = content.text("join_rule") not in ASKED_IN


def _made(room: Room, event: Slip, content: Slip) -> None:
    room.version = content.text("room_version") or "1"
    more = content.texts("additional_creators") if _above_all(room) else []
    room.creators = frozenset({event.text("sender"), *more} - {""})
    room.predecessor = content.at("predecessor").text("room_id")


def _moved(room: Room, event: Slip, content: Slip) -> None:
    who, membership = event.text("state_key"), content.text("membership")
    room.asked = room.asked or membership == "invite"
    if membership not in INSIDE:
        room.members.pop(who, None)
        room.invited.discard(who)
        return
    name = content.text("displayname").strip()[:LONGEST]
    room.members[who] = name or room.members.get(who) or local(who)
    (room.invited.add if membership == "invite" else room.invited.discard)(who)
    if membership == "invite" and content.flag("is_direct"):
        room.personal = True


def local(user: str) -> str:
    """The first part of an id: "bob" of "@bob:corp.example"."""
    return user.removeprefix("@").partition(":")[0] or user


def _above_all(room: Room) -> bool:
    return _since(room, CREATORS_RULE)


def redacts_within(room: Room) -> bool:
    """What stands in the other place, whoever sent it may have made up."""
    return _since(room, REDACTS_RULE)


def _since(room: Room, version: int) -> bool:
    return not room.version.isdigit() or int(room.version) >= version


def level(room: Room, user: str) -> int:
    """Somebody's power there."""
    if _above_all(room) and user in room.creators:
        return HIGHEST
    if not room.power:
        return ADMIN if user in room.creators else 0
    users = room.power.at("users")
    own = users.number(user) if user in users.data else room.power.number("users_default")
    return int(own)


def may(room: Room, user: str, kind: str, *, state: bool = False) -> bool:
    """Whether somebody may send events of that type."""
    events = room.power.at("events")
    if kind in events.data:
        needed = events.number(kind)
    elif state:
        needed = _level(room, "state_default", STATE_DEFAULT if room.power else 0)
    else:
        needed = _level(room, "events_default", 0)
    return level(room, user) >= needed


def may_say(room: Room, user: str) -> bool:
    """In an encrypted room everything said is of one type."""
    return may(room, user, "m.room.encrypted" if room.encrypted else "m.room.message")


def may_call_all(room: Room, user: str) -> bool:
    """Whether "@room" of theirs calls on everybody."""
    needed = room.power.at("notifications").data.get("room", NOTIFY_DEFAULT)
    return level(room, user) >= (needed if isinstance(needed, int) else NOTIFY_DEFAULT)


def _level(room: Room, name: str, default: int) -> float:
    return room.power.number(name) if name in room.power.data else default


def chat_with(room: Room, us: str) -> str | None:
    """Whom we have it for alone; None where it is more than a chat.

    It is none where others may come in by themselves, or where somebody else has put the two of us.
    """
    others = [each for each in room.members if each != us]
    alone = len(others) == A_CHAT - 1 and room.creators <= {us, *others}
    closed = not room.open and not room.readable
    unnamed = not room.name and not room.alias
    return others[0] if alone and closed and (room.personal or unnamed) else None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the core is told of a room."""

    name: str
    kind: PlaceKind
    archived: bool
    outside: bool


def facts(room: Room, known: Known) -> Facts:
    return Facts(
        name=name(room, known),
        kind=kind(room, known.user),
        archived=bool(room.successor) and room.id not in known.following,
        outside=room.readable or any(server_of(each) != known.realm for each in room.members),
    )


def kind(room: Room, us: str) -> PlaceKind:
    if chat_with(room, us):
        return "direct"
    return "channel" if room.name or room.alias else "group"


def name(room: Room, known: Known) -> str:
    """As people call it; of a room without a name, who is in it."""
    if room.name or room.alias:
        return room.name or local(room.alias.replace("#", "@", 1))
    others = sorted(name for who, name in room.members.items() if who != known.user)
    return ", ".join(others)[:LONGEST] or room.id

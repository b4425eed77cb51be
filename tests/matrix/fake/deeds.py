"""What people do in rooms: make them, come and go, speak, take back, replace them."""

from typing import Any

from tests.matrix.fake.call import Call
from tests.matrix.fake.rooms import CREATORS_RULE, Room
from tests.matrix.fake.things import Event, Json, No

VERSION = "12"  # of a room where none is asked for, as of Synapse 1.163
VERSIONS = tuple(map(str, range(1, 13)))
PRESETS = {  # who may join, and what who comes later sees
    "private_chat": ("invite", "shared"),
    "trusted_private_chat": ("invite", "shared"),
    "public_chat": ("public", "shared"),
}
KEPT = ("m.room.join_rules", "m.room.history_visibility", "m.room.encryption", "m.room.name")
REPLACED = "This room has been replaced"


def create(call: Call) -> Json:
    asked, preset = call.json, call.json.get("preset", "private_chat")
    if preset not in PRESETS:
        raise No(400, "M_BAD_JSON", f"{preset!r} is not a valid preset", fault=True)
    version = asked.get("room_version", VERSION)
    if version not in VERSIONS:
        raise No(400, "M_UNSUPPORTED_ROOM_VERSION", "Your homeserver does not know it", fault=True)
    invited: list[str] = asked.get("invite", [])
    trusted = invited if preset == "trusted_private_chat" else []
    made = _begin(call, version, trusted, asked.get("creation_content", {}))
    levels = call.json.get("power_level_content_override", {})
    _set(call, made, "m.room.power_levels", {**_levels(made, trusted), **levels})
    rule, shown = PRESETS[preset]
    _set(call, made, "m.room.join_rules", {"join_rule": rule})
    _set(call, made, "m.room.history_visibility", {"history_visibility": shown})
    _set(call, made, "m.room.guest_access", {"guest_access": "can_join"})
    for each in asked.get("initial_state", ()):
        key = each.get("state_key", "")
        _set(call, made, each["type"], each["content"], key)
    if asked.get("name"):
        _set(call, made, "m.room.name", {"name": asked["name"]})
    if asked.get("topic"):
        _set(call, made, "m.room.topic", {"topic": asked["topic"]})
    direct = {"is_direct": True} if asked.get("is_direct") else {}
    for each in invited:
        _move(call, made, each, "invite", **direct)
    return {"room_id": made.id}


def _begin(call: Call, version: str, trusted: list[str], more: Json) -> Room:
    """A room with nobody in it but who made it."""
    above = int(version) >= CREATORS_RULE
    suffix = "" if above else f":{call.user.partition(':')[2]}"
    made = Room(f"!{call.world.name(43 if above else 18)}{suffix}", version)
    call.world.rooms[made.id] = made
    content = {"room_version": version, **more} | (
        {} if int(version) >= 11 else {"creator": call.user}
    )
    if above and trusted:
        content["additional_creators"] = trusted
    _set(call, made, "m.room.create", content)
    _move(call, made, call.user, "join")
    return made


def _levels(room: Room, trusted: list[str]) -> Json:
    made = room.state["m.room.create", ""].sender
    above = int(room.version) >= CREATORS_RULE
    events = {
        **{"m.room.name": 50, "m.room.power_levels": 100, "m.room.history_visibility": 100},
        **{"m.room.canonical_alias": 50, "m.room.avatar": 50, "m.room.server_acl": 100},
        **{"m.room.tombstone": 150 if above else 100, "m.room.encryption": 100},
    }
    general = {"users_default": 0, "events_default": 0, "state_default": 50, "invite": 0}
    acts = {"ban": 50, "kick": 50, "redact": 50, "historical": 100}
    users = {} if above else dict.fromkeys([made, *trusted], 100)
    return {"users": users, "events": events, **general, **acts}


def _move(call: Call, room: Room, who: str, to: str, **more: Any) -> Event:
    account = call.world.accounts.get(who)
    name = {"displayname": account.displayname} if account and to in ("join", "invite") else {}
    content = {"membership": to, **name, **more}
    return _set(call, room, "m.room.member", content, who)


def _set(call: Call, room: Room, type: str, content: Json, key: str = "") -> Event:
    return call.world.happen(room, Event(call.user, type, content, key))


# ---- coming and going


def join(call: Call) -> Json:
    room = call.world.rooms.get(call["room"])
    if room is None:
        raise No(404, "M_UNKNOWN", "Can't join remote room because no servers are in it")
    was = room.membership(call.user)
    if was == "join":
        return {"room_id": room.id}
    rule = room.state["m.room.join_rules", ""].content.get("join_rule")
    if was == "ban" or (was != "invite" and rule != "public"):
        raise No(403, "M_FORBIDDEN", "You are not invited to this room.")
    _move(call, room, call.user, "join")
    return {"room_id": room.id}


def leave(call: Call) -> Json:
    room = call.world.room(call["room"])
    if room.membership(call.user) not in ("join", "invite"):
        raise No(403, "M_FORBIDDEN", "User not in room")
    _move(call, room, call.user, "leave")
    return {}


def invite(call: Call) -> Json:
    room, who = call.world.room(call["room"]), call.must("user_id")
    room.must_be_able(call.user, "invite", 0)
    if room.membership(who) in ("join", "ban"):
        raise No(403, "M_FORBIDDEN", f"{who} is already in the room.")
    _move(call, room, who, "invite")
    return {}


def kick(call: Call) -> Json:
    room, who = call.world.room(call["room"]), call.must("user_id")
    room.must_be_able(call.user, "kick")
    if room.membership(who) not in ("join", "invite"):
        raise No(403, "M_FORBIDDEN", "The target user is not in the room")
    if room.level(who) >= room.level(call.user) and who != call.user:
        raise No(403, "M_FORBIDDEN", f"You cannot kick user {who}.")
    _move(call, room, who, "leave", **_reason(call))
    return {}


def ban(call: Call) -> Json:
    room, who = call.world.room(call["room"]), call.must("user_id")
    room.must_be_able(call.user, "ban")
    if room.level(who) >= room.level(call.user):
        raise No(403, "M_FORBIDDEN", f"You don't have permission to ban {who}")
    _move(call, room, who, "ban", **_reason(call))
    return {}


def _reason(call: Call) -> Json:
    return {"reason": call.json["reason"]} if "reason" in call.json else {}


# ---- speaking


def send(call: Call) -> Json:
    return call.world.once(call.device, call.asked.path, lambda: _sent(call))


def _sent(call: Call) -> Json:
    room, type = call.world.room(call["room"]), call["type"]
    room.must_be_able_to_send(call.user, type, state=False)
    if type == "m.room.message":
        for name in ("body", "msgtype"):
            if not isinstance(call.json.get(name), str):
                raise No(400, "M_UNKNOWN", f"'{name}' not in content", fault=True)
    if type == "m.reaction":
        _new_reaction(call, room)
    sent = (call.device.key, call["transaction"])
    return {"event_id": call.world.happen(room, Event(call.user, type, call.json, sent=sent)).id}


def _new_reaction(call: Call, room: Room) -> None:
    """Raises No for what the same person has said already."""
    wanted = call.json.get("m.relates_to", {})
    if wanted.get("rel_type") != "m.annotation":
        return
    for each in room.events:
        mine = each.type == "m.reaction" and each.sender == call.user and each.gone is None
        if mine and each.relation == wanted:
            raise No(400, "M_DUPLICATE_ANNOTATION", "Can't send same reaction twice")


def redact(call: Call) -> Json:
    return call.world.once(call.device, call.asked.path, lambda: _redacted(call))


def _redacted(call: Call) -> Json:
    room = call.world.room(call["room"])
    room.must_be_in(call.user)
    target = room.event(call["event"])
    if target is None:  # it is taken all the same, and shown to nobody
        return {"event_id": f"${call.world.name()}"}
    if target.sender != call.user:
        room.must_be_able(call.user, "redact")
    sent = (call.device.key, call["transaction"])
    content, id = {**_reason(call), "redacts": target.id}, target.id
    made = Event(call.user, "m.room.redaction", content, sent=sent, redacts=id)
    by = call.world.happen(room, made)
    target.redact(by)
    return {"event_id": by.id}


def put_state(call: Call) -> Json:
    room, type, key = call.world.room(call["room"]), call["type"], call.parts.get("key", "")
    room.must_be_able_to_send(call.user, type, state=type != "m.room.member")
    return {"event_id": _set(call, room, type, call.json, key).id}


def get_state(call: Call) -> Json:
    room = call.world.room(call["room"])
    state = room.state_at(room.last_seen(call.user))
    found = state.get((call["type"], call.parts.get("key", "")))
    if found is None:
        raise No(404, "M_NOT_FOUND", "Event not found.")
    return found.content


def upgrade(call: Call) -> Json:
    """A new room with what the old one was; who is to be in it is invited by people."""
    old, version = call.world.room(call["room"]), call.must("new_version")
    old.must_be_able_to_send(call.user, "m.room.tombstone", state=True)
    new = _begin(call, version, [], {"predecessor": {"room_id": old.id}})
    levels = (
        {**_levels(new, []), "users": {}} if int(version) >= CREATORS_RULE else _levels(new, [])
    )
    _set(call, new, "m.room.power_levels", levels)
    for type in KEPT:
        if (type, "") in old.state:
            _set(call, new, type, old.state[type, ""].content)
    gone = {"body": REPLACED, "replacement_room": new.id}
    _set(call, old, "m.room.tombstone", gone)
    shut = {**old.state["m.room.power_levels", ""].content, "events_default": 50, "invite": 50}
    _set(call, old, "m.room.power_levels", shut)
    return {"replacement_room": new.id}

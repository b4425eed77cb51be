"""What is read of a room: pages of its past, one event, what belongs to an event, who is in it."""

from tests.matrix.fake.call import Call
from tests.matrix.fake.rooms import Room
from tests.matrix.fake.things import Event, Json, No

TEN = 10  # events in a page where no limit is asked for


def messages(call: Call) -> Json:
    """Newest first with dir=b. Without an `end` where nothing is left."""
    room = call.world.room(call["room"])
    seen = room.last_seen(call.user)
    way, limit = call.asked.query.get("dir", "f"), min(call.number("limit", TEN), call.world.most)
    if way not in ("b", "f"):
        raise No(400, "M_INVALID_PARAM", "Query parameter dir must be one of f, b", fault=True)
    start, end = call.position("from"), call.position("to")
    if way == "b":
        first = min(call.world.position if start is None else start, seen)
        chunk = room.between(-1 if end is None else end, first)[::-1][:limit]
        rest = f"t{chunk[-1].position - 1}" if chunk else ""
    else:
        first = start or 0
        chunk = room.between(first, min(seen, call.world.position if end is None else end))[:limit]
        rest = f"t{chunk[-1].position}" if chunk else ""
    told: Json = {"chunk": [_told(call, each) for each in chunk], "start": f"t{first}"}
    return told | ({"end": rest} if rest else {})


def event(call: Call) -> Json:
    room = call.world.room(call["room"])
    found = room.event(call["event"])
    if found is None or found.position > room.last_seen(call.user, single=True):
        raise No(404, "M_NOT_FOUND", "Event not found.")
    return _told(call, found)


def relations(call: Call) -> Json:
    """Newest first."""
    room = call.world.room(call["room"])
    seen, wanted = room.last_seen(call.user), (call["relation"], call["event"])
    if room.event(call["event"]) is None:
        raise No(404, "M_NOT_FOUND", "Unknown parent event.")
    found = [
        each
        for each in reversed(room.events)
        if (each.relation.get("rel_type"), each.relation.get("event_id")) == wanted
        and each.type == call["type"]
        and each.gone is None
        and each.position <= seen
    ]
    return {"chunk": [_told(call, each) for each in found[: call.world.most]]}


def joined_members(call: Call) -> Json:
    room = call.world.room(call["room"])
    room.must_be_in(call.user)
    return {"joined": {each: _profile(room, each) for each in room.members("join")}}


def members(call: Call) -> Json:
    room = call.world.room(call["room"])
    state = room.state_at(room.last_seen(call.user))
    wanted, unwanted = call.asked.query.get("membership"), call.asked.query.get("not_membership")
    found = [each for (type, _), each in state.items() if type == "m.room.member"]
    found = [each for each in found if wanted in (None, each.membership)]
    return {"chunk": [_told(call, each) for each in found if each.membership != unwanted]}


def receipt(call: Call) -> Json:
    """Of what was read nothing follows, for us."""
    call.world.room(call["room"]).must_be_in(call.user)
    return {}


def _profile(room: Room, user: str) -> Json:
    content = room.state["m.room.member", user].content
    return {"display_name": content.get("displayname"), "avatar_url": None}


def _told(call: Call, each: Event) -> Json:
    return each.told(call.device, call.world.millis)

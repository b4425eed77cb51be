"""What a sync tells: all that happened since a token, or all that is."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.fake import keys
from tests.matrix.fake.call import Call
from tests.matrix.fake.rooms import Room, State
from tests.matrix.fake.things import Event, Json, No

POST = 100  # messages to a device in one answer
OUT = ("leave", "ban")


@dataclass(slots=True)
class Told:
    """An answer, and what it tells of: events as they were when it was made."""

    answer: Json
    new: bool  # something happened
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Filter:
    limit: int
    state: list[str] | None
    data: list[str] | None

    def takes(self, event: Event) -> bool:
        return self.state is None or event.type in self.state


def told(call: Call, since: int | None) -> Told:
    """`since`: a position; None: from the beginning."""
    sync = _Sync(call, since, call.asked.query.get("full_state") == "true", _filter(call))
    return sync.told()


def _filter(call: Call) -> Filter:
    """Raises No."""
    try:
        asked: Any = json.loads(call.asked.query.get("filter", "{}"))
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise No(400, "M_INVALID_PARAM", "Invalid filter JSON", fault=True)
    room = asked.get("room", {})
    limit = min(room.get("timeline", {}).get("limit", 10), call.world.most)
    data = asked.get("account_data", {}).get("types")
    return Filter(limit, room.get("state", {}).get("types"), data)


@dataclass(slots=True)
class _Sync:
    call: Call
    since: int | None
    full: bool
    filter: Filter
    events: list[Event] = field(default_factory=list)

    def told(self) -> Told:
        world, device = self.call.world, self.call.device
        rooms = self._rooms()
        waiting = [each for each in device.post if each[0] > (self.since or 0)]
        if self.since is not None:  # what was told before has arrived
            device.post = waiting
        post = waiting[:POST]
        data, lists = self._data(), self._lists()
        end = post[-1][0] if len(post) == POST else world.position
        answer: Json = {
            "next_batch": f"s{max(end, self.since or 0)}",
            "device_one_time_keys_count": keys.counts(device),
            "device_unused_fallback_key_types": keys.unused(device),
        }
        answer |= {"rooms": rooms} if rooms else {}
        answer |= {"to_device": {"events": [each for _, each in post]}} if post else {}
        answer |= {"account_data": {"events": data}} if data else {}
        answer |= {"device_lists": lists} if lists else {}
        return Told(answer, bool(rooms or post or data or lists), self.events)

    def _rooms(self) -> Json:
        found: dict[str, Json] = {}
        for room in self.call.world.rooms.values():
            for kind, told in self._room(room):
                found.setdefault(kind, {})[room.id] = told
        return found

    def _room(self, room: Room) -> list[tuple[str, Json]]:
        user = self.call.user
        now = room.membership(user)
        if now == "join":
            told = self._joined(room)
            return [("join", told)] if told else []
        moved = self._moves(room)
        found: list[tuple[str, Json]] = []
        if now == "invite" and moved:
            found.append(("invite", {"invite_state": {"events": _stripped(room, user)}}))
        went = [each for each in moved if each.membership in OUT]
        if self.since is not None and went:
            found.append(("leave", self._left(room, went[-1])))
        return found

    def _moves(self, room: Room) -> list[Event]:
        """Their coming and going since they last heard."""
        moves = room.moves(self.call.user)
        return [each for each in moves if each.position > (self.since or 0)]

    def _joined(self, room: Room) -> Json | None:
        user = self.call.user
        new = self.since is None or room.membership(user, self.since) != "join"
        new = new or any(each.membership in OUT for each in self._moves(room))
        start = self.since if self.since is not None and not new else -1
        fresh = room.between(start, self.call.world.position)
        if not fresh and not (self.full or new):
            return None
        shown = fresh[-self.filter.limit :]
        begin = shown[0].position - 1 if shown else self.call.world.position
        limited = len(fresh) > len(shown) or (new and self.since is not None)
        state = room.state_at(begin)
        if not self.full and not new:
            state = _beyond(state, room.state_at(self.since or 0)) if limited else {}
        return self._section(state, shown, begin, limited=limited) | {
            "ephemeral": {"events": []},
            "unread_notifications": {"notification_count": 0, "highlight_count": 0},
            "summary": {},
        }

    def _left(self, room: Room, went: Event) -> Json:
        since = self.since or 0
        was_in = room.membership(self.call.user, since) == "join"
        ever_in = any(each.membership == "join" for each in room.moves(self.call.user))
        fresh = room.between(since if was_in else -1, went.position) if ever_in else [went]
        shown = fresh[-self.filter.limit :]
        begin = shown[0].position - 1
        limited = len(fresh) > len(shown)
        state = _beyond(room.state_at(begin), room.state_at(since)) if limited and was_in else {}
        return self._section(state, shown, begin, limited=limited)

    def _section(self, state: State, shown: list[Event], begin: int, *, limited: bool) -> Json:
        device, now = self.call.device, self.call.world.millis
        self.events += shown
        there = [each for each in state.values() if self.filter.takes(each) and each not in shown]
        return {
            "state": {"events": [each.told(device, now, sync=True, bare=True) for each in there]},
            "timeline": {
                "events": [each.told(device, now, sync=True) for each in shown],
                "prev_batch": f"t{begin}",
                "limited": limited,
            },
            "account_data": {"events": []},
        }

    def _data(self) -> list[Json]:
        wanted, since = self.filter.data, -1 if self.since is None else self.since
        return [
            {"type": type, "content": content}
            for type, (position, content) in self.call.world.account(self.call.user).data.items()
            if position > since and (wanted is None or type in wanted)
        ]

    def _lists(self) -> Json:
        """Whose devices are to be looked at again, and who is of no interest any more."""
        if self.since is None:
            return {}
        world, user = self.call.world, self.call.user
        near = world.neighbours(user) | {user}
        changed = {each for position, each in world.changed if position > self.since} & near
        left: set[str] = set()
        for room in world.rooms_of(user, "join", "invite", *OUT):
            for each in room.between(self.since, world.position):
                if each.type == "m.room.member" and each.key:
                    came = each.membership == "join"
                    own = each.key == user
                    (changed if came else left).update(room.members("join") if own else {each.key})
        lists = {
            "changed": sorted(near if self.full else changed & near),
            "left": sorted(left - near),
        }
        return {name: users for name, users in lists.items() if users}


def _beyond(state: State, known: State) -> State:
    """What is in a state, and was not known."""
    return {key: each for key, each in state.items() if known.get(key) is not each}


def _stripped(room: Room, user: str) -> list[Json]:
    """What somebody invited may know."""
    shown = ("m.room.create", "m.room.join_rules", "m.room.name", "m.room.encryption")
    found = [each for (type, _), each in room.state.items() if type in shown]
    mine = room.state["m.room.member", user]
    by = room.state.get(("m.room.member", mine.sender))
    return [each.stripped() for each in [*found, *([by] if by else []), mine]]

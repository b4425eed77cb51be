"""One room: what happened in it, what its state was at any moment, who may do what."""

from dataclasses import dataclass, field

from tests.matrix.fake.things import Event, Json, No

INFINITE = 2**60
CREATORS_RULE = 12  # the version since which who made a room stands above all
State = dict[tuple[str, str], Event]


@dataclass(eq=False, slots=True)
class Room:
    id: str
    version: str
    events: list[Event] = field(default_factory=list)
    state: State = field(default_factory=dict)

    def add(self, event: Event) -> None:
        self.events.append(event)
        if event.key is not None:
            event.before = self.state.get((event.type, event.key))
            self.state[event.type, event.key] = event

    def state_at(self, position: int) -> State:
        """As it was when that had happened."""
        there = [each for each in self.events if each.position <= position]
        return {(each.type, each.key): each for each in there if each.key is not None}

    def between(self, start: int, end: int) -> list[Event]:
        """What happened after `start`, up to `end`."""
        return [each for each in self.events if start < each.position <= end]

    def event(self, id: str) -> Event | None:
        return next((each for each in reversed(self.events) if each.id == id), None)

    def membership(self, user: str, position: int | None = None) -> str:
        """join, invite, leave, ban; empty: never heard of."""
        if position is None:
            found = self.state.get(("m.room.member", user))
            return found.membership if found else ""
        moves = [each for each in self.moves(user) if each.position <= position]
        return moves[-1].membership if moves else ""

    def moves(self, user: str) -> list[Event]:
        """Their coming and going."""
        return [each for each in self.events if (each.type, each.key) == ("m.room.member", user)]

    def members(self, *memberships: str) -> list[str]:
        return [
            each.key or ""
            for (kind, _), each in self.state.items()
            if kind == "m.room.member" and each.membership in memberships
        ]

    def last_seen(self, user: str, *, single: bool = False) -> int:
        """Up to where they see it: everything, while they are in it. Raises No.

        Who was in it and is invited again sees no pages until they come, but `single` events.
        """
        if self.membership(user) == "join":
            return INFINITE
        went = [each for each in self.moves(user) if each.membership in ("leave", "ban")]
        was_in = any(each.membership == "join" for each in self.moves(user))
        if not was_in or (self.membership(user) == "invite" and not single):
            raise No(403, "M_FORBIDDEN", f"User {user} not in room {self.id}")
        return max(each.position for each in went)

    # ---- who may do what

    @property
    def _levels(self) -> Json:
        found = self.state.get(("m.room.power_levels", ""))
        return found.content if found else {}

    def level(self, user: str) -> int:
        made = self.state[("m.room.create", "")]
        above = {made.sender, *made.content.get("additional_creators", ())}
        if int(self.version) >= CREATORS_RULE and user in above:
            return INFINITE
        levels = self._levels
        return int(levels.get("users", {}).get(user, levels.get("users_default", 0)))

    def must_be_in(self, user: str) -> None:
        """Raises No."""
        if self.membership(user) != "join":
            raise No(403, "M_FORBIDDEN", f"User {user} not in room {self.id}")

    def must_be_able(self, user: str, act: str, default: int = 50) -> None:
        """To invite, kick, ban, redact. Raises No."""
        self.must_be_in(user)
        if self.level(user) < int(self._levels.get(act, default)):
            raise No(403, "M_FORBIDDEN", f"You don't have permission to {act}")

    def must_be_able_to_send(self, user: str, type: str, *, state: bool) -> None:
        """Raises No."""
        self.must_be_in(user)
        general = self._levels.get("state_default" if state else "events_default", 0)
        needed = int(self._levels.get("events", {}).get(type, general))
        if self.level(user) < needed:
            why = f"You don't have permission to post that to the room. user_level < {needed}"
            raise No(403, "M_FORBIDDEN", why)

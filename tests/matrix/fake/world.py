"""Everything a homeserver knows, in memory: who there is, what happened, in one order."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from tests.matrix.fake.rooms import Room
from tests.matrix.fake.things import Account, Device, Event, Json, No
from tests.matrix.synapse import SERVER_NAME, Registered

HORIZON = 24 * 3600.0  # seconds for which a transaction is remembered
PAGE = 100  # events in a timeline or a page of the past, at most


@dataclass(eq=False)
class World:
    now: Callable[[], float]  # seconds since 1970
    seed: int = 0
    horizon: float = HORIZON
    most: int = PAGE
    position: int = 0
    accounts: dict[str, Account] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)  # by token
    rooms: dict[str, Room] = field(default_factory=dict)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    changed: list[tuple[int, str]] = field(default_factory=list)  # whose keys, by position
    done: dict[tuple[str, str], tuple[float, Json]] = field(default_factory=dict)  # transactions
    told: list[Callable[[], None]] = field(default_factory=list)  # call when something happens

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)

    @property
    def millis(self) -> int:
        return int(self.now() * 1000)

    def move(self) -> int:
        """Something happens: where in the order."""
        self.position += 1
        for each in list(self.told):
            each()
        return self.position

    def name(self, length: int = 43) -> str:
        """Of something new, as long as Synapse makes them."""
        made = hashlib.sha256(self._chance.randbytes(16)).hexdigest()
        return (made[:20] + "-_" + made[20:])[:length]

    # ---- people and devices

    def register(
        self, name: str, *, admin: bool = False, displayname: str | None = None
    ) -> Registered:
        """As Synapse does it by the secret that it shares with its admin."""
        del admin
        user = f"@{name}:{SERVER_NAME}"
        password = self.name(16)
        self.accounts[user] = Account(user, name, password, displayname or name)
        device = self.log_in(user, self.name(10).upper(), "")
        return Registered(name, user, password, device.token, device.id)

    def log_in(self, user: str, id: str, name: str) -> Device:
        """A token of its own; the one before of the same device is dead."""
        found = self.device(user, id)
        if found is None:
            found = Device(user, id, "", name)
            self.changed.append((self.move(), user))
        else:
            del self.devices[found.token]
        found.token = f"syt_{self.name(20)}_{self.name(6)}"
        self.devices[found.token] = found
        return found

    def device(self, user: str, id: str) -> Device | None:
        return next((x for x in self.of(user) if x.id == id), None)

    def of(self, user: str) -> Iterator[Device]:
        """Their devices."""
        return (each for each in list(self.devices.values()) if each.user == user)

    def account(self, user: str) -> Account:
        """Raises No."""
        if user not in self.accounts:
            raise No(404, "M_NOT_FOUND", "User not found")
        return self.accounts[user]

    # ---- rooms

    def room(self, id: str) -> Room:
        """Raises No, as for a room that one is not in."""
        if id not in self.rooms:
            raise No(403, "M_FORBIDDEN", f"User not in room {id}, and room previews are disabled")
        return self.rooms[id]

    def rooms_of(self, user: str, *memberships: str) -> list[Room]:
        wanted = memberships or ("join",)
        return [each for each in self.rooms.values() if each.membership(user) in wanted]

    def neighbours(self, user: str) -> set[str]:
        """Who shares a room with them."""
        return {each for room in self.rooms_of(user) for each in room.members("join")}

    def happen(self, room: Room, event: Event) -> Event:
        event.id, event.room = f"${self.name()}", room.id
        event.at, event.position = self.millis, self.position + 1
        room.add(event)
        self.move()
        return event

    def once(self, device: Device, path: str, deed: Callable[[], Json]) -> Json:
        """The same call again, within the horizon, is the same deed."""
        known = self.done.get((device.key, path))
        if known is not None and self.now() - known[0] <= self.horizon:
            return known[1]
        answer = deed()
        self.done[device.key, path] = (self.now(), answer)
        return answer

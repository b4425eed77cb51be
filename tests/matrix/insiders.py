"""People of the fake homeserver, who come to it without a socket: quick, and told the same."""

import json
from typing import cast
from urllib.parse import quote

import httpx

from tests.matrix.fake import Fake
from tests.matrix.fake.call import Asked
from tests.matrix.fake.homeserver import SYNC, known
from tests.matrix.fake.rooms import Room
from tests.matrix.fake.things import Event
from tests.matrix.human import CLIENT, Human, Json, Refused
from tests.matrix.synapse import Registered

SEEN = '{"room":{"timeline":{"limit":100}}}'


class Insider(Human):
    def __init__(self, fake: Fake, account: Registered) -> None:
        super().__init__(fake.url, account)
        self.fake = fake

    def call(
        self, method: str, path: str, body: Json | None = None, query: Json | None = None
    ) -> Json:
        whole = path if path.startswith("/_") else f"{CLIENT}{path}"
        said = b"" if body is None else json.dumps(body).encode()
        asked = Asked(method, whole, query or {}, said, self.account.token)
        if whole == SYNC:
            call, since = self.fake.server.sync(asked)
            return self.fake.server.told(call, since).answer
        status, told = self.fake.server.answer(asked)
        if status != 200:
            raise Refused(status, known(told), f"{method} {path}")
        found: Json = json.loads(json.dumps(told))
        return found

    def enter(self) -> None:
        """Wherever they are invited."""
        for room in self.fake.world.rooms_of(self.id, "invite"):
            self.join(room.id)

    def is_in(self, room: Room) -> bool:
        return room.membership(self.id) == "join"

    def chats(self, with_: str) -> list[Room]:
        """Rooms where they are alone with somebody."""
        both = sorted((self.id, with_))
        rooms = self.fake.world.rooms_of(self.id)
        return [each for each in rooms if sorted(each.members("join", "invite")) == both]

    def said_by(self, room: Room, who: str) -> list[Event]:
        found = [each for each in room.events if each.sender == who and each.gone is None]
        return [each for each in found if each.type == "m.room.message"]

    def unreact(self, room: Room) -> None:
        """Take back the last of their reactions there."""
        mine = [x for x in room.events if x.type == "m.reaction" and x.sender == self.id]
        standing = [each for each in mine if each.gone is None]
        if standing:
            self.redact(room.id, standing[-1].id)

    def _in(self, room: str, method: str, path: str, body: Json | None = None) -> Json:
        return self.call(method, f"/rooms/{quote(room, safe='')}/{path}", body)

    def _connected(self) -> httpx.Client:
        return cast(httpx.Client, None)  # they need none

    def close(self) -> None:
        """There is nothing to close."""

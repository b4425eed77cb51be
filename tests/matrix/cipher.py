"""A person in encrypted rooms, whose device and identity are our own and built on vodozemac alone.

    with SecretHuman(server.url, server.register("ann"), exclude_insecure=True) as ann:
        room = ann.direct(duly, encrypted=True)
        ann.say(room, "!my duties")
        assert ann.sees(room, "Nothing is due").secret

Whoever excludes insecure devices, as Element does (MSC4153), neither reads nor writes to a device
that its owner's identity has not signed.
"""

from typing import Any, Self
from urllib.parse import quote

from tests.matrix import sealed
from tests.matrix.human import Human, Refused, logged_in
from tests.matrix.machine import MEGOLM, Machine, Outbound, Unreadable
from tests.matrix.seen import UNREADABLE
from tests.matrix.signing import Device, Identity, Json, Person, person
from tests.matrix.synapse import Registered

ONE_TIME_KEYS = 20
ROTATE_AFTER = 100  # messages, where the room does not say


class SecretHuman(Human):
    def __init__(
        self,
        url: str,
        account: Registered,
        *,
        identity: Identity | None = None,
        exclude_insecure: bool = False,
        **how: bool,
    ) -> None:
        """`signed=False`: our device is not vouched for. `bare=True`: no identity at all."""
        super().__init__(url, account)
        self.exclude_insecure = exclude_insecure
        self.withhold: set[str] = set()  # people who are given no keys
        self.to_device: list[Json] = []  # what came for this device, opened; else with its trouble
        self.machine = Machine(self.id, self.device_id)
        self._people: dict[str, Person] = {}
        self._encryption: dict[str, Json] = {}
        self._publish()
        self.identity = None if how.pop("bare", False) else identity or self._new_identity()
        if how.pop("signed", True):
            self.sign()
        assert not how, how

    # Devices and identities.

    def another(self, *, signed: bool = True, **how: Any) -> Self:
        """The same person at another device, vouched for by the same identity."""
        account = logged_in(self.url, self.account)
        how.setdefault("exclude_insecure", self.exclude_insecure)
        bare = self.identity is None
        return type(self)(
            self.url, account, identity=self.identity, signed=signed, bare=bare, **how
        )

    def sign(self) -> None:
        """Vouch for this device."""
        if self.identity is None:
            return
        keys = self.identity.vouch(self.machine.device_keys())
        body = {self.id: {self.device_id: keys}}
        answer = self.call("POST", "/keys/signatures/upload", body)
        assert not answer.get("failures"), answer

    def reset_identity(self) -> None:
        """Become somebody new to whoever pinned the old one."""
        self.identity = self._new_identity()
        self.sign()

    def person(self, user: str) -> Person:
        """What is published of somebody, asked anew."""
        return self._asked([user])[user]

    def claim(self, user: str, device: str) -> Json:
        """One of its one-time keys, or its fallback key, by name; {} where there is none."""
        body = {"one_time_keys": {user: {device: "signed_curve25519"}}}
        answer = self.call("POST", "/keys/claim", body)
        found: Json = answer["one_time_keys"].get(user, {}).get(device, {})
        return found

    # Saying.

    def send(self, room: str, kind: str, content: Json, txn: str | None = None) -> str:
        if kind == "m.reaction" or not self.is_encrypted(room):
            return self.send_clear(room, kind, content, txn)
        self._share(room)
        encrypted = self.machine.encrypt(room, kind, content)
        return self.send_clear(room, UNREADABLE, encrypted, txn)

    def is_encrypted(self, room: str) -> bool:
        if room not in self._encryption:
            try:
                self._encryption[room] = self.state(room, "m.room.encryption")
            except Refused:
                return False
        return True

    def rotate(self, room: str) -> None:
        """From now on by a new key."""
        self.machine.outbound.pop(room, None)

    def share_key(self, room: str, user: str, *, late: bool = False) -> None:
        """Give somebody the key by which we write now: all of it, or from here on only."""
        outbound = self.machine.outbound[room]
        self._give(room, outbound, set(self.person(user).devices), late=late)

    def play_again(self, room: str, event: str) -> str:
        """The same ciphertext as a new event, as a server could do it."""
        whole = self._in(room, "GET", f"event/{quote(event)}")
        return self.send_clear(room, UNREADABLE, whole["content"])

    def _share(self, room: str) -> None:
        """Whoever may read gets the key; once somebody is gone, there is a new one."""
        query = {"not_membership": "leave"}
        told = self.call("GET", f"/rooms/{quote(room)}/members", query=query)["chunk"]
        users = [each["state_key"] for each in told if each["content"]["membership"] != "ban"]
        there = {device for each in self._asked(users).values() for device in each.devices}
        meant = {device for device in there if self._trusts(device)}
        outbound = self.machine.outbound.get(room)
        if outbound is None or outbound.has - meant or self._used_up(room, outbound):
            outbound = self.machine.begin_room(room)
            self._deny(room, outbound, {each for each in there if self._excludes(each)})
        self._give(room, outbound, meant - outbound.has, late=True)
        outbound.has |= meant

    def _used_up(self, room: str, outbound: Outbound) -> bool:
        after: int = self._encryption[room].get("rotation_period_msgs", ROTATE_AFTER)
        return outbound.session.message_index >= after

    def _trusts(self, device: Device) -> bool:
        return not self._excludes(device) and device.user not in self.withhold

    def _excludes(self, device: Device) -> bool:
        return self.exclude_insecure and not device.vouched

    def _give(self, room: str, outbound: Outbound, devices: set[Device], *, late: bool) -> None:
        others = [each for each in devices if each.curve25519 != self.machine.curve25519]
        self._meet([each for each in others if not self.machine.knows(each)])
        key = self.machine.key_for(room, outbound, late=late)
        known = [each for each in others if self.machine.knows(each)]
        sealed_keys = [(each, self.machine.seal(each, "m.room_key", key)) for each in known]
        self._send_to_devices("m.room.encrypted", sealed_keys)

    def _deny(self, room: str, outbound: Outbound, devices: set[Device]) -> None:
        """Tell those who get no key, in clear."""
        session = outbound.session.session_id
        told = {"algorithm": MEGOLM, "room_id": room, "session_id": session}
        told |= {"sender_key": self.machine.curve25519, "code": "m.unverified"}
        self._send_to_devices("m.room_key.withheld", [(each, told) for each in devices])

    def _meet(self, devices: list[Device]) -> None:
        if not devices:
            return
        wanted: Json = {}
        for each in devices:
            wanted.setdefault(each.user, {})[each.id] = "signed_curve25519"
        answer = self.call("POST", "/keys/claim", {"one_time_keys": wanted})["one_time_keys"]
        for each in devices:
            for key in answer.get(each.user, {}).get(each.id, {}).values():
                self.machine.begin(each, key["key"])

    def _send_to_devices(self, kind: str, told: list[tuple[Device, Json]]) -> None:
        if not told:
            return
        messages: Json = {}
        for each, content in told:
            messages.setdefault(each.user, {})[each.id] = content
        self.call("PUT", f"/sendToDevice/{kind}/{self._txn()}", {"messages": messages})

    # Reading.

    def _take(self, answer: Json) -> None:
        """Keys first; then what they may open."""
        changed = answer.get("device_lists", {}).get("changed", [])
        for user in changed:
            self._people.pop(user, None)
        came = [self._unsealed(each) for each in answer.get("to_device", {}).get("events", [])]
        self.to_device += came
        super()._take(answer)
        if changed or came:
            self._try_again()
        counts = answer.get("device_one_time_keys_count", {})
        unused = answer.get("device_unused_fallback_key_types", ["signed_curve25519"])
        self._renew(counts.get("signed_curve25519", 0), fallback=not unused)

    def _unsealed(self, event: Json) -> Json:
        if event["type"] != "m.room.encrypted":
            return event
        try:
            told = self.machine.unseal(event["sender"], event["content"])
        except Unreadable as why:
            return {**event, "trouble": str(why)}
        return {**event, "type": told["type"], "content": told["content"], "secret": True}

    def _opened(self, room: str, event: Json) -> Json:
        if event["type"] != UNREADABLE or "ciphertext" not in event["content"]:
            return event
        try:
            told, key = self.machine.decrypt(room, event)
            if self.exclude_insecure and not self._vouched(key.sender, key.curve25519, key.ed25519):
                raise Unreadable("its device is not signed by its owner")
        except Unreadable as why:
            return {**event, "trouble": str(why)}
        content = told["content"]
        if relates := event["content"].get("m.relates_to"):
            content = {**content, "m.relates_to": relates}
        return {**event, "type": told["type"], "content": content, "secret": True}

    def _vouched(self, user: str, curve25519: str, ed25519: str) -> bool:
        known = self._people.get(user) or self.person(user)
        device = known.device(curve25519)
        return device is not None and device.ed25519 == ed25519 and device.vouched

    def _try_again(self) -> None:
        for room, events in self._events.items():
            for id, event in events.items():
                if event.get("trouble"):
                    bare = {name: part for name, part in event.items() if name != "trouble"}
                    events[id] = self._opened(room, bare)

    # Files.

    def _attach(self, room: str, data: bytes, mimetype: str) -> Json:
        if not self.is_encrypted(room):
            return super()._attach(room, data, mimetype)
        whole, file = sealed.seal(data)
        return {"file": {**file, "url": self.upload(whole)}}

    def _detach(self, content: Json) -> bytes:
        if "file" not in content:
            return super()._detach(content)
        return sealed.unseal(self.download(content["file"]["url"]), content["file"])

    # What the server holds of us.

    def _publish(self) -> None:
        body = {"device_keys": self.machine.device_keys()}
        body["one_time_keys"] = self.machine.one_time_keys(ONE_TIME_KEYS)
        body["fallback_keys"] = self.machine.fallback_key()
        self.call("POST", "/keys/upload", body)

    def _renew(self, left: int, *, fallback: bool) -> None:
        """One-time keys get fewer as others write to us."""
        body: Json = {}
        if left < ONE_TIME_KEYS // 2:
            body["one_time_keys"] = self.machine.one_time_keys(ONE_TIME_KEYS - left)
        if fallback:
            body["fallback_keys"] = self.machine.fallback_key()
        if body:
            self.call("POST", "/keys/upload", body)

    def _new_identity(self) -> Identity:
        """The first needs no password, another one does."""
        made, path = Identity(self.id), "/keys/device_signing/upload"
        try:
            self.call("POST", path, made.published())
        except Refused as refused:
            who = {"type": "m.id.user", "user": self.id}
            auth = {"type": "m.login.password", "identifier": who}
            auth |= {"password": self.account.password, "session": refused.answer["session"]}
            self.call("POST", path, {**made.published(), "auth": auth})
        return made

    def _asked(self, users: list[str]) -> dict[str, Person]:
        answer = self.call("POST", "/keys/query", {"device_keys": {user: [] for user in users}})
        found = {user: person(answer, user) for user in users}
        self._people |= found
        return found

"""The secrets of one device, straight on vodozemac: Olm to devices, Megolm to rooms. No network.

It is not what Duly uses, so that what either gets wrong the other does not read.
"""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from vodozemac import (
    Account,
    AnyOlmMessage,
    Curve25519PublicKey,
    GroupSession,
    InboundGroupSession,
    MegolmMessage,
    PreKeyMessage,
    Session,
    SessionKey,
)

from tests.matrix.signing import Device, Json, base64_of, signed_by_device

OLM, MEGOLM = "m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"


class Unreadable(Exception):
    """Why something stays secret."""


@dataclass(eq=False)
class Outbound:
    """The key by which we encrypt for a room, and who has it."""

    session: GroupSession = field(default_factory=GroupSession)
    has: set[Device] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.first_key = self.session.session_key.to_base64()


@dataclass(frozen=True, slots=True)
class Inbound:
    """A key that somebody's device gave us for what it says in a room."""

    session: InboundGroupSession
    sender: str
    curve25519: str
    ed25519: str


class Machine:
    def __init__(self, user: str, device: str) -> None:
        self.user, self.device = user, device
        self.account = Account()
        self.curve25519 = self.account.curve25519_key.to_base64()
        self.ed25519 = self.account.ed25519_key.to_base64()
        self.outbound: dict[str, Outbound] = {}
        self.inbound: dict[tuple[str, str], Inbound] = {}  # by room and session
        self._olm: dict[str, list[Session]] = {}  # by the other's key, the newest first
        self._read: dict[tuple[str, int], str] = {}  # which event a session's index belongs to

    def device_keys(self) -> Json:
        keys = {f"curve25519:{self.device}": self.curve25519}
        keys[f"ed25519:{self.device}"] = self.ed25519
        return self._signed(
            {
                "user_id": self.user,
                "device_id": self.device,
                "algorithms": [OLM, MEGOLM],
                "keys": keys,
            }
        )

    def one_time_keys(self, number: int) -> Json:
        """For others to begin a session with while we are away, each once."""
        self.account.generate_one_time_keys(number)
        return self._prekeys(self.account.one_time_keys, {})

    def fallback_key(self) -> Json:
        """For when the others are used up."""
        account: Any = self.account  # the stubs of vodozemac do not name it
        account.generate_fallback_key()
        return self._prekeys(account.fallback_key, {"fallback": True})

    # Olm: from device to device.

    def knows(self, device: Device) -> bool:
        return device.curve25519 in self._olm

    def begin(self, device: Device, one_time_key: str) -> None:
        theirs = Curve25519PublicKey.from_base64(device.curve25519)
        key = Curve25519PublicKey.from_base64(one_time_key)
        session = self.account.create_outbound_session(theirs, key)
        self._olm.setdefault(device.curve25519, []).insert(0, session)

    def seal(self, device: Device, kind: str, content: Json) -> Json:
        """The content of an m.room.encrypted to it."""
        told = {
            "type": kind,
            "content": content,
            "sender": self.user,
            "recipient": device.user,
            "recipient_keys": {"ed25519": device.ed25519},
            "keys": {"ed25519": self.ed25519},
            "sender_device_keys": self.device_keys(),
        }
        sealed = self._olm[device.curve25519][0].encrypt(json.dumps(told).encode())
        number, body = sealed.to_parts()
        ciphertext = {device.curve25519: {"type": number, "body": base64_of(body)}}
        return {"algorithm": OLM, "sender_key": self.curve25519, "ciphertext": ciphertext}

    def unseal(self, sender: str, content: Json) -> Json:
        """Type and content of what a device of theirs sent us. Raises Unreadable."""
        mine = content.get("ciphertext", {}).get(self.curve25519)
        if mine is None:
            raise Unreadable("not for this device")
        told: Json = json.loads(self._olm_decrypt(content["sender_key"], mine))
        meant = (told["sender"], told["recipient"], told["recipient_keys"]["ed25519"])
        if meant != (sender, self.user, self.ed25519):
            raise Unreadable("meant for somebody else")
        if told["type"] == "m.room_key":
            self._keep(sender, content["sender_key"], told)
        return told

    def _olm_decrypt(self, sender_key: str, message: Json) -> bytes:
        sessions = self._olm.setdefault(sender_key, [])
        if message["type"] == 0:
            first = PreKeyMessage.from_base64(message["body"])
            if not any(each.session_matches(first) for each in sessions):
                theirs = Curve25519PublicKey.from_base64(sender_key)
                try:
                    session, plaintext = self.account.create_inbound_session(theirs, first)
                except ValueError as error:
                    raise Unreadable(f"no session: {error}") from error
                sessions.insert(0, session)
                return plaintext
        for session in sessions:
            try:
                data = base64.b64decode(message["body"] + "==")
                return session.decrypt(AnyOlmMessage.from_parts(message["type"], data))
            except ValueError:
                continue
        raise Unreadable("no session reads it")

    def _keep(self, sender: str, sender_key: str, told: Json) -> None:
        """A key for less than we can read, or of somebody else, replaces nothing."""
        content = told["content"]
        session = InboundGroupSession(SessionKey(content["session_key"]))
        place = (content["room_id"], session.session_id)
        known = self.inbound.get(place)
        if known and known.session.first_known_index <= session.first_known_index:
            return
        if known and known.curve25519 != sender_key:
            return
        self.inbound[place] = Inbound(session, sender, sender_key, told["keys"]["ed25519"])

    # Megolm: to whoever has the room's key.

    def key_for(self, room: str, outbound: Outbound, *, late: bool) -> Json:
        """An m.room_key; a late one reads nothing of what was said before."""
        key = outbound.session.session_key.to_base64() if late else outbound.first_key
        session = outbound.session.session_id
        return {"algorithm": MEGOLM, "room_id": room, "session_id": session, "session_key": key}

    def encrypt(self, room: str, kind: str, content: Json) -> Json:
        """The content of an m.room.encrypted; what it relates to stays in clear, as clients do."""
        outbound = self.outbound[room]
        told = json.dumps({"type": kind, "content": content, "room_id": room}).encode()
        encrypted = {
            "algorithm": MEGOLM,
            "sender_key": self.curve25519,
            "device_id": self.device,
            "session_id": outbound.session.session_id,
            "ciphertext": outbound.session.encrypt(told).to_base64(),
        }
        if relates := content.get("m.relates_to"):
            encrypted["m.relates_to"] = relates
        return encrypted

    def begin_room(self, room: str) -> Outbound:
        """A new key, which we have as well."""
        made = self.outbound[room] = Outbound()
        session = InboundGroupSession(SessionKey(made.first_key))
        own = Inbound(session, self.user, self.curve25519, self.ed25519)
        self.inbound[room, session.session_id] = own
        return made

    def decrypt(self, room: str, event: Json) -> tuple[Json, Inbound]:
        """Type and content of an event, and by whose key. Raises Unreadable."""
        content = event["content"]
        known = self.inbound.get((room, content.get("session_id", "")))
        if known is None:
            raise Unreadable("no key")
        if known.sender != event["sender"]:
            raise Unreadable("the key of somebody else")
        try:
            message = MegolmMessage.from_base64(content["ciphertext"])
            read = known.session.decrypt(message)
        except ValueError as error:
            raise Unreadable(f"not readable by its key: {error}") from error
        place = (content["session_id"], read.message_index)
        if self._read.setdefault(place, event["event_id"]) != event["event_id"]:
            raise Unreadable("said before: somebody plays it again")
        told: Json = json.loads(read.plaintext)
        if told["room_id"] != room:
            raise Unreadable("said in another room")
        return told, known

    def _prekeys(self, keys: dict[str, Curve25519PublicKey], more: Json) -> Json:
        signed = {
            f"signed_curve25519:{name}": self._signed({"key": key.to_base64(), **more})
            for name, key in keys.items()
        }
        self.account.mark_keys_as_published()
        return signed

    def _signed(self, value: Json) -> Json:
        return signed_by_device(value, self.user, self.device, self.account)

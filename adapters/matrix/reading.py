"""An encrypted event opened: it is its sender's own, it is the first of its kind, or it is nothing.

matrix-nio does not ask whose session it was: whoever has shared one with us could have what they
wrote shown as anybody's, by a homeserver that helps them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nio import MegolmEvent
from nio.crypto import InboundGroupSession, Olm, OlmDevice
from vodozemac import MegolmMessage

from adapters.matrix.keyring import Sessions
from adapters.matrix.seen import Seen
from adapters.matrix.trust import Trusting, Why
from adapters.slip import Slip

MEGOLM = "m.megolm.v1.aes-sha2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was said. `why`: the device it was said with does not count, so it commands nothing."""

    event: Mapping[str, Any]  # as it would have come in clear
    device: str
    why: Why | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Not yet: the key of this session is missing, or we have not seen the sender's device."""

    session: str
    sender: str
    device: bool = False  # only their device is missing: try again after the next upkeep


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Never: it is forged, repeated or broken."""

    reason: str  # for the log; no words of anybody's


@dataclass(frozen=True, slots=True)
class Reader:
    olm: Olm
    seen: Seen
    trusting: Trusting

    def read(self, room: str, event: Mapping[str, Any]) -> Opened | Lacking | Refused:
        """`event`: as it stands in the timeline."""
        slip = Slip(event)
        content = slip.at("content")
        sender, session = slip.text("sender"), content.text("session_id")
        if content.text("algorithm") != MEGOLM or not session or not slip.text("event_id"):
            return Refused(reason="it is not encrypted in a way we know")

        sessions: Sessions = self.olm.inbound_group_store
        had = sessions.of(room, session)
        if not had:
            self._ask_for(room, event)
            return Lacking(session=session, sender=sender)
        for each in had:
            if (owner := self._owner(each, sender)) is not None:
                if sessions.others(each):
                    self.olm.store.prefer(each)
                return self._open(room, event, each, owner)
        if all(self._is_anothers(each, sender) for each in had):
            self._ask_for(room, event)  # somebody was first to pass on what is the sender's
            return Lacking(session=session, sender=sender)
        self.olm.users_for_key_query.add(sender)
        return Lacking(session=session, sender=sender, device=True)

    def _open(
        self, room: str, event: Mapping[str, Any], session: InboundGroupSession, owner: OlmDevice
    ) -> Opened | Lacking | Refused:
        if session.forwarding_chain:
            return Refused(reason="its key came from somebody else")
        cipher = Slip(event).at("content").text("ciphertext")
        try:
            if MegolmMessage.from_base64(cipher).message_index() < session.first_known_index:
                return Lacking(session=session.id, sender=owner.user_id)
            text, place = session.decrypt(cipher)
            told = json.loads(text)
        except (ValueError, RecursionError):  # vodozemac's errors are ValueErrors
            return Refused(reason="it cannot be read with its key")
        whose = f"{session.id} {session.sender_key}"  # a copy by another is another's
        if not self.seen.first(whose, place, Slip(event).text("event_id")):
            return Refused(reason="it was sent before, as another event")
        if (what := misfit(told, room)) is not None:
            return Refused(reason=what)
        return self._weighed(session, place, owner, in_clear(event, told))

    def _weighed(
        self, session: InboundGroupSession, place: int, owner: OlmDevice, event: Mapping[str, Any]
    ) -> Opened | Lacking:
        """Whoever does not count, or is not known in this run, is looked at again first."""
        user, trusting = owner.user_id, self.trusting
        if user == self.olm.user_id and owner.id == self.olm.device_id:
            return Opened(event=event, device=owner.id)
        if self.seen.is_restored(session.id, place):
            return Opened(event=event, device=owner.id, why=Why.RESTORED)
        if trusting.is_known(user):
            why = trusting.why_not(user, owner.id, owner.ed25519)
        else:
            why = None if trusting.policy == "all" or owner.verified else Why.UNSIGNED
            if why is not None:
                self.olm.users_for_key_query.add(user)
        if why is not None and user in self.olm.users_for_key_query:
            return Lacking(session=session.id, sender=user, device=True)
        return Opened(event=event, device=owner.id, why=why)

    def _owner(self, session: InboundGroupSession, sender: str) -> OlmDevice | None:
        """The sender's device that has made this session."""
        mine = self.olm.account.identity_keys
        devices = [*self.olm.device_store[sender].values()]
        if sender == self.olm.user_id:
            devices.append(OlmDevice(sender, self.olm.device_id, dict(mine)))
        for device in devices:
            if (device.curve25519, device.ed25519) == (session.sender_key, session.ed25519):
                return device
        return None

    def _is_anothers(self, session: InboundGroupSession, sender: str) -> bool:
        """Whether its maker is known, and is not who is said to have sent it."""
        mine = self.olm.account.identity_keys["curve25519"]
        if session.sender_key == mine:
            return True
        return any(
            device.curve25519 == session.sender_key
            for device in self.olm.device_store
            if device.user_id != sender or device.ed25519 != session.ed25519
        )

    def _ask_for(self, room: str, event: Mapping[str, Any]) -> None:
        """nio asks for the key again, or mends what is between their device and ours; once."""
        found = MegolmEvent.from_dict({**event, "room_id": room})
        waiting = {getattr(each, "session_id", "") for each in self.olm.outgoing_to_device_messages}
        if isinstance(found, MegolmEvent) and found.session_id not in waiting:
            self.olm.check_if_wedged(found)


def misfit(told: object, room: str) -> str | None:
    """What is wrong with an opened payload; None: nothing."""
    slip = Slip(told)
    if slip.text("room_id") != room:
        return "it was written for another room"
    if not slip.text("type") or not isinstance(slip.data.get("content"), dict):
        return "it holds no event"
    return None


def in_clear(event: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """The event as it would have come: who, when and where are the homeserver's word."""
    content = dict(told["content"])
    relation = Slip(event).at("content").data.get("m.relates_to")
    if relation is not None:
        content.setdefault("m.relates_to", relation)
    return {**event, "type": told["type"], "content": content}

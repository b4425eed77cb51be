"""Room keys handed to the devices that count, and to all of those before anything is said.

matrix-nio takes a key for shared when a homeserver failed to pass it on, and waits for ever after
one that could not be asked for keys.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import uuid4

from nio import AsyncClient, KeysClaimResponse
from nio.crypto import OlmDevice, TrustState

from adapters.matrix.crosssigning import KEYS
from adapters.matrix.publishing import SIGNED
from adapters.matrix.reading import MEGOLM
from adapters.matrix.trust import Trusting
from adapters.matrix.wire import NoAnswer, Wire
from adapters.slip import Slip
from bot.clock import fault_point

TO_DEVICE = "/_matrix/client/v3/sendToDevice"
CLAIMED = 100  # devices in one call


class NotShared(Exception):
    """The key of a room did not reach every device that is to have it: try later."""


@dataclass(slots=True)
class Sharing:
    client: AsyncClient
    wire: Wire
    trusting: Trusting
    look: Callable[[Iterable[str]], Awaitable[object]]  # at the keys of these people
    _turns: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    async def share(self, room: str) -> None:
        """Raises NoAnswer, NotShared, Unusable."""
        olm = self.client.olm
        async with self._turns[room]:
            users = list(self.client.rooms[room].users)
            await self.look([each for each in users if not self.trusting.is_known(each)])
            self.judge(users)
            if not olm.should_share_group_session(room):
                return
            await self.claim(self._without_session(users))
            with self.client.store.database.atomic():  # the sessions last before they are used
                parcels = list(olm.share_group_session_parallel(room, users))
                fault_point("a key to be shared is kept")
            session = olm.outbound_group_sessions[room]
            for whom, body in parcels:
                await self._send("m.room.encrypted", body)
                session.users_shared_with |= whom
            session.mark_as_shared()
            await self._withhold(room, session.id, users)

    def judge(self, users: Iterable[str]) -> None:
        """Tell nio which devices are to have keys: the others get none."""
        for user in users:
            for device in self.client.device_store.active_user_devices(user):
                self._judge(device)

    def _judge(self, device: OlmDevice) -> None:
        wanted = self._wanted(device)
        if device.trust_state is wanted:
            return
        match wanted:
            case TrustState.verified:
                self.client.verify_device(device)
            case TrustState.ignored:
                self.client.ignore_device(device)
            case _:
                self.client.blacklist_device(device)

    def _wanted(self, device: OlmDevice) -> TrustState:
        """Of somebody whose keys could not be seen in this run, what held when they last were."""
        if self.trusting.policy == "all":
            return TrustState.ignored  # gets keys, and is not taken for verified
        if not self.trusting.is_known(device.user_id):
            return TrustState.verified if device.verified else TrustState.blacklisted
        counts = self.trusting.why_not(device.user_id, device.id, device.ed25519) is None
        return TrustState.verified if counts else TrustState.blacklisted

    def _without_session(self, users: list[str]) -> dict[str, list[str]]:
        known = self.client.device_store
        found = self.client.olm.get_missing_sessions(users)
        return {
            user: [each for each in devices if not known[user][each].blacklisted]
            for user, devices in found.items()
        }

    async def claim(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Begin sessions with these devices, where they have a key left. Raises NoAnswer."""
        pairs = ((user, device) for user, devices in wanted.items() for device in devices)
        while part := list(islice(pairs, CLAIMED)):
            body: dict[str, dict[str, str]] = {}
            for user, device in part:
                body.setdefault(user, {})[device] = SIGNED
            answer = await self.wire.ask("POST", f"{KEYS}/claim", {"one_time_keys": body})
            for each in _each(answer.slip) if answer.ok else ():
                self._begin(each)

    def _begin(self, claimed: Mapping[str, Any]) -> None:
        """One at a time: a broken key of one device is no reason to leave out the others."""
        response = KeysClaimResponse.from_dict({"one_time_keys": claimed, "failures": {}})
        if isinstance(response, KeysClaimResponse):
            try:
                self.client.olm.handle_response(response)
            except (ValueError, LookupError, TypeError, StopIteration):
                return  # no key at all: this device goes without

    async def _send(self, kind: str, body: Mapping[str, Any]) -> None:
        answer = await self.wire.ask("PUT", f"{TO_DEVICE}/{kind}/{uuid4()}", body)
        if not answer.ok:
            raise NotShared(answer.refused)

    async def _withhold(self, room: str, session: str, users: Iterable[str]) -> None:
        """Tell those devices why they cannot read it; their app says so. It need not arrive."""
        content = {
            "algorithm": MEGOLM,
            "room_id": room,
            "session_id": session,
            "sender_key": self.client.olm.account.identity_keys["curve25519"],
            "code": "m.unverified",
            "reason": "This device was not verified by its owner.",
        }
        messages: dict[str, dict[str, Any]] = {}
        for user in users:
            for device in self.client.device_store.active_user_devices(user):
                if device.blacklisted:
                    messages.setdefault(user, {})[device.id] = content
        if messages:
            try:
                await self._send("m.room_key.withheld", {"messages": messages})
            except (NoAnswer, NotShared):
                return


def _each(told: Slip) -> Iterator[dict[str, Any]]:
    for user, devices in told.at("one_time_keys").data.items():
        for device, keys in Slip(devices).data.items():
            yield {user: {device: keys}}

"""The encryption of our device: proven to be ours, supplied with keys, and kept so after each sync.

All that goes over the wire raises NoAnswer; what an operator has to mend is Unusable.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from nio import AsyncClient, JoinedMembersResponse, KeysQueryResponse, ToDeviceResponse
from nio.exceptions import EncryptionError

from adapters.matrix import crosssigning
from adapters.matrix.crosssigning import Identity
from adapters.matrix.entering import CLIENT
from adapters.matrix.install import Install
from adapters.matrix.publishing import Stock
from adapters.matrix.reading import Lacking, Opened, Reader, Refused
from adapters.matrix.sharing import TO_DEVICE, NotShared, Sharing
from adapters.matrix.signing import decode
from adapters.matrix.trust import Changed, Trusting, Why, own_key
from adapters.matrix.vault import Secrets, Vault
from adapters.matrix.wire import NoAnswer, Wire
from adapters.slip import Slip
from bot.settings import Unusable

log = logging.getLogger(__name__)

RETRY = timedelta(seconds=30)  # after a step of the upkeep failed
CURVE = 32  # bytes
ASKED = 250  # people in one query
FOREIGN = (
    "The account {user} has a cross-signing identity that is not in the store of this device. If "
    "it is that of an earlier Duly: ./duly matrix restore FILE. If somebody made it by logging in "
    "as {user} with Element, let Duly replace it: ./duly matrix register --new-identity (the "
    "devices that trusted the old one will have to trust the new one)."
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What an upkeep found: whose identity is another than we knew, and what did not succeed."""

    changed: tuple[Changed, ...] = ()
    looked: frozenset[str] = frozenset()  # whose keys are fresh: try again what lacked a device
    wrong: tuple[str, ...] = ()  # for an operator


@dataclass(slots=True)
class Cipher:
    install: Install
    secrets: Secrets
    vault: Vault
    wire: Wire
    client: AsyncClient
    stock: Stock
    reader: Reader
    trusting: Trusting
    now: Callable[[], datetime]
    sharing: Sharing = field(init=False)
    _changed: list[Changed] = field(default_factory=list)
    _looked: set[str] = field(default_factory=set)
    _unproven: bool = True
    _later: dict[str, datetime] = field(default_factory=dict)  # by step or person

    def __post_init__(self) -> None:
        self.sharing = Sharing(self.client, self.wire, self.trusting, self._look_at)

    def decrypt(self, room: str, event: Mapping[str, Any]) -> Opened | Lacking | Refused:
        """`event`: as it stands in the timeline of this room."""
        return self.reader.read(room, event)

    async def encrypt(
        self, room: str, kind: str, content: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """What to send instead, once all who are to read it can.

        Raises NoAnswer, NotShared, Unusable.
        """
        found = self.client.rooms.get(room)
        if found is None:
            raise NotShared("the room is not known yet")
        if not found.members_synced:
            await self._members(room)
        await self.sharing.share(room)
        try:
            made, body = self.client.encrypt(room, kind, dict(content))
        except EncryptionError as error:
            raise NotShared(type(error).__name__) from None
        return made, body

    def shut_out(self, user: str) -> Why | None:
        """Why no device of theirs can read what we write; None: one can, or we do not know yet."""
        if self.trusting.policy == "all" or not self.trusting.is_known(user):
            return None
        devices = list(self.client.device_store.active_user_devices(user))
        found = [self.trusting.why_not(user, each.id, each.ed25519) for each in devices]
        return None if None in found else next(iter(found), Why.NO_IDENTITY)

    async def prove(self, *, replace: bool = False) -> None:
        """See to it that our device is the account's own, by its cross-signing identity.

        `replace`: also where the account has another identity. Raises NoAnswer, Unusable.
        """
        self.trusting.load()
        if not self.client.olm.account.shared:
            await self.stock.fill(self.wire)
        told = await self._shown()
        mine = await self._identity(told, replace)
        device = told.at("device_keys", mine.user, self.secrets.device_id)
        if not device:  # as after the server has logged it out
            self.client.olm.account.shared = False
            await self.stock.fill(self.wire)
            device = (await self._shown()).at("device_keys", mine.user, self.secrets.device_id)
        if device.at("keys").data != self.stock.device()["keys"]:
            raise Unusable(
                f"The homeserver knows other keys of our device {self.secrets.device_id} than its "
                "store: the store was lost in part, or another program uses the same token. Name a "
                "new folder with MATRIX_STORE, take MATRIX_ACCESS_TOKEN out, set MATRIX_PASSWORD, "
                "and restore the backup: ./duly matrix restore FILE"
            )
        if not mine.has_signed(device.data):
            await crosssigning.sign(self.wire, mine, self.secrets.device_id, device.data)
        self.trusting.pin(mine.user, mine.master.public)
        self._unproven = False

    async def upkeep(self, sync: Mapping[str, Any]) -> Kept:
        """All that is due after this answer to /sync; what fails is tried again later."""
        self.stock.hear(sync)
        if self.secrets.user_id in Slip(sync).at("device_lists").texts("changed"):
            self._unproven = True
        wrong = [
            *await self._step("pins", self._reload),
            *await self._step("proof", self._prove),
            *await self._step("stock", self._fill),
            *await self._step("look", self._look),
            *await self._step("claim", self._claim),
            *await self._step("send", self._send),
        ]
        changed, looked = tuple(self._changed), frozenset(self._looked)
        self._changed.clear()
        self._looked.clear()
        return Kept(changed, looked, tuple(wrong))

    async def look(self, users: Iterable[str]) -> None:
        """At the keys of these people, as the server shows them.

        Raises NoAnswer, NotShared, Unusable.
        """
        wanted = sorted(users)
        for start in range(0, len(wanted), ASKED):
            part = wanted[start : start + ASKED]
            told = await crosssigning.query(self.wire, part)
            if not told:
                raise NotShared("the homeserver shows no keys")
            shown = told.at("device_keys").data
            for user in part:
                if user not in shown:
                    self._later[user] = self.now() + 10 * RETRY
            await self._hear(told, [user for user in part if user in shown])

    async def _hear(self, told: Slip, users: list[str]) -> None:
        self._changed += self.trusting.hear(told, users)
        clean = {user: sound(told.at("device_keys", user), user) for user in users}
        await self.client.receive_response(KeysQueryResponse(clean, {}))
        self.sharing.judge(users)
        self._looked.update(users)

    async def _step(self, name: str, step: Callable[[], Awaitable[object]]) -> list[str]:
        """Carry it out unless it failed a moment ago; what an operator should know."""
        if self._waits(name):
            return []
        try:
            await step()
        except (NoAnswer, NotShared) as error:
            log.info("the upkeep of the keys failed at %s: %s", name, error)
        except Unusable as error:
            self._later[name] = self.now() + RETRY
            log.warning("the upkeep of the keys failed at %s", name)
            return [str(error)]
        else:
            self._later.pop(name, None)
            return []
        self._later[name] = self.now() + RETRY
        return []

    def _waits(self, name: str) -> bool:
        return name in self._later and self.now() < self._later[name]

    async def _reload(self) -> None:
        """Whom an operator has accepted meanwhile is looked at again."""
        self.client.olm.users_for_key_query |= self.trusting.load()

    async def _prove(self) -> None:
        if self._unproven:
            await self.prove()

    async def _fill(self) -> None:
        if self.stock.low:
            await self.stock.fill(self.wire)

    async def _look(self) -> None:
        await self._look_at(self.client.users_for_key_query)

    async def _look_at(self, users: Iterable[str]) -> None:
        """Those that were not just asked about in vain."""
        await self.look([each for each in users if not self._waits(each)])

    async def _claim(self) -> None:
        """For sessions that broke, and devices that ask for keys."""
        if self.client.should_claim_keys:
            await self.sharing.claim(self.client.get_users_for_key_claiming())
            if self.client.should_claim_keys:
                raise NotShared("a device has no key left")

    async def _send(self) -> None:
        for message in list(self.client.outgoing_to_device_messages):
            path = f"{TO_DEVICE}/{quote(message.type, safe='')}/{uuid4()}"
            answer = await self.wire.ask("PUT", path, message.as_dict())
            if not answer.ok:
                raise NotShared(answer.refused)
            self.client.olm.handle_response(ToDeviceResponse(message))

    async def _shown(self) -> Slip:
        """Our own keys as the server shows them. Raises NoAnswer, Unusable."""
        told = await crosssigning.query(self.wire, [self.secrets.user_id])
        if not told:
            raise NoAnswer("the homeserver shows no keys", sent=True)
        return told

    async def _identity(self, told: Slip, replace: bool) -> Identity:
        """Ours, published; made where the account has none. Raises NoAnswer, Unusable."""
        user = self.secrets.user_id
        shown = crosssigning.public(told, user, "master")
        mine = crosssigning.identity(self.secrets)
        foreign = bool(shown) and (mine is None or shown != mine.master.public)
        if foreign and not replace:
            raise Unusable(FOREIGN.format(user=user))
        if mine is None or foreign:  # Synapse takes no identity back that it has had before
            self.secrets = crosssigning.with_identity(self.secrets, token_bytes)
            self.vault.save(self.secrets)  # so that a crash cannot lose what was published
            mine = crosssigning.identity(self.secrets)
            assert mine is not None
        if not mine.is_published(told):
            await crosssigning.publish(self.wire, mine, self.install.password)
        return mine

    async def _members(self, room: str) -> None:
        path = f"{CLIENT}/rooms/{quote(room, safe='')}/joined_members"
        answer = await self.wire.ask("GET", path)
        response = JoinedMembersResponse.from_dict(dict(answer.told), room)
        if not isinstance(response, JoinedMembersResponse):
            raise NotShared(answer.refused or "the members are not known")
        await self.client.receive_response(response)


def sound(devices: Slip, user: str) -> dict[str, dict[str, Any]]:
    """Those with keys that are keys: nio stumbles over others, and then knows nobody's."""
    found = {}
    for id, device in devices.data.items():
        slip = Slip(device)
        if own_key(device, user, id) and _is_key(slip.at("keys").text(f"curve25519:{id}")):
            name = slip.at("unsigned").text("device_display_name")
            found[id] = {**slip.data, "unsigned": {"device_display_name": name}}
    return found


def _is_key(text: str) -> bool:
    try:
        return len(decode(text)) == CURVE
    except ValueError:
        return False

"""Our device on a homeserver: opened from its store, or made there once."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from socket import gethostname
from typing import IO, Any

from nio import AsyncClient, AsyncClientConfig
from peewee import DatabaseError
from vodozemac import LibolmPickleException, PickleException

from adapters.matrix.cipher import Cipher, Kept
from adapters.matrix.entering import enter
from adapters.matrix.finding import find
from adapters.matrix.hearing import hear
from adapters.matrix.install import Install
from adapters.matrix.keyring import Keyring
from adapters.matrix.publishing import Stock
from adapters.matrix.reading import Lacking, Opened, Reader, Refused
from adapters.matrix.seen import Seen
from adapters.matrix.trust import Trusting
from adapters.matrix.vault import PINS, Sealed, Secrets, Vault, derive, make_file, make_folder
from adapters.matrix.wire import PATIENCE, Wire
from bot.settings import Unusable

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

KEYS, LOCK = "keys.db", "lock"


@dataclass(slots=True)
class Device:
    """To be closed. A folder has one at a time. `client`: nio's, which does not sync by itself."""

    install: Install
    secrets: Secrets
    wire: Wire
    client: AsyncClient
    cipher: Cipher | None  # None: encryption is switched off
    lock: IO[str]
    seen: Seen | None = None

    async def prove(self) -> None:
        """See to it that others can know this device for the account's own, and write to it.

        Raises NoAnswer, Unusable.
        """
        if self.cipher is not None:
            await self.cipher.prove()

    async def hear(self, sync: Mapping[str, Any]) -> bool:
        """The keys and rooms of an answer to /sync; False: its form is none that nio knows."""
        return await hear(self.client, sync)

    async def upkeep(self, sync: Mapping[str, Any]) -> Kept:
        """All that is due after an answer to /sync that was heard. It does not raise."""
        return Kept() if self.cipher is None else await self.cipher.upkeep(sync)

    def decrypt(self, room: str, event: Mapping[str, Any]) -> Opened | Lacking | Refused:
        """An m.room.encrypted event as it stands in the timeline of this room."""
        if self.cipher is None:
            return Refused(reason="encryption is switched off")
        return self.cipher.decrypt(room, event)

    async def encrypt(
        self, room: str, kind: str, content: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """What to send into an encrypted room instead. Raises NoAnswer, NotShared, Unusable."""
        if self.cipher is None:
            raise Unusable("The room is encrypted, and MATRIX_ENCRYPTION switches that off.")
        return await self.cipher.encrypt(room, kind, content)

    async def close(self) -> None:
        """Whoever interrupts it finds the store free all the same."""
        try:
            try:
                await self.client.close()
            finally:
                await self.wire.close()
        finally:
            try:
                if self.client.store is not None:
                    self.client.store.database.close()
                if self.seen is not None:
                    self.seen.close()
            finally:
                self.lock.close()


async def open_device(
    made: Install,
    now: Callable[[], datetime],
    random: Callable[[int], bytes] = token_bytes,
) -> Device:
    """As it was, or logged in for the first time. Raises NoAnswer, Unusable."""
    lock = locked(made.store)
    wire = Wire("")
    try:
        wire.url = await find(made)
        vault = Vault(made.store, made.store_key, made.user_id)
        secrets = await enter(wire, made, vault, random)
        client = nio_client(made, wire.url, secrets)
        device = Device(made, secrets, wire, client, None, lock)
        if made.encryption:
            device.seen = Seen(made.store, derive(made.store_key, "seen"))
            device.cipher = _cipher(device, vault, now)
        return device
    except BaseException:
        try:
            await wire.close()
        finally:
            lock.close()  # also where somebody interrupts that
        raise


def open_keyring(made: Install, device_id: str) -> Keyring:
    """Only to be read: Duly may be running with it. To be closed. Raises Unusable."""
    key = derive(made.store_key, "keys").hex()
    try:
        return Keyring(made.user_id, device_id, str(made.store), key, KEYS)
    except DatabaseError as why:
        raise Unusable(
            f"The keys in {made.store / KEYS} cannot be opened ({why}): look at the folder, its "
            "owner and the disk."
        ) from None


def nio_client(made: Install, url: str, secrets: Secrets) -> AsyncClient:
    """nio as we let it work: with our store of keys, and without its sync token.

    Raises Unusable where the keys cannot be read.
    """
    config = AsyncClientConfig(
        store=Keyring,
        store_name=KEYS,
        encryption_enabled=made.encryption,
        pickle_key=derive(made.store_key, "keys").hex(),
        store_sync_tokens=False,
        max_limit_exceeded=3,
        max_timeouts=3,
        request_timeout=PATIENCE,
    )
    client = AsyncClient(url, made.user_id, secrets.device_id, str(made.store), config)
    try:
        if made.encryption:
            make_file(made.store / KEYS)
        client.restore_login(made.user_id, secrets.device_id, secrets.access_token)
    except (PickleException, LibolmPickleException, DatabaseError, OSError):
        raise Unusable(
            f"The keys in {made.store / KEYS} cannot be read with MATRIX_STORE_KEY, or are "
            "damaged. Put the folder back as it was; else name a new one with MATRIX_STORE and "
            "restore a backup: ./duly matrix restore FILE"
        ) from None
    return client


def _cipher(device: Device, vault: Vault, now: Callable[[], datetime]) -> Cipher:
    made, olm, seen = device.install, device.client.olm, device.seen
    assert seen is not None
    device.client.store.heard = seen.heard
    trusting = Trusting(made.trust, Sealed(made.store / PINS, made.store_key, made.user_id), now)
    return Cipher(
        install=made,
        secrets=device.secrets,
        vault=vault,
        wire=device.wire,
        client=device.client,
        stock=Stock(olm),
        reader=Reader(olm, seen, trusting),
        trusting=trusting,
        now=now,
    )


def identity(folder: Path) -> str:
    """Of its lock, on this machine; empty where there can be none. Another folder's is another."""
    if fcntl is None:
        return ""
    try:
        make_folder(folder)
        with os.fdopen(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)) as lock:
            at = os.fstat(lock.fileno())
    except OSError:
        return ""  # opening the device will say what is wrong
    return f"{gethostname()}/{at.st_dev}/{at.st_ino}"


def locked(folder: Path) -> IO[str]:
    """Held until it is closed: two programs with one store spoil each other's sessions.

    Raises Unusable.
    """
    try:
        make_folder(folder)
        held = os.fdopen(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise Unusable(
            f"The folder {folder} cannot be used: {error.strerror}. Name another with "
            "MATRIX_STORE, on a disk that lasts."
        ) from None
    try:
        if fcntl is not None:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise Unusable(
            f"Another program uses the store {folder}: a Duly that runs? Stop it first."
        ) from None
    return held

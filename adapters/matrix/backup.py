"""What outlives the machine: our identity, whom we know, and the keys of what was said.

Two files: FILE, sealed, and FILE.keys, as Element exports and imports room keys. Both open with the
backup key alone.
"""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from nio.crypto import Olm
from nio.exceptions import EncryptionError

from adapters.matrix.device import KEYS, Device, open_device, open_keyring
from adapters.matrix.install import Install
from adapters.matrix.vault import PINS, Damaged, Sealed, Secrets, Vault, WrongKey, read, written
from bot.clock import fault_point
from bot.seal import parse_key
from bot.settings import Unusable

PURPOSE = "backup"
ROUNDS = 1_000  # of making a key from the passphrase, which is 256 bits of chance already


def room_keys(file: Path) -> Path:
    return file.with_name(f"{file.name}.keys")


def back_up(made: Install, file: Path) -> int:
    """How many room keys there are in it; Duly may be running. Raises Unusable."""
    secrets = Vault(made.store, made.store_key, made.user_id).load()
    if secrets is None or not secrets.backup_key:
        raise Unusable("There is nothing to back up yet. Register first: ./duly matrix register")
    people = Sealed(made.store / PINS, made.store_key, made.user_id)
    kept = replace(secrets, device_id="", access_token="")  # a new device gets its own
    body = {
        "secrets": written(kept).decode(),
        "people": (people.read() or b"{}").decode(),
    }
    _sealed(file, secrets.backup_key, made.user_id).write(json.dumps(body).encode())
    return _export(made, secrets, room_keys(file))


async def restore(made: Install, file: Path, key: str, now: Callable[[], datetime]) -> int:
    """A new device, signed by the identity in the backup; returns how many room keys came with it.

    Raises NoAnswer, Unusable.
    """
    saved, people = _read(made, file, key)
    vault = Vault(made.store, made.store_key, made.user_id)
    kept = vault.load() or Secrets(user_id=made.user_id)
    if kept.master not in ("", saved.master):
        raise Unusable(
            f"In {made.store} there is a device with another identity. Name a new folder with "
            "MATRIX_STORE, or move that one away."
        )
    vault.save(
        replace(saved, device_id=kept.device_id, access_token=kept.access_token),
    )
    pins = Sealed(made.store / PINS, made.store_key, made.user_id)
    if pins.read() is None:
        pins.write(people)
    device = await open_device(made, now)
    try:
        await device.prove()
        return _import(device, room_keys(file), key)
    finally:
        await device.close()


def _export(made: Install, secrets: Secrets, file: Path) -> int:
    if not (made.store / KEYS).exists():
        return 0
    keyring = open_keyring(made, secrets.device_id)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        sessions = list(keyring.load_inbound_group_sessions())
        draft.unlink(missing_ok=True)  # nio wants to make it
        Olm.export_keys_static(sessions, str(draft), secrets.backup_key, ROUNDS)
        draft.chmod(0o600)
        fault_point("keys for a backup are written")
        os.replace(draft, file)
    except OSError as error:
        raise Unusable(f"The file {file} cannot be written: {error.strerror}.") from None
    finally:
        keyring.database.close()
    return len(sessions)


def _import(device: Device, file: Path, key: str) -> int:
    """Raises Unusable."""
    if device.cipher is None or device.seen is None or not file.exists():
        return 0
    olm = device.client.olm
    try:
        sessions = Olm.import_keys_static(str(file), key)
    except (EncryptionError, OSError, ValueError):
        raise Unusable(f"The file {file} is damaged, or no export of room keys.") from None
    new = [each for each in sessions if olm.inbound_group_store.add(each)]
    with device.client.store.database.atomic():
        for each in new:
            olm.save_inbound_group_session(each)
        fault_point("keys of a backup are brought in")
    device.seen.restore(each.id for each in new)
    return len(sessions)


def _read(made: Install, file: Path, key: str) -> tuple[Secrets, bytes]:
    """Raises Unusable."""
    try:
        parse_key(key)
    except ValueError:
        raise Unusable(
            "The backup key has 64 hex digits, as ./duly matrix register said: set "
            "MATRIX_BACKUP_KEY to it."
        ) from None
    try:
        body = _sealed(file, key, made.user_id).read()
    except WrongKey:
        raise Unusable(f"This is not the backup key with which {file} was closed.") from None
    except Damaged:
        raise Unusable(f"{file} is damaged, or the backup of another account.") from None
    if body is None:
        raise Unusable(f"There is no file {file}.")
    told = json.loads(body)
    return read(told["secrets"].encode(), made.user_id), told["people"].encode()


def _sealed(file: Path, key: str, user: str) -> Sealed:
    return Sealed(file, key, user, PURPOSE)

"""What an operator does on the terminal: registering, trusting, backing up, restoring."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import Any, TypeVar

from adapters.matrix.backup import back_up, restore, room_keys
from adapters.matrix.device import Device, open_device
from adapters.matrix.entering import CLIENT
from adapters.matrix.install import Install, installs
from adapters.matrix.roomcheck import everything
from adapters.matrix.trust import accepted, fingerprint, keep, pinned
from adapters.matrix.vault import PINS, Sealed, Vault
from adapters.matrix.wire import NoAnswer
from bot.seal import KEY
from bot.settings import Unusable
from bot.words import Code, Say, say

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Deeds:
    """All raise Unusable. `account`: whose, where there are several."""

    sections: Sequence[Mapping[str, object]]
    data: Path
    now: Callable[[], datetime]
    account: str = ""

    def register(self, *, new_identity: bool = False, show_key: bool = False) -> list[Say]:
        """Again, it changes nothing that is right already."""
        made = self._install()
        return _run(made, _register(made, self.now, new_identity, show_key))

    def trust(self, user: str) -> list[Say]:
        """Whose identity has changed; with `user`: the new one is taken for theirs."""
        made = self._install()
        file = Sealed(made.store / PINS, made.store_key, made.user_id)
        pins = pinned(file)
        if not user:
            return list(_waiting(pins)) or [say("Nobody's identity has changed.")]
        try:
            keep(file, accepted(pins, user, self.now()))
        except LookupError:
            if ":" not in user:
                raise Unusable(
                    f"{user} is no whole id: write it as ./duly matrix trust shows it."
                ) from None
            raise Unusable(
                f"The identity of {user} has not changed: there is nothing to accept. Those that "
                "have are listed by: ./duly matrix trust"
            ) from None
        return [
            say(
                "The identity of {user} is this from now on: {key}. Duly takes it up within a "
                "minute.",
                user=Code(user),
                key=Code(fingerprint(pins[user].other)),
            )
        ]

    def back_up(self, file: Path) -> list[Say]:
        return _backed_up(file, back_up(self._install(), file))

    def restore(self, file: Path, key: str) -> list[Say]:
        made = self._install()
        count = _run(made, restore(made, file, key, self.now))
        secrets = Vault(made.store, made.store_key, made.user_id).load()
        assert secrets is not None
        return [
            say(
                "{user} has a new device, {device}, signed by the identity of the backup. Room "
                "keys that came with it: {count}. Start Duly: {command}",
                user=Code(made.user_id),
                device=Code(secrets.device_id),
                count=Code(str(count)),
                command=Code("./duly serve"),
            ),
            say(
                "Take the old device away, so that nobody can use it: in any Matrix client, as "
                "{user}, Settings, Sessions.",
                user=Code(made.user_id),
            ),
        ]

    def _install(self) -> Install:
        found = installs(self.sections, self.data)
        if not found:
            raise Unusable(
                "No account of Matrix is set. Set MATRIX_USER_ID, MATRIX_PASSWORD and "
                "MATRIX_STORE_KEY, and MATRIX_HOMESERVER where its address is not that of the id."
            )
        wanted = [each for each in found if self.account in ("", each.user_id)]
        if len(wanted) != 1:
            users = ", ".join(each.user_id for each in found)
            raise Unusable(f"Say which account, with --account: {users}.")
        return wanted[0]


async def _register(
    made: Install, now: Callable[[], datetime], new_identity: bool, show_key: bool
) -> list[Say]:
    device = await open_device(made, now)
    try:
        cipher = device.cipher
        if cipher is None:
            return [*_registered(device), *_next(made)]
        await cipher.prove(replace=new_identity)
        path = f"{CLIENT}/sync?filter={everything()}"
        cipher.stock.hear((await device.wire.ask("GET", path)).told)
        if cipher.stock.low:
            await cipher.stock.fill(device.wire)
        told = _registered(device)
        if not cipher.secrets.backup_key:
            cipher.secrets = replace(cipher.secrets, backup_key=token_bytes(KEY).hex())
            cipher.vault.save(cipher.secrets)
            show_key = True
        key = cipher.secrets.backup_key
    finally:
        await device.close()
    file = made.store.with_name(f"{made.store.name}.backup")
    if show_key:
        told.append(
            say(
                "Keep this where you keep passwords, apart from this machine; it opens the "
                "backups: {key}",
                key=Code(key),
            )
        )
    if not file.exists() or new_identity:
        told += _backed_up(file, back_up(made, file))
    return [*told, *_next(made)]


def _registered(device: Device) -> list[Say]:
    return [
        say(
            "{user} is registered at {homeserver} with the device {device}.",
            user=Code(device.install.user_id),
            homeserver=Code(device.wire.url),
            device=Code(device.secrets.device_id),
        )
    ]


def _next(made: Install) -> Iterator[Say]:
    yield say(
        "Everything of this device lies in {folder}: keep it on a disk that lasts.",
        folder=Code(str(made.store)),
    )
    yield say(
        "Next: start Duly ({serve}), invite {user} into the rooms it is to look after, and let "
        "it look itself over: {doctor}",
        serve=Code("./duly serve"),
        user=Code(made.user_id),
        doctor=Code("./duly doctor"),
    )


def _backed_up(file: Path, count: int) -> list[Say]:
    return [
        say(
            "The identity and the room keys ({count}) are backed up in {file} and {keys}. Copy "
            "both to another machine, each day anew: {command}",
            count=Code(str(count)),
            file=Code(str(file)),
            keys=Code(room_keys(file).name),
            command=Code("./duly matrix backup FILE"),
        )
    ]


def _waiting(pins: Mapping[str, Any]) -> Iterator[Say]:
    for user, pin in sorted(pins.items()):
        if pin.other:
            yield say(
                "{user} had {old} and shows {new}. If it was they who did that: {command}",
                user=Code(user),
                old=Code(fingerprint(pin.master)),
                new=Code(fingerprint(pin.other)),
                command=Code(f"./duly matrix trust {user}"),
            )


def _run(made: Install, deed: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(deed)
    except NoAnswer as error:
        raise Unusable(
            f"The homeserver of {made.user_id} does not answer ({error}). Look at "
            "MATRIX_HOMESERVER, the network and the firewall."
        ) from None

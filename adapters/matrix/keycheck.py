"""Whether others see of our device what lies in its store, and can still write to it."""

from collections.abc import Iterator, Mapping

from vodozemac import LibolmPickleException, PickleException

from adapters.matrix import crosssigning
from adapters.matrix.device import KEYS, open_keyring
from adapters.matrix.install import Install
from adapters.matrix.publishing import SIGNED
from adapters.matrix.trust import Changed, alert, pinned
from adapters.matrix.vault import PINS, Sealed, Secrets
from adapters.slip import Slip
from bot.words import Code, Say, say, say_many

FEW = 10  # keys for one use, of fifty
REGISTER = Code("./duly matrix register")


def published(made: Install, secrets: Secrets, shown: Slip) -> Iterator[Say]:
    """`shown`: what the homeserver tells of our own keys."""
    device = shown.at("device_keys", secrets.user_id, secrets.device_id)
    own = _own(made, secrets)
    if not own or not device:
        yield say("Our device has published no keys: {command}", command=REGISTER)
        return
    if device.at("keys").data != own:
        yield say(
            "The homeserver knows other keys of our device than the store: encrypted messages "
            "cannot be read. Restore a backup into a new folder: {command}",
            command=Code("./duly matrix restore FILE"),
        )
        return
    mine = crosssigning.identity(secrets)
    if mine is None or not mine.is_published(shown):
        yield say(
            "The cross-signing identity of the account is not ours: clients such as Element leave "
            "us out. Look at it: {command}",
            command=REGISTER,
        )
    elif not mine.has_signed(device.data):
        yield say("Our device is not signed by our identity: {command}", command=REGISTER)


def changed(made: Install) -> Iterator[Say]:
    """Whose identity is another than we knew. Raises Unusable."""
    people = Sealed(made.store / PINS, made.store_key, made.user_id)
    for user, pin in sorted(pinned(people).items()):
        if pin.other:
            yield alert(Changed(user, pin.other))


def stocked(sync: Slip) -> Iterator[Say]:
    count = int(sync.at("device_one_time_keys_count").number(SIGNED))
    if count < FEW:
        yield say_many(
            "Only {count} key is left by which others can write to us for the first time. Duly "
            "makes new ones while it runs: {command}",
            "Only {count} keys are left by which others can write to us for the first time. Duly "
            "makes new ones while it runs: {command}",
            count,
            command=Code("./duly serve"),
        )
    if SIGNED not in sync.texts("device_unused_fallback_key_types"):
        yield say(
            "The fallback key is used up or missing: messages of new devices may stay unreadable. "
            "Duly makes a new one: {command}",
            command=REGISTER,
        )


def _own(made: Install, secrets: Secrets) -> Mapping[str, str]:
    """The public keys of our device, as the store has them; nothing where it has none."""
    if not (made.store / KEYS).exists():
        return {}
    keyring = open_keyring(made, secrets.device_id)
    try:
        account = keyring.load_account()
    except (PickleException, LibolmPickleException):
        return {}
    finally:
        keyring.database.close()
    if account is None:
        return {}
    return {f"{kind}:{secrets.device_id}": key for kind, key in account.identity_keys.items()}

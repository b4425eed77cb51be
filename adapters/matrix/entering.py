"""Becoming one device of the account, once and for good: by its token, or by a password."""

from collections.abc import Callable
from dataclasses import replace

from adapters.matrix.crosssigning import PASSWORD
from adapters.matrix.install import Install
from adapters.matrix.vault import Secrets, Vault
from adapters.matrix.wire import Answer, NoAnswer, Wire
from adapters.slip import Slip
from bot.settings import Unusable

NAME = "Duly"  # of our device, as people see it
CLIENT = "/_matrix/client/v3"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # 32, so that a byte picks them evenly
KEPT_OUT = (401, 403)
BROKEN = 500  # and above: it is not there at the moment
DEAD = frozenset(("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"))


class Expelled(Unusable):
    """The homeserver itself keeps us out: until somebody lets us in, nothing is heard."""


async def enter(wire: Wire, made: Install, vault: Vault, random: Callable[[int], bytes]) -> Secrets:
    """The secrets of our device, kept before they are used; `wire` bears its token afterwards.

    Raises NoAnswer, Unusable.
    """
    kept = vault.load()
    for token in dict.fromkeys((made.access_token, kept.access_token if kept else "")):
        if not token:
            continue
        wire.token = token
        answer = await wire.ask("GET", f"{CLIENT}/account/whoami")
        if answer.refused not in DEAD:
            found = _as(wire, made, kept, answer)
            if found != kept:
                vault.save(found)
            return found
    if not made.password:
        raise Expelled(
            f"The homeserver does not know the token of {made.user_id} (any more). Set "
            "MATRIX_PASSWORD, so that Duly logs in again as the same device, or put a new token "
            "into MATRIX_ACCESS_TOKEN."
        )
    if kept is None or not kept.device_id:
        kept = replace(kept or Secrets(user_id=made.user_id), device_id=_device_id(random))
        vault.save(kept)  # so that logging in again after a crash makes no second device
    found = replace(kept, access_token=await _log_in(wire, made, kept.device_id))
    vault.save(found)
    wire.token = found.access_token
    return found


def _as(wire: Wire, made: Install, kept: Secrets | None, answer: Answer) -> Secrets:
    """Whose token it is. Raises NoAnswer, Expelled, and Unusable for another's."""
    told = answer.slip
    if answer.status in KEPT_OUT:
        raise Expelled(f"The homeserver refused our token: {answer.refused}.")
    if not answer.ok:
        raise NoAnswer(answer.refused, sent=True)
    if not told.text("user_id"):
        raise Unusable(_no_homeserver(wire))
    if told.text("user_id") != made.user_id:
        raise Unusable(
            f"The token is that of {told.text('user_id')}, and MATRIX_USER_ID is {made.user_id}. "
            "Set the two of one account."
        )
    device = told.text("device_id")
    if not device:
        raise Unusable(
            "The token belongs to no device, as those of the admin API and of bridges. Set "
            "MATRIX_PASSWORD instead: Duly logs in and makes its own device."
        )
    if kept is not None and kept.device_id not in ("", device):
        raise Unusable(
            f"MATRIX_ACCESS_TOKEN is of the device {device}, and the keys in {made.store} are of "
            f"{kept.device_id}. Take the variable out to go on as {kept.device_id}, or name "
            "another folder with MATRIX_STORE for the new device."
        )
    known = kept or Secrets(user_id=made.user_id)
    return replace(known, device_id=device, access_token=wire.token)


async def _log_in(wire: Wire, made: Install, device: str) -> str:
    """The token. Raises NoAnswer, Unusable."""
    wire.token = ""
    answer = await wire.ask(
        "POST",
        f"{CLIENT}/login",
        {
            "type": PASSWORD,
            "identifier": {"type": "m.id.user", "user": made.user_id},
            "password": made.password,
            "device_id": device,
            "initial_device_display_name": NAME,
        },
    )
    told = answer.slip
    if answer.status in KEPT_OUT:
        raise Expelled(await _why(wire, made, answer))
    if not answer.ok:
        raise Unusable(await _why(wire, made, answer))
    if not told.text("user_id"):
        raise Unusable(_no_homeserver(wire))
    if told.text("user_id") != made.user_id or not told.text("access_token"):
        raise Unusable(
            f"The homeserver logged us in as {told.text('user_id')}, and not as {made.user_id}. "
            "Set MATRIX_USER_ID to the whole id that it knows."
        )
    return told.text("access_token")


async def _why(wire: Wire, made: Install, answer: Answer) -> str:
    """Why it did not let us in, and what to do."""
    offered = await wire.ask("GET", f"{CLIENT}/login")
    flows = offered.slip.all("flows")
    if not flows and offered.status < BROKEN:
        return _no_homeserver(wire)
    if flows and PASSWORD not in [Slip(each.data).text("type") for each in flows]:
        return (
            "This homeserver lets nobody log in with a password. Make a token for Duly in the "
            "account's own pages (or let an administrator make one), and set MATRIX_ACCESS_TOKEN."
        )
    match answer.refused:
        case "M_FORBIDDEN":
            return (
                f"The homeserver does not take MATRIX_PASSWORD for {made.user_id}: set it anew, "
                "or look whether the id is written as the homeserver knows it."
            )
        case "M_USER_DEACTIVATED":
            return f"The account {made.user_id} is deactivated: let an administrator activate it."
        case "M_LIMIT_EXCEEDED":
            wait = answer.slip.number("retry_after_ms") / 1000
            return f"Too many tries to log in: try again in {wait:.0f} seconds."
        case refused:
            return f"{made.user_id} cannot log in: the homeserver says {refused}."


def _no_homeserver(wire: Wire) -> str:
    """Often it is the address of Element, or of the company's pages."""
    return (
        f"At {wire.url} there is no Matrix homeserver: what answers there is something else. Set "
        "MATRIX_HOMESERVER to the address to which people's apps connect (in Element: Settings, "
        "Help & About, Homeserver is …)."
    )


def _device_id(random: Callable[[int], bytes]) -> str:
    return "DULY" + "".join(LETTERS[each % len(LETTERS)] for each in random(6))

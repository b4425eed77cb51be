"""The rooms of our account: which are encrypted, where we may write, and who is in them."""

import json
from collections.abc import Callable, Iterator, Sequence
from secrets import token_hex
from urllib.parse import quote

from adapters.matrix import rooms
from adapters.matrix.install import Install
from adapters.matrix.known import Room
from adapters.matrix.slip import Slip
from bot.words import Code, Quoted, Say, say, say_many

NAMES = 5  # of rooms that are written out


def everything() -> str:
    """A filter for one look at all rooms, by a name of its own.

    Synapse answers the same question for two minutes with what it said the first time.
    """
    wanted = {
        "presence": {"types": []},
        "account_data": {"types": [], "not_types": [token_hex(8)]},
        "room": {
            "timeline": {"limit": 1},
            "ephemeral": {"types": []},
            "account_data": {"types": []},
            "state": {"types": list(rooms.STATE), "lazy_load_members": False},
        },
    }
    return quote(json.dumps(wanted, separators=(",", ":")))


def joined(sync: Slip) -> list[Room]:
    return [_room(id, Slip(each)) for id, each in sync.at("rooms", "join").data.items()]


def summary(found: Sequence[Room]) -> Say:
    return say(
        "{rooms} rooms, {encrypted} of them encrypted",
        rooms=Code(str(len(found))),
        encrypted=Code(str(sum(each.encrypted for each in found))),
    )


def trouble(made: Install, found: Sequence[Room], invited: int) -> Iterator[Say]:
    if not found:
        yield say(
            "I am in no room, so I see nothing of what is said. Invite {user} into each room that "
            "I am to look after.",
            user=Code(made.user_id),
        )
    if not made.encryption and any(each.encrypted for each in found):
        yield say(
            "Rooms are encrypted, and {variable} is 0: I neither read nor write there. Take the "
            "variable out.",
            variable=Code("MATRIX_ENCRYPTION"),
        )
    if invited:
        yield say_many(
            "{count} invitation waits: I follow those of people of this homeserver while I run. Is "
            "Duly running?",
            "{count} invitations wait: I follow those of people of this homeserver while I run. Is "
            "Duly running?",
            invited,
        )
    yield from _silenced(made, found)


def _silenced(made: Install, found: Sequence[Room]) -> Iterator[Say]:
    """Where our power does not let us write."""
    silent = [each for each in found if not rooms.may_say(each, made.user_id)]
    for each in silent[:NAMES]:
        yield say(
            "In the room {room} I may not write. Let an administrator of the room give {user} the "
            "power to send messages.",
            room=Quoted(each.name or each.alias or each.id),
            user=Code(made.user_id),
        )
    if more := len(silent[NAMES:]):
        yield say_many(
            "In {count} room more I may not write.",
            "In {count} rooms more I may not write.",
            more,
        )


def strangers(
    made: Install, found: Sequence[Room], linked: Callable[[str, str], bool]
) -> Iterator[Say]:
    """How many of our own server nobody of the directory is known behind."""
    people = {who for each in found for who in each.members} - {made.user_id}
    own = [who for who in people if who.partition(":")[2] == made.realm]
    if count := sum(not linked(made.realm, who) for who in own):
        yield say_many(
            "{count} account in these rooms belongs to nobody in the directory",
            "{count} accounts in these rooms belong to nobody in the directory",
            count,
        )


def _room(id: str, told: Slip) -> Room:
    made = Room(id)
    for each in (*told.at("state").all("events"), *told.at("timeline").all("events")):
        if "state_key" in each.data:
            rooms.apply(made, each)
    return made

"""A sync told to nio, so that nothing anybody sends takes the rest of it along.

As nio does it by itself, one malformed message to our device, which anybody may send, breaks off in
the middle: no key of that sync is kept, and no room of it is known.
"""

import logging
from collections.abc import Mapping
from typing import Any

from nio import AsyncClient, SyncResponse, ToDeviceEvent

from adapters.slip import Slip
from bot.clock import fault_point

HEARD = frozenset(("m.room.encrypted", "m.room_key_request"))  # nobody verifies us by emoji

log = logging.getLogger(__name__)


async def hear(client: AsyncClient, sync: Mapping[str, Any]) -> bool:
    """False: nio can make nothing of it, save of the keys."""
    told = Slip(sync).at("to_device").all("events") if client.olm is not None else []
    for each in told:
        if each.text("type") in HEARD:
            _to_device(client, each.data)
    if told:
        fault_point("what devices told is kept")
        client.olm.save_account()  # nio does it before a key for one use is taken out
    rest = {name: value for name, value in sync.items() if name != "to_device"}
    return await _heard(client, rest) or await _room_by_room(client, rest)


async def _room_by_room(client: AsyncClient, sync: Mapping[str, Any]) -> bool:
    """What is malformed in one room is no reason to know nothing of the others."""
    rooms, token = Slip(sync).at("rooms"), Slip(sync).text("next_batch")
    fine = await _heard(client, {**sync, "rooms": {}, "next_batch": f"{token}/"})
    for kind in ("join", "invite", "leave"):
        for id, room in rooms.at(kind).data.items():
            part = {"next_batch": f"{token}/{id}", "rooms": {kind: {id: room}}}
            fine = await _heard(client, part) and fine
    return fine


async def _heard(client: AsyncClient, sync: dict[str, Any]) -> bool:
    try:
        response = SyncResponse.from_dict(sync)
        if not isinstance(response, SyncResponse):
            return False
        await client.receive_response(response)
    except Exception as error:  # whatever it is: nio did not expect what somebody sent
        log.warning("a part of a sync is malformed: %s", type(error).__name__)
        return False
    return True


def _to_device(client: AsyncClient, event: Mapping[str, Any]) -> None:
    """Whoever is killed meanwhile can open it again: a session does not move on without its key."""
    try:
        with client.store.database.atomic():
            client.olm.handle_to_device_event(ToDeviceEvent.parse_event(dict(event)))
            fault_point("what a device told is kept")
    except Exception as error:  # whatever it is: it was malformed, and is nobody's key
        log.info("a message to our device is malformed: %s", type(error).__name__)

"""What nio is told of a sync: nothing that anybody writes into one makes it pass over the rest."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from nio import AsyncClient, AsyncClientConfig

from adapters.matrix.hearing import hear
from adapters.matrix.sync import for_crypto
from tests.matrix.people import People

DULY, EVE, ROOM = "@duly:corp.example", "@eve:corp.example", "!room:corp.example"
Json = dict[str, Any]
MALFORMED = [{"displayname": 5}, {"reason": ["no"]}, {"avatar_url": {}}, {"displayname": "\0"}]


def _member(number: int, content: Json) -> Json:
    told = {"type": "m.room.member", "state_key": EVE, "sender": EVE, "content": content}
    return {**told, "event_id": f"${number}", "origin_server_ts": 1_772_000_000_000 + number}


def _sync(number: int, content: Json) -> Json:
    timeline = {"events": [_member(number, content)], "limited": False, "prev_batch": "before"}
    return {"next_batch": f"s{number}", "rooms": {"join": {ROOM: {"timeline": timeline}}}}


@pytest.mark.parametrize("more", MALFORMED, ids=str)
def test_who_comes_and_goes_in_a_malformed_way_has_come_and_gone_for_nio_too(more: Json) -> None:
    async def scene() -> None:
        config = AsyncClientConfig(encryption_enabled=False, store_sync_tokens=False)
        client = AsyncClient("http://corp.example", DULY, config=config)
        client.user_id = DULY
        await hear(client, for_crypto(_sync(1, {"membership": "join", **more})))
        assert EVE in client.rooms[ROOM].users
        await hear(client, for_crypto(_sync(2, {"membership": "leave", **more})))
        assert EVE not in client.rooms[ROOM].users
        await client.close()

    asyncio.run(scene())


def test_anybody_may_leave_in_such_a_way(people: People) -> None:
    ann, eve = people.human("ann"), people.human("eve")
    room = ann.create_room(invite=[eve.id])
    eve.accept(room)
    eve.call("POST", f"/rooms/{quote(room)}/leave", {"reason": 5})
    assert eve.id not in ann.members(room)

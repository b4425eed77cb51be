"""Our device on a real homeserver: who it is, what it reads, and what it does not believe."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.matrix import homeserver
from adapters.matrix.cipher import RETRY, Kept
from adapters.matrix.device import Device, open_device
from adapters.matrix.install import Install
from adapters.matrix.reading import Lacking, Opened, Refused
from adapters.matrix.sharing import NotShared
from adapters.matrix.trust import Why, accepted, keep, pinned
from adapters.matrix.vault import PINS, Sealed
from adapters.matrix.wire import Answer, NoAnswer, Wire
from bot.clock import wall
from bot.settings import Unusable
from tests.matrix.cipher import SecretHuman
from tests.matrix.human import logged_in
from tests.matrix.machine import OLM
from tests.matrix.ours import CLIENT, Json, Ours, install, ours, run
from tests.matrix.people import People
from tests.matrix.signing import signed_by_device


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


async def meet(duly: Ours, who: SecretHuman) -> str:
    """An encrypted room with them."""
    room = who.direct(duly.device.install.user_id, encrypted=True)
    await duly.turn()
    await duly.turn()
    who.sync()
    return room


async def hear(duly: Ours, room: str) -> Opened | Lacking | Refused:
    """What they said last."""
    return duly.device.decrypt(room, await duly.until(room, "m.room.encrypted"))


def body(opened: object) -> str:
    assert isinstance(opened, Opened), opened
    return str(opened.event["content"]["body"])


def test_people_who_exclude_insecure_devices_and_we_read_each_other_also_after_a_restart(
    people: People, store: Path
) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann", exclude_insecure=True)

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            ann.say(room, "!my duties")
            opened = await hear(duly, room)
            assert body(opened) == "!my duties"
            assert isinstance(opened, Opened)
            assert (opened.why, opened.device) == (None, ann.device_id)
            assert opened.event["sender"] == ann.id
            await duly.say(room, "Nothing is due")
            assert ann.sees(room, "Nothing is due").secret
            since = duly.since
        ann.rotate(room)
        ann.say(room, "Are you there?")
        async with ours(replace(made, password="")) as duly:
            duly.since = since
            assert body(await hear(duly, room)) == "Are you there?"
            await duly.turn()
            await duly.say(room, "I am")
            assert ann.sees(room, "I am").secret

    run(scene())


def test_a_ciphertext_that_is_sent_again_is_refused_also_after_a_restart(
    people: People, store: Path
) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            said = ann.say(room, "!approve 17")
            event = await duly.until(room, "m.room.encrypted")
            assert body(duly.device.decrypt(room, event)) == "!approve 17"
            assert body(duly.device.decrypt(room, event)) == "!approve 17"  # itself, told again
            ann.play_again(room, said)
            assert await hear(duly, room) == Refused(reason="it was sent before, as another event")
        async with ours(made) as duly:
            await duly.turn()
            ann.play_again(room, said)
            duly.events.clear()
            assert isinstance(await hear(duly, room), Refused)
            assert isinstance(duly.device.decrypt("!other", event), Lacking)

    run(scene())


def test_nobody_speaks_with_the_key_of_another(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store)
    ann, eve = people.secret("ann"), people.secret("eve")

    async def scene() -> None:
        async with ours(made) as duly:
            room = ann.create_room(invite=[made.user_id, eve.id], encrypted=True)
            eve.accept(room)
            await duly.turn()
            await duly.turn()
            eve.say(room, "!approve 17")
            event = await duly.until(room, "m.room.encrypted")
            assert body(duly.device.decrypt(room, event)) == "!approve 17"

            for other in (ann.id, made.user_id):
                forged = {**event, "event_id": "$forged", "sender": other}
                assert isinstance(duly.device.decrypt(room, forged), Lacking)

    run(scene())


def test_what_is_malformed_is_refused(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")
    olm = {"algorithm": "m.olm.v1.curve25519-aes-sha2"}

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            ann.say(room, "Good morning")
            event = await duly.until(room, "m.room.encrypted")
            for change in (olm, {"ciphertext": "AAAA"}, {"ciphertext": "$"}, {"ciphertext": 7}):
                spoilt = {**event, "content": {**event["content"], **change}}
                assert isinstance(duly.device.decrypt(room, spoilt), Refused)
            bare: tuple[object, ...] = ({}, [], None, {"algorithm": []})
            for nothing in bare:
                spoilt = {**event, "content": nothing}
                assert isinstance(duly.device.decrypt(room, spoilt), Refused)

    run(scene())


def test_a_device_that_does_not_count_gets_no_key_and_is_told_why(
    people: People, store: Path
) -> None:
    made = install(people, people.account("duly"), store)
    ann, bob = people.secret("ann", signed=False), people.secret("bob", bare=True)

    async def scene() -> None:
        async with ours(made) as duly:
            for who, why in ((ann, Why.UNSIGNED), (bob, Why.NO_IDENTITY)):
                room = await meet(duly, who)
                who.say(room, "!approve 17")
                opened = await hear(duly, room)
                assert body(opened) == "!approve 17"
                assert isinstance(opened, Opened)
                assert opened.why is why
                await duly.say(room, "secret")
                who.until(room, lambda seen: len(seen) > 1)
                assert who.messages(room)[-1].trouble == "no key"
                [told] = [each for each in who.to_device if each["type"] == "m.room_key.withheld"]
                assert told["content"]["code"] == "m.unverified"
            room = next(iter(ann.joined))
            ann.sign()
            await duly.turn(wait=500)
            await duly.say(room, "now you may")
            assert ann.sees(room, "now you may").secret

    run(scene())


def test_where_all_count_everybody_reads_us(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store, trust="all")
    bob = people.secret("bob", bare=True)

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, bob)
            bob.say(room, "!my duties")
            opened = await hear(duly, room)
            assert isinstance(opened, Opened)
            assert opened.why is None
            await duly.say(room, "Nothing is due")
            assert bob.sees(room, "Nothing is due").secret

    run(scene())


def test_a_new_identity_counts_when_it_was_accepted(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            ann.reset_identity()
            changed = [each for _ in range(3) for each in (await duly.turn(wait=300)).changed]
            assert [each.user for each in changed] == [ann.id]
            ann.say(room, "!approve 17")
            opened = await hear(duly, room)
            assert isinstance(opened, Opened)
            assert opened.why is Why.CHANGED

            pins = Sealed(store / PINS, made.store_key, made.user_id)
            keep(pins, accepted(pinned(pins), ann.id, wall()))
            kept = await duly.turn()
            assert ann.id in kept.looked
            ann.say(room, "!approve 18")
            opened = await hear(duly, room)
            assert isinstance(opened, Opened)
            assert opened.why is None
            await duly.say(room, "Done")
            assert ann.sees(room, "Done").secret

    run(scene())


def test_who_writes_while_all_keys_are_used_up_is_read_by_the_fallback_key(
    people: People, store: Path
) -> None:
    made = install(people, people.account("duly"), store)
    eve, ann, bob = people.secret("eve"), people.secret("ann"), people.secret("bob")

    def drain(device: str) -> None:
        while not any("fallback" in key for key in eve.claim(made.user_id, device).values()):
            pass

    async def scene() -> None:
        async with ours(made) as duly:
            await duly.turn()
            device = duly.device.secrets.device_id
        rooms = []
        for who in (ann, bob):  # the fallback key serves the two of them
            drain(device)
            room = who.direct(made.user_id, encrypted=True)
            who.say(room, "Anyone home?")
            rooms.append(room)
        async with ours(made) as duly:
            await duly.turn()
            await duly.turn()
            for room in rooms:
                assert body(await hear(duly, room)) == "Anyone home?"
            path = f"{CLIENT}/sync?timeout=0&since={duly.since}"
            told = (await duly.ask("GET", path)).told
            assert told["device_one_time_keys_count"]["signed_curve25519"] == 50
            assert told["device_unused_fallback_key_types"] == ["signed_curve25519"]

    run(scene())


def test_a_key_that_did_not_reach_everybody_is_shared_again(people: People, store: Path) -> None:
    """nio would take it for shared, and wait for ever after a claim that failed."""
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            asked = Wire.ask

            async def broken(wire: Wire, method: str, path: str, *args: Any, **more: Any) -> Answer:
                if "/sendToDevice" in path:
                    return Answer(502, {})
                return await asked(wire, method, path, *args, **more)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Wire, "ask", broken)
                for text in ("lost", "lost as well"):
                    with pytest.raises(NotShared):
                        await duly.say(room, text)
            await duly.say(room, "At last")
            assert ann.sees(room, "At last").secret

    run(scene())


def test_the_same_store_is_used_by_one_program_at_a_time(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store)

    async def scene() -> None:
        async with ours(made):
            with pytest.raises(Unusable, match="Another program uses the store"):
                await open_device(made, wall)
        async with ours(made) as duly:
            await duly.turn()

    run(scene())


def test_who_interrupts_an_opening_that_failed_finds_the_store_free(
    people: People, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = install(people, people.account("duly"), store)
    closing_now, close = asyncio.Event(), Wire.close

    async def slowly(wire: Wire) -> None:
        await close(wire)
        closing_now.set()
        await asyncio.sleep(3600)

    async def scene() -> None:
        monkeypatch.setattr(Wire, "close", slowly)
        opening = asyncio.create_task(open_device(replace(made, password="wrong"), wall))
        await closing_now.wait()
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        monkeypatch.setattr(Wire, "close", close)
        async with ours(made) as duly:
            await duly.turn()

    run(scene())


def test_logged_out_by_the_server_it_comes_back_as_the_same_device(
    people: People, store: Path
) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann", exclude_insecure=True)

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            device = duly.device.secrets.device_id
            keys = duly.device.client.olm.account.identity_keys
            await duly.ask("POST", f"{CLIENT}/logout", {})
        with pytest.raises(Unusable, match="MATRIX_PASSWORD"):
            await open_device(replace(made, password=""), wall)
        async with ours(made) as duly:
            assert duly.device.secrets.device_id == device
            assert duly.device.client.olm.account.identity_keys == keys
            await duly.turn()
            await duly.turn()  # a first sync is told anew after two minutes only
            await duly.say(room, "Back again")
            assert ann.sees(room, "Back again").secret

    run(scene())


def test_a_token_makes_us_its_device_and_no_other(people: People, store: Path) -> None:
    account = people.account("duly")
    made = install(people, account, store, password="", access_token=account.token)
    new = logged_in(people.server.url, account)

    async def scene() -> None:
        async with ours(made) as duly:
            assert duly.device.secrets.device_id == account.device_id
            await duly.turn()
        with pytest.raises(Unusable, match=f"of the device {new.device_id}"):
            await open_device(replace(made, access_token=new.token), wall)
        async with ours(replace(made, access_token="")) as duly:
            assert duly.device.secrets.access_token == account.token

    run(scene())


def test_a_token_of_a_client_that_already_encrypts_is_refused(people: People, store: Path) -> None:
    account = people.account("duly")
    made = install(people, account, store, password="", access_token=account.token)

    async def scene() -> None:
        with SecretHuman(people.server.url, account, bare=True):
            device = await open_device(made, wall)
            try:
                with pytest.raises(Unusable, match="other keys of our device"):
                    await device.prove()
            finally:
                await device.close()

    run(scene())


def test_keys_that_cannot_be_read_are_said(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store)

    async def scene() -> None:
        async with ours(made):
            pass
        with closing(sqlite3.connect(store / "keys.db")) as db:
            db.execute("update accounts set account = 'x'")
            db.commit()
        with pytest.raises(Unusable, match="damaged"):
            await open_device(made, wall)
        (store / "keys.db").write_bytes(b"no database" * 1000)
        with pytest.raises(Unusable, match="damaged"):
            await open_device(made, wall)

    run(scene())


def test_without_encryption_we_hear_and_speak_in_clear(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store, encryption=False)
    ann = people.human("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = ann.create_room(invite=[made.user_id])
            await duly.turn()
            ann.say(room, "Good morning")
            event = await duly.until(room, "m.room.message")
            assert event["content"]["body"] == "Good morning"
            assert isinstance(duly.device.decrypt(room, event), Refused)
            with pytest.raises(Unusable, match="MATRIX_ENCRYPTION"):
                await duly.device.encrypt(room, "m.room.message", {})
            answer = await duly.device.wire.ask("GET", f"{CLIENT}/account/whoami")
            assert (answer.status, answer.told["user_id"]) == (200, made.user_id)

    run(scene())


def test_a_key_that_is_shared_again_from_later_on_takes_nothing_away(
    people: People, store: Path
) -> None:
    """nio would read less than before."""
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            ann.say(room, "one")
            first = await duly.until(room, "m.room.encrypted")
            ann.say(room, "two")
            await duly.until(room, "m.room.encrypted")
            ann.share_key(room, made.user_id, late=True)
            await duly.turn(wait=300)
            assert body(duly.device.decrypt(room, first)) == "one"
        async with ours(made) as duly:
            await duly.turn()
            assert body(duly.device.decrypt(room, first)) == "one"

    run(scene())


def test_a_key_for_the_rest_of_a_session_leaves_what_was_before_it_lacking(
    people: People, store: Path
) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            ann.withhold.add(made.user_id)
            ann.say(room, "one")
            first = await duly.until(room, "m.room.encrypted")
            lacking = duly.device.decrypt(room, first)
            assert isinstance(lacking, Lacking)
            assert (lacking.sender, lacking.device) == (ann.id, False)
            ann.withhold.clear()
            ann.say(room, "two")
            assert body(await hear(duly, room)) == "two"
            assert isinstance(duly.device.decrypt(room, first), Lacking)
            ann.share_key(room, made.user_id)
            await duly.turn(wait=300)
            assert body(duly.device.decrypt(room, first)) == "one"

    run(scene())


def test_whoever_publishes_broken_keys_spoils_nothing_for_others(
    people: People, store: Path
) -> None:
    """nio would know nobody's keys, or share with nobody."""
    made = install(people, people.account("duly"), store)
    ann, eve, mal = people.secret("ann"), people.secret("eve"), people.secret("mal")
    machine = mal.machine
    claimed = signed_by_device({"key": "AAAA"}, mal.id, mal.device_id, machine.account)
    mal.call("POST", "/keys/upload", {"one_time_keys": {"signed_curve25519:AAAAAA": claimed}})
    device = {**eve.machine.device_keys(), "keys": {f"ed25519:{eve.device_id}": "x"}}

    async def scene() -> None:
        async with ours(made) as duly:
            room = ann.create_room(invite=[made.user_id, eve.id, mal.id], encrypted=True)
            eve.accept(room)
            mal.accept(room)
            asked = Wire.ask

            async def spoilt(wire: Wire, method: str, path: str, *args: Any, **more: Any) -> Answer:
                answer = await asked(wire, method, path, *args, **more)
                if path.endswith("/keys/query") and eve.id in answer.told["device_keys"]:
                    answer.told["device_keys"][eve.id] = {eve.device_id: device, "B": 7}
                if path.endswith("/keys/claim") and mal.id in answer.told["one_time_keys"]:
                    keys = {"signed_curve25519:AAAAAA": claimed}
                    answer.told["one_time_keys"][mal.id] = {mal.device_id: keys}
                return answer

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Wire, "ask", spoilt)
                await duly.turn()
                await duly.turn()
                await duly.say(room, "To all")
            assert ann.sees(room, "To all").secret

    run(scene())


def test_while_nobody_answers_the_upkeep_waits_and_is_made_up_for(
    people: People, store: Path
) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")
    at = wall()

    async def scene() -> None:
        async with ours(made, proven=False, now=lambda: at) as duly:
            nonlocal at
            room = ann.direct(made.user_id, encrypted=True)
            told = (await duly.ask("GET", f"{CLIENT}/sync?timeout=0")).told

            async def dead(*_: Any, **__: Any) -> Answer:
                raise NoAnswer("TimeoutError", sent=True)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Wire, "ask", dead)
                assert await duly.device.upkeep(told) == Kept()
            assert not duly.device.client.olm.account.shared
            await duly.device.upkeep(told)  # at once again: it waits
            assert not duly.device.client.olm.account.shared
            at += 2 * RETRY
            await duly.turn()
            await duly.turn()
            await duly.say(room, "Here I am")
            assert ann.sees(room, "Here I am").secret

    run(scene())


def test_an_identity_that_is_replaced_under_us_is_an_operators_business(
    people: People, store: Path
) -> None:
    account = people.account("duly")
    made = install(people, account, store)

    async def scene() -> None:
        async with ours(made) as duly:
            await duly.turn()
            with SecretHuman(people.server.url, logged_in(people.server.url, account)) as thief:
                thief.reset_identity()
            wrong = [each for _ in range(2) for each in (await duly.turn(wait=300)).wrong]
            assert "--new-identity" in wrong[0]
            await duly.device.cipher.prove(replace=True)  # type: ignore[union-attr]
        async with ours(made):
            pass

    run(scene())


def test_nobody_is_given_a_key_that_they_ask_for(people: People, store: Path) -> None:
    account = people.account("duly")
    made = install(people, account, store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            ann.say(room, "secret")
            event = await duly.until(room, "m.room.encrypted")
            with SecretHuman(
                people.server.url, logged_in(people.server.url, account), bare=True
            ) as (thief):
                asked = {
                    "action": "request",
                    "request_id": "1",
                    "requesting_device_id": thief.device_id,
                    "body": {
                        "algorithm": "m.megolm.v1.aes-sha2",
                        "room_id": room,
                        "session_id": event["content"]["session_id"],
                        "sender_key": ann.machine.curve25519,
                    },
                }
                messages = {made.user_id: {duly.device.secrets.device_id: asked}}
                thief.call("PUT", "/sendToDevice/m.room_key_request/1", {"messages": messages})
                for _ in range(3):
                    await duly.turn(wait=200)
                thief.sync()
                kinds = [each["type"] for each in thief.to_device]
                assert "m.forwarded_room_key" not in kinds
            assert not duly.device.client.outgoing_to_device_messages

    run(scene())


def test_what_nio_stumbles_over_takes_no_key_with_it(people: People, store: Path) -> None:
    """Anybody may send a device what they like."""
    made = install(people, people.account("duly"), store)
    ann, eve = people.secret("ann"), people.secret("eve")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            own = duly.device.client.olm.account.identity_keys["curve25519"]
            broken: list[dict[str, Any]] = [
                {"type": number, "body": body} for number in (0, 1) for body in ("", "x", "AAAA")
            ]
            contents: list[dict[str, Any]] = [
                {"algorithm": OLM, "sender_key": key, "ciphertext": {own: each}}
                for each in broken
                for key in (eve.machine.curve25519, "x")
            ]
            contents += [{}, {"algorithm": OLM}, {"algorithm": OLM, "ciphertext": [1]}]
            for number, content in enumerate(contents):
                messages = {made.user_id: {duly.device.secrets.device_id: content}}
                path = f"/sendToDevice/m.room.encrypted/broken{number}"
                eve.call("PUT", path, {"messages": messages})
            ann.say(room, "Good morning")
            assert body(await hear(duly, room)) == "Good morning"

    run(scene())


def test_a_room_that_nio_cannot_read_takes_no_other_with_it(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            answer = await duly.ask("GET", f"{CLIENT}/sync?full_state=true&since={duly.since}")
            told = {**answer.told, "next_batch": "later"}
            told["rooms"]["join"]["!odd:corp.example"] = {"timeline": 7, "state": {"events": 7}}
            told["rooms"]["join"]["!odder:corp.example"] = 7
            del duly.device.client.rooms[room]

            assert not await duly.device.hear(told)

            assert ann.id in duly.device.client.rooms[room].users
            assert duly.device.client.rooms[room].encrypted

    run(scene())


def test_whoever_shares_the_key_of_another_as_their_own_takes_nothing_away(
    people: People, store: Path
) -> None:
    made = install(people, people.account("duly"), store)
    ann, eve = people.secret("ann"), people.secret("eve")

    async def scene() -> None:
        async with ours(made) as duly:
            room = ann.create_room(invite=[made.user_id, eve.id], encrypted=True)
            eve.accept(room)
            await duly.turn()
            await duly.turn()
            ann.withhold.add(made.user_id)
            ann.say(room, "!done 7")
            event = await duly.until(room, "m.room.encrypted")
            eve.sync()
            session = ann.machine.outbound[room]
            for there in (room, "!other:corp.example"):  # eve is first, with what she has of ann
                eve.machine.outbound[there] = session
                eve.share_key(there, made.user_id)
            await duly.turn(wait=300)
            assert isinstance(duly.device.decrypt(room, event), Lacking)
            eve.send_clear(room, "m.room.encrypted", event["content"])
            copied = await hear(duly, room)
            assert isinstance(copied, Opened)
            assert copied.event["sender"] == eve.id
            ann.share_key(room, made.user_id)
            await duly.turn(wait=300)
            assert body(duly.device.decrypt(room, event)) == "!done 7"
        async with ours(made) as duly:
            await duly.turn()
            assert body(duly.device.decrypt(room, event)) == "!done 7"

    run(scene())


def test_a_homeserver_that_shows_no_keys_is_asked_again(people: People, store: Path) -> None:
    """Nobody is left out because it was busy for a moment."""
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = ann.direct(made.user_id, encrypted=True)
            asked = Wire.ask

            async def busy(wire: Wire, method: str, path: str, *args: Any, **more: Any) -> Answer:
                if "/keys/query" in path:
                    return Answer(502, {})
                return await asked(wire, method, path, *args, **more)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Wire, "ask", busy)
                await duly.turn()
                await duly.turn()
                with pytest.raises(NotShared):
                    await duly.say(room, "to nobody")
            await duly.say(room, "At last")
            assert ann.sees(room, "At last").secret

    run(scene())


def test_a_session_that_broke_is_mended_with_whoever_it_was(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            ann.say(room, "Good morning")
            assert body(await hear(duly, room)) == "Good morning"
            await duly.say(room, "Good morning, Ann")
            assert ann.sees(room, "Good morning, Ann").secret
            since = duly.since
        with closing(sqlite3.connect(store / "keys.db")) as db:
            db.execute("delete from olmsessions")
            db.commit()
        async with ours(made) as duly:
            duly.since = since
            await duly.turn()
            duly.events.clear()
            ann.rotate(room)
            ann.say(room, "lost")
            assert isinstance(await hear(duly, room), Lacking)
            await duly.turn()
            ann.sync()  # a new session begins
            ann.rotate(room)
            ann.say(room, "found")
            assert body(await hear(duly, room)) == "found"

    run(scene())


def test_members_that_were_left_out_of_a_sync_are_looked_up(people: People, store: Path) -> None:
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            known = duly.device.client.rooms[room]
            known.remove_member(ann.id)
            known.members_synced = False
            await duly.say(room, "Good morning")
            assert ann.sees(room, "Good morning").secret
            with pytest.raises(NotShared, match="not known yet"):
                await duly.say("!other:corp.example", "Anyone?")

    run(scene())


def test_why_nobody_can_log_in_is_said(
    people: People, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As homeservers answer that are set up otherwise than ours."""
    made = install(people, people.account("duly"), store)
    password = {"flows": [{"type": "m.login.password"}]}
    sso = {"flows": [{"type": "m.login.sso"}]}
    cases: list[tuple[Answer, Json, str]] = [
        (Answer(403, {"errcode": "M_FORBIDDEN"}), sso, "nobody log in with a password"),
        (Answer(403, {"errcode": "M_USER_DEACTIVATED"}), password, "is deactivated"),
        (Answer(429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 4000}), password, "4 sec"),
        (Answer(401, {"errcode": "M_UNAUTHORIZED"}), password, "says M_UNAUTHORIZED"),
        (Answer(404, {}), {}, "no Matrix homeserver"),
        (Answer(500, {}), password, "HTTP 500"),
        (Answer(200, {"user_id": "@eve:corp.example", "access_token": "x"}), {}, "as @eve"),
    ]

    async def scene() -> None:
        for said, flows, told in cases:

            async def answers(
                _: Wire,
                method: str,
                *__: Any,
                said: Answer = said,
                flows: Json = flows,
                **___: Any,
            ) -> Answer:
                return Answer(200, flows) if method == "GET" else said

            monkeypatch.setattr(Wire, "ask", answers)
            with pytest.raises(Unusable, match=told):
                await open_device(made, wall)

    run(scene())


def test_a_homeserver_that_is_long_away_is_logged_once(
    people: People, store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = install(people, people.account("duly"), store, homeserver="http://127.0.0.1:9")
    tries: list[Install] = []

    async def tried(made: Install, now: Callable[[], datetime]) -> Device:
        tries.append(made)
        return await open_device(made, now)

    monkeypatch.setattr(homeserver, "AGAIN", 0.01)
    monkeypatch.setattr(homeserver, "open_device", tried)
    unused: Any = None  # there is nothing to take

    async def scene() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await homeserver.Homeserver(away, unused, wall, ())._opened(unused)

    run(scene())
    assert len(tries) > 1
    assert sum("does not answer" in each.message for each in caplog.records) == 1


def test_a_key_for_one_use_is_gone_when_it_was_used(people: People, store: Path) -> None:
    """nio keeps it until it has something else to write."""
    made = install(people, people.account("duly"), store)
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = await meet(duly, ann)
            ann.say(room, "Good morning")
            assert body(await hear(duly, room)) == "Good morning"
            again = {"to_device": {"events": duly.to_device}, "next_batch": "x"}
        with closing(sqlite3.connect(store / "keys.db")) as db:
            db.execute("delete from olmsessions")
            db.commit()
        async with ours(made) as duly:
            await duly.device.hear(again)
            key = ann.machine.curve25519
            assert duly.device.client.olm.session_store.get(key) is None

    run(scene())

"""The server and the people that tests of Matrix stand on, among themselves."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.matrix.human import Attached, Human, Refused
from tests.matrix.people import People, people_of
from tests.matrix.synapse import Synapse
from tests.needs import ROOT, need


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def two(people: People, kind: str) -> tuple[Human, Human]:
    if kind == "plain":
        return people.human("ann"), people.human("bob")
    return people.secret("ann", exclude_insecure=True), people.secret("bob", exclude_insecure=True)


@pytest.mark.parametrize("version", ["12", "11"])
@pytest.mark.parametrize("kind", ["plain", "encrypted"])
def test_people_see_what_the_others_wrote_changed_and_took_back(
    people: People, kind: str, version: str
) -> None:
    ann, bob = two(people, kind)
    room = ann.create_room(invite=[bob.id], version=version, encrypted=kind == "encrypted")
    first = ann.say(room, "Good mornin", mentions=[bob.id])
    bob.accept(room)

    ann.edit(room, first, "Good morning", html="<b>Good morning</b>")
    answer = bob.say(room, "Hello", thread=first)
    bob.react(room, first, "👍")
    unliked = bob.react(room, first, "👎")
    bob.redact(room, unliked)
    wrong = bob.say(room, "Never mind", reply_to=first)
    bob.redact(room, wrong)
    last = bob.send_file(room, "plan.txt", b"by Friday", caption="The plan", reply_to=first)

    for who in (ann, bob):
        seen = who.until(room, lambda seen: seen and seen[-1].body == "The plan")
        assert [each.id for each in seen] == [first, answer, last]
        assert (seen[0].body, seen[0].formatted_body) == ("Good morning", "<b>Good morning</b>")
        assert (seen[0].edits, seen[0].reactions) == (1, {"👍": [bob.id]})
        assert (seen[1].thread, seen[1].reply_to) == (first, None)
        assert (seen[2].thread, seen[2].reply_to) == (None, first)
        assert who.file(seen[2]) == Attached("plan.txt", "text/plain", b"by Friday")
        assert {each.secret for each in seen} == {kind == "encrypted"}


def test_nobody_changes_the_words_of_another(people: People) -> None:
    ann, bob = people.human("ann"), people.human("bob")
    room = ann.create_room(invite=[bob.id])
    bob.accept(room)
    said = ann.say(room, "I agree")

    bob.edit(room, said, "I do not agree")

    bob.say(room, "So there")
    assert [each.body for each in ann.until(room, lambda seen: len(seen) > 1)] == [
        "I agree",
        "So there",
    ]


def test_a_chat_of_two_is_noted_as_one_and_a_receipt_is_seen(people: People) -> None:
    ann, bob = people.human("ann"), people.human("bob")
    room = ann.direct(bob.id)
    assert bob.accept() == room
    sent = ann.say(room, "Read this")

    bob.read(room, sent)

    ann.sync_until(lambda: ann.receipts[room].get(bob.id, {}).get("event_id") == sent)
    assert ann.account_data["m.direct"] == {bob.id: [room]}


def test_whoever_is_kicked_knows_it_and_is_out(people: People) -> None:
    ann, bob = people.human("ann"), people.human("bob")
    room = ann.create_room(invite=[bob.id])
    bob.accept(room)
    bob.sync_until(lambda: room in bob.joined)

    ann.kick(room, bob.id, "a test")

    bob.sync_until(lambda: room in bob.left)
    assert bob.left[room]["content"]["reason"] == "a test"
    with pytest.raises(Refused, match="M_FORBIDDEN"):
        bob.say(room, "Hello?")


def test_an_upgraded_room_tells_what_comes_after_it(people: People) -> None:
    ann = people.human("ann")
    room = ann.create_room("Sales", version="11")

    new = ann.upgrade_room(room, "12")

    ann.sync_until(lambda: new in ann.joined)
    assert ann.state(room, "m.room.tombstone")["replacement_room"] == new
    assert ann.state(new, "m.room.create")["predecessor"]["room_id"] == room


def test_a_long_absence_leaves_nothing_out(people: People) -> None:
    ann, bob = people.human("ann"), people.human("bob")
    room = ann.create_room(invite=[bob.id])
    bob.accept(room)
    bob.sync_until(lambda: room in bob.joined)

    for number in range(25):
        ann.say(room, f"{number}")

    seen = bob.until(room, lambda seen: seen and seen[-1].body == "24")
    assert [each.body for each in seen] == [f"{number}" for number in range(25)]


@pytest.mark.thorough
def test_a_transaction_id_sends_once_even_over_a_restart(synapse: Synapse, people: People) -> None:
    ann = people.human("ann")
    room = ann.create_room()
    content: dict[str, Any] = {"msgtype": "m.text", "body": "Once"}
    sent = ann.send(room, "m.room.message", content, txn="duly-1")

    synapse.stop()
    with pytest.raises(AssertionError, match="did not see it"):
        ann.until(room, lambda seen: seen, patience=0.2)
    synapse.start()

    assert ann.send(room, "m.room.message", content, txn="duly-1") == sent
    assert len(ann.until(room, lambda seen: seen)) == 1


def test_without_its_key_a_message_says_why_it_is_not_read(people: People) -> None:
    ann, bob = people.secret("ann"), people.secret("bob")
    room = ann.create_room(invite=[bob.id], encrypted=True)
    bob.accept(room)
    ann.withhold.add(bob.id)

    ann.say(room, "Not for bob")

    [seen] = bob.until(room, lambda seen: seen)
    assert (seen.type, seen.trouble, seen.body) == ("m.room.encrypted", "no key", "")

    ann.share_key(room, bob.id, late=True)
    ann.say(room, "For everybody")
    assert [each.body for each in bob.until(room, lambda seen: len(seen) > 1)] == [
        "",
        "For everybody",
    ]
    ann.share_key(room, bob.id)
    assert bob.sees(room, "Not for bob").secret
    ann.share_key(room, bob.id, late=True)  # which does not take away what the other one opens
    ann.say(room, "Still")
    bob.sees(room, "Still")
    session = ann.machine.outbound[room].session.session_id
    assert bob.machine.inbound[room, session].session.first_known_index == 0


def test_a_message_played_again_and_a_word_in_clear_are_told_apart(people: People) -> None:
    ann, bob = people.secret("ann"), people.secret("bob")
    room = ann.create_room(invite=[bob.id], encrypted=True)
    bob.accept(room)
    said = ann.say(room, "Once")

    ann.play_again(room, said)
    ann.send_clear(room, "m.room.message", {"msgtype": "m.text", "body": "In clear"})

    seen = bob.until(room, lambda seen: len(seen) == 3)
    assert [(each.body, each.secret) for each in seen] == [
        ("Once", True),
        ("", False),
        ("In clear", False),
    ]
    assert seen[1].trouble == "said before: somebody plays it again"


def test_an_unsigned_device_is_excluded_until_its_owner_signs_it(people: People) -> None:
    ann = people.secret("ann", exclude_insecure=True)
    bob = people.secret("bob", signed=False)
    eve = people.secret("eve", bare=True)
    room = ann.create_room(invite=[bob.id, eve.id], encrypted=True)
    bob.accept(room)
    eve.accept(room)

    ann.say(room, "Only for who is known")
    bob.say(room, "Here I am")
    eve.say(room, "So am I")

    seen = ann.until(room, lambda seen: len(seen) == 3)
    unsigned = "its device is not signed by its owner"
    assert [each.trouble for each in seen] == [None, unsigned, unsigned]
    for who in (bob, eve):
        assert who.until(room, lambda seen: len(seen) == 3)[0].trouble == "no key"
        assert [each["content"]["code"] for each in who.to_device if "code" in each["content"]] == [
            "m.unverified"
        ]

    bob.sign()

    assert ann.sees(room, "Here I am").secret
    ann.say(room, "Now for bob as well")
    assert bob.sees(room, "Now for bob as well").secret


def test_another_device_and_a_new_identity_are_seen_by_the_others(people: People) -> None:
    ann, bob = people.secret("ann", exclude_insecure=True), people.secret("bob")
    room = ann.create_room(invite=[bob.id], encrypted=True)
    bob.accept(room)
    ann.say(room, "To one device")
    before = ann.person(bob.id)

    with bob.another() as phone:
        ann.say(room, "To both")
        assert phone.sees(room, "To both").secret
        assert "unknown message index" in str(phone.messages(room)[0].trouble)
        assert len(ann.person(bob.id).devices) == len(before.devices) + 1

    bob.reset_identity()
    assert ann.person(bob.id).master != before.master
    assert bob.sees(room, "To both").secret


def test_without_one_time_keys_the_fallback_key_is_used_and_keys_are_made_anew(
    people: People,
) -> None:
    bob, eve = people.secret("bob"), people.secret("eve")
    while not any(key.get("fallback") for key in eve.claim(bob.id, bob.device_id).values()):
        pass  # she takes all the others
    room = eve.create_room(invite=[bob.id], encrypted=True)
    eve.say(room, "By the fallback key")

    bob.accept(room)

    assert bob.sees(room, "By the fallback key").secret
    assert not any(key.get("fallback") for key in eve.claim(bob.id, bob.device_id).values())


def test_once_somebody_left_there_is_another_key(people: People) -> None:
    ann, bob = people.secret("ann"), people.secret("bob")
    room = ann.create_room(invite=[bob.id], encrypted=True)
    bob.accept(room)
    ann.say(room, "With bob")
    first = ann.machine.outbound[room].session.session_id

    bob.leave(room)
    ann.say(room, "Without bob")

    assert ann.machine.outbound[room].session.session_id != first
    assert len(bob.until(room, lambda seen: seen)) == 1


def flood(who: Human, room: str) -> None:
    for number in range(20):
        who.say(room, f"{number}")


@pytest.mark.thorough
def test_a_strict_server_says_how_long_to_wait_and_takes_no_large_file(
    strict_synapse: Synapse,
) -> None:
    with people_of(strict_synapse) as people:
        ann = people.human("ann")
        room = ann.create_room()

        with pytest.raises(Refused, match="M_LIMIT_EXCEEDED") as refused:
            flood(ann, room)

        assert refused.value.status == 429
        assert 0 < refused.value.answer["retry_after_ms"] <= 5000
        assert ann.call("GET", "/_matrix/client/v1/media/config") == {"m.upload.size": 1 << 20}


@pytest.mark.thorough
def test_a_server_ends_with_whoever_started_it() -> None:
    """However they end."""
    start = (
        "from tests.matrix.synapse import synapse\n"
        f"with synapse({need('synapse')!r}) as made:\n"
        "    print(made.port, made.folder, flush=True)\n"
        "    input()\n"
    )
    line = [sys.executable, "-c", start]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, cwd=ROOT, text=True, stdin=pipe, stdout=pipe) as starter:
        assert starter.stdout is not None
        port, folder = starter.stdout.readline().split()
        assert Path(folder, "homeserver.db").exists()
        starter.kill()

    end = time.monotonic() + 10
    while Path(folder).exists() or listens(int(port)):
        assert time.monotonic() < end
        time.sleep(0.02)

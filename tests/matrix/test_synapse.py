"""The server and the people that tests of Matrix stand on, among themselves."""

from pathlib import Path
from typing import Any

import pytest

from tests.matrix.human import Refused
from tests.matrix.people import People
from tests.matrix.synapse import Synapse


@pytest.mark.parametrize("version", ["12", "11"])
def test_people_see_what_the_others_wrote_changed_and_took_back(
    people: People, version: str
) -> None:
    ann, bob = people.human("ann"), people.human("bob")
    room = ann.create_room("Sales", invite=[bob.id], version=version)
    bob.accept(room)

    first = ann.say(room, "Good mornin", mentions=[bob.id])
    ann.edit(room, first, "Good morning", html="<b>Good morning</b>")
    answer = bob.say(room, "Hello", thread=first)
    bob.react(room, first, "👍")
    unliked = bob.react(room, first, "👎")
    bob.redact(room, unliked)
    wrong = bob.say(room, "Never mind", reply_to=first)
    bob.redact(room, wrong)
    last = bob.say(room, "Bye", reply_to=first)

    for who in (ann, bob):
        seen = who.until(room, lambda seen: seen and seen[-1].body == "Bye")
        assert [each.id for each in seen] == [first, answer, last]
        assert (seen[0].body, seen[0].formatted_body) == ("Good morning", "<b>Good morning</b>")
        assert (seen[0].edits, seen[0].reactions) == (1, {"👍": [bob.id]})
        assert (seen[1].thread, seen[1].reply_to) == (first, None)
        assert (seen[2].thread, seen[2].reply_to) == (None, first)


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


def test_files_and_receipts_arrive(people: People) -> None:
    ann, bob = people.human("ann"), people.human("bob")
    room = ann.direct(bob.id)
    assert bob.accept() == room

    sent = ann.send_file(room, "plan.txt", b"by Friday", caption="The plan")

    [seen] = bob.until(room, lambda seen: seen)
    assert (seen.body, bob.file(seen).name, bob.file(seen).data) == (
        "The plan",
        "plan.txt",
        b"by Friday",
    )
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


def test_a_stopped_server_complained_of_nothing(synapse: Synapse, people: People) -> None:
    people.human("ann").create_room()

    assert "ERROR" not in synapse.logs()
    assert Path(f"/proc/{synapse.pid}").exists()

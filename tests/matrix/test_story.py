"""The story of a duty and of an approval on a real homeserver, in the clear and encrypted."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.matrix.house import House, house
from tests.matrix.people import People
from tests.matrix.seen import Seen

NUDGED = timedelta(hours=4, minutes=40)  # of the clock, from Monday at nine
STAFF = ("ann", "bob", "sam", "grace", "hana")
NOTICE = "The office is closed on Friday."


@pytest.fixture(params=["plain", "secret"])
def home(request: pytest.FixtureRequest, people: People, tmp_path: Path) -> Iterator[House]:
    with house(people, tmp_path, names=STAFF, secret=request.param == "secret") as made:
        yield made


def test_who_owes_an_answer_is_nudged_once_and_reacts_to_what_the_card_shows(home: House) -> None:
    home.asks("ann", "bob", "can you send me the test report?")
    home.wait(NUDGED)

    (nudge,) = home.chat("bob")
    assert "can you send me the test report?" in nudge.body
    for way_out in ("I have answered", "I will reply by", "Pass on", "No reply needed"):
        assert way_out in nudge.body
    assert nudge.secret == home.install.encryption
    home.wait(timedelta(minutes=20))
    assert [each.id for each in home.chat("bob")] == [nudge.id]

    assert nudge.reactions["✅"] == [home.duly]
    home.heard(home.bob.react(home.chats("bob"), nudge.id, "✅"))
    assert home.owes("bob") == []


def test_an_answer_in_the_thread_is_enough(home: House) -> None:
    said = home.asks("ann", "bob", "can you send me the test report?")
    answer = "It is in the shared folder, page 3 has the figures."
    home.says("bob", answer, thread=said)
    home.wait(NUDGED)

    assert home.owes("bob") == []
    assert home.chat("bob") == []


@pytest.mark.thorough
def test_a_command_in_a_room_is_answered_in_the_chat_with_who_typed_it(home: House) -> None:
    home.asks("ann", "bob", "can you send me the test report?")
    home.says("bob", "!duly mine")

    (answer,) = home.chat("bob")
    assert "test report" in answer.body
    assert not [each for each in _ours(home, "ann", home.room) if "test report" in each.body]


@pytest.mark.thorough
def test_a_promise_is_made_in_a_dialogue_in_a_thread_which_can_be_left(home: House) -> None:
    home.asks("ann", "bob", "can you send me the test report?")
    chat = home.begin_chat("bob")
    typed = home.says("bob", "promise 1", chat)
    question = home.chat("bob")[-1]
    assert question.thread == typed

    home.says("bob", "!cancel", chat, thread=typed)
    assert "Nothing was sent" in home.chat("bob")[-1].body

    typed = home.says("bob", "!duly promise 1", chat)
    home.says("bob", "next blue moon", chat, thread=typed)
    assert "Thu 17:00" in home.chat("bob")[-1].body
    home.says("bob", "tomorrow 15:00", chat, thread=typed)

    (duty,) = home.owes("bob")
    assert duty.promised_for is not None
    assert any("3" in each.body and "Mar" in each.body for each in home.chat("ann"))


@pytest.mark.thorough
def test_a_request_is_approved_by_what_is_typed_and_published(home: House) -> None:
    home.says("ann", f"!duly request notice audience=all {NOTICE}")
    asked = [name for name in STAFF if _asks(home, name)]
    assert asked
    assert "ann" not in asked

    for name in asked:
        card = _asks(home, name)
        assert card is not None
        home.heard(home.staff[name].react(home.chats(name), card.id, "✅"))
        assert "Nothing is decided yet" in home.chat(name)[-1].body
        home.says(name, "approve 1", home.chats(name))

    assert any(NOTICE in each.body for each in home.chat("bob"))


def _asks(home: House, name: str) -> Seen | None:
    """The card on which somebody is to decide."""
    return next((x for x in reversed(home.chat(name)) if "!duly approve 1" in x.body), None)


def _ours(home: House, name: str, room: str) -> list[Seen]:
    home.staff[name].sync()
    return [each for each in home.staff[name].messages(room) if each.sender == home.duly]

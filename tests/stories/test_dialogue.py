"""Where a platform has no forms, a form is a dialogue."""

from collections.abc import Iterator

import pytest

from bot.port import Ability
from tests.desk import Desk


@pytest.fixture
def plain() -> Iterator[Desk]:
    made = Desk(abilities=~Ability.FORMS)
    yield made
    made.close()


def test_a_request_is_asked_for_question_by_question(plain: Desk) -> None:
    asked = plain.says("ann", "request")
    assert asked[0].startswith("ann: What is it?\n1: A notice\n2: Business material")
    again = plain.says("ann", "12")
    assert again[0].startswith("ann: Please choose one of the list.\nWhat is it?")
    text = plain.says("ann", "1")
    assert text[0].startswith("ann: The text, exactly as it is to go out")
    sent = plain.says("ann", "The office is closed on Friday.")

    assert plain.titles(sent) == [
        "ann: Your request #1",
        "sam: «Ann» asks for approval: #1",
        "ann: Sent for approval: #1",
    ]
    assert "«The office is closed on Friday.»" in sent[1]
    assert plain.says("ann", "mine") == ["ann: You owe nothing. Enjoy it."]


def test_it_can_be_stopped_and_nothing_is_sent(plain: Desk) -> None:
    plain.says("ann", "request notice")

    assert plain.says("ann", "cancel") == ["ann: Cancelled. Nothing was sent."]
    assert plain.says("sam", "waiting") == [
        "sam: You wait for nobody, and nobody waits for your decision."
    ]


def test_a_button_that_needs_more_words_begins_a_dialogue(plain: Desk) -> None:
    plain.posts("ann", "@bob when will the samples be ready?")
    plain.says("bob", "mine")

    assert plain.presses("bob", "I will reply by …")[0].startswith("bob: By when?")
    assert plain.says("bob", "in 2 hours")[-1].startswith("bob: Promised: #1")

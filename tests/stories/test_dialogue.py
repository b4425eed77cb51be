"""Where a platform has no forms, a form is a dialogue; where it has no buttons, one reacts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.card import Button, Card
from bot.effects import Amend, Send, Whisper
from bot.events import MessageRef
from bot.port import Ability
from bot.words import say
from commands import COMMANDS, TYPED
from tests.desk import LOBBY, Desk, account

DAY = timedelta(days=1)


@pytest.fixture
def plain() -> Iterator[Desk]:
    made = Desk(abilities=~(Ability.FORMS | Ability.BUTTONS))
    yield made
    made.close()


def last(desk: Desk, who: str) -> MessageRef:
    return desk.paper.seen_by(who)[-1].ref


def whispers(desk: Desk) -> list[Whisper]:
    """In the order they were written."""
    with desk.store.reading() as tx:
        found = [tx.outbox.behind(line.ref) for line in desk.paper.lines]
    return [each[1] for each in found if each and isinstance(each[1], Whisper)]


def test_a_request_is_asked_for_question_by_question(plain: Desk) -> None:
    asked = plain.says("ann", "request")
    assert asked[0].startswith("ann: What is it?\n1: A notice\n2: Business material")
    again = plain.answers("ann", "12")
    assert again[0].startswith("ann: Please choose one of the list.\nWhat is it?")
    text = plain.answers("ann", "1")
    assert text[0].startswith("ann: The text, exactly as it is to go out")
    sent = plain.answers("ann", "The office is closed on Friday.")

    assert plain.titles(sent) == [
        "ann: Your request #1",
        "sam: «Ann» asks for approval: #1",
        "ann: Sent for approval: #1",
    ]
    assert "«The office is closed on Friday.»" in sent[1]
    assert plain.answers("ann", "mine") == ["ann: You owe nothing. Enjoy it."]


@pytest.mark.parametrize("word", ["cancel", "!cancel", "取消"])
def test_it_can_be_stopped_and_nothing_is_sent(plain: Desk, word: str) -> None:
    plain.says("ann", "request notice")

    assert plain.answers("ann", word) == ["ann: Cancelled. Nothing was sent."]
    assert plain.says("sam", "waiting") == [
        "sam: You wait for nobody, and nobody waits for your decision."
    ]
    assert plain.says("ann", "cancel") == [
        "ann: There is nothing to cancel: I have asked you nothing."
    ]


def test_a_command_that_names_us_leaves_it_open_and_only_bare_words_answer_it(plain: Desk) -> None:
    plain.says("ann", "request notice")

    assert plain.says("ann", "mine") == ["ann: You owe nothing. Enjoy it."]
    sent = plain.answers("ann", "mine")

    assert "«mine»" in sent[1]
    plain.says("ann", "request notice")
    assert plain.says("ann", "cancel") == ["ann: Cancelled. Nothing was sent."]


def test_after_a_day_a_word_is_a_command_again_and_once_it_is_told_why(plain: Desk) -> None:
    plain.says("ann", "request notice")
    plain.wait(DAY - timedelta(minutes=1))
    assert plain.says("ann", "waiting")[0].startswith("ann: You wait for nobody")
    plain.wait(timedelta(minutes=1))

    late = plain.answers("ann", "The office is closed on Friday.")
    assert late == [
        "ann: What I asked you waited for a day and was given up: nothing was sent.\n"
        "Begin anew: /duly request notice"
    ]
    assert plain.answers("ann", "mine") == ["ann: You owe nothing. Enjoy it."]


def test_a_command_that_comes_too_late_for_an_answer_is_carried_out(plain: Desk) -> None:
    plain.says("ann", "request notice")
    plain.wait(DAY)

    assert plain.titles(plain.answers("ann", "mine")) == [
        "ann: What I asked you waited for a day and was given up: nothing was sent.",
        "ann: You owe nothing. Enjoy it.",
    ]


def test_an_answer_in_time_begins_a_new_day(plain: Desk) -> None:
    plain.says("ann", "request")
    plain.wait(DAY - timedelta(minutes=1))
    plain.answers("ann", "1")
    plain.wait(DAY - timedelta(minutes=1))

    assert "Sent for approval" in plain.answers("ann", "The office is closed.")[-1]


def test_whom_an_answer_mentions_is_known_at_the_end(plain: Desk) -> None:
    plain.says("ann", 'request notice "The office is closed on Friday."')
    plain.says("sam", "transfer 1")
    named = plain.command("sam", "the boss", "named")
    plain.hears(replace(named, bare=True, people=(("the boss", account("grace")),)))
    said = plain.answers("sam", "She knows more about it.")

    assert "sam: «Grace» is asked to decide on #1 in your place." in said


def test_a_button_that_needs_more_words_begins_a_dialogue(plain: Desk) -> None:
    plain.posts("ann", "@bob when will the samples be ready?")
    plain.says("bob", "mine")

    assert plain.presses("bob", "I will reply by …")[0].startswith("bob: By when?")
    assert plain.answers("bob", "in 2 hours")[-1].startswith("bob: Promised: #1")


def test_the_first_question_begins_a_thread_under_what_it_answers(plain: Desk) -> None:
    plain.posts("ann", "@bob when will the samples be ready?")
    plain.says("bob", "request")
    plain.answers("bob", "1")
    plain.says("bob", "mine")
    card = last(plain, "bob")
    plain.reacts("bob", "🕐", card)

    asked, following, _, by_reaction = whispers(plain)
    assert (asked.begins, asked.reply_handle) == (True, "window")
    assert not following.begins
    assert by_reaction.begins
    assert by_reaction.near.thread == card.id


# Reacting is pressing


def test_a_decision_is_typed_where_a_reaction_proves_nothing(plain: Desk) -> None:
    plain.says("ann", 'request notice "The office is closed on Friday."')
    card = last(plain, "sam")

    assert plain.reacts("sam", "✅", card) == [
        "sam: Nothing is decided yet: this needs your words, not a reaction.\nType: /duly approve 1"
    ]
    assert plain.reacts("sam", "❌", card)[0].endswith("Type: /duly reject 1")
    assert plain.says("sam", "waiting")[0].startswith("sam: Waiting\n")
    assert plain.reacts("sam", "❓", card)[0].startswith("sam: ")
    plain.says("sam", "cancel")
    assert plain.titles(plain.says("sam", "approve 1"))[-1].startswith("sam: Approved: #1")


def test_with_buttons_a_reaction_decides_as_before(desk: Desk) -> None:
    desk.says("ann", 'request notice "The office is closed on Friday."')

    said = desk.reacts("sam", "✅", last(desk, "sam"))
    assert any(each.startswith("sam: Approved: #1") for each in said)


def test_what_is_for_good_is_typed() -> None:
    kept = {"approve", "reject", "return", "sign", "transfer", "recall", "delegate"}
    kept |= {"hold", "disposal"}

    assert {each.name for each in COMMANDS if each.typed} == kept == TYPED


@pytest.mark.parametrize("drawn", ["✅", "✅\ufe0f", "✅\U0001f3fd"])
def test_an_emoji_is_the_same_however_it_is_drawn(plain: Desk, drawn: str) -> None:
    plain.posts("ann", "@bob when will the samples be ready?")
    plain.says("bob", "mine")

    assert any("Done" in each for each in plain.reacts("bob", drawn, last(plain, "bob")))
    assert plain.duty(1).state == "done"


@pytest.mark.parametrize("drawn", ["☑", "☑️", "👌🏽"])
def test_an_agreed_reaction_answers_in_any_colour(plain: Desk, drawn: str) -> None:
    asked = plain.posts("ann", "@bob when will the samples be ready?")
    plain.reacts("bob", drawn, asked)

    assert plain.duty(1).state == "done"


@pytest.mark.parametrize("keycap", ["2️⃣", "2\u20e3"])
def test_a_number_means_what_the_card_showed_and_not_what_it_would_now(
    plain: Desk, keycap: str
) -> None:
    plain.posts("ann", "@bob when will the samples be ready?")
    plain.posts("sam", "@bob when will the drawings be ready?")
    plain.until(plain.now + timedelta(hours=8))
    card = next(x for x in plain.paper.seen_by("bob") if x.card and len(x.card.buttons) > 1)
    assert card.card is not None
    assert "mine 2" in [each.action for each in card.card.buttons]
    plain.says("bob", "drop 1")
    plain.posts("eve", "@bob where is the key to the store room?")

    assert "drawings" in plain.reacts("bob", keycap, card.ref)[0]


def test_a_card_in_a_room_is_for_whoever_reacts_to_it(plain: Desk) -> None:
    here = Button(say("Mine"), "📋", "mine")
    with plain.store.transaction() as tx:
        tx.outbox.add(Send(LOBBY, Card(say("Nothing to do"), buttons=(here,))), "rules")
    plain.wait(timedelta(0))

    assert plain.reacts("bob", "📋", last(plain, "lobby")) == ["bob: You owe nothing. Enjoy it."]
    assert plain.reacts("bob", "🙈", last(plain, "lobby")) == []


def test_after_a_card_was_changed_only_what_it_shows_now_can_be_pressed(plain: Desk) -> None:
    plain.posts("ann", "@bob when will the samples be ready?")
    plain.until(plain.now + timedelta(hours=8))
    card = last(plain, "bob")
    plain.posts("bob", "@ann On Friday.")
    with plain.store.reading() as tx:
        behind = tx.outbox.behind(card)

    assert behind is not None
    assert isinstance(behind[1], Amend)
    assert plain.reacts("bob", "👉", card) == []

"""Somebody says in plain words when they will answer: noted once, shown back, told, watched."""

from datetime import timedelta

from tests.desk import MONDAY, Desk

H, M = timedelta(hours=1), timedelta(minutes=1)


def asked(desk: Desk) -> None:
    desk.posts("ann", "@bob can you send me the test report?")
    desk.now += 10 * M


def test_a_promise_in_plain_words_becomes_the_due_time_and_is_told(desk: Desk) -> None:
    asked(desk)
    seen = len(desk.paper.lines)
    desk.posts("bob", "@ann I will send it by tomorrow 15:00")
    said = desk.read(seen)

    assert desk.duty(1).state == "promised"
    assert desk.duty(1).due == desk.duty(1).promised_for == MONDAY + 30 * H
    assert sorted(desk.titles(said)) == [
        "ann: «Bob» promises an answer to #1 by Tue 3 Mar, 15:00.",
        "bob: Noted: you answer «Ann» by Tue 3 Mar, 15:00.",
    ]


def test_it_is_shown_back_to_its_author_alone_with_the_words_it_was_read_from(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann 明天下午三点前给您答复")

    cards = [line.card for line in desk.paper.lines if line.to == "bob" and line.card]
    assert "明天下午三点" in desk.read()[-1]
    assert [button.action for button in cards[0].buttons] == ["promise 1", "done 1"]


def test_one_tap_corrects_it(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann I will send it by tomorrow 15:00")
    desk.presses("bob", "That was the answer")

    assert desk.duty(1).state == "done"


def test_until_then_nobody_is_nudged_and_then_it_is_due(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann I will send it by tomorrow 15:00")

    before = desk.until(MONDAY + 30 * H - M)
    after = desk.until(MONDAY + 30 * H + 5 * M)

    assert not [each for each in before if "due" in each.split("\n")[0]]
    assert desk.titles(after) == ["bob: Your answer to «Ann» is due"]


def test_an_answer_keeps_it(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann I will send it by tomorrow 15:00")
    desk.now = MONDAY + 26 * H
    desk.posts("bob", "@ann here it is: the report is in the shared folder, page 4 is new")

    assert desk.duty(1).state == "done"
    assert desk.duty(1).repromised == ""


def test_another_time_named_before_it_was_due_is_renegotiated_after_it_broken(desk: Desk) -> None:
    for _ in range(2):
        asked(desk)
        desk.posts("bob", "@ann I will send it by tomorrow 15:00")
        desk.now += 5 * M
    desk.says("bob", "promise 1 Wed 15:00")
    desk.now = MONDAY + 31 * H
    desk.says("bob", "promise 2 Wed 15:00")

    assert (desk.duty(1).repromised, desk.duty(2).repromised) == ("renegotiated", "broken")
    assert desk.duty(1).due == MONDAY + 30 * H


def test_who_names_no_time_is_asked_for_one_once(desk: Desk) -> None:
    asked(desk)
    seen = len(desk.paper.lines)
    desk.posts("bob", "@ann let me check, I will get back to you")
    said = desk.read(seen)

    assert desk.titles(said) == ["bob: By when will you answer «Ann»?"]
    assert desk.duty(1).state == "open"

    desk.presses("bob", "Tomorrow at noon")
    assert desk.duty(1).promised_for == MONDAY + 27 * H


def test_a_time_that_was_asked_for_is_the_answer(desk: Desk) -> None:
    desk.posts("ann", "@bob when will you send the report?")
    desk.now += 5 * M
    desk.posts("bob", "@ann I will send it by tomorrow 15:00")

    assert desk.duty(1).state == "done"


def test_a_promise_too_far_away_is_not_noted_and_says_what_to_do(desk: Desk) -> None:
    asked(desk)
    seen = len(desk.paper.lines)
    desk.posts("bob", "@ann I will send it by 2026-12-01 15:00")
    said = desk.read(seen)

    assert desk.duty(1).promised_for is None
    assert len(said) == 1
    assert "at most 14 days" in said[0]


def test_the_card_of_a_promise_offers_words_in_the_askers_language(desk: Desk) -> None:
    desk.posts("mei", "@bob can you send me the test report?")
    said = desk.says("bob", "promise 1 tomorrow 15:00")

    assert "我已收到您的问题，将于 3月3日周二 15:00 前答复。" in said[0] + said[1]


def test_a_promise_is_shown_only_to_who_made_it(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann I will send it by tomorrow 15:00")
    with desk.store.reading() as tx:
        unsent = tx.outbox.unsent()

    assert unsent == 0
    assert not [line for line in desk.paper.lines if line.to == "lobby"]

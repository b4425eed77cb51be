"""What a person can do with what they owe. Policy 2.2.1-reply."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import MessageChanged, MessageRef
from tests.desk import LOBBY, MONDAY, Desk, account, person

H, M = timedelta(hours=1), timedelta(minutes=1)
NUDGED = MONDAY + 4 * H + 30 * M  # three of four working hours


def asked(desk: Desk) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")


def test_a_promise_is_told_to_both_sides_and_keeps_the_bot_quiet_until_then(desk: Desk) -> None:
    asked(desk)

    assert desk.says("bob", "promise 1 by Tue 10:00") == [
        "ann: «Bob» promises an answer to #1 by Tue 3 Mar, 10:00.\n"
        "«@bob when will the samples be ready?»",
        "bob: Promised: #1 by Tue 3 Mar, 10:00.\n«Ann» has been told.\n"
        "If you want to write to them yourself: "
        "“«I have your question and will answer by Tue 3 Mar, 10:00.»”",
    ]
    assert desk.until(MONDAY + 24 * H - M) == []
    assert desk.titles(desk.until(MONDAY + 24 * H + M)) == ["bob: Your day: 1 thing waits"]
    late = desk.until(MONDAY + 25 * H + 5 * M)
    assert desk.titles(late) == ["bob: Your answer to «Ann» is due"]


@pytest.mark.thorough
def test_a_promise_is_asked_for_by_a_form_and_its_mistakes_are_explained(desk: Desk) -> None:
    asked(desk)
    desk.until(NUDGED)
    desk.presses("bob", "I will reply by …")

    assert desk.submits("bob", until="soon")[0].startswith("bob: I cannot read this time")
    assert desk.submits("bob", until="in 2 hours")[-1].startswith("bob: Promised: #1")


def test_a_promise_in_the_past_or_too_far_away_is_refused(desk: Desk) -> None:
    asked(desk)

    assert desk.says("bob", "promise 1 by 2026-02-27 10:00")[0].endswith(
        "has passed. Name a time that is still to come."
    )
    assert desk.says("bob", "promise 1 in 15 days")[0].startswith(
        "bob: A promise may be at most 14 days away."
    )
    assert desk.duty(1).state == "open"


def test_done_ends_it_and_the_asker_can_open_it_again(desk: Desk) -> None:
    asked(desk)
    desk.until(NUDGED)

    assert desk.presses("bob", "I have answered")[0].startswith("bob: Done: #1.")
    said = desk.says("ann", "reopen 1")
    assert desk.titles(said) == ["bob: «Ann» still needs an answer: #1", "ann: Open again: #1."]
    due = desk.until(MONDAY + 5 * H + 30 * M)
    assert desk.titles(due) == ["bob: Your answer to «Ann» is due"]


def test_it_is_passed_on_and_the_new_owner_is_nudged_instead(desk: Desk) -> None:
    asked(desk)

    desk.says("bob", "pass 1 @eve")
    desk.presses("eve", "Accept")
    nudges = desk.until(NUDGED)
    assert desk.titles(nudges) == ["eve: «Ann» is waiting for your answer"]


def test_it_can_be_passed_on_by_a_form_but_not_to_who_waits_for_it(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "pass 1")

    assert desk.submits("bob", person="@ann")[0].startswith("bob: It cannot go to «Ann».")
    assert desk.titles(desk.submits("bob", person="@eve"))[-1] == (
        "bob: «Eve» is asked to take over #1."
    )


def test_who_owes_it_may_call_it_not_needed_and_who_asked_may_insist(desk: Desk) -> None:
    asked(desk)

    assert desk.titles(desk.says("bob", "drop 1")) == [
        "ann: «Bob» says #1 needs no reply.",
        "bob: «Ann» is asked whether #1 can be dropped.",
    ]
    assert desk.titles(desk.presses("ann", "I do need one"))[-1] == "ann: Open again: #1."
    assert desk.duty(1).live


def test_an_agreed_reaction_of_who_owes_it_settles_it_and_anybody_elses_does_not(
    desk: Desk,
) -> None:
    message = desk.posts("ann", "@bob when will the samples be ready?")

    desk.reacts("eve", "✅", message)
    assert desk.duty(1).live
    desk.reacts("bob", "✅", message)
    assert desk.duty(1).state == "done"


def test_reacting_to_the_card_is_pressing_its_button(desk: Desk) -> None:
    asked(desk)
    desk.until(NUDGED)
    card = desk.paper.lines[-1]

    assert desk.reacts("eve", "✅", card.ref) == []
    assert desk.reacts("bob", "✅", card.ref)[0].startswith("bob: Done: #1.")


def test_nobody_touches_what_is_not_theirs(desk: Desk) -> None:
    asked(desk)

    for words in ("done 1", "promise 1 in 2 hours", "pass 1 @sam", "drop 1", "explain 1"):
        said = desk.says("eve", words)
        assert said == ["eve: You owe nothing under #1. Your list: /duly mine"], words
    assert desk.duty(1).live


def test_a_marked_message_is_chased_from_the_moment_it_was_marked(desk: Desk) -> None:
    message = desk.posts("ann", "the customer wants the certificate today")
    desk.now += 24 * H

    assert desk.says("ann", f"important msg:{message}")[0].startswith(
        "ann: It names nobody who could answer."
    )
    said = desk.says("ann", f"important msg:{message} @bob")
    assert "Due: Tue 3 Mar, 11:00" in said[0]
    assert desk.duty(1).level == "important"
    desk.says("ann", f"important msg:{message} @bob")
    assert "#1 Tell «Ann» that you have read it" in desk.says("bob", "mine")[0]


def test_the_mark_can_be_a_reaction(desk: Desk) -> None:
    message = desk.posts("ann", "@bob the customer wants the certificate today")
    assert desk.says("bob", "mine") == ["bob: You owe nothing. Enjoy it."]

    assert desk.reacts("sam", "❗", message)[0].startswith("sam: Marked as important.")
    assert "#1 Tell «Ann» that you have read it" in desk.says("bob", "mine")[0]


def test_each_sees_what_they_owe_what_they_wait_for_and_what_is_late_in_their_team(
    desk: Desk,
) -> None:
    asked(desk)

    assert "#1 Answer «Ann» by Mon 2 Mar, 14:30" in desk.says("bob", "mine")[0]
    assert "#1 «Bob» owes you an answer by Mon 2 Mar, 14:30" in desk.says("ann", "waiting")[0]
    assert desk.says("sam", "team") == ["sam: Nothing is late in your team."]
    assert desk.says("bob", "team")[0].startswith("bob: You lead nobody here")
    desk.until(MONDAY + 6 * H)
    assert "«Bob»" in desk.says("grace", "team")[0]


def test_its_life_is_told_truly(desk: Desk) -> None:
    asked(desk)
    desk.until(MONDAY + 8 * H)
    desk.says("bob", "done 1")
    told = desk.says("ann", "explain 1")[0]

    for sentence in (
        "«Bob» owes «Ann» an answer; the clock began at Mon 2 Mar, 09:00.",
        "Asked by name: clause 2.2.1-reply; 150 working minutes over the 240 allowed.",
        "«Bob» was reminded before it was due, at Mon 2 Mar, 13:30.",
        "«Mei», who leads them, was told at Mon 2 Mar, 16:30.",
        "It was settled at Mon 2 Mar, 17:00: who owed it said so.",
    ):
        assert sentence in told


def test_who_is_away_is_left_alone_and_their_delegate_hears_of_it(desk: Desk) -> None:
    desk.says("bob", "away 2026-03-02..2026-03-03 @wei")
    asked(desk)

    assert desk.duty(1).due > MONDAY + 48 * H  # the clock stands still while they are away
    assert desk.until(MONDAY + 48 * H - M) == []
    assert desk.titles(desk.until(MONDAY + 53 * H)) == [
        "bob: Your day: 1 thing waits",
        "bob: «Ann» is waiting for your answer",
    ]


def test_things_that_come_due_together_share_one_card(desk: Desk) -> None:
    for who in ("ann", "eve", "sam"):
        desk.posts(who, "@bob when will the samples be ready?")
    said = desk.until(NUDGED)

    assert desk.titles(said) == ["bob: 3 things wait for you"]


def test_nobody_is_nudged_at_night_or_on_a_holiday_and_what_piled_up_is_one_card(
    desk: Desk,
) -> None:
    desk.now = MONDAY + 8 * H  # 17:00
    for who in ("ann", "eve"):
        desk.posts(who, "@bob when will the samples be ready?")
    said = desk.until(MONDAY + 24 * H - 5 * M)

    assert said == []
    assert desk.titles(desk.until(MONDAY + 26 * H + 30 * M)) == [
        "bob: Your day: 2 things wait",
        "bob: 2 things wait for you",
    ]


def test_an_outsider_and_a_stranger_open_no_duties_for_themselves(desk: Desk) -> None:
    desk.posts("mallory", "@bob when will the samples be ready?")

    assert desk.says("bob", "mine") == ["bob: You owe nothing. Enjoy it."]


def test_the_asker_deletes_the_question_and_nobody_is_chased(desk: Desk) -> None:
    message = desk.posts("ann", "@bob when will the samples be ready?")
    gone = MessageChanged(
        key="gone",
        at=desk.now,
        author=account("ann"),
        message=MessageRef(LOBBY, message),
        text=None,
    )
    desk.take(gone)

    assert desk.duty(1).state == "dropped"
    assert desk.until(MONDAY + 48 * H) == []


def test_what_is_opened_again_late_has_its_whole_time_and_is_nudged_once_more(desk: Desk) -> None:
    asked(desk)
    desk.until(MONDAY + 8 * H)  # nudged, due, told to the manager
    desk.says("bob", "done 1")
    desk.says("ann", "reopen 1")

    assert desk.duty(1).due == MONDAY + 27 * H  # 17:00 and four working hours: Tuesday 12:00
    said = desk.until(MONDAY + 31 * H)
    assert desk.titles(said) == [
        "bob: Your day: 1 thing waits",
        "bob: Your answer to «Ann» is due",
        "mei: 您的团队有逾期：«Bob»",
    ]


def test_when_somebody_has_left_their_manager_hears_of_what_they_owed(desk: Desk) -> None:
    asked(desk)
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), active=False)])

    assert desk.titles(desk.until(NUDGED))[0].startswith("mei: ")


def test_what_is_too_much_for_a_day_waits_for_the_hour_of_the_digest() -> None:
    desk = Desk(policy='[nudges]\nper_day = 1\ndigest_at = "10:00"\n')
    for who in ("ann", "eve"):
        desk.posts(who, "@bob when will the samples be ready?")
        desk.now += 20 * M
    desk.until(MONDAY + 24 * H)
    titles = desk.titles(desk.until(MONDAY + 25 * H - M))
    later = desk.titles(desk.until(MONDAY + 25 * H + M))
    desk.close()

    assert not [each for each in titles if each.startswith("bob:")]
    assert [each for each in later if each.startswith("bob:")] == ["bob: Your day: 2 things wait"]

"""An important message goes unanswered, its owner is nudged, the manager is told."""

from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk

H, M = timedelta(hours=1), timedelta(minutes=1)


def test_an_unanswered_question_is_nudged_then_due_then_told_to_the_manager(desk: Desk) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")

    assert desk.until(MONDAY + 3 * H - 5 * M) == []
    gentle = desk.until(MONDAY + 4 * H + 30 * M)  # three working hours of four, lunch between
    assert desk.titles(gentle) == ["bob: «Ann» is waiting for your answer"]
    assert "when will the samples be ready?" in gentle[0]
    due = desk.until(MONDAY + 5 * H + 30 * M)
    assert desk.titles(due) == ["bob: Your answer to «Ann» is due"]
    told = desk.until(MONDAY + 8 * H)
    assert desk.titles(told) == ["mei: 您的团队有逾期：«Bob»"]
    morning = desk.until(MONDAY + 24 * H)
    assert [each.split("\n")[0] for each in morning if each.startswith("bob")] == [
        "bob: Your day: 1 thing waits"
    ]
    head = desk.until(MONDAY + 34 * H)
    assert desk.titles(head) == ["grace: Still late, below you: «Bob»"]


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        ("", "open"),
        ("[answers]\nacknowledgement_settles = true", "done"),
        ("[classes.work]\nacknowledgement_settles = true", "done"),
        ("[classes.notice]\nacknowledgement_settles = true", "open"),
        (
            "[answers]\nacknowledgement_settles = true\n"
            "[classes.work]\nacknowledgement_settles = false",
            "open",
        ),
    ],
)
def test_thanks_are_an_answer_where_the_policy_says_so(policy: str, state: str) -> None:
    desk = Desk(policy=policy)
    try:
        desk.posts("ann", "@bob when will the samples be ready?")
        desk.posts("bob", "@ann thanks")

        assert desk.duty(1).state == state
    finally:
        desk.close()


@pytest.mark.parametrize(("bursts", "owed"), [("true", 1), ("false", 2)])
def test_who_asks_back_twice_is_owed_one_answer_or_two_as_the_policy_says(
    bursts: str, owed: int
) -> None:
    desk = Desk(policy=f"[answers]\nbursts = {bursts}")
    try:
        desk.posts("ann", "@bob when will the samples be ready?")
        desk.posts("bob", "@ann which samples do you mean?")
        desk.posts("bob", "@ann for which customer are they?")

        with desk.store.reading() as tx:
            assert len(tx.duties.owed_by("ann")) == owed
    finally:
        desk.close()


def test_an_answer_in_time_is_the_end_of_it(desk: Desk) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")
    desk.now += 20 * M
    desk.posts("bob", "@ann on Thursday, I have just heard from the factory")

    assert desk.until(MONDAY + 48 * H) == []
    assert desk.duty(1).state == "done"

"""How a duty ends when nobody simply answers: dropped, asked back, lapsed, excused, edited away."""

from datetime import timedelta

import pytest

from bot.events import CoverageLost, MessageChanged, MessageRef
from tests.desk import LOBBY, MONDAY, Desk, account

H, M = timedelta(hours=1), timedelta(minutes=1)


def asked(desk: Desk, text: str = "@bob can you send me the test report?") -> str:
    message = desk.posts("ann", text)
    desk.now += 10 * M
    return message


def edits(desk: Desk, who: str, message: str, text: str | None) -> list[str]:
    names = [word.strip("@?") for word in (text or "").split() if word.startswith("@")]
    return desk.hears(
        MessageChanged(
            key=f"edit of {message} at {desk.now} to {text}",
            at=desk.now,
            author=account(who),
            message=MessageRef(LOBBY, message),
            text=text,
            mentions=tuple(map(account, names)),
        )
    )


# No reply needed


def test_who_owes_it_may_say_that_none_is_needed_and_silence_makes_it_so(desk: Desk) -> None:
    asked(desk)
    said = desk.says("bob", "drop 1")

    assert desk.titles(said) == [
        "ann: «Bob» says #1 needs no reply.",
        "bob: «Ann» is asked whether #1 can be dropped.",
    ]
    assert desk.duty(1).live
    assert desk.until(MONDAY + 24 * H) == []
    desk.until(MONDAY + 25 * H)
    assert (desk.duty(1).state, desk.duty(1).how) == ("dropped", "silence")


def test_the_asker_may_object_and_the_clock_goes_on_with_what_was_left(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "drop 1")
    desk.now += 60 * M
    said = desk.presses("ann", "I do need one")

    assert desk.titles(said)[0] == "bob: «Ann» still needs an answer: #1"
    assert desk.duty(1).held is None
    assert desk.duty(1).due == MONDAY + 6 * H + 30 * M  # an hour later than 14:30
    late = [each for each in desk.until(MONDAY + 7 * H) if each.startswith("bob")]
    assert desk.titles(late) == ["bob: Your answer to «Ann» is due"]


def test_the_asker_says_at_once_that_none_is_needed(desk: Desk) -> None:
    asked(desk)
    desk.says("ann", "drop 1")

    assert desk.duty(1).state == "dropped"
    assert desk.until(MONDAY + 48 * H) == []


def test_saying_it_twice_does_not_ask_twice(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "drop 1")

    assert desk.says("bob", "drop 1") == ["bob: «Ann» has been asked already."]


# Asked back


def test_a_question_back_hands_the_ball_to_the_asker(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann which one, the old or the new?")

    assert desk.duty(1).held is not None
    assert (desk.duty(2).owed_by, desk.duty(2).owed_to) == ("ann", "bob")
    said = desk.until(MONDAY + 6 * H)
    assert {each.partition(":")[0] for each in said} == {"ann"}


def test_and_her_answer_hands_it_back_with_the_time_that_was_left(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann which one, the old or the new?")
    desk.now += 60 * M
    desk.posts("ann", "@bob the new one, please, with the tables")

    assert desk.duty(2).state == "done"
    assert desk.duty(1).held is None
    assert desk.duty(1).due == MONDAY + 6 * H + 30 * M
    assert desk.duty(1).stood == 3600

    desk.posts("bob", "@ann it is in the shared folder now")
    assert desk.duty(1).state == "done"


def test_once_it_is_answered_all_the_same_the_question_back_is_gone_too(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann which one, the old or the new?")
    desk.says("bob", "done 1")

    assert desk.duty(1).state == "done"
    assert desk.duty(2).state == "dropped"


# Opened again


def test_only_the_asker_or_who_closed_it_opens_it_again_within_two_working_days(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "done 1")

    assert "Only «Ann» can open it again." in desk.says("mei", "reopen 1")[0].replace(
        "只有«Ann»可以重新打开。", "Only «Ann» can open it again."
    )
    desk.now = MONDAY + 24 * H
    desk.says("ann", "reopen 1")
    assert desk.duty(1).live
    desk.says("bob", "done 1")
    desk.now += 72 * H
    assert "more than 2 working days ago" in desk.says("ann", "reopen 1")[0]


# Nobody ever answers


@pytest.mark.thorough
def test_what_nobody_answers_climbs_to_the_head_and_lapses(desk: Desk) -> None:
    asked(desk)
    said = desk.until(MONDAY + 21 * 24 * H)

    assert desk.duty(1).state == "lapsed"
    about = [each for each in desk.titles(said) if each.startswith(("mei", "grace"))]
    assert about[0].startswith("mei: ")
    assert any(each.startswith("grace: ") for each in about)
    assert desk.titles(said)[-1] == "ann: «Bob» never answered #1; I stop asking."


# Away, and not seen


def test_leave_moves_what_is_due_later(desk: Desk) -> None:
    asked(desk)
    before = desk.duty(1).due
    desk.says("bob", "away 2026-03-02..2026-03-03")

    assert desk.duty(1).due == before + 48 * H - 10 * M  # what passed before counts


def test_a_long_leave_without_anybody_standing_in_excuses_and_tells_the_asker(desk: Desk) -> None:
    asked(desk)
    said = desk.says("bob", "away 2026-03-02..2026-03-31")

    assert (desk.duty(1).state, desk.duty(1).how) == ("excused", "away")
    assert any(each.startswith("ann: «Bob» is away until Wed 1 Apr") for each in desk.titles(said))


def test_a_promise_stands_when_leave_comes_in_between(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "promise 1 Wed 15:00")
    due = desk.duty(1).due
    desk.says("bob", "away 2026-03-03")

    assert desk.duty(1).due == due


def test_what_fell_due_while_nothing_could_be_seen_is_excused(desk: Desk) -> None:
    asked(desk)
    desk.now = MONDAY + 8 * H
    gap = CoverageLost(key="gap", at=desk.now, place=LOBBY, since=MONDAY + 4 * H)
    desk.hears(gap)

    assert (desk.duty(1).state, desk.duty(1).how) == ("excused", "gap")


# Edits


def test_a_statement_edited_into_a_question_is_owed_from_then_on(desk: Desk) -> None:
    message = asked(desk, "@bob the report")
    desk.now += 50 * M
    edits(desk, "ann", message, "@bob can you send me the report?")

    assert desk.duty(1).start == MONDAY + 60 * M


def test_and_back_into_a_statement_it_is_owed_no_more(desk: Desk) -> None:
    message = asked(desk)
    edits(desk, "ann", message, "@bob never mind")
    assert (desk.duty(1).state, desk.duty(1).how) == ("dropped", "edited")

    edits(desk, "ann", message, "@bob can you send me the report after all?")
    assert desk.duty(1).live


def test_an_edit_that_names_somebody_else_asks_them_instead(desk: Desk) -> None:
    message = asked(desk)
    edits(desk, "ann", message, "@wei can you send me the test report?")

    assert desk.duty(1).state == "dropped"
    assert desk.duty(2).owed_by == "wei"


def test_a_corrected_spelling_changes_nothing(desk: Desk) -> None:
    message = asked(desk)
    before = desk.duty(1)
    edits(desk, "ann", message, "@bob can you send me the test reports?")

    assert desk.duty(1) == before


def test_a_deleted_answer_answers_nothing(desk: Desk) -> None:
    asked(desk)
    answer = desk.posts("bob", "@ann it is in the shared folder")
    assert desk.duty(1).state == "done"
    edits(desk, "bob", answer, None)

    assert desk.duty(1).live

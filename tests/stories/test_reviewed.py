"""What went wrong once: duties that were lost, doubled, or asked of the wrong person."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.events import Group, MessageChanged, MessageRef
from bot.handlers import absences, passing
from bot.policy.people import Absence
from tests.desk import LOBBY, MONDAY, Desk, account, person

H, M = timedelta(hours=1), timedelta(minutes=1)
ASKS = "@bob can you send me the test report?"


def edits(desk: Desk, message: str, text: str) -> None:
    names = [word.strip("@?") for word in text.split() if word.startswith("@")]
    known = [name for name in names if name in ("bob", "wei", "eve")]
    desk.take(
        MessageChanged(
            key=f"{message} {text}",
            at=desk.now,
            author=account("ann"),
            message=MessageRef(LOBBY, message),
            text=text,
            mentions=tuple(map(account, known)),
        )
    )


def leave(desk: Desk, who: str, until: datetime) -> None:
    with desk.store.transaction() as tx:
        absence = Absence(person=who, start=desk.now, end=until)
        tx.people.absent(absence)
        absences.began(tx, absence)


def asks_group(desk: Desk, text: str) -> None:
    group = Group("g1", "qa", (account("bob"), account("wei")))
    desk.take(replace(desk.message("ann", text, "m900"), groups=(group,)))


def test_a_mended_spelling_leaves_what_was_passed_on_alone(desk: Desk) -> None:
    message = desk.posts("ann", "@bob can you send me teh test report?")
    desk.says("bob", "pass 1 @eve")
    desk.says("eve", "accept 2")
    edits(desk, message, ASKS)

    assert desk.duty(3).live


def test_a_mended_spelling_leaves_a_group_alone(desk: Desk) -> None:
    asks_group(desk, "@qa can you send me teh test report?")
    edits(desk, "m900", "@qa can you send me the test report?")

    assert desk.duty(1).live
    assert desk.duty(2).live


def test_silence_counts_from_when_the_asker_could_hear_of_it(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    leave(desk, "ann", MONDAY + 96 * H)
    desk.says("bob", "drop 1")
    desk.until(MONDAY + 96 * H - M)
    assert desk.duty(1).live

    said = desk.until(MONDAY + 98 * H)
    assert "ann: «Bob» says #1 needs no reply." in desk.titles(said)


def test_a_new_question_after_a_promise_is_a_duty_of_its_own(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    desk.says("bob", "promise 1 by Fri 17:00")
    desk.posts("ann", "@bob and when will the samples be ready?")

    assert desk.duty(2).owed_by == "bob"


def test_asking_back_in_a_group_is_no_answer(desk: Desk) -> None:
    asks_group(desk, "@qa which of you can send me the test report?")
    desk.posts("bob", "@ann which one do you mean?")

    assert desk.duty(1).held is not None
    assert desk.duty(2).how == "another:bob"


def test_one_answer_settles_all_that_somebody_owes_for_a_message(desk: Desk) -> None:
    message = desk.posts("ann", "@bob @eve can you send me the test report?")
    leave_with = Absence(person="bob", start=desk.now, end=MONDAY + 24 * H, delegate="eve")
    with desk.store.transaction() as tx:
        tx.people.absent(leave_with)
    desk.posts("eve", "@ann it is in the shared folder")

    assert message
    assert [desk.duty(number).state for number in (1, 2)] == ["done", "done"]


def test_an_emergency_called_twice_is_one_and_takes_the_place_of_the_question(desk: Desk) -> None:
    message = desk.posts("ann", ASKS)
    for _ in range(2):
        desk.says("grace", f"emergency msg:{message} @bob")
    with desk.store.reading() as tx:
        owed = tx.duties.owed_by("bob")

    assert [duty.rule for duty in owed] == ["emergency"]
    assert desk.duty(1).how == "emergency"


def test_nobody_comes_to_owe_themselves(desk: Desk) -> None:
    desk.posts("sam", "@ann can you send me the test report?")
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("ann"), active=False)])
        passing.begin(tx, "ann")
    desk.says("sam", "accept 2")
    with desk.store.reading() as tx:
        assert tx.duties.owed_by("sam") == []


def test_a_later_leave_does_not_make_what_was_reopened_late(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    desk.says("bob", "done 1")
    desk.now = MONDAY + 24 * H
    desk.says("ann", "reopen 1")
    due = desk.duty(1).due
    desk.says("bob", "away 2026-04-10")

    assert desk.duty(1).due == due


def test_what_stands_is_not_late_in_the_team(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    desk.posts("bob", "@ann which one do you mean?")
    desk.now = MONDAY + 8 * H

    assert "#1" not in desk.says("mei", "team")[0]


def test_a_promise_while_it_stands_counts_from_where_the_clock_stood(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    desk.posts("bob", "@ann which one do you mean?")
    desk.now = MONDAY + 8 * H
    desk.says("bob", "promise 1 by Wed 12:00")

    assert desk.duty(1).due == desk.duty(1).promised_for
    assert desk.duty(2).state == "dropped"


def test_a_question_back_that_is_passed_on_still_stops_the_clock(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    desk.posts("bob", "@ann which one do you mean?")
    desk.says("sam", "pass 2 @eve")

    assert desk.duty(1).held is not None


def test_who_marks_too_much_runs_out_not_who_wrote(desk: Desk) -> None:
    for number in range(11):
        message = desk.posts("ann", f"@bob the samples {number} are ready")
        said = desk.reacts("eve", "❗", message)
    assert "which is all the policy allows" in said[0]

    own = desk.posts("ann", "@bob my own thing is ready")
    assert "Marked as important" in desk.reacts("ann", "❗", own)[0]


def test_marking_an_ordinary_question_shortens_its_time(desk: Desk) -> None:
    message = desk.posts("ann", ASKS)
    desk.reacts("ann", "❗", message)

    assert (desk.duty(1).level, desk.duty(1).due) == ("important", MONDAY + 2 * H)


def test_a_leaver_does_not_take_over_from_themselves(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    desk.says("bob", "handover @bob @eve")
    desk.says("eve", "decline 2")

    assert desk.duty(3).owed_by == "mei"


def test_a_partner_who_is_asked_back_owes_nothing(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), partner=True)])
    desk.posts("eve", ASKS)
    desk.posts("bob", "@eve which one do you mean?")

    assert desk.duty(1).state == "done"


def test_the_same_promise_again_is_no_second_one(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    answer = desk.posts("bob", "@ann Sorry fro the delay, I will send it by tomorrow 15:00")
    promised = desk.duty(1).promised_for
    desk.take(
        MessageChanged(
            key="mended",
            at=desk.now,
            author=account("bob"),
            message=MessageRef(LOBBY, answer),
            text="@ann I will send it by tomorrow 15:00",
            mentions=(account("ann"),),
        )
    )

    assert promised is not None
    assert desk.duty(1).repromised == ""


def test_who_stands_in_settles_it_with_a_reaction(desk: Desk) -> None:
    message = desk.posts("ann", ASKS)
    with desk.store.transaction() as tx:
        tx.people.absent(Absence(person="bob", start=desk.now, end=MONDAY + 24 * H, delegate="wei"))
    desk.reacts("wei", "✅", message)

    assert desk.duty(1).state == "done"


def test_acknowledging_by_the_button_does_not_speak_against_the_rule(desk: Desk) -> None:
    desk.posts("ann", "@bob urgent: the building is closed at noon")
    desk.until(MONDAY + 2 * H)
    desk.presses("bob", "✅")
    duty = desk.duty(1).id
    with desk.store.reading() as tx:
        assert {row.label for row in tx.nudges.of(duty)} == {"right"}

"""A duty goes to somebody else once they accept it; and all of somebody's, when they leave."""

from dataclasses import replace
from datetime import timedelta

from bot.handlers import passing
from tests.desk import MONDAY, Desk, person

H, M = timedelta(hours=1), timedelta(minutes=1)


def asked(desk: Desk) -> None:
    desk.posts("ann", "@bob can you send me the test report?")
    desk.now += 10 * M


def test_it_stays_with_who_has_it_until_it_is_accepted(desk: Desk) -> None:
    asked(desk)
    said = desk.says("bob", "pass 1 @eve")

    assert sorted(desk.titles(said)) == [
        "bob: «Eve» is asked to take over #1.",
        "eve: «Bob» asks you to take over #1",
    ]
    assert desk.duty(1).live


def test_who_accepts_has_the_whole_time_and_everybody_is_told(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "pass 1 @eve")
    desk.now += 20 * M
    said = desk.presses("eve", "Accept")

    assert sorted(desk.titles(said)) == [
        "ann: #1 is now with «Eve».",
        "bob: #1 is now with «Eve».",
        "eve: It is yours now: #3.",
    ]
    assert (desk.duty(1).state, desk.duty(2).state) == ("passed", "done")
    assert desk.duty(3).owed_by == "eve"
    assert desk.duty(3).due == MONDAY + 6 * H  # four working hours after 09:30
    assert desk.duty(3).parent == desk.duty(1).id


def test_who_declines_says_why_and_it_stays_where_it_is(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "pass 1 @eve")
    said = desk.says("eve", "decline 2 I do not know the report")

    assert sorted(desk.titles(said)) == [
        "bob: «Eve» does not take over #1; it stays where it is.",
        "eve: Declined. «Bob» has been told.",
    ]
    assert "I do not know the report" in "".join(said)
    assert desk.duty(1).live


def test_it_can_be_accepted_by_the_number_of_the_duty_too(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "pass 1 @eve")
    desk.says("eve", "accept 1")

    assert desk.duty(1).state == "passed"


def test_nobody_accepts_for_another_and_a_bystander_learns_nothing(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "pass 1 @eve")

    assert desk.titles(desk.says("hana", "accept 2")) == [
        "hana: You owe nothing under #2. Your list: /duly mine"
    ]
    assert desk.duty(1).live


def test_an_answer_meanwhile_takes_the_offer_back(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "pass 1 @eve")
    desk.posts("bob", "@ann it is in the shared folder")

    assert (desk.duty(1).state, desk.duty(2).state) == ("done", "dropped")
    assert desk.titles(desk.says("eve", "accept 2")) == [
        "eve: This was settled already, or taken back."
    ]


def test_offered_to_somebody_else_the_first_offer_is_gone(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "pass 1 @eve")
    desk.says("bob", "pass 1 @wei")

    assert desk.duty(2).state == "dropped"
    assert desk.duty(3).owed_by == "wei"


def test_a_manager_gives_it_to_somebody_they_lead_without_asking(desk: Desk) -> None:
    asked(desk)
    desk.says("mei", "pass 1 @wei")

    assert desk.duty(1).state == "passed"
    assert desk.duty(2).owed_by == "wei"


def test_a_promise_goes_over_with_the_duty(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "promise 1 Wed 15:00")
    promised = desk.duty(1).promised_for
    desk.says("bob", "pass 1 @eve")
    desk.says("eve", "accept 1")

    assert desk.duty(3).promised_for == desk.duty(3).due == promised
    taken = desk.duty(3).id
    with desk.store.reading() as tx:
        assert [row.how for row in tx.duties.promises(taken)] == ["taken over"]


# Leaving


def leaves(desk: Desk, who: str) -> list[str]:
    seen = len(desk.paper.lines)
    with desk.store.transaction() as tx:
        tx.people.save([replace(person(who), active=False)])
        passing.begin(tx, who)
    desk.wait(timedelta(0))
    return desk.read(seen)


def test_when_somebody_leaves_their_manager_is_asked_who_takes_over(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@wei did you calibrate the scale?")
    said = leaves(desk, "bob")

    assert [line.split("\n")[0].split(":")[0] for line in said] == ["mei"]
    desk.presses("mei", "I take it over")
    assert desk.duty(1).state == "passed"
    taken = [desk.duty(number) for number in (4,)]
    assert [(duty.owed_by, duty.owed_to) for duty in taken] == [("mei", "ann")]
    assert desk.duty(2).owed_to == "mei"  # what he waited for, she waits for now


def test_the_manager_may_name_somebody_who_is_asked_in_turn(desk: Desk) -> None:
    asked(desk)
    leaves(desk, "bob")
    desk.says("mei", "pass 2 @wei")
    assert desk.duty(1).live
    desk.presses("wei", "I take it over")

    assert desk.duty(1).state == "passed"
    assert desk.duty(4).owed_by == "wei"


def test_who_declines_gives_it_back_to_the_manager(desk: Desk) -> None:
    asked(desk)
    leaves(desk, "bob")
    desk.says("mei", "pass 2 @wei")
    desk.says("wei", "decline 3 too much on my desk")

    assert (desk.duty(4).kind, desk.duty(4).owed_by) == ("accept", "mei")


def test_hr_hands_over_by_hand_before_somebody_leaves(desk: Desk) -> None:
    asked(desk)
    said = desk.says("hana", "handover @bob @wei")
    assert desk.titles(said)[-1] == "hana: «Wei» is asked to take it over."
    desk.presses("wei", "I take it over")

    assert desk.duty(1).state == "passed"


def test_a_bystander_cannot(desk: Desk) -> None:
    asked(desk)

    assert desk.titles(desk.says("eve", "handover @bob @wei")) == [
        "eve: Only «Mei», who leads them, and HR can do this."
    ]
    assert desk.duty(1).live

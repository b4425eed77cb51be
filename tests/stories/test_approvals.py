"""Nothing goes out unapproved. Policy 3.2."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.events import Account, Platform
from bot.store.schema import requests
from tests.desk import MONDAY, Desk, account

H = timedelta(hours=1)


def test_a_notice_is_approved_by_the_department_head_and_the_requester_is_told(desk: Desk) -> None:
    said = desk.says("ann", "request notice The office is closed on Friday.")
    assert desk.titles(said) == [
        "ann: Your request #1",
        "sam: «Ann» asks for approval: #1",
        "ann: Sent for approval: #1",
    ]
    assert "«The office is closed on Friday.»" in said[0]

    said = desk.presses("sam", "Approve")
    assert desk.titles(said) == ["ann: #1 was approved", "sam: Approved: #1. «Ann» has been told."]
    assert "Decided by: «Sam»" in said[0]
    shown = next(line for line in desk.paper.lines if line.to == "sam")
    assert shown.text.startswith("#1 was approved")
    assert shown.card is not None
    assert not shown.card.buttons


def test_a_rejection_needs_a_reason_which_the_requester_reads(desk: Desk) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")
    desk.presses("sam", "Reject")
    said = desk.submits("sam", why="Not this Friday.")

    assert desk.titles(said)[0] == "ann: #1 was rejected"
    assert "Reason: «Not this Friday.»" in said[0]


def test_it_is_asked_for_by_a_form(desk: Desk) -> None:
    desk.says("ann", "request")
    assert desk.submits("ann", kind="gift", text="x")[0] == "ann: Please choose one of the list."
    said = desk.submits("ann", kind="notice", text="The office\n\nis closed.  ")

    assert "«The office\n\nis closed.»" in said[0]


@pytest.mark.thorough
@pytest.mark.parametrize("words", ["approve 1", "reject 1 no"])
def test_nobody_decides_their_own_request_by_any_of_their_accounts(desk: Desk, words: str) -> None:
    other = Account(Platform("paper"), "home", "sam-at-home")
    with desk.store.transaction() as tx:
        tx.people.link(other, "sam")
    desk.says("sam", "request notice The office is closed on Friday.")

    for who in ("sam", "sam-at-home"):
        said = desk.says(who, words)
        assert said[-1].endswith("#1 is your own request; somebody else has to decide it.")
    assert desk.says("grace", "approve 1")[-1].startswith("grace: Approved: #1.")


def test_who_is_not_asked_cannot_decide(desk: Desk) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")

    for who in ("bob", "eve", "grace", "hana", "mei"):
        assert "approve" not in str(desk.titles(desk.says(who, "approve 1")))
    with desk.store.transaction() as tx:
        found = tx.requests.find(1)
    assert found is not None
    assert found.state == "open"


def test_a_decision_never_changes_not_even_in_the_database(desk: Desk) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")
    desk.says("sam", "approve 1")

    assert desk.says("sam", "reject 1 changed my mind") == ["sam: #1 was already decided by «Sam»."]
    assert desk.says("ann", "recall 1") == [
        "ann: #1 is approved; to take it back needs an approval too. Say why: /duly recall 1 WHY"
    ]
    with pytest.raises(sa.exc.DBAPIError, match="never changes"), desk.store.db.begin() as conn:
        conn.execute(requests.update().values(state="rejected"))


def test_a_request_can_be_taken_back_by_its_requester_alone(desk: Desk) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")

    assert desk.says("eve", "recall 1")[-1] == "eve: There is no request #1. Yours: /duly waiting"
    assert desk.says("ann", "recall 1")[-1] == "ann: Recalled: #1."
    assert desk.says("sam", "approve 1") == ["sam: #1 was recalled by its requester."]


@pytest.mark.thorough
def test_who_has_to_decide_is_reminded_and_then_their_manager_told(desk: Desk) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")
    said = desk.until(MONDAY + 4 * 24 * H)

    nudges = [each for each in desk.titles(said) if "Your day" not in each]
    assert nudges == [
        "sam: «Ann» is waiting for your decision on #1",
        "sam: «Ann» is waiting for your decision on #1",
        "grace: Late in your team: «Sam»",
    ]
    assert desk.titles(said).count("sam: Your day: 1 thing waits") == 4  # a morning each


def test_a_text_too_long_to_be_shown_whole_is_refused(desk: Desk) -> None:
    said = desk.says("ann", "request notice " + "x" * 3001)

    assert said == ["ann: This has 3,001 characters; at most 3,000 fit."]


def test_an_unknown_kind_names_the_known_ones(desk: Desk) -> None:
    assert desk.says("ann", "request holiday please")[0].startswith(
        "ann: There is no such kind of request. Known: work, notice, material, outside_mail,"
    )


def test_the_same_press_delivered_twice_decides_once(desk: Desk) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")
    approve = desk.command("sam", "approve 1", "retry")

    assert len(desk.hears(approve)) == 2
    assert desk.hears(approve) == []
    assert account("sam").id == "sam"


def test_who_stands_in_for_an_absent_head_decides_and_both_are_on_record(desk: Desk) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")
    assert desk.says("eve", "approve 1")[-1].startswith("eve: There is no request #1.")
    desk.says("sam", "away 2026-03-02..2026-03-03 @eve")

    assert desk.says("eve", "approve 1")[-1].startswith("eve: Approved: #1.")
    with desk.store.transaction() as tx:
        found = tx.requests.find(1)
    assert found is not None
    assert found.decided_by == "eve"


@pytest.mark.thorough
def test_standing_in_does_not_let_anybody_decide_their_own_request(desk: Desk) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")
    desk.says("sam", "away 2026-03-02..2026-03-03 @ann")

    assert desk.says("ann", "approve 1")[-1].endswith("somebody else has to decide it.")

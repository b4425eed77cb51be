"""What people post by hand where only approved texts may stand, as conversations. Policy 3.2."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.events import MembershipChanged, MessageChanged, MessageRef, Place, PlaceChanged
from bot.policy.findings import Finding
from bot.store.schema import findings
from tests.desk import LOBBY, PAPER, Desk, account

BOARD = Place(PAPER, "home", "board")
TEXT = "The office is closed on Friday because of the move. Please take your laptops home."
OTHER = "The canteen has a new menu from Monday on, with two hot meals and a salad every day."
H = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _board(desk: Desk) -> None:
    """A channel of the policy: what stands there was approved as a notice."""
    board = PlaceChanged(key="board", at=desk.now, place=BOARD, name="announcements")
    desk.hears(board)


def post(  # noqa: PLR0913
    desk: Desk, who: str, text: str, id: str = "a1", *, thread: str | None = None, key: str = ""
) -> list[str]:
    said = desk.message(who, text, id)
    place = replace(BOARD, thread=thread)
    return desk.hears(replace(said, message=MessageRef(place, id), key=key or f"post {id}"))


def edit(desk: Desk, who: str, text: str | None, id: str = "a1") -> list[str]:
    ref = MessageRef(BOARD, id)
    changed = MessageChanged(
        key=f"edit {id} {text}", at=desk.now, author=account(who), message=ref, text=text
    )
    return desk.hears(changed)


def found(desk: Desk, message: str = "a1") -> list[Finding]:
    with desk.store.transaction() as tx:
        return tx.findings.of_message(MessageRef(BOARD, message))


def approve(desk: Desk, text: str = TEXT, who: str = "ann", number: int = 1) -> None:
    desk.says(who, f"request notice {text}")
    desk.says("sam", f"approve {number}")


def deeds(desk: Desk, number: int = 1) -> list[str]:
    with desk.store.transaction() as tx:
        request = tx.requests.find(number)
        assert request is not None
        return [each.deed for each in tx.requests.trail(request.id)]


def join(desk: Desk, *names: str) -> None:
    for who in names:
        one = MembershipChanged(
            key=f"join {who}", at=desk.now, place=BOARD, account=account(who), joined=True
        )
        desk.hears(one)


def test_the_very_words_that_were_approved_are_noted_as_released(desk: Desk) -> None:
    approve(desk)
    said = post(desk, "ann", f"{TEXT}  \n")  # blanks at the end are no other words

    assert said == []
    assert found(desk) == []
    assert deeds(desk)[-1] == "released"
    with desk.store.transaction() as tx:
        (given,) = tx.classes.of("paper/home/board", "a1")
    assert (given.source, given.class_name) == ("request", "notice")


def test_the_subject_may_stand_above_it(desk: Desk) -> None:
    desk.says("ann", f'request notice subject="Closed on Friday" {TEXT}')
    desk.says("sam", "approve 1")

    post(desk, "ann", f"Closed on Friday\n\n{TEXT}")
    assert deeds(desk)[-1] == "released"


def test_a_text_nobody_approved_is_looked_at_by_the_head_of_its_author(desk: Desk) -> None:
    said = post(desk, "ann", TEXT)

    (told,) = said
    assert told.startswith("ann: I find no approval for what you have just posted here.")
    assert "/duly request notice" in told
    assert "«Sam» will have a look: #1." in told
    (finding,) = found(desk)
    assert (finding.rule, finding.person, finding.state) == ("unapproved", "ann", "open")
    assert desk.duty(1).owed_by == "sam"
    assert desk.duty(1).kind == "review"

    said = desk.wait(4 * H + timedelta(minutes=90))
    (nudge,) = [each for each in said if each.startswith("sam: ")]
    assert "«Ann» posted something that was not approved: #1" in nudge
    assert f"«{TEXT}»" in nudge
    desk.presses("sam", "It was fine")
    desk.submits("sam", why="The board had said so.")
    (finding,) = found(desk)
    assert (finding.state, finding.how, finding.settled_by) == ("settled", "fine", "sam")
    assert desk.duty(1).state == "done"


def test_a_close_text_is_told_what_differs_and_mended_by_an_edit(desk: Desk) -> None:
    approve(desk)
    told = post(desk, "ann", TEXT.replace("Friday", "Thursday"))[0]

    assert told.startswith("ann: This is not quite what was approved as #1.")
    assert "Approved: “«Friday»” Posted: “«Thursday»”" in told
    (finding,) = found(desk)
    assert finding.rule == "differs"
    assert finding.severity == "slight"

    assert edit(desk, "ann", TEXT) == []
    (finding,) = found(desk)
    assert (finding.state, finding.how, finding.settled_by) == ("settled", "edited", "ann")
    assert desk.duty(finding.number).state == "done"
    assert deeds(desk)[-1] == "released"


def test_an_approved_text_that_is_edited_afterwards_is_found(desk: Desk) -> None:
    approve(desk)
    post(desk, "ann", TEXT)
    told = edit(desk, "ann", TEXT.replace("Friday", "Thursday"))

    assert told[0].startswith("ann: This is not quite what was approved as #1.")
    assert [each.rule for each in found(desk)] == ["differs"]


def test_a_text_that_resembles_what_its_author_may_not_know_of_is_not_compared(desk: Desk) -> None:
    approve(desk)
    told = post(desk, "bob", TEXT.replace("Friday", "Thursday"))[0]

    assert told.startswith("bob: I find no approval")
    assert "Friday" not in told


def test_what_was_taken_back_or_approved_too_long_ago_is_not_approved(desk: Desk) -> None:
    approve(desk)
    desk.says("ann", "recall 1 It was wrong.")
    desk.says("sam", "approve 2")
    post(desk, "ann", TEXT)
    assert [each.rule for each in found(desk)] == ["unapproved"]

    approve(desk, OTHER, "eve", 4)
    desk.now += timedelta(days=31)
    post(desk, "eve", OTHER, "a2")
    assert [each.rule for each in found(desk, "a2")] == ["unapproved"]


@pytest.mark.parametrize(
    "text", ["Thanks!", "收到", "Who knows when the lift is repaired?", "👍", "/duly mine"]
)
def test_small_talk_is_no_release(desk: Desk, text: str) -> None:
    assert post(desk, "ann", text) == []
    assert found(desk) == []


def test_replies_other_rooms_and_bots_are_left_alone(desk: Desk) -> None:
    post(desk, "ann", TEXT, thread="a0")
    desk.posts("ann", TEXT)
    automatic = replace(desk.message("ann", TEXT, "a3"), automatic=True, key="bot")
    desk.hears(replace(automatic, message=MessageRef(BOARD, "a3")))

    with desk.store.transaction() as tx:
        assert tx.rows.count(findings) == 0


def test_the_same_text_twice_in_an_hour_is_one_finding(desk: Desk) -> None:
    post(desk, "ann", TEXT)
    assert post(desk, "ann", TEXT, "a2") == []
    assert found(desk, "a2") == []

    desk.wait(2 * H)
    assert post(desk, "ann", TEXT, "a3") != []


def test_the_head_does_not_look_at_their_own(desk: Desk) -> None:
    post(desk, "sam", TEXT)
    assert desk.duty(1).owed_by == "grace"
    said = desk.says("sam", "finding 1 fine")
    assert said == ["sam: #1 is about your own message; somebody else has to look at it."]

    post(desk, "grace", OTHER, "a2")
    assert desk.duty(2).owed_by == "hana"


def test_who_is_not_there_is_told_only_that_something_was_posted(desk: Desk) -> None:
    join(desk, "ann")
    post(desk, "ann", TEXT)

    (card,) = desk.says("sam", "finding 1")
    assert TEXT not in card
    assert "You are not in that place" in card
    (listed,) = desk.says("sam", "mine")
    assert "«Ann»" in listed
    assert TEXT not in listed


def test_a_stranger_to_it_hears_of_no_finding(desk: Desk) -> None:
    post(desk, "ann", TEXT)

    for words in ("finding 1", "finding 1 fine", "finding 99"):
        (said,) = desk.says("bob", words)
        assert said.startswith("bob: There is no finding")
    assert desk.says("bob", "finding") == ["bob: There is nothing for you to look at."]
    assert found(desk)[0].state == "open"


def test_a_finding_is_settled_once_with_its_reason_and_its_author_hears(desk: Desk) -> None:
    post(desk, "ann", TEXT)
    said = desk.says("sam", "finding 1 settled She has asked for approval since.")

    told = next(each for each in said if each.startswith("ann: "))
    assert "it has been put right (#1)" in told
    assert "«She has asked for approval since.»" in told
    assert desk.says("hana", "finding 1 fine") == ["hana: #1 was already settled by «Sam»."]
    (finding,) = found(desk)
    assert (finding.how, finding.note) == ("settled", "She has asked for approval since.")
    with (
        pytest.raises(sa.exc.DBAPIError, match="never changes"),
        desk.store.transaction() as tx,
    ):
        tx.rows.change(findings, findings.c.number == 1, how="fine")
    with pytest.raises(sa.exc.DBAPIError, match="kept"), desk.store.transaction() as tx:
        tx.rows.remove(findings, findings.c.number == 1)


def test_no_word_of_it_is_stored_unsealed(desk: Desk) -> None:
    post(desk, "ann", TEXT)
    desk.says("sam", "finding 1 settled Zebra stripes")

    with desk.store.transaction() as tx:
        rows = tx.rows.all(findings)
    assert "Zebra" not in repr(rows)
    assert "laptops" not in repr(rows)


def test_it_is_in_the_digest_and_late_ones_reach_who_leads_the_reviewer(desk: Desk) -> None:
    post(desk, "ann", TEXT)
    desk.until(desk.now + timedelta(days=1, hours=1))
    digest = [x.text for x in desk.paper.lines if x.to == "sam" and "Your day" in x.text]
    assert any("For you to look at:" in each for each in digest)

    desk.until(desk.now + timedelta(days=2))
    late = [x.text for x in desk.paper.lines if x.to == "grace"]
    assert any("has not looked since" in each for each in late)
    assert not any(TEXT in each for each in late)


def test_a_deleted_message_stays_to_be_looked_at(desk: Desk) -> None:
    post(desk, "ann", TEXT)
    edit(desk, "ann", None)

    assert found(desk)[0].state == "open"
    (card,) = desk.says("sam", "finding 1")
    assert "It has been deleted since." in card


def test_the_life_of_it_is_told(desk: Desk) -> None:
    post(desk, "ann", TEXT)
    desk.says("sam", "finding 1 fine It was agreed.")

    (told,) = desk.says("sam", "explain 1")
    assert "Posted without approval" in told
    assert "who looked at it found nothing wrong" in told


def test_work_elsewhere_goes_on_after_a_class_was_given(desk: Desk) -> None:
    """The judge's window goes on over records that are no messages."""
    approve(desk)
    post(desk, "ann", TEXT)
    post(desk, "bob", "@eve when do we move?", "a2")
    post(desk, "eve", "At ten.", "a3")
    with desk.store.transaction() as tx:
        assert [each.state for each in tx.duties.of_message("paper/home/board", "a2")] == ["done"]
    assert LOBBY != BOARD

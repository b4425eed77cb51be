"""Each sees, decides and closes only what is theirs, by whatever path they try."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import (
    Account,
    ButtonPressed,
    CommandInvoked,
    FormSubmitted,
    MembershipChanged,
    MessageChanged,
    MessagePosted,
    MessageRef,
    Place,
    PlaceChanged,
    ReactionChanged,
)
from bot.policy.people import Absence, Department
from tests.desk import LOBBY, MONDAY, PAPER, Desk, Line, account, person

H = timedelta(hours=1)
ASKS = "@bob when will the samples be ready?"
NOTICE = "request notice The office is closed on Friday."
BOARD = Place(PAPER, "home", "board")
SECRET = MessageRef(BOARD, "s1")


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def state(desk: Desk) -> str:
    with desk.store.transaction() as tx:
        found = tx.requests.find(1)
    assert found is not None
    return found.state


def shown_to(desk: Desk, who: str) -> Line:
    return next(line for line in reversed(desk.paper.lines) if line.to == who)


def becomes(desk: Desk, who: str, **changes: object) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person(who), **changes)])  # type: ignore[arg-type]


def away(desk: Desk, who: str, delegate: str) -> None:
    with desk.store.transaction() as tx:
        end = desk.now + 48 * H
        tx.people.absent(Absence(person=who, start=desk.now, end=end, delegate=delegate))


def member(desk: Desk, who: str, place: Place, *, joined: bool = True) -> None:
    key = f"{who}/{place.realm}/{place.id}/{joined}"
    desk.take(
        MembershipChanged(key=key, at=desk.now, account=account(who), place=place, joined=joined)
    )


def behind_closed_doors(desk: Desk, words: str = "@mei when do we close the factory?") -> None:
    """Grace says something in a private room that only she and Mei are in."""
    desk.take(PlaceChanged(key="p", at=desk.now, place=BOARD, name="board", kind="group"))
    for who in ("grace", "mei"):
        member(desk, who, BOARD)
    said = MessagePosted(
        key="s",
        at=desk.now,
        author=account("grace"),
        message=SECRET,
        text=words,
        mentions=(account("mei"),),
    )
    desk.take(said)


def by_every_path(desk: Desk, who: Account, card: MessageRef) -> Iterator[None]:
    """`who` tries to decide on request 1: typed, pressed, by reaction, by a form."""
    now = desk.now
    for n, words in enumerate(("approve 1", "reject 1 no")):
        command = desk.command("ann", words, f"c{n}/{who.id}")
        desk.take(replace(command, actor=who))
        yield
        desk.take(
            ButtonPressed(key=f"b{n}/{who.id}", at=now, actor=who, message=card, action=words)
        )
        yield
    for emoji in ("✅", "❌"):
        desk.take(
            ReactionChanged(
                key=f"r{emoji}/{who.id}", at=now, actor=who, message=card, emoji=emoji, added=True
            )
        )
        yield
    for form in ("reject 1", "approve 1", "reject"):
        desk.take(
            FormSubmitted(
                key=f"f{form}/{who.id}",
                at=now,
                actor=who,
                place=LOBBY,
                form=form,
                fields=(("why", "1 no"),),
            )
        )
        yield


# What passes


@pytest.mark.parametrize("who", ["ann", "bob", "eve", "hana", "grace", "mei", "stranger"])
def test_nobody_but_the_asked_decides_by_any_path(desk: Desk, who: str) -> None:
    desk.says("ann", NOTICE)
    card = next(line.ref for line in desk.paper.lines if line.to == "sam")

    for _ in by_every_path(desk, account(who), card):
        assert state(desk) == "open"


def test_a_head_decides_their_own_request_by_none_of_two_accounts(desk: Desk) -> None:
    other = Account(PAPER, "elsewhere", "sam2")
    with desk.store.transaction() as tx:
        tx.people.link(other, "sam")
    desk.says("sam", NOTICE)
    card = next(line.ref for line in desk.paper.lines if line.to == "grace")

    for who in (account("sam"), other):
        for _ in by_every_path(desk, who, card):
            assert state(desk) == "open"


def test_who_has_left_decides_nothing(desk: Desk) -> None:
    desk.says("ann", NOTICE)
    becomes(desk, "sam", active=False)

    for _ in by_every_path(desk, account("sam"), shown_to(desk, "sam").ref):
        assert state(desk) == "open"


def test_who_stood_in_decides_nothing_once_the_absence_is_over(desk: Desk) -> None:
    desk.says("ann", NOTICE)
    away(desk, "sam", "eve")
    desk.now += 49 * H

    assert "eve: There is no request #1. Yours: /duly waiting" in desk.says("eve", "approve 1")
    assert state(desk) == "open"


def test_who_stands_in_for_who_stands_in_decides_while_both_are_away(desk: Desk) -> None:
    desk.says("ann", NOTICE)
    away(desk, "sam", "eve")
    away(desk, "eve", "bob")

    assert desk.says("eve", "approve 1")[-1].startswith("eve: There is no request #1.")
    assert desk.says("bob", "approve 1")[-1].startswith("bob: Approved: #1.")


@pytest.mark.parametrize(
    "words",
    ["mine", "waiting", "team", "help", "report", "request notice x", "explain 1", "drop 1"],
)
def test_a_stranger_gets_nothing_but_the_way_in(desk: Desk, words: str) -> None:
    desk.posts("ann", ASKS)

    assert desk.says("zed", words)[0].startswith("zed: I do not know this account yet")
    assert desk.duty(1).live


def test_the_manager_hears_who_and_since_when_but_never_the_words(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    said = desk.until(MONDAY + 10 * H)

    told = [line for line in said if line.startswith("mei:")]
    assert told
    assert not [line for line in told if "samples" in line]
    for words in ("team", "explain 1"):
        assert "samples" not in desk.says("mei", words)[0]


@pytest.mark.parametrize("words", ["explain 1", "drop 1", "reopen 1", "pass 1 @eve", "done 1"])
def test_a_colleague_learns_nothing_of_a_duty_that_exists(desk: Desk, words: str) -> None:
    desk.posts("ann", ASKS)
    number = words.split()[1]

    known, unknown = desk.says("eve", words), desk.says("eve", words.replace(number, "8", 1))
    assert known[0].replace("#1", "#8") == unknown[0]


def test_a_pass_to_who_is_not_in_the_room_does_not_carry_its_words(desk: Desk) -> None:
    behind_closed_doors(desk)
    assert desk.duty(1).owed_by == "mei"
    said = desk.says("mei", "pass 1 @eve")

    assert [line for line in said if line.startswith("eve:")]
    assert "factory" not in str([line for line in said if line.startswith("eve:")])
    assert "factory" not in str(desk.says("eve", "mine"))


def test_who_stands_in_reads_no_words_of_a_room_they_are_not_in(desk: Desk) -> None:
    behind_closed_doors(desk)
    away(desk, "mei", "eve")
    said = desk.until(MONDAY + 5 * H)

    assert [line for line in said if line.startswith("eve:")]
    assert "factory" not in str(said)


def test_one_persons_team_is_not_anothers(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    desk.now += 24 * H

    assert "sam: Nothing is late in your team." in desk.says("sam", "team")
    assert "Bob" in desk.says("mei", "team")[-1]
    assert desk.says("ann", "team") == ["ann: You lead nobody here; this list is for managers."]


def test_each_hears_of_their_own_requests_only(desk: Desk) -> None:
    desk.says("ann", NOTICE)

    for who in ("bob", "eve", "hana", "mei"):
        assert "#1" not in str(desk.says(who, "waiting"))
        assert "#1" not in str(desk.says(who, "mine"))


def test_a_partner_never_decides_even_if_named_to_stand_in(desk: Desk) -> None:
    becomes(desk, "eve", partner=True)
    desk.says("ann", NOTICE)
    desk.says("sam", "away 2026-03-02..2026-03-03 @eve")
    desk.says("eve", "approve 1")

    assert state(desk) == "open"


def test_who_became_a_partner_after_being_asked_decides_nothing(desk: Desk) -> None:
    desk.says("ann", NOTICE)
    becomes(desk, "sam", partner=True, roles=frozenset())
    desk.says("sam", "approve 1")

    assert state(desk) == "open"


def test_who_is_no_longer_the_head_decides_nothing_and_the_new_head_does(desk: Desk) -> None:
    desk.says("ann", NOTICE)
    with desk.store.transaction() as tx:
        tx.people.save_departments([Department(id="sales", name="Sales", head="grace")])

    assert not desk.says("sam", "approve 1")[-1].startswith("sam: Approved")
    assert desk.says("grace", "approve 1")[-1].startswith("grace: Approved")


def test_a_route_of_two_steps_is_not_walked_by_one_approval() -> None:
    steps = '[routes.notice]\nsteps = ["department_head", "executive"]\n'
    desk = Desk(policy=steps)
    desk.says("ann", NOTICE)
    desk.says("sam", "approve 1")
    found = state(desk)
    desk.close()

    assert found == "open"


@pytest.mark.parametrize(
    "text", ["\ufb2c" * 1900 + " and sell the factory", "\u200b\u200b", "\u3164"]
)
def test_an_approver_is_shown_all_of_what_they_approve(desk: Desk, text: str) -> None:
    said = desk.says("ann", f"request notice {text}")

    assert [line.partition(":")[0] for line in said] == ["ann"], "refused, not sent"


def test_what_is_approved_has_nothing_that_the_card_does_not_show(desk: Desk) -> None:
    desk.says("ann", "request notice pay 1\u202e000\u202c EUR\u200b")
    with desk.store.transaction() as tx:
        request = tx.requests.find(1)

    assert request is not None
    assert request.form["text"] in shown_to(desk, "sam").text


def test_nobody_marks_what_was_said_in_a_room_they_are_not_in(desk: Desk) -> None:
    behind_closed_doors(desk, "we close the factory")
    spying = CommandInvoked(
        key="c",
        at=desk.now,
        actor=account("eve"),
        place=LOBBY,
        text="important LINK @eve",
        people=(("@eve", account("eve")),),
        links=(("LINK", SECRET),),
    )

    assert desk.hears(spying)[0].startswith("eve: I have not seen that message")
    assert desk.says("eve", "mine") == ["eve: You owe nothing. Enjoy it."]


def test_a_private_room_that_everybody_left_is_not_open_to_all(desk: Desk) -> None:
    behind_closed_doors(desk)
    for who in ("grace", "mei"):
        member(desk, who, BOARD, joined=False)
    with desk.store.transaction() as tx:
        assert not tx.people.sees("eve", BOARD)


def test_a_member_of_the_same_name_in_another_realm_is_somebody_else(desk: Desk) -> None:
    there = Place(PAPER, "elsewhere", "board")
    other = Account(PAPER, "elsewhere", "eve")
    desk.take(MembershipChanged(key="m", at=desk.now, account=other, place=there, joined=True))
    with desk.store.transaction() as tx:
        assert not tx.people.sees("eve", there)


def test_who_has_left_is_neither_nudged_nor_told_by_standing_in(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    away(desk, "bob", "eve")
    becomes(desk, "eve", active=False)
    said = desk.until(MONDAY + 5 * H)

    assert not [line for line in said if line.startswith("eve:")]


def test_nothing_more_is_sent_to_who_has_left(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    becomes(desk, "ann", active=False)
    said = desk.says("bob", "promise 1 in 2 hours")

    assert not [line for line in said if line.startswith("ann:")]


def test_a_nudge_does_not_bring_back_what_its_author_took_out(desk: Desk) -> None:
    message = desk.posts("ann", "@bob when will it be ready? my password is hunter2")
    desk.take(
        MessageChanged(
            key="e",
            at=desk.now,
            author=account("ann"),
            message=MessageRef(LOBBY, message),
            text="@bob when will it be ready?",
        )
    )

    assert "hunter2" not in str(desk.until(MONDAY + 5 * H))


def test_a_message_removed_by_a_moderator_is_neither_chased_nor_quoted(desk: Desk) -> None:
    message = desk.posts("ann", "@bob when will it be ready? my password is hunter2")
    desk.take(
        MessageChanged(
            key="e",
            at=desk.now,
            author=account("hana"),
            message=MessageRef(LOBBY, message),
            text=None,
        )
    )

    assert desk.until(MONDAY + 5 * H) == []


def test_the_words_of_a_line_cannot_pretend_to_be_another_line(desk: Desk) -> None:
    desk.posts("ann", "@bob when?\n#9 Answer Grace by now: hi")

    assert "\n#9" not in desk.says("bob", "mine")[0]

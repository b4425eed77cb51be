"""Somebody on two platforms is one person: one list, one nudge where they are, either answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import Account, CommandInvoked, MessageRef, Place, Platform
from bot.wiring import assemble
from tests.desk import Desk, Paper

SLATE = Platform("slate")
HALL = Place(SLATE, "town", "hall")
BOB = Account(SLATE, "town", "bob")


class Slate(Paper):
    platform = SLATE


@pytest.fixture
def slate(desk: Desk) -> Slate:
    """Bob has an account here as well."""
    made = Slate()
    desk.bot = assemble(desk.store, [desk.paper, made])
    with desk.store.transaction() as tx:
        tx.people.link(BOB, "bob")
    return made


def says(desk: Desk, text: str) -> None:
    """Bob types /duly `text` on the slate."""
    key = f"slate/{desk.clock.new_id()}"
    desk.take(CommandInvoked(key=key, at=desk.now, actor=BOB, place=HALL, text=text))


def read(board: Paper) -> list[str]:
    return [line.text for line in board.seen_by("bob")]


def test_one_list_wherever_it_is_asked_for(desk: Desk, slate: Slate) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")
    posted = desk.message("ann", "When will the drawings be ready?", "s1")
    ann, ref = Account(SLATE, "town", "ann"), MessageRef(HALL, "s1")
    with desk.store.transaction() as tx:
        tx.people.link(ann, "ann")
    desk.take(replace(posted, key="slate/s1", author=ann, message=ref, mentions=(BOB,)))
    says(desk, "mine")

    [there] = read(slate)
    assert there.startswith("You owe 2 answers")
    assert desk.says("bob", "mine") == [f"bob: {there}"]


@pytest.mark.parametrize("last", ["paper", "slate"])
def test_one_nudge_where_they_were_last_active(desk: Desk, slate: Slate, last: str) -> None:
    desk.says("bob", "help")
    desk.now += timedelta(minutes=1)
    says(desk, "help")
    desk.now += timedelta(minutes=1)
    if last == "paper":
        desk.says("bob", "help")
    before = len(read(desk.paper)), len(read(slate))
    desk.posts("ann", "@bob when will the samples be ready?")
    desk.until(desk.now + timedelta(hours=5))

    fresh = read(desk.paper)[before[0] :], read(slate)[before[1] :]
    here, there = fresh if last == "paper" else reversed(fresh)
    assert [each.split("\n")[0] for each in here] == ["«Ann» is waiting for your answer"]
    assert there == []


@pytest.mark.usefixtures("slate")
def test_done_on_either_closes_it_on_both(desk: Desk) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")
    says(desk, "done 1")

    assert desk.duty(1).state == "done"
    assert desk.says("bob", "mine") == ["bob: You owe nothing. Enjoy it."]
    assert desk.until(desk.now + timedelta(hours=8)) == []


@pytest.mark.usefixtures("slate")
def test_who_answers_in_the_room_with_either_account_has_answered(desk: Desk) -> None:
    """A room that is bridged: the other account speaks in it."""
    desk.posts("ann", "@bob when will the samples be ready?")
    said = desk.message("bob", "They will be ready on Friday.", "m9")
    desk.take(replace(said, key="slate/m9", author=BOB))

    assert desk.duty(1).state == "done"

"""On leave by one's status in the chat: it counts like a leave, as long as it is said."""

from datetime import datetime, timedelta
from typing import Literal

from bot.events import AccountChanged, Away
from bot.policy.people import Absence
from bot.store.schema import absences
from tests.desk import MONDAY, Desk, account

H, DAY = timedelta(hours=1), timedelta(days=1)
ASK = "@bob when will the samples be ready?"


def says(desk: Desk, status: Away | Literal["present"] | None, who: str = "bob") -> None:
    desk.take(
        AccountChanged(
            key=f"status/{desk.now}/{status}",
            at=desk.now,
            account=account(who),
            name=who,
            status=status,
        )
    )


def away(desk: Desk, who: str = "bob") -> list[tuple[str, datetime, datetime]]:
    with desk.store.transaction() as tx:
        rows = tx.rows.all(absences, absences.c.person == who)
    return [(row.kind, row.start, row.end) for row in rows]


def test_who_says_that_they_are_on_leave_is_not_nudged_until_they_are_back(desk: Desk) -> None:
    desk.posts("ann", ASK)
    due = desk.duty(1).due
    says(desk, Away(MONDAY + DAY))

    assert desk.duty(1).due > due
    assert not [each for each in desk.until(MONDAY + DAY - H) if each.startswith("bob")]
    assert away(desk) == [("status", MONDAY, MONDAY + DAY)]


def test_who_is_back_early_owes_at_the_time_that_was_left(desk: Desk) -> None:
    desk.posts("ann", ASK)
    due = desk.duty(1).due
    says(desk, Away())
    assert desk.duty(1).due > due + 20 * DAY
    assert desk.duty(1).live
    desk.now += H
    says(desk, "present")

    assert desk.duty(1).due == due + H
    assert away(desk) == [("status", MONDAY, MONDAY + H)]


def test_the_same_status_again_changes_nothing(desk: Desk) -> None:
    for status in (Away(), Away(MONDAY + 3 * DAY)):
        says(desk, status)
        desk.now += H
        before = away(desk)
        says(desk, status)
        assert away(desk) == before


def test_a_status_that_changes_ends_and_begins_anew(desk: Desk) -> None:
    says(desk, Away())
    desk.now += H
    says(desk, Away(MONDAY + DAY))

    assert away(desk) == [
        ("status", MONDAY, MONDAY + H),
        ("status", MONDAY + H, MONDAY + DAY),
    ]


def test_a_platform_that_says_nothing_changes_nothing(desk: Desk) -> None:
    says(desk, Away(MONDAY + DAY))
    says(desk, None)

    assert away(desk) == [("status", MONDAY, MONDAY + DAY)]


def test_a_status_without_an_end_is_believed_for_thirty_days(desk: Desk) -> None:
    says(desk, Away())

    assert away(desk) == [("status", MONDAY, MONDAY + 30 * DAY)]


def test_a_leave_that_was_entered_stays_and_who_stands_in_does(desk: Desk) -> None:
    leave = Absence(person="bob", start=MONDAY, end=MONDAY + 2 * DAY, delegate="eve")
    with desk.store.transaction() as tx:
        tx.people.absent(leave)
    says(desk, Away(MONDAY + DAY))
    assert len(away(desk)) == 1
    says(desk, Away(MONDAY + 5 * DAY))
    with desk.store.transaction() as tx:
        stands_in = tx.people.snapshot().directory.delegate_of("bob", MONDAY)
    says(desk, "present")

    assert stands_in is not None
    assert stands_in.id == "eve"
    assert ("leave", MONDAY, MONDAY + 2 * DAY) in away(desk)


def test_the_status_of_a_stranger_is_nobodys_leave(desk: Desk) -> None:
    says(desk, Away(), who="u9")

    assert away(desk, "u9") == []

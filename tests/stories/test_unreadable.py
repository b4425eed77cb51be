"""What was said and could not be read is known, asked about once, and counted."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.findings import unreadable
from bot.events import CommandInvoked, MessageRef, Undecryptable
from bot.gathering import gather
from bot.policy import periods
from bot.report import Wanted
from bot.words import Reader, render
from reports.cover import SHEET
from tests.desk import LOBBY, MONDAY, Desk, account

M, H = timedelta(minutes=1), timedelta(hours=1)


def muffled(desk: Desk, who: str, id: str) -> list[str]:
    """`who` says something in the lobby whose key does not come."""
    ref = MessageRef(LOBBY, id)
    return desk.hears(
        Undecryptable(key=f"paper/{id}/sealed", at=desk.now, author=account(who), message=ref)
    )


def figures(desk: Desk) -> dict[str, object]:
    with desk.store.reading() as tx:
        period = periods.parse("2026-03", "Asia/Shanghai")
        wanted = Wanted(period=period, edition="hr", person="hana", reader=Reader())
        rows = SHEET.build(gather(tx, wanted)).tables[0].rows
    cells = [(getattr(name, "sentence", name), value) for name, value in rows]
    return {str(name): getattr(value, "value", value) for name, value in cells}


def doctor(desk: Desk) -> list[str]:
    with desk.store.reading() as tx:
        return [render(each, Reader(), str) for each in unreadable(tx)]


def test_its_author_is_asked_to_send_it_again_after_ten_minutes(desk: Desk) -> None:
    assert muffled(desk, "ann", "m1") == []
    assert desk.wait(9 * M) == []

    assert desk.wait(M) == [
        "ann: I could not read your message of Mon 2 Mar, 09:00 in «#lobby».\n"
        "Please send it again. Until then I do not know what it asks or answers."
    ]


def test_nobody_is_asked_about_what_could_be_read_meanwhile(desk: Desk) -> None:
    muffled(desk, "ann", "m1")
    desk.now += 5 * M
    desk.take(desk.message("ann", "@bob when will the samples be ready?", "m1"))

    assert desk.wait(H) == []
    assert figures(desk)["Of these, read later"] == 1
    assert doctor(desk) == []


def test_what_is_asked_in_it_is_late_by_its_own_time(desk: Desk) -> None:
    muffled(desk, "ann", "m1")
    said = desk.message("ann", "@bob when will the samples be ready?", "m1")
    desk.now += H
    desk.take(said)

    assert desk.duty(1).start == MONDAY


def test_once_for_a_room_and_day(desk: Desk) -> None:
    muffled(desk, "ann", "m1")
    desk.now += M
    muffled(desk, "ann", "m2")
    muffled(desk, "bob", "m3")

    said = desk.until(desk.now + 6 * H)
    assert [each.split(" in ")[0] for each in said] == [
        "ann: I could not read your message of Mon 2 Mar, 09:00",
        "bob: I could not read your message of Mon 2 Mar, 09:01",
    ]
    desk.now += 24 * H - 6 * H
    muffled(desk, "ann", "m4")
    [said_next] = desk.until(desk.now + H)
    assert said_next.startswith("ann: I could not read 3 messages of yours in «#lobby», the first")


def test_not_at_night(desk: Desk) -> None:
    desk.now = datetime(2026, 3, 2, 14, tzinfo=UTC)  # 22:00 in Shanghai
    muffled(desk, "ann", "m1")

    assert desk.until(desk.now + 10 * H) == []
    desk.take(desk.message("ann", "Good morning", "m1"))
    assert desk.until(desk.now + 4 * H) == []


def test_a_stranger_is_not_asked_but_counted(desk: Desk) -> None:
    muffled(desk, "mallory", "m1")

    assert desk.until(desk.now + H) == []
    assert figures(desk)["Messages that could not be read"] == 1


def test_it_is_counted_for_hr_and_by_the_doctor(desk: Desk) -> None:
    assert "Messages that could not be read" not in figures(desk)
    muffled(desk, "ann", "m1")
    muffled(desk, "ann", "m1")
    desk.now += M
    muffled(desk, "bob", "m2")
    desk.take(desk.message("ann", "Good morning", "m1"))

    told = figures(desk)
    assert told["Messages that could not be read"] == 2
    assert told["Of these, read later"] == 1
    assert told["The oldest not read yet"] == MONDAY + M
    assert doctor(desk)[0].startswith("1 message of the last week could not be read (1 more could")


def test_of_very_many_each_is_known_when_it_can_be_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.unreadable.FEW", 1)
    for number in range(4):
        muffled(desk, "ann", f"m{number}")
    for number in range(4):
        desk.take(desk.message("ann", "Good morning", f"m{number}"))
    desk.take(desk.message("ann", "Good morning", "m9"))

    assert figures(desk)["Of these, read later"] == 4


def test_a_command_that_can_be_read_later_counts_as_read(desk: Desk) -> None:
    muffled(desk, "ann", "m1")
    ref = MessageRef(LOBBY, "m1")
    desk.take(
        CommandInvoked(
            key="paper/m1", at=desk.now, actor=account("ann"), place=LOBBY, text="mine", message=ref
        )
    )

    assert desk.until(desk.now + H) == []


def test_what_is_known_already_is_not_noted(desk: Desk) -> None:
    id = desk.posts("ann", "Good morning")
    muffled(desk, "ann", id)

    assert "Messages that could not be read" not in figures(desk)


def test_the_chain_holds_over_it(desk: Desk) -> None:
    desk.posts("ann", "Good morning")
    muffled(desk, "ann", "late")
    desk.posts("bob", "Good morning")
    desk.take(desk.message("ann", "And to you", "late"))

    with desk.store.reading() as tx:
        assert list(tx.records.verify())[-1] == 3

"""IT signs the state of things each working day, as conversations. Policy 5.1.1."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.events import MessagePosted, MessageRef
from bot.handlers import signing
from bot.policy import oversight
from bot.policy.figures import Rate
from bot.policy.people import Absence
from tests.desk import LOBBY, Desk, account, person

H = timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def becomes_it(desk: Desk, *names: str) -> None:
    with desk.store.transaction() as tx:
        for name in names:
            known = person(name)
            tx.people.save([replace(known, roles=known.roles | {"it"})])


def at(day: int, hour: float, month: int = 3) -> datetime:
    return datetime(2026, month, day, tzinfo=SHANGHAI) + timedelta(hours=hour)


def said_to(said: list[str], *names: str) -> list[str]:
    return [each for each in said if each.partition(":")[0] in names]


def test_each_working_day_it_gets_a_short_card_to_sign_and_one_signs_for_all(desk: Desk) -> None:
    becomes_it(desk, "eve", "bob")
    desk.posts("ann", "good morning")
    morning = desk.until(at(3, 9.2))

    assert sorted(desk.titles(morning)) == [
        "bob: The state of things: nothing to report",
        "eve: The state of things: nothing to report",
    ]
    assert desk.presses("bob", "Seen, I sign for today") == [
        "bob: Signed for today: 0 points, by you for all of IT."
    ]
    assert desk.says("eve", "daily sign") == ["eve: Today was signed by «Bob» already."]
    assert "Signed by: «Bob»" in desk.says("eve", "daily")[0]
    assert desk.until(at(3, 20)) == []
    with desk.store.reading() as tx:
        known = tx.dailies.get("2026-03-03")
        assert known is not None
        assert (known.signed_by, known.told) == ("bob", ())


def test_what_is_wrong_stands_there_with_its_number_and_the_next_step(desk: Desk) -> None:
    becomes_it(desk, "eve")
    desk.hears(
        MessagePosted(
            key="s",
            at=desk.now,
            author=account("mallory"),
            message=MessageRef(LOBBY, "s"),
            text="hi",
        )
    )
    with desk.store.transaction() as tx:
        tx.gaps.add("paper/home/lobby", desk.now - H)
    (told,) = desk.says("eve", "daily")

    assert told.split("\n")[0] == "eve: The state of things: 3 points"
    assert "Accounts that talk in our rooms and are nobody's: 1 · /duly account" in told
    assert "Rooms of which something was not seen since yesterday: 1 · ./duly doctor" in told
    assert "Findings that are open: 1 · /duly findings" in told
    desk.says("eve", "daily sign I am looking into mallory.")
    with desk.store.reading() as tx:
        known = tx.dailies.get("2026-03-02")
        assert known is not None
        assert known.remark == "I am looking into mallory."
        assert dict(known.told) == {"strangers": 1, "gaps": 1, "findings": 1}


def test_what_was_signed_never_changes(desk: Desk) -> None:
    becomes_it(desk, "eve")
    desk.says("eve", "daily sign")

    for change in ("UPDATE dailies SET signed_by = 'bob'", "DELETE FROM dailies"):
        with pytest.raises(sa.exc.DBAPIError), desk.store.db.begin() as conn:
            conn.exec_driver_sql(change)


def test_a_late_one_goes_up_and_a_missed_day_stays_missed() -> None:
    desk = Desk()
    becomes_it(desk, "eve")
    desk.posts("ann", "good morning")
    day = desk.until(at(3, 18))

    assert [each.split("\n")[0] for each in said_to(day, "eve")] == [
        "eve: The state of things: nothing to report"
    ] * 2  # when the day began, and when it was due
    assert any(each.startswith("sam: Late in your team: «Eve»") for each in day)
    desk.until(at(4, 10))
    assert desk.duty(1).state == "lapsed"
    (told,) = desk.says("eve", "daily")
    assert "1 of the last 10 days was not signed: 2026-03-03" in told
    desk.says("eve", "daily sign")
    with desk.store.reading() as tx:
        days = signing.days(tx, date(2026, 3, 1), date(2026, 3, 8))
    assert [each.name for each in days] == [f"2026-03-0{day}" for day in (3, 4, 5, 6)]
    assert oversight.signed(days) == Rate(1, 4)  # by Friday
    desk.close()


def test_nothing_comes_on_a_day_off_or_where_the_company_does_without() -> None:
    desk = Desk(policy="[supervision]\ndaily = false\n")
    becomes_it(desk, "eve")
    desk.posts("ann", "good morning")
    assert desk.until(at(3, 20)) == []
    with desk.store.transaction() as tx:
        tx.policies.adopt("")
    assert said_to(desk.until(at(6, 20)), "eve")  # Friday
    assert desk.until(at(8, 23)) == []  # the weekend
    desk.close()


def test_after_days_off_the_air_there_is_one_day_to_sign() -> None:
    desk = Desk()
    becomes_it(desk, "eve")
    desk.posts("ann", "good morning")
    desk.restart()
    desk.wait(at(11, 10) - desk.now)
    said = desk.until(at(11, 11))

    assert len([each for each in desk.paper.lines if "state of things" in each.text]) == 1, said
    with desk.store.reading() as tx:
        assert [each.day for each in tx.dailies.between("2026-03-01", "2026-04-01")] == [
            "2026-03-11"
        ]
    desk.close()


def test_who_is_not_of_it_sees_and_signs_nothing() -> None:
    desk = Desk()
    becomes_it(desk, "eve")
    for words in ("daily", "daily sign", "account"):
        assert "This is not for your role" in desk.says("ann", words)[0]
    desk.close()


def test_who_is_away_owes_nothing_but_where_nobody_is_there() -> None:
    desk = Desk()
    becomes_it(desk, "eve", "bob")
    with desk.store.transaction() as tx:
        tx.people.absent(Absence(person="eve", start=at(3, 0), end=at(6, 0)))
    desk.posts("ann", "good morning")
    said = desk.until(at(3, 20))

    assert said_to(said, "eve") == []
    assert len(said_to(said, "bob")) == 2
    desk.close()

"""People confirm what they alone can know, as conversations. Policy 4.1.1, 4.1.2, 4.3.2."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.events import Account
from bot.handlers import attesting
from bot.policy.duties import ATTEST
from bot.policy.figures import Rate
from bot.policy.people import Absence
from bot.store.schema import accounts, duties, people
from bot.store.schema_supervision import answers, asked
from tests.desk import PAPER, Desk

SHANGHAI = ZoneInfo("Asia/Shanghai")
ON = "[supervision]\ndaily = false\nattest = true\n"
ONE = f"""{ON}
[[attestations]]
id = "lent"
clause = "4.1.1"
every = "month"
within = "8h"
audience = ["@ann", "@bob", "@wei"]
[[attestations]]
id = "password"
clause = "4.1.2"
every = "month"
within = "8h"
audience = ["role:auditor"]
"""


NOBODY = '["role:auditor"]'
VPN_ALONE = ONE.replace('["@ann", "@bob", "@wei"]', NOBODY)
OWN = f"""{ONE.replace('["@ann", "@bob", "@wei"]', NOBODY).replace(NOBODY, '["@mei"]')}
[[attestations]]
id = "desk"
clause = "4.1.1"
every = "month"
within = "8h"
audience = ["@wei", "@hana"]
text = {{ en = "My desk is clear.", zh_Hans = "我的桌面已清空。" }}
"""


def at(day: int, hour: float, month: int = 3) -> datetime:
    return datetime(2026, month, day, tzinfo=SHANGHAI) + timedelta(hours=hour)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(policy=ONE)
    yield made
    made.close()


def marked(desk: Desk, who: str, start: datetime, end: datetime, kind: str = "remote") -> None:
    with desk.store.transaction() as tx:
        tx.people.absent(Absence(person=who, start=start, end=end), kind)


def to(said: list[str], who: str) -> list[str]:
    return [each for each in said if each.startswith(f"{who}: ")]


def asked_of(desk: Desk) -> list[str]:
    with desk.store.reading() as tx:
        return [each.person for each in tx.rows.all(asked, order=[asked.c.at])]


@pytest.mark.thorough
def test_a_few_are_asked_each_day_in_their_digest_and_one_press_is_enough(desk: Desk) -> None:
    desk.posts("eve", "good morning")
    said = desk.until(at(3, 9.5))
    (first,) = asked_of(desk)

    (card,) = to(said, first)
    assert f"{first}: " in card
    desk.presses(first, "I confirm")
    assert desk.paper.seen_by(first)[-1].text.startswith(("Confirmed: #1.", "已确认：#1"))
    desk.until(at(6, 9.5))
    assert sorted(asked_of(desk)) == ["ann", "bob", "wei"]
    with desk.store.reading() as tx:
        owed = tx.rows.all(duties, duties.c.kind == "attest", order=[duties.c.id])
        assert (owed[0].state, owed[0].how) == ("done", "confirmed")
        assert len({each.start for each in owed}) == 3
        (answer,) = tx.rows.all(answers)
        assert (answer.person, answer.confirmed, answer.how) == (first, True, "paper")
    desk.until(at(10, 10))
    assert len(asked_of(desk)) == 3  # once in the month
    desk.wait(at(2, 10, month=4) - desk.now)
    assert len(asked_of(desk)) == 4


def test_who_cannot_says_why_and_it_has_a_case() -> None:
    desk = Desk(policy=ONE.replace('["@ann", "@bob", "@wei"]', '["@ann"]'))
    desk.posts("eve", "good morning")
    desk.until(at(3, 9.5))
    desk.says("ann", "attest 1 cannot")
    (said,) = [each for each in desk.submits("ann", why="My brother uses it.") if "ann" in each]

    assert said.startswith("ann: Noted: #1. IT will come to you about it.")
    with desk.store.reading() as tx:
        (answer,) = tx.rows.all(answers)
        assert not answer.confirmed
        assert b"brother" not in answer.why
        (finding,) = tx.findings.between(desk.now - timedelta(1), desk.now + timedelta(1))
        assert (finding.rule, finding.severity, finding.role) == ("account.attest", "slight", "it")
    assert desk.says("ann", "attest 1")[0].startswith("ann: You have answered #1 already.")
    for change in ("UPDATE answers SET confirmed = true", "DELETE FROM answers"):
        with pytest.raises(sa.exc.DBAPIError), desk.store.db.begin() as conn:
            conn.exec_driver_sql(change)
    desk.close()


@pytest.mark.thorough
def test_nobody_confirms_for_somebody_else_or_is_asked_on_leave(desk: Desk) -> None:
    marked(desk, "ann", at(2, 0), at(14, 0), "leave")
    with desk.store.transaction() as tx:
        tx.people.absent(Absence(person="bob", start=at(4, 0), end=at(20, 0), delegate="eve"))
    desk.posts("eve", "good morning")
    desk.until(at(10, 18))

    assert "ann" not in asked_of(desk)
    assert desk.says("eve", "attest 1")[0].startswith("eve: I have asked you nothing under #1.")
    assert desk.says("eve", "attest")[0] == "eve: There is nothing for you to confirm."
    assert not any("Please confirm" in line.text for line in desk.paper.seen_by("eve"))


def test_our_words_ask_for_no_password_and_a_companys_own_are_in_the_readers_language() -> None:
    desk = Desk(policy=OWN)
    desk.posts("eve", "good morning")
    said = desk.until(at(4, 9.5))

    assert any("«我的桌面已清空。»" in each for each in to(said, "wei"))
    assert any("«My desk is clear.»" in each for each in to(said, "hana"))
    assert any("密码" in each and "不" in each for each in to(said, "mei"))
    desk.close()


def test_days_elsewhere_are_reminded_of_and_answered_for_once_afterwards() -> None:
    desk = Desk(policy=VPN_ALONE)
    marked(desk, "ann", at(3, 0), at(5, 0))
    marked(desk, "bob", at(4, 0), at(5, 0), "travelling")
    desk.posts("eve", "good morning")
    tuesday, wednesday = desk.until(at(3, 20)), desk.until(at(4, 20))

    for day, who in ((tuesday, "ann"), (wednesday, "ann"), (wednesday, "bob")):
        (reminder,) = to(day, who)
        assert "switch the VPN on first" in reminder
    assert to(tuesday, "bob") == asked_of(desk) == []
    thursday = desk.until(at(5, 9.5))
    for who in ("ann", "bob"):
        (card,) = to(thursday, who)
        assert "On the days I worked elsewhere I used the company's VPN." in card
        desk.presses(who, "I confirm")
    desk.until(at(9, 20))
    assert sorted(asked_of(desk)) == ["ann", "bob"]
    with desk.store.reading() as tx:
        assert tx.attestations.round("vpn", "2026-03-05") is not None
        start, end = at(1, 0).astimezone(UTC), at(7, 0).astimezone(UTC)
        assert attesting.rate(tx, start, end) == Rate(2, 2)
    desk.close()


def test_who_leaves_attests_nothing_any_more(desk: Desk) -> None:
    desk.posts("eve", "good morning")
    desk.until(at(6, 9.5))
    with desk.store.transaction() as tx:
        attesting.left(tx, "wei")
        assert not [each for each in tx.duties.owed_by("wei") if each.subject.startswith(ATTEST)]
        left = tx.rows.all(duties, duties.c.owed_by == "wei", duties.c.kind == "attest")
        assert [each.state for each in left] == ["dropped"]


def _company(desk: Desk, count: int) -> None:
    with desk.store.transaction() as tx:
        ids = [f"p{n}" for n in range(count)]
        same: dict[str, Any] = {"name": "x", "email": "", "department": "sales", "language": "en"}
        same |= {"calendar": "office", "partner": False, "active": True}
        tx.rows.add_all(people, [same | {"id": each} for each in ids])
        rows = [
            {"platform": PAPER, "realm": "home", "id": each, "person": each, "name": "x"}
            | {"automatic": False, "active": True, "seen_at": desk.now}
            for each in ids
        ]
        tx.rows.add_all(accounts, rows)
        tx.people.changed()
        assert tx.people.snapshot().directory.behind(Account(PAPER, "home", "p0")) is not None


def planned(desk: Desk) -> float:
    day = at(3, 0).date()
    begun = process_time()
    with desk.store.transaction() as tx:
        attesting.plan(tx, day)
    return process_time() - begun


def test_a_whole_company_is_planned_in_a_moment_and_twice_the_people_take_twice_as_long() -> None:
    spent = []
    for count in (1500, 3000):
        desk = Desk(policy=ON)
        _company(desk, count)
        desk.now = at(3, 0)
        spent.append(planned(desk))
        with desk.store.reading() as tx:
            assert 20 < tx.rows.count(asked) < 60  # a year's worth, and half a year's, a day
        desk.close()
    assert spent[1] < 3
    assert spent[1] < 5 * spent[0] + 0.1

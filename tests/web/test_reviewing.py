"""The pages of supervision: a sample one message at a time, and the days IT signs. 5.1.1, 5.1.2."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.store.schema import records
from tests.desk import Desk, person
from tests.web.lobby import Lobby

POLICY = "[supervision]\nleast = 3\nsecond = 0\n"
APRIL = datetime(2026, 4, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def desk() -> Desk:
    return Desk(policy=POLICY)


def drawn(lobby: Lobby) -> int:
    desk = lobby.desk
    for number in range(4):
        for who in ("ann", "eve"):
            desk.posts(who, f"lot {number} is <b>on its way</b>, says {who}")
    desk.until(APRIL)
    with desk.store.reading() as tx:
        sample = tx.samples.of_department("sales", "2026-03")
    assert sample is not None
    return sample.number


def looks(lobby: Lobby) -> int:
    with lobby.desk.store.reading() as tx:
        return tx.rows.count(records, records.c.kind == "look")


@pytest.mark.thorough
def test_one_message_a_page_four_answers_and_each_look_recorded_once(lobby: Lobby) -> None:
    number = drawn(lobby)
    sam = lobby.signs_in("sam")
    page = sam.opens(f"/samples/{number}")

    assert "Message 1 of 3" in page.words
    assert "<b>on its way</b>" in page.words
    assert "script-src 'self'" in sam.answer.headers["content-security-policy"]
    sam.opens(f"/samples/{number}")
    assert looks(lobby) == 1
    page = sam.presses("Fine F")
    assert "Message 2 of 3" in page.words
    assert looks(lobby) == 2
    page = sam.presses("A breach B")
    assert "Say what the breach is, then press it again." in page.words
    page = sam.presses("A breach B", why="Not how we speak of customers.")
    assert "Message 3 of 3" in page.words
    page = sam.opens(f"/samples/{number}?message=2")
    assert "Not how we speak of customers." in page.words
    sam.opens(f"/samples/{number}")
    page = sam.presses("Not mine to judge S")
    assert (
        "You have looked at all of it. Thank you. Fine 1 A breach 1 Not mine to judge 1"
        in page.words
    )
    assert looks(lobby) == 3


@pytest.mark.thorough
def test_nobody_else_has_that_page(lobby: Lobby) -> None:
    number = drawn(lobby)
    for who in ("ann", "bob", "mei", "grace", "hana"):
        visit = lobby.signs_in(who)
        there, nowhere = visit.get(f"/samples/{number}"), visit.get("/samples/99999")
        assert (there.status_code, nowhere.status_code) == (404, 404)
        fields = {"pass": visit.opens("/mine").forms[0].fields["pass"], "nonce": "0" * 16}
        visit.post(f"/samples/{number}", fields | {"place": "1", "verdict": "fine"})
        assert "There is no sample" in visit.follows().words or visit.answer.status_code == 404
    assert looks(lobby) == 0
    assert lobby.visit().get(f"/samples/{number}").status_code in (303, 401, 403)


def test_it_signs_on_a_page_and_missed_days_stay(lobby: Lobby) -> None:
    desk = lobby.desk
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), roles=frozenset({"it"}))])
    desk.posts("ann", "good morning")
    desk.until(desk.now + timedelta(days=2, hours=1))
    eve = lobby.signs_in("eve")
    page = eve.opens("/daily")

    assert "There is nothing to report." in page.words
    assert "2026-03-03 not signed that day" in page.words
    page = eve.presses("Seen, I sign for today", remark="All quiet.")
    assert "2026-03-04 Eve, Wed 4 Mar, 10:00 All quiet." in page.words
    assert "Seen, I sign for today" not in page.words
    assert lobby.signs_in("ann").get("/daily").status_code == 404

"""Requests, certificates, notices and meetings as pages: who sees what. Policy 3.2, 2.2.2."""

import re

from tests.web.lobby import Lobby

HOSTILE = "<script>alert(1)</script> <b>Friday</b>"
TEXT = "The office is closed on Friday."


def code(lobby: Lobby, number: int) -> str:
    with lobby.desk.store.transaction() as tx:
        found = tx.requests.find(number)
        assert found is not None
        certified = tx.requests.code_of(found.id)
    assert certified is not None
    return certified


def approved(lobby: Lobby, line: str = f"request notice {TEXT}") -> str:
    lobby.desk.says("ann", line)
    lobby.desk.says("sam", "approve 1")
    return code(lobby, 1)


def test_lists_are_mine_those_that_wait_for_me_and_my_departments(lobby: Lobby) -> None:
    lobby.desk.says("ann", f"request notice {TEXT}")
    lobby.desk.says("eve", "request leave 2026-03-10 A wedding")

    assert TEXT in lobby.signs_in("ann").opens("/requests").words
    assert "A wedding" not in lobby.signs_in("ann").opens("/requests").words
    sam = lobby.signs_in("sam")
    assert {"#1", "#2"} <= set(re.findall(r"#\d", sam.opens("/requests/waiting").words))
    grace = lobby.signs_in("grace").opens("/requests/department").words
    assert "#1" in grace
    assert TEXT not in grace  # she has nothing to do with it
    assert "#2" not in grace  # and this is personal
    assert "#1" in lobby.signs_in("ann").opens("/requests?words=office").words
    assert "#1" not in lobby.signs_in("ann").opens("/requests?words=banana").words


def test_a_request_shows_its_way_its_thread_and_what_was_changed(lobby: Lobby) -> None:
    lobby.desk.says("ann", f"request work departments=tech {HOSTILE}")
    lobby.desk.says("sam", "return 1 Name the <i>year</i>.")
    lobby.desk.says("ann", "request 1 Closed in 2027.")
    page = lobby.signs_in("sam").opens("/requests/1")

    assert "Name the <i>year</i>." in page.words
    assert "Closed in 2027." in page.words
    raw = lobby.signs_in("sam").get("/requests/1").text
    assert "<script>alert" not in raw
    assert "<ins>" in raw
    assert "Mei" in page.words


def test_a_certificate_says_who_approved_what_and_compares_a_text(lobby: Lobby) -> None:
    known = approved(lobby)
    eve = lobby.signs_in("eve")
    page = eve.opens(f"/certificates/{known}")

    assert known in page.words
    assert "Sam" in page.words
    assert TEXT not in page.words  # she has nothing to do with it
    assert eve.get(f"/certificates/{known.lower()}").status_code in (200, 303)
    hidden, missing = (eve.get(f"/certificates/{x}") for x in ("00000-00000", "x"))
    assert hidden.status_code == missing.status_code == 404


def test_what_is_personal_has_no_certificate_for_others(lobby: Lobby) -> None:
    known = approved(lobby, "request leave 2026-03-10 A wedding")

    assert lobby.signs_in("hana").get(f"/certificates/{known}").status_code == 200
    assert lobby.signs_in("ann").get(f"/certificates/{known}").status_code == 200
    assert lobby.signs_in("bob").get(f"/certificates/{known}").status_code == 404


def test_a_new_request_is_made_on_a_page(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    assert "Business material" in ann.opens("/requests/new").words
    ann.opens("/requests/new/leave")
    ann.presses("Send", **{"field-start": "soon", "field-text": "A wedding"})
    assert "soon" in ann.answer.text
    assert "A wedding" in ann.answer.text
    ann.presses("Send", **{"field-start": "2026-03-10", "field-text": "A wedding"})

    with lobby.desk.store.transaction() as tx:
        found = tx.requests.find(1)
    assert found is not None
    assert (found.requester, found.form["start"]) == ("ann", "2026-03-10")


def test_a_notice_is_read_and_confirmed_by_its_audience_alone(lobby: Lobby) -> None:
    approved(lobby, f"request notice audience=department:sales {TEXT}")

    eve = lobby.signs_in("eve")
    assert TEXT in eve.opens("/notices/2").words
    assert lobby.signs_in("bob").get("/notices/2").status_code == 404
    assert "Eve" in lobby.signs_in("ann").opens("/notices/2").words


def test_a_meeting_is_for_those_who_take_part(lobby: Lobby) -> None:
    lobby.desk.says("ann", "meeting Budget @bob Tue 14:00 for 45m")

    assert "Budget" in lobby.signs_in("bob").opens("/meetings/1").words
    assert lobby.signs_in("eve").get("/meetings/1").status_code == 404

"""A notice and a meeting as pages, for who has to do with them. Policy 3.2.2, 2.2.2."""

import re
from datetime import timedelta

import pytest

from bot.handlers import notices
from bot.policy.duties import Duty
from tests.stories.test_meetings import BOOK, START, WRITTEN, written
from tests.stories.test_notices import draft
from tests.web.lobby import Lobby
from tests.web.test_pages import HOSTILE

BUTTON = "I have read and understood it"


@pytest.fixture
def noticed(lobby: Lobby) -> Lobby:
    """#1, of Hana to sales: Ann, Sam and Eve."""
    with lobby.desk.store.transaction() as tx:
        notices.publish(tx, draft())
    lobby.desk.wait(timedelta(0))
    return lobby


def test_its_audience_reads_a_notice_and_confirms_it(noticed: Lobby) -> None:
    ann = noticed.signs_in("ann")
    page = ann.opens("/mine")
    assert any(have.get("href") == "/notices/1" for _, have in page.tags)
    page = ann.opens("/notices/1")
    assert "Please take your things home." in page.words
    assert "Not yet:" not in page.words

    page = ann.presses(BUTTON)
    assert "Thank you. Confirmed: #1" in page.words
    assert not any(label.endswith(BUTTON) for form in page.forms for label in form.buttons)


def test_who_confirmed_is_for_its_sender_the_offices_and_heads(noticed: Lobby) -> None:
    noticed.desk.says("ann", "confirm 1")
    hana, sam, grace = map(noticed.signs_in, ("hana", "sam", "grace"))

    page = hana.opens("/notices/1")
    assert "1 of 3 have confirmed" in page.words
    assert "Confirmed by: Ann" in page.words
    assert "Please take your things home." in page.words
    hana.presses("As a file")
    assert any(have.get("class") == "file" for _, have in hana.reads.tags)

    page = sam.opens("/notices/1")  # who is to confirm it himself, too
    assert "Confirmed by: Ann" in page.words
    assert any(label.endswith(BUTTON) for form in page.forms for label in form.buttons)
    page = grace.opens("/notices/1")
    assert "Please take your things home." not in page.words
    noticed.desk.wait(timedelta(days=9))
    assert "Late: Eve" in noticed.signs_in("hana").opens("/notices/1").words


def test_nobody_else_knows_of_a_notice(noticed: Lobby) -> None:
    bob = noticed.signs_in("bob")
    answers = {
        re.sub(r'value="[0-9a-f]{16}"', "", bob.get(path).text)
        for path in ("/notices/1", "/notices/99", "/notices/x", "/meetings/1", "/meetings/99")
    }

    assert bob.answer.status_code == 404
    assert len(answers) == 1
    assert noticed.visit().get("/notices/1").status_code == 403


def test_looking_at_a_notice_changes_nothing(noticed: Lobby) -> None:
    desk = noticed.desk
    hana = noticed.signs_in("hana")
    before = [each.number for each in _live(noticed)]
    for _ in range(2):
        hana.opens("/notices/1")

    assert [each.number for each in _live(noticed)] == before
    assert desk.wait(timedelta(0)) == []


def _live(lobby: Lobby) -> list[Duty]:
    with lobby.desk.store.transaction() as tx:
        return [duty for who in ("ann", "sam", "eve") for duty in tx.duties.owed_by(who)]


def test_a_meeting_is_for_who_takes_part(lobby: Lobby) -> None:
    lobby.desk.says("ann", BOOK)
    ann, bob, eve = map(lobby.signs_in, ("ann", "bob", "eve"))

    for visit in (ann, bob):
        page = visit.opens("/meetings/1")
        assert "Budget" in page.words
        assert "1. Offers" in page.words
        assert "Participants Bob" in page.words
    bob.presses("I will come")
    assert "Bob: accepted" in ann.opens("/meetings/1").words
    assert eve.get("/meetings/1").status_code == 404


def test_minutes_are_answered_item_by_item(lobby: Lobby) -> None:
    desk = lobby.desk
    written(desk)
    bob = lobby.signs_in("bob")
    assert any(have.get("href") == "/meetings/1" for _, have in bob.opens("/mine").tags)
    page = bob.opens("/meetings/1")
    assert "1. Decision: We buy it." in page.words
    assert "You: not answered yet" in page.words

    page = bob.presses("Confirm")  # the first item's
    assert "Confirmed: 1 item." in page.words
    assert page.words.count("You: not answered yet") == 2
    assert "You: confirmed" in page.words
    bob.presses("Other words")
    bob.presses("Change", **{"field-text": "Bob asks for two offers"})
    page = bob.opens("/meetings/1")
    assert "Bob would have 2 read: “Bob asks for two offers”" in page.words
    assert "You: objected" in page.words
    bob.presses("Confirm all")
    assert "You: not answered yet" not in bob.opens("/meetings/1").words
    page = lobby.signs_in("ann").opens("/meetings/1")
    assert "— 1 confirmed, 0 by silence, 0 objected, 1 not yet" in page.words
    assert "You:" not in page.words


def test_who_stands_in_answers_minutes_and_nobody_else_reads_them(lobby: Lobby) -> None:
    written(lobby.desk)
    assert lobby.signs_in("eve").get("/meetings/1").status_code == 404
    lobby.desk.says("bob", "away 2026-03-02..2026-03-31 @eve")
    eve = lobby.signs_in("eve")
    page = eve.opens("/meetings/1")

    assert "We buy it." in page.words
    assert "Agenda" not in page.words
    assert "Confirmed: 1 item." in eve.presses("Confirm").words


@pytest.mark.parametrize("language", ["en", "zh_Hans", "zh_Hant"])
def test_their_words_are_never_markup(lobby: Lobby, language: str) -> None:
    desk = lobby.desk
    with desk.store.transaction() as tx:
        notices.publish(tx, draft(title=HOSTILE, text=HOSTILE))
    desk.says("ann", f"meeting {HOSTILE} @bob Tue 14:00 for 45m\nagenda: {HOSTILE}")
    with desk.store.transaction() as tx:
        (meeting,) = tx.meetings.of("ann", desk.now)
    desk.until(START + timedelta(minutes=46))
    desk.says("ann", f"minutes {meeting.number} {WRITTEN}\nNote: {HOSTILE}")
    ann = lobby.signs_in("ann")
    ann.speaks(language)
    for path in ("/notices/1", f"/meetings/{meeting.number}"):
        found = ann.opens(path)

        assert ann.answer.status_code == 200, path
        assert "script" not in {tag for tag, _ in found.tags}
        assert all(h.get("src", "/static/duly.svg") == "/static/duly.svg" for _, h in found.tags)
        assert not any(name.startswith("on") for _, have in found.tags for name in have)
        assert "\u202e" not in ann.answer.text

"""Requests on pages: made, listed, read whole, compared from version to version. Policy 3.2."""

import re

import pytest

from bot.web import requests
from tests.desk import Desk
from tests.web.lobby import Lobby, Reading, Visit
from tests.web.test_files import Part, posts
from tests.web.test_pages import HOSTILE

OFFICE = "The office is closed on Friday."


def form(visit: Visit, end: str) -> tuple[str, dict[str, str]]:
    """Where the form on the page goes, and what it brings; a list of choices left as it is."""
    found = next(each for each in visit.reads.forms if each.action.endswith(end))
    return found.action, {name: value for name, value in found.fields.items() if value != ""}


def sends(visit: Visit, kind: str, *files: Part, **fields: str) -> Reading:
    """The form of a kind, filled in as a browser would."""
    visit.opens(f"/requests/new/{kind}")
    action, hidden = form(visit, f"/new/{kind}")
    given = hidden | {f"field-{name}": value for name, value in fields.items()}
    posts(visit, action, [*((name, None, value.encode()) for name, value in given.items()), *files])
    return visit.follows()


def value(page: Reading, name: str) -> str:
    return next(have.get("value", "") for _, have in page.tags if have.get("name") == name)


# Made


def test_a_request_is_made_on_a_page_of_its_own(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    page = ann.opens("/requests")
    assert "You have asked for no approval." in page.words
    page = ann.opens("/requests/new")
    kinds = [have["href"] for tag, have in page.tags if "/new/" in have.get("href", "")]
    assert kinds[:2] == ["/requests/new/work", "/requests/new/notice"]
    for path in kinds:
        assert ann.get(path).status_code == 200

    page = sends(ann, "notice", text=OFFICE, again="yes")
    assert "Sent for approval: #1" in page.words
    assert "#1 A notice Waiting for a decision" in page.words
    assert "Sent for approval" not in ann.opens("/requests").words


@pytest.mark.parametrize(
    ("kind", "fields", "fault"),
    [
        ("material", {"text": OFFICE, "amount": "a lot"}, "write a number such as 80000"),
        ("leave", {"text": "Home", "start": "soon", "end": "2026-03-10"}, "is no day"),
        ("leave", {"text": "Home", "start": "2026-03-10", "end": "2026-03-09"}, "before the first"),
        ("leave", {"text": "Home", "end": "2026-03-09"}, "Please fill this in."),
        ("outside_mail", {"text": "Hi", "recipients": "nobody"}, "is no mail address."),
        ("work", {"text": OFFICE, "departments": "moon"}, "There is no department"),
        ("work", {"text": OFFICE, "importance": "vast"}, "Please choose one of the list."),
        ("notice", {"text": "x" * 3001}, "at most 3,000 fit."),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_is_lost(
    lobby: Lobby, kind: str, fields: dict[str, str], fault: str
) -> None:
    ann = lobby.signs_in("ann")
    page = sends(ann, kind, **fields)

    assert ann.answer.status_code == 422
    assert fault in page.words
    assert any(have.get("aria-invalid") == "true" for _, have in page.tags)
    assert fields["text"] in page.words
    shown = {name: text for name, text in fields.items() if name not in ("text", "importance")}
    assert {name: value(page, f"field-{name}") for name in shown} == shown
    assert "You have asked for no approval." in ann.opens("/requests").words


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"text": OFFICE, "channels": "no-such-room"}, "I am in no channel called no-such-room."),
        ({"text": "\u200b \u3164"}, "There is nothing in this text that can be seen."),
    ],
)
def test_what_is_refused_is_shown_in_the_form_again(
    lobby: Lobby, fields: dict[str, str], why: str
) -> None:
    ann = lobby.signs_in("ann")
    page = sends(ann, "notice", subject="Closed", **fields)

    assert (ann.answer.status_code, why in page.words) == (422, True)
    assert value(page, "field-subject") == "Closed"
    assert why not in ann.opens("/requests").words  # said once
    assert "Sent for approval: #" in sends(ann, "notice", text=OFFICE).words


def test_people_and_files_are_chosen_as_in_other_forms(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    page = ann.opens("/requests/new/leave")
    offered = {have.get("value") for tag, have in page.tags if tag == "option"}
    assert {"Bob", "Wei"} <= offered
    assert ("date", "field-start") in {(h.get("type"), h.get("name")) for _, h in page.tags}
    page = sends(ann, "leave", text="Home", start="2026-03-09", end="2026-03-10", delegate="Bob")
    assert "Sent for approval: #1" in page.words
    assert "Stands in Bob" in ann.opens("/requests/1").words

    offer: Part = ("field-files", "offer.pdf", b"%PDF")
    page = sends(ann, "material", offer, text=OFFICE, amount="much")
    assert ann.answer.status_code == 422
    assert "offer.pdf" in page.words  # it is kept while the fault is mended


def test_the_same_form_sent_twice_is_one_request(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    ann.opens("/requests/new/notice")
    action, hidden = form(ann, "/new/notice")
    for _ in range(2):
        ann.post(action, hidden | {"field-text": OFFICE})
        assert ann.answer.headers["location"].startswith("/requests?answer=")

    assert ann.opens("/requests").words.count("Waiting for a decision") == 1


def test_a_request_needs_the_page_it_is_sent_from(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    ann.opens("/requests/new/notice")
    action, hidden = form(ann, "/new/notice")
    sent = hidden | {"field-text": OFFICE}

    assert ann.post(action, sent | {"pass": "0" * 64}).status_code == 403
    assert ann.post(action, sent, origin="https://evil.example").status_code == 403
    assert lobby.visit().post(action, sent).status_code == 403
    assert ann.post("/requests/new/gift", sent).status_code == 404
    assert ann.get("/requests/new/gift").status_code == 404
    assert ann.get("/requests/new/material.major").status_code == 404
    assert "You have asked for no approval." in ann.opens("/requests").words


def test_a_new_text_with_a_fault_is_not_lost_either(lobby: Lobby) -> None:
    lobby.desk.says("ann", "request work importance=important The list")
    ann = lobby.signs_in("ann")
    ann.opens("/requests/1")
    ann.presses("Change the text")
    page = ann.presses("Send", **{"field-text": "Another list", "field-departments": "moon"})

    assert ann.answer.status_code == 422
    assert "There is no department" in page.words
    assert "Another list" in page.words


# Listed


@pytest.fixture
def busy(lobby: Lobby) -> Lobby:
    desk = lobby.desk
    desk.says("ann", f"request notice {OFFICE}")  # 1
    desk.says("eve", "request leave 2026-03-10 Tuesday off")  # 2
    desk.says("bob", "request work importance=important The drawing")  # 3, of mei
    desk.says("ann", "request notice The lift is repaired")  # 4
    desk.says("sam", "approve 4")
    return lobby


def numbers(page: Visit, path: str) -> list[int]:
    page.opens(path)
    lines = re.findall(r'<p class="line"[^>]*>(.*?)</p>', page.answer.text, re.DOTALL)
    return [int(found) for line in lines for found in re.findall(r"#(\d+)", line)]


def test_each_list_is_that_of_the_chat(busy: Lobby) -> None:
    ann, sam, mei = map(busy.signs_in, ("ann", "sam", "mei"))

    assert numbers(ann, "/requests") == [4, 1]
    assert numbers(ann, "/requests/waiting") == []
    assert numbers(sam, "/requests/waiting") == [1, 2]
    assert numbers(sam, "/requests/department") == [4, 1]  # nothing personal
    assert "Approved: 1 request" in sam.reads.words
    assert numbers(mei, "/requests/department") == [3]
    assert ann.get("/requests/department").status_code == 404
    assert any(have.get("href") == "/requests" for _, have in ann.opens("/mine").tags)


def test_who_leads_sees_of_what_is_not_theirs_neither_words_nor_a_page(busy: Lobby) -> None:
    busy.desk.says("sam", "request work importance=important Secret of sam")  # 5, of grace
    busy.desk.says("eve", "request material The small list")  # 6, of business heads
    sam = busy.signs_in("sam")
    sees = sam.get("/requests/6").status_code == 200
    page = sam.opens("/requests/department")

    assert 6 in numbers(sam, "/requests/department")
    assert ("small list" in page.words) is sees
    assert any(have.get("href") == "/requests/6" for _, have in page.tags) is sees
    assert numbers(sam, "/requests/department?words=small") == ([6] if sees else [])


def test_lists_are_searched_by_words(busy: Lobby) -> None:
    ann = busy.signs_in("ann")

    assert numbers(ann, "/requests?words=friday+OFFICE") == [1]
    assert numbers(ann, "/requests?words=%234") == [4]
    assert numbers(ann, "/requests?words=drawing") == []
    assert "No request has these words." in ann.reads.words
    assert ann.opens("/requests?words=%3Cb%3E%22x").words
    assert value(ann.reads, "words") == '<b>"x'
    for odd in ("words=%00%ff", f"words={'x' * 9000}", "page=-1", "page=x", "page=99999", "page=²"):
        assert ann.get(f"/requests?{odd}").status_code == 200


def test_long_lists_are_on_pages(lobby: Lobby, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "SHOWN", 2)
    for number in range(5):
        lobby.desk.says("ann", f"request notice The list & {number}")
    ann = lobby.signs_in("ann")

    assert numbers(ann, "/requests?words=list") == [5, 4]
    after = next(have["href"] for _, have in ann.reads.tags if have.get("rel") == "next")
    assert after == "/requests?words=list&page=2"
    assert numbers(ann, after) == [3, 2]
    assert numbers(ann, "/requests?words=list&page=3") == [1]
    assert not any(have.get("rel") == "next" for _, have in ann.reads.tags)
    assert numbers(ann, "/requests?page=4") == []


# Read


def test_a_page_tells_its_way_and_everything_that_happened(lobby: Lobby) -> None:
    desk = lobby.desk
    desk.says("ann", f"request work departments=tech {OFFICE}")
    words = "A long word. " * 38
    desk.says("sam", f"comment 1 {words}")
    sam = lobby.signs_in("sam")
    page = sam.opens("/requests/1")

    assert "It is here now Sam asked Mei not asked yet" in page.words
    assert "Ann asked for it" in page.words
    assert words.strip() in page.words
    assert ("li", {"aria-current": "step"}) in page.tags
    page = sam.presses("Approve")
    assert "Sam approved Mon" in page.words
    desk.says("mei", "away 2026-03-02..2026-03-06 @wei")
    desk.says("wei", "approve 1")
    assert "Mei approved decided by Wei Mon" in sam.opens("/requests/1").words


def test_what_changed_is_marked_for_eyes_and_ears(lobby: Lobby) -> None:
    desk = lobby.desk
    desk.says("ann", f"request notice subject=Closed {OFFICE}")
    desk.says("ann", "request 1 subject=Open The office is closed on Monday.")
    page = lobby.signs_in("sam").opens("/requests/1")

    assert "Version 2," in page.words
    assert "closed on left out: Friday added: Monday ." in page.words
    assert "Subject left out: Closed added: Open" in page.words
    assert {"ins", "del"} <= {tag for tag, _ in page.tags}


def test_every_version_is_told_the_newest_first(lobby: Lobby) -> None:
    lobby.desk.says("ann", f"request notice {OFFICE}")
    for text in ("Second", "Third"):
        lobby.desk.says("ann", f"request 1 {text}")
    words = lobby.signs_in("ann").opens("/requests/1").words

    assert 0 < words.index("Version 3,") < words.index("Version 2,")


@pytest.mark.parametrize("language", ["en", "zh_Hans", "zh_Hant"])
def test_words_of_people_are_markup_on_none_of_the_pages(desk: Desk, language: str) -> None:
    lobby = Lobby(desk)
    desk.says("ann", f"request notice subject={HOSTILE.split()[0]} Before")
    desk.says("ann", f"request 1 {HOSTILE}")
    desk.says("sam", f"comment 1 {HOSTILE}")
    ann = lobby.signs_in("ann")
    ann.opens("/mine")
    ann.speaks(language)
    sends(ann, "notice", text=HOSTILE, answer=HOSTILE, channels=HOSTILE)
    answers = [ann.answer.text.replace("\u202e", "")]  # what they wrote themselves comes back
    for path in ("/requests", "/requests/1", "/requests/new", f"/requests?words={HOSTILE[:40]}"):
        ann.opens(path)
        answers.append(ann.answer.text)
    for text in answers:
        made = Reading()
        made.feed(text)

        assert "script" not in {tag for tag, _ in made.tags}
        assert all(h.get("src", "/static/duly.svg") == "/static/duly.svg" for _, h in made.tags)
        assert not any(name.startswith("on") for _, have in made.tags for name in have)
        assert "\u202e" not in text

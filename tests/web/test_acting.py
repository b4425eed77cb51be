"""What people do on a page is what they would have typed in the chat, once, and as themselves."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store.schema import journal
from bot.web import acting
from bot.web.posting import BODY
from tests.desk import Desk
from tests.web.lobby import FORM, Lobby


@pytest.fixture
def asked(lobby: Lobby) -> Lobby:
    """Ann waits for Bob's answer, #1; for Wei's, #2."""
    lobby.desk.posts("ann", "@bob when will the samples be ready?")
    lobby.desk.posts("ann", "@wei can you send me the drawing?")
    return lobby


def happenings(desk: Desk) -> int:
    with desk.store.db.connect() as conn:
        return int(conn.execute(sa.select(sa.func.count()).select_from(journal)).scalar_one())


def test_a_button_does_what_the_command_does_and_the_next_page_says_so(asked: Lobby) -> None:
    bob = asked.signs_in("bob")
    assert "when will the samples be ready" in bob.opens("/mine").words

    page = bob.presses("I have answered")
    assert "Done: #1. Ann can open it again." in page.words
    assert "You owe nothing. Enjoy it." in page.words
    assert asked.desk.duty(1).state == "done"
    assert "Done" not in bob.opens("/mine").words  # said once


def test_a_form_is_filled_in_on_the_page(asked: Lobby) -> None:
    bob = asked.signs_in("bob")
    bob.opens("/mine")
    page = bob.presses("I will reply by …")
    assert "When will you answer?" in page.words

    page = bob.presses("Promise", **{"field-until": "in 2 hours"})
    assert "#1" in page.words
    assert asked.desk.duty(1).state == "promised"


def test_a_form_with_faults_comes_back_as_it_was_sent(asked: Lobby) -> None:
    bob = asked.signs_in("bob")
    bob.opens("/mine")
    bob.presses("I will reply by …")
    page = bob.presses("Promise", **{"field-until": "when <pigs> fly"})

    assert bob.answer.status_code == 422
    assert "I cannot read this time." in page.words
    assert bob.field("field-until") == "when <pigs> fly"
    assert any(have.get("aria-invalid") for _, have in page.tags)
    assert bob.presses("Promise", **{"field-until": "in 2 hours"}).words
    assert asked.desk.duty(1).state == "promised"


def test_a_person_is_chosen_by_a_name_that_means_nobody_else(asked: Lobby) -> None:
    bob = asked.signs_in("bob")
    bob.opens("/mine")
    page = bob.presses("Pass on")
    offered = [have["value"] for tag, have in page.tags if tag == "option" and "value" in have]
    assert {"Wei", "Mei", "Ann"} <= set(offered)

    bob.presses("Pass on", **{"field-person": "Wei"})
    assert any(line.to == "wei" for line in asked.desk.paper.lines)


def test_an_outsider_is_offered_no_colleagues(asked: Lobby) -> None:
    with asked.desk.store.transaction() as tx:
        bob = tx.people.snapshot().directory.people["bob"]
        tx.people.save([replace(bob, partner=True)])
    visit = asked.signs_in("bob")
    visit.opens("/mine")

    assert "Grace" not in visit.presses("Pass on").words


def test_the_same_press_again_is_the_same_deed(asked: Lobby) -> None:
    bob = asked.signs_in("bob")
    bob.opens("/mine")
    sent = bob.reads.forms[-2].fields | {"line": "done 1"}
    before = happenings(asked.desk)
    for _ in range(3):
        assert bob.post("/do", sent).status_code == 303

    assert happenings(asked.desk) == before + 1
    assert "Done: #1" in bob.follows().words


def test_another_persons_deed_cannot_be_taken_over(asked: Lobby) -> None:
    """The same numbers from another session are another deed, with an answer of its own."""
    bob, eve = asked.signs_in("bob"), asked.signs_in("eve")
    bob.opens("/mine")
    hidden = bob.reads.forms[-2].fields
    bob.post("/do", hidden | {"line": "mine"})
    answer = bob.answer.headers["location"]

    assert "when will the samples" in bob.opens(answer).words
    assert "when will the samples" not in eve.opens(answer).words
    assert eve.post("/do", hidden | {"line": "mine"}).status_code == 403
    eve.opens("/mine")
    own = eve.reads.forms[0].fields | {"nonce": hidden["nonce"]}
    eve.post("/do", own | {"line": "mine"})
    assert eve.answer.headers["location"] != answer
    assert "You owe nothing. Enjoy it." in eve.follows().words


def test_nobody_fills_in_or_closes_what_is_anothers(asked: Lobby) -> None:
    bob, eve = asked.signs_in("bob"), asked.signs_in("eve")
    bob.opens("/mine")
    page = bob.presses("I will reply by …")
    note = next(form.action for form in page.forms if form.action.endswith("/fill"))
    eve.opens("/mine")
    own = eve.reads.forms[0].fields

    assert eve.post(note, own | {"field-until": "in 2 hours"}).status_code == 404
    eve.post(note.replace("/fill", "/close"), own)
    assert bob.presses("Promise", **{"field-until": "in 2 hours"}).words
    assert asked.desk.duty(1).state == "promised"


def test_nobody_decides_their_own_request_on_a_page_either(lobby: Lobby) -> None:
    lobby.desk.says("ann", "request notice The office is closed on Friday.")
    ann = lobby.signs_in("ann")
    ann.opens("/mine")

    assert "is your own request" in ann.presses("Send", line="approve 1").words
    assert "There is no request #1." in (
        lobby.signs_in("eve").presses("Send", line="/duly approve 1").words
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "mine",
        "\x00nul\x00",
        "mine\nmine",
        "  /duly mine",
        "待办",
        "nonsense",
        "<b>x</b>",
        "request notice " + "长" * 9000,
    ],
)
def test_whatever_is_typed_is_answered(lobby: Lobby, line: str) -> None:
    ann = lobby.signs_in("ann")
    page = ann.presses("Send", line=line)

    assert ann.answer.status_code == 200
    assert any(have.get("class", "").startswith("note ") for _, have in page.tags)
    assert ("b", {}) not in page.tags


def test_a_form_of_elsewhere_does_nothing(asked: Lobby) -> None:
    bob = asked.signs_in("bob")
    bob.opens("/mine")
    sent = bob.reads.forms[-2].fields | {"line": "done 1"}
    forged = [
        (sent | {"pass": ""}, {}),
        (sent | {"pass": "0" * 64}, {}),
        (sent | {"pass": "é"}, {}),
        (sent, {"origin": "https://evil.example"}),
        (sent, {"origin": "https://duly.example.evil.example"}),
        (sent, {"sec_fetch_site": "cross-site"}),
        ({"line": "done 1"}, {}),
    ]
    for fields, headers in forged:
        assert bob.post("/do", fields, **headers).status_code == 403, (fields, headers)
        assert "not from this page" in bob.reads.words
    assert asked.desk.duty(1).live
    assert bob.post("/do", sent | {"nonce": "../.."}).status_code == 400
    assert bob.post("/do", sent, content_type="text/plain").status_code == 400
    assert bob.send("POST", "/do", b"\xff\xfe", {"content-type": FORM}).status_code == 400
    assert asked.desk.duty(1).live


def test_every_deed_needs_its_pass_phrase(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    for path in ("/do", "/notes/x/fill", "/notes/x/close", "/language", "/sign-out"):
        assert ann.post(path, {"line": "mine", "language": "en"}).status_code == 403
        assert ann.get(path).status_code == 405
    assert ann.post("/sign-out-everywhere", {}).status_code == 403
    assert ann.get("/mine").status_code == 200


def test_what_is_too_large_is_refused(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")

    assert ann.post("/do", {"line": "x" * BODY}).status_code == 413
    assert "too large" in ann.reads.words
    many = {f"f{number}": "" for number in range(1000)}
    assert ann.post("/do", many).status_code == 400


def test_it_leads_back_to_no_other_place(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    hidden = ann.reads.forms[0].fields | {"line": "mine"}
    for back in ("https://evil.example", "//evil.example", "/mine\r\nSet-Cookie: x=y", "", "mine"):
        answer = ann.post("/do", hidden | {"back": back})
        assert answer.headers["location"].startswith("/mine?answer=")
    answer = ann.post("/do", hidden | {"back": "/duties/7"})
    assert answer.headers["location"].startswith("/duties/7?answer=")


def test_an_answer_that_takes_its_time_is_waited_for_and_found_later(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "PATIENCE", 0.05)
    ann = lobby.signs_in("ann")
    lobby.inbox.idle = True
    page = ann.presses("Send", line="mine")
    assert "still working on it" in page.words
    lobby.desk.wait(timedelta(seconds=1))

    assert "You owe nothing. Enjoy it." in ann.opens("/settings").words
    ann.presses("Close")
    assert "You owe nothing" not in ann.opens("/settings").words


def test_what_the_inbox_does_not_take_was_not_done(asked: Lobby) -> None:
    bob = asked.signs_in("bob")
    bob.opens("/mine")
    asked.inbox.broken = True

    assert "Nothing was done." in bob.presses("I have answered").words
    assert bob.answer.status_code == 503
    assert asked.desk.duty(1).live


@pytest.mark.thorough
def test_a_workbook_that_was_asked_for_is_handed_over_on_the_page(lobby: Lobby) -> None:
    hana, eve = lobby.signs_in("hana"), lobby.signs_in("eve")
    hana.presses("Send", line="report 2026-03")
    assert asyncio.run(lobby.desk.bot.workshop.round()) == 1
    lobby.desk.wait(timedelta(seconds=1))
    page = hana.opens("/mine")
    path = next(have["href"] for tag, have in page.tags if have.get("class") == "file")

    answer = hana.get(path)
    assert answer.content[:2] == b"PK"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["cache-control"] == "no-store"
    assert eve.get(path).status_code == 404
    assert lobby.visit().get(path).status_code == 403
    lobby.desk.now += timedelta(days=31)
    again = lobby.signs_in("hana")
    assert again.get(path).status_code == 404
    assert "expired" in again.reads.words


def test_the_language_is_switched_for_this_browser(asked: Lobby) -> None:
    bob, other = asked.signs_in("bob"), asked.signs_in("bob")
    bob.opens("/mine")
    bob.presses("Switch", language="zh_Hant")
    bob.opens("/mine")

    assert ("html", {"lang": "zh-Hant"}) in bob.reads.tags
    assert ("html", {"lang": "en"}) in other.opens("/mine").tags
    hidden = bob.reads.forms[0].fields
    assert bob.post("/language", hidden | {"language": "klingon"}).status_code == 400

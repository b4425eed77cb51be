"""What holds for every page: headers, no copies, errors without details."""

import logging

import pytest
from starlette.responses import PlainTextResponse

from bot.port import Door
from bot.web import listing
from bot.web.app import app
from tests import prompt
from tests.web.lobby import Lobby, nothing

PAGES = ("/", "/mine", "/waiting", "/settings", "/nowhere", "/sign-in/x", "/duties/1")
KEPT = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def test_every_page_comes_with_its_safety_headers(lobby: Lobby) -> None:
    for visit in (lobby.visit(), lobby.signs_in("ann")):
        for path in (*PAGES, lobby.link("bob")):
            headers = visit.get(path).headers

            assert {name: headers.get(name) for name in KEPT} == KEPT, path


def test_no_page_needs_anything_inline_or_from_elsewhere(lobby: Lobby) -> None:
    lobby.desk.posts("ann", "@bob when will the samples be ready?")
    bob = lobby.signs_in("bob")
    for path in PAGES:
        for tag, have in bob.opens(path).tags:
            assert tag not in ("script", "style", "iframe", "object"), path
            assert not any(name == "style" or name.startswith("on") for name in have), path
            for name in ("src", "href", "action"):
                assert have.get(name, "/").startswith(("/", "#", "")), path
                assert not have.get(name, "").startswith(("//", "http", "data", "javascript"))


def test_the_style_may_be_kept_and_is_there(lobby: Lobby) -> None:
    visit = lobby.visit()
    for path, kind in (("/static/web.css", "text/css"), ("/static/duly.svg", "image/svg+xml")):
        answer = visit.get(path)

        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["cache-control"] == "public, max-age=86400"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_front_door_opens_with_and_without_its_slash(lobby: Lobby) -> None:
    """Duly prints it without one, and the pages are mounted at "/"."""
    front = Door("/playground", PlainTextResponse("come in"), front=True)
    lobby.app = app([front], prompt.WELL, nothing, lobby.gate)
    visit = lobby.visit()
    visit.opens("/playground?as=ann")

    assert visit.answer.text == "come in"
    assert visit.answer.url.raw_path == b"/playground/?as=ann"


def test_looking_changes_nothing(lobby: Lobby) -> None:
    lobby.desk.posts("ann", "@bob when will the samples be ready?")
    bob = lobby.signs_in("bob")
    bob.opens("/mine")
    bob.presses("I will reply by …")
    path = str(bob.answer.url.raw_path.decode())
    first = bob.get(path).text
    for _ in range(3):
        assert bob.send("HEAD", path, b"", {}).status_code == 200
        assert bob.get(path).text.count("When will you answer?") == first.count(
            "When will you answer?"
        )


def test_an_error_of_ours_is_a_page_with_a_number_and_nothing_else(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("words of somebody")

    ann = lobby.signs_in("ann")
    monkeypatch.setattr(listing, "mine", breaks)
    with caplog.at_level(logging.ERROR):
        answer = ann.get("/mine")

    assert answer.status_code == 500
    assert "Something broke on our side" in ann.reads.words
    assert "RuntimeError" in caplog.text
    for secret in ("words of somebody", "Traceback"):
        assert secret not in answer.text
        assert secret not in caplog.text
    assert KEPT.items() <= dict(answer.headers).items()
    number = caplog.records[-1].getMessage().split("#")[1].split(":")[0]
    assert number in answer.text


def test_a_page_used_in_the_wrong_way_says_so(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")

    assert ann.post("/mine", {}).status_code == 405
    assert ann.answer.headers["allow"] == "HEAD, GET" or "GET" in ann.answer.headers["allow"]
    assert ann.send("DELETE", "/mine", b"", {}).status_code == 405
    assert ann.get("/healthz").json() == {"ok": True}

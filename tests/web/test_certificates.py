"""Certificates on pages: what was approved, to compare with, to print and to paste. Policy 3.2."""

import re

import pytest

from tests.web.lobby import HERE, Lobby, Visit

TEXT = "The office is closed on Friday."


@pytest.fixture
def code(lobby: Lobby) -> str:
    """Of #1, a notice of Ann that Sam approved."""
    lobby.desk.says("ann", f"request notice {TEXT}")
    lobby.desk.says("sam", "approve 1")
    with lobby.desk.store.transaction() as tx:
        request = tx.requests.find(1)
        assert request is not None
        found = tx.requests.code_of(request.id)
    assert found is not None
    return found


def compares(visit: Visit, text: str) -> str:
    return visit.presses("Compare", text=text).words


def test_everybody_here_sees_it_and_its_words_who_has_to_do_with_it(
    lobby: Lobby, code: str
) -> None:
    ann, wei = lobby.signs_in("ann"), lobby.signs_in("bob")
    page = ann.opens("/requests/1")
    assert any(have.get("href") == f"/certificates/{code}" for _, have in page.tags)
    page = ann.opens(f"/certificates/{code}")
    assert "Valid" in page.words
    assert f"Certificate {code}" in page.words
    assert "Approved by Sam at Mon" in page.words
    assert TEXT in page.words
    assert any(have.get("href") == "/requests/1" for _, have in page.tags)

    page = wei.opens(f"/certificates/{code}")
    assert "Approved by Sam at Mon" in page.words
    assert TEXT not in page.words
    assert not any(have.get("href") == "/requests/1" for _, have in page.tags)
    assert wei.get(f"/certificates/{code.lower().replace('-', '')}").status_code == 200
    assert lobby.visit().get(f"/certificates/{code}").status_code == 403


def test_a_text_is_compared_as_the_chat_does(lobby: Lobby, code: str) -> None:
    bob = lobby.signs_in("bob")
    bob.path = f"/certificates/{code}"
    for text in (TEXT, f"{TEXT}\r\n", f"  {TEXT}", TEXT.replace("Fri", "Mon")):
        bob.opens(bob.path)
        lobby.desk.says("bob", f"verify {code} {text}")
        told = lobby.desk.paper.lines[-1].text.split("\n")[1]

        assert told in compares(bob, text)
        assert bob.answer.status_code == 200
        assert text.strip() in bob.reads.words  # it is still there


def test_comparing_needs_the_page(lobby: Lobby, code: str) -> None:
    bob = lobby.signs_in("bob")
    bob.opens(f"/certificates/{code}")
    sent = next(each for each in bob.reads.forms if each.action.endswith(code)).fields
    path = f"/certificates/{code}"

    assert bob.post(path, sent | {"text": TEXT}).status_code == 200
    assert bob.post(path, sent | {"text": TEXT, "pass": "x"}).status_code == 403
    assert bob.post(path, sent | {"text": TEXT}, origin="https://evil.example").status_code == 403
    assert bob.post("/certificates/AAAAA-AAAAA", sent | {"text": TEXT}).status_code == 404


def test_a_block_is_ready_for_a_mail(lobby: Lobby, code: str) -> None:
    ann = lobby.signs_in("ann")
    ann.opens(f"/certificates/{code}")
    block = re.search(r"<textarea id=\"block\"[^>]*>(.*?)</textarea>", ann.answer.text, re.DOTALL)

    assert block is not None
    assert "<" not in block[1]
    assert f"{HERE}/certificates/{code}" in block[1]
    assert f"Certificate: {code}" in block[1]
    assert "Approved by: Sam at Mon" in block[1]
    assert "Times are in Asia/Shanghai." in block[1]


def test_what_was_taken_back_says_so_and_is_not_to_be_pasted(lobby: Lobby, code: str) -> None:
    lobby.desk.says("ann", "recall 1 It was wrong.")
    lobby.desk.says("sam", "approve 2")
    page = lobby.signs_in("bob").opens(f"/certificates/{code}")

    assert "Taken back" in page.words
    assert "Valid" not in page.words
    assert not any(have.get("id") == "block" for _, have in page.tags)


def test_what_is_personal_looks_like_what_was_never_given(lobby: Lobby) -> None:
    lobby.desk.says("eve", "request leave 2026-03-10 Tuesday off")
    lobby.desk.says("sam", "approve 1")
    with lobby.desk.store.transaction() as tx:
        request = tx.requests.find(1)
        code = tx.requests.code_of(request.id) if request else None
    assert lobby.signs_in("eve").get(f"/certificates/{code}").status_code == 200
    bob = lobby.signs_in("bob")
    paths = (f"/certificates/{code}", "/certificates/AAAAA-AAAAA", "/certificates/x", "/nowhere")
    answers = {re.sub(r'value="[0-9a-f]{16}"', "", bob.get(path).text) for path in paths}

    assert bob.answer.status_code == 404
    assert len(answers) == 1

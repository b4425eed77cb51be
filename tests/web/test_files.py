"""Files on the pages: brought with a form, kept only from a page of ours, given back to few."""

import re
from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest

from bot.card import Card, Form
from bot.effects import OpenForm
from bot.store.sessions import web_account
from bot.web.posting import BODY, LARGEST
from bot.words import say
from commands import COMMANDS
from tests.desk import Desk
from tests.enclosing import FIELDS, NEEDED, command
from tests.web.lobby import Lobby, Reading, Visit

PDF = b"%PDF-1.7 \r\n--not a boundary\r\n\x00\xff"
FILE = re.compile(r"\b(\d+) [0-9a-f]{64} ([0-9a-f]{32})\b")
Part = tuple[str, str | None, bytes]  # field, file name, content


@pytest.fixture
def lobby(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Lobby:
    monkeypatch.setattr("bot.wiring.COMMANDS", (*COMMANDS, command()))
    with desk.store.transaction() as tx:
        tx.policies.adopt("[files]\nlongest_mb = 1")
    return Lobby(desk)


@pytest.fixture
def ann(lobby: Lobby) -> Visit:
    visit = lobby.signs_in("ann")
    visit.presses("Send", line="enclose")
    return visit


def form(page: Reading) -> tuple[str, dict[str, str]]:
    found = next(each for each in page.forms if each.action.endswith("/fill"))
    return found.action, dict(found.fields)


def sends(visit: Visit, *parts: Part, note: str = "look", **headers: str) -> Reading:
    """The form on the page that is open, with these files."""
    action, fields = form(visit.reads)
    fields.pop("field-files")
    fields |= {"field-note": note}
    texts = [(name, None, value.encode()) for name, value in fields.items()]
    posts(visit, action, [*texts, *parts], **headers)
    return visit.follows()


def posts(visit: Visit, path: str, parts: Sequence[Part], **headers: str) -> None:
    edge = uuid4().hex
    whole = b""
    for field, name, content in parts:
        file = f'; filename="{name}"\r\nContent-Type: text/html' if name is not None else ""
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"{file}\r\n\r\n'
        whole += head.encode("utf-8", "surrogatepass") + content + b"\r\n"
    kinds = {
        "content_type": f"multipart/form-data; boundary={edge}",
        "origin": "null",
        "sec_fetch_site": "same-origin",
    }
    visit.send("POST", path, whole + f"--{edge}--\r\n".encode(), kinds | headers)


def offer(name: str = "offer.pdf", body: bytes = PDF) -> Part:
    return ("field-files", name, body)


def test_files_are_brought_with_a_form_and_can_be_fetched_by_their_owner(
    lobby: Lobby, ann: Visit
) -> None:
    assert any(have.get("enctype") == "multipart/form-data" for _, have in ann.reads.tags)
    page = sends(ann, offer("报价单 三月.pdf"), offer("b.txt", b"x"))

    assert "Enclosed: 2 报价单 三月.pdf, b.txt" in page.words
    (size, file), (_, other) = FILE.findall(page.words)
    assert int(size) == len(PDF)
    answer = ann.get(f"/files/{file}")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E6%8A")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert ann.get(f"/files/{other}").content == b"x"

    assert lobby.signs_in("bob").get(f"/files/{file}").status_code == 404
    assert lobby.visit().get(f"/files/{file}").status_code == 403
    for wrong in ("0" * 32, "..%2f", "x"):
        assert ann.get(f"/files/{wrong}").status_code == 404


def test_a_form_without_a_file_is_sent_as_well(ann: Visit) -> None:
    page = sends(ann, ("field-files", "", b""))

    assert "Enclosed: 0" in page.words


def test_with_a_fault_elsewhere_the_files_stay_with_the_form(ann: Visit) -> None:
    page = sends(ann, offer("one.pdf"), offer("two.pdf"), note="n" * 30)
    assert ann.answer.status_code == 422
    assert "one.pdf" in page.words
    kept = [name for name in form(page)[1] if name.startswith("field-files-file:")]
    assert len(kept) == 2

    action, fields = form(page)
    del fields[kept[0]]
    fields |= {"field-note": "look"}
    texts = [(name, None, value.encode()) for name, value in fields.items()]
    posts(ann, action, [*(each for each in texts if each[0] != "field-files"), offer("three.pdf")])
    assert "Enclosed: 2 two.pdf, three.pdf" in ann.follows().words


def test_the_same_form_sent_again_is_the_same_deed(ann: Visit) -> None:
    action, fields = form(ann.reads)
    texts = [(name, None, value.encode()) for name, value in fields.items() if "files" not in name]
    parts = [*texts, ("field-note", None, b"look"), offer()]
    posts(ann, action, parts)
    first = ann.answer.headers["location"]
    posts(ann, action, parts)

    assert ann.answer.headers["location"] == first


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\a.pdf", "a.pdf"),
        ("offer\u202efdp.exe", "offerfdp.exe"),
        ("x" * 300 + ".pdf", "x" * 115 + "….pdf"),
        ("<b>x<%2Fb>.pdf", "<b>x<%2Fb>.pdf"),
        ("\u0007\u200b", "file"),
    ],
)
def test_an_unsafe_name_is_made_safe(ann: Visit, name: str, shown: str) -> None:
    page = sends(ann, offer(name))

    assert f"Enclosed: 1 {shown}" in page.words
    assert ("b", {}) not in page.tags
    (_, file) = FILE.findall(page.words)[0]
    headers = ann.get(f"/files/{file}").headers
    assert not re.search(r"[\r\n\"<>/\\]", headers["content-disposition"].partition("''")[2])


def test_what_is_empty_or_too_large_comes_back_with_the_form(ann: Visit) -> None:
    page = sends(ann, offer("empty.txt", b""))
    assert ann.answer.status_code == 422
    assert "empty.txt is empty. Choose it again." in page.words
    page = sends(ann, offer("good.pdf"), offer("large.bin", bytes(1_000_001)))
    assert "large.bin is larger than 1 MB." in page.words

    assert "good.pdf" in page.words
    sends(ann, offer("vast.bin", bytes(BODY + LARGEST * 1_000_000)))
    assert ann.answer.status_code == 413


def test_a_form_with_files_of_elsewhere_keeps_nothing(lobby: Lobby, ann: Visit) -> None:
    action, fields = form(ann.reads)
    eve = lobby.signs_in("eve")
    good = [(name, None, value.encode()) for name, value in fields.items() if "files" not in name]
    wrong_pass = [each for each in good if each[0] != "pass"] + [("pass", None, b"0" * 64)]

    for visit, parts, headers, status in (
        (ann, wrong_pass, {}, 403),
        (ann, good, {"origin": "https://evil.example"}, 403),
        (ann, good, {"sec_fetch_site": "cross-site"}, 403),
        (eve, good, {}, 403),
        (lobby.visit(), good, {}, 403),
        (ann, [*good, ("field-note", "x.txt", b"x")], {}, 400),
        (ann, [*good, ("field-other", "x.txt", b"x")], {}, 400),
        (ann, [each for each in good if each[0] != "nonce"], {}, 400),
        (ann, good, {"content_type": "multipart/form-data"}, 400),
        (ann, good, {"content_type": "multipart/form-data; boundary=other"}, 400),
        (ann, [*good, *((f"f{n}", None, b"") for n in range(200))], {}, 400),
        (ann, [*good, *(offer() for _ in range(30))], {}, 400),
    ):
        posts(visit, action, [*parts, offer()], **headers)
        assert visit.answer.status_code == status, (parts[-1][0], headers)
    with lobby.desk.store.transaction() as tx:
        assert tx.files.waiting("ann") == tx.files.waiting("eve") == 0


def test_what_the_store_does_not_take_was_not_done(lobby: Lobby, ann: Visit) -> None:
    action, fields = form(ann.reads)
    texts = [(name, None, value.encode()) for name, value in fields.items() if "files" not in name]
    lobby.inbox.broken = True
    posts(ann, action, [*texts, ("field-note", None, b"look"), offer()])

    assert ann.answer.status_code == 503
    assert "Nothing was done." in ann.reads.words


def test_a_reference_that_was_typed_by_hand_is_worth_nothing(lobby: Lobby, ann: Visit) -> None:
    (_, file) = FILE.findall(sends(ann, offer()).words)[0]
    eve = lobby.signs_in("eve")
    page = eve.presses("Send", line=f"enclose look file:{file}")

    assert "One of the files is not there any more." in page.words
    assert "Enclosed: 1" in ann.presses("Send", line=f"enclose look file:{file}").words


def test_a_form_that_holds_files_already_shows_them(lobby: Lobby, ann: Visit) -> None:
    """As when something is sent back for correction."""
    (_, file) = FILE.findall(sends(ann, offer()).words)[0]
    held = replace(NEEDED, initial=f"file:{file} file:{'0' * 32}")
    asked = Form("enclose", say("Again"), (FIELDS[0], held), say("Send"))
    effect = OpenForm(web_account(lobby.desk.store.company, "ann"), asked, None, Card(say("x")))
    with lobby.desk.store.transaction() as tx:
        tx.outbox.add(effect, "again")
    lobby.desk.hears()
    page = ann.opens("/mine")

    control = next(have for _, have in page.tags if have.get("type") == "file")
    assert "required" not in control
    assert [name for name in form(page)[1] if name.startswith("field-files-")] == [
        f"field-files-file:{file}"
    ]
    assert "Enclosed: 1 offer.pdf" in sends(ann).words

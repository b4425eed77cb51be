"""The pages of the reporting channel, asked as nobody's browser would ask them. 5.1.3."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot import reporting, sealing
from bot.policy.casefile import Report
from bot.web.jsoned import unblob
from tests.desk import Desk
from tests.reporting.world import World
from tests.web.lobby import Lobby, Visit

CANARY = "canary-30f1aa"
NONCE = re.compile(r'name="nonce" value="\w+"')


class Setting:
    def __init__(self) -> None:
        self.desk = Desk()
        self.lobby = Lobby(self.desk)
        self.world = World(self.desk)
        self.visit = self.lobby.visit()

    def post(self, path: str, data: Any, visit: Visit | None = None) -> httpx.Response:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
        return (visit or self.visit).send("POST", path, body, headers)

    def sealed(self, code: str) -> dict[str, Any]:
        """As a browser sends it."""
        told = self.world.told("ann", CANARY, (), "anonymous")
        report, _ = reporting.seal(self.world.channel(), told, code)
        return written(report)


def written(report: Report) -> dict[str, Any]:
    keys = [{"holder": x.holder, "sealed": unblob(x.sealed)} for x in report.keys]
    parts = [{"id": x.id, "kind": x.kind, "body": unblob(x.body)} for x in report.parts]
    return {
        "case": report.case,
        "receipt": report.receipt,
        "print": report.print,
        "code": unblob(report.code),
        "recovery": unblob(report.recovery),
        "keys": keys,
        "parts": parts,
    }


@pytest.fixture
def scene() -> Iterator[Setting]:
    made = Setting()
    yield made
    made.desk.close()


def test_it_is_taken_read_and_answered_with_the_receipt_code_alone(scene: Setting) -> None:
    code = sealing.new_code()
    data = scene.sealed(code)
    first = scene.post("/report", data)
    again = scene.post("/report", data)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()

    token = sealing.receipt(code, "acme").token.hex()
    found = scene.post("/report/read", {"token": token}).json()
    assert found["state"] == "received"
    assert [x["side"] for x in found["said"]] == ["reporter"]
    part = {"id": "c" * 32, "kind": "message", "body": "AAAA"}
    assert scene.post("/report/write", {"token": token, "parts": [part]}).status_code == 200
    whole = scene.post("/report/part", {"token": token, "id": "c" * 32}).json()
    assert whole["body"] == "AAAA"
    for path in ("read", "part", "write"):
        wrong = {"token": "0" * 64, "id": "c" * 32, "parts": [part | {"id": "d" * 32}]}
        assert scene.post(f"/report/{path}", wrong).status_code == 404


def test_who_looks_is_not_asked_for_anything(scene: Setting) -> None:
    for path in ("/report", "/report/continue", "/report/channel"):
        answer = scene.visit.get(path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    for language, words in (("zh_Hans", "举报违规"), ("zh_Hant", "舉報違規")):
        assert words in scene.visit.get(f"/report?language={language}").text
    listed = json.dumps(scene.visit.get("/report/channel").json())
    assert "sam" not in listed  # it tells no names but of who reads reports


def test_nonsense_is_refused_and_stands_in_no_log(
    scene: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    good = scene.sealed(sealing.new_code())
    changes: list[Mapping[str, Any]] = [
        {"case": CANARY},
        {"keys": [{"holder": "0" * 32, "sealed": CANARY + "!"}]},
        {"keys": good["keys"] * 30},
        {"parts": []},
        {"parts": [good["parts"][0], good["parts"][0]]},
        {"parts": [{**good["parts"][0], "kind": CANARY}]},
        {"parts": [{**good["parts"][0], "body": "A" * 400_000}]},
        {"identity": CANARY},
        {"identity": {"body": CANARY}},
        {"tell": [CANARY]},
        {"print": None},
    ]
    for change in changes:
        assert scene.post("/report", {**good, **change}).status_code == 400, change
    for body in (b"{", CANARY.encode(), b"[]", b"[" * 100_000):
        assert scene.post("/report", body).status_code == 400
    assert scene.post("/report", CANARY.encode() * 1_000_000).status_code == 413
    stale = scene.post("/report", {**good, "print": "0" * 32})
    assert (stale.status_code, "Send it once more" in stale.json()["error"]) == (409, True)
    foreign = {"content-type": "application/json", "origin": "https://evil.example"}
    assert scene.visit.send("POST", "/report", b"{}", foreign).status_code == 403
    scene.lobby.inbox.broken = True
    assert scene.post("/report", good).status_code == 500
    ours = [x.getMessage() for x in caplog.records]
    assert not [x for x in ours if CANARY in x]
    with scene.desk.store.transaction() as tx:
        assert tx.sealed.everyone_s() == []


def test_too_many_wait_and_are_not_dropped(scene: Setting) -> None:
    with scene.desk.store.transaction() as tx:
        tx.policies.adopt("[reporting]\nper_hour = 1")
    data = scene.sealed(sealing.new_code())
    assert scene.post("/report", data).status_code == 200
    busy = scene.post("/report", data)
    assert busy.status_code == 503
    assert 3500 < busy.json()["again"] <= 3601

    scene.desk.now += timedelta(hours=1)
    assert scene.post("/report", data).status_code == 200


@pytest.mark.thorough
def test_a_case_is_there_for_who_has_a_key_and_for_nobody_else(scene: Setting) -> None:
    number = scene.world.report("ann", CANARY, about=("mei",))
    for who in ("ann", "grace", "hana", "mei"):
        visit = scene.lobby.signs_in(who)
        assert visit.get("/sealed").status_code == 404
        assert "/sealed" not in visit.opens("/mine").words
        passed = {"pass": visit.field("pass")}
        missing = scene.post("/sealed/999/open", passed, visit)
        theirs = scene.post(f"/sealed/{number}/open", passed, visit)
        assert NONCE.sub("", theirs.text) == NONCE.sub("", missing.text)
        for path in ("key", "recovery", "list", "recover"):
            assert scene.post(f"/sealed/{path}", passed, visit).status_code in (400, 404)
    bob = scene.lobby.signs_in("bob")
    assert bob.get("/sealed").status_code == 200
    passed = {"pass": bob.field("pass")}
    assert scene.post("/sealed/list", passed, bob).json() == {"cases": []}
    assert scene.post(f"/sealed/{number}/open", passed, bob).status_code == 404
    assert scene.post(f"/sealed/{number}/open", {"pass": "x"}, bob).status_code == 403
    assert scene.post(f"/sealed/{number}/open", {}, scene.lobby.visit()).status_code == 403

    eve = scene.lobby.signs_in("eve")
    eve.opens("/sealed")
    passed = {"pass": eve.field("pass")}
    found = scene.post(f"/sealed/{number}/open", passed, eve).json()
    assert [x["holder"] for x in found["mine"]] == [scene.world.eve.holder]
    assert [x["what"] for x in found["log"]] == ["opened"]
    assert CANARY not in json.dumps(found)
    for path, more in (
        ("move", {"to": "nowhere"}),
        ("assign", {"to": 7}),
        ("let-in", {"holder": "x"}),
        ("ask", {}),
        ("agree", {"number": -1}),
        ("say", {"parts": 1}),
        ("part", {"id": "0" * 32}),
    ):
        answer = scene.post(f"/sealed/{number}/{path}", passed | more, eve)
        assert answer.status_code in (400, 404), path


def test_the_command_on_a_page_leads_to_the_page_and_is_kept_nowhere(scene: Setting) -> None:
    ann = scene.lobby.signs_in("ann")
    ann.opens("/mine")
    before = count(scene)
    ann.post("/do", ann.reads.forms[-2].fields | {"line": f"/duly breach {CANARY}"})
    assert ann.answer.headers["location"] == "/report"
    assert count(scene) == before


def count(scene: Setting) -> int:
    with scene.desk.store.transaction() as tx:
        return int(tx.rows.conn.exec_driver_sql("SELECT count(*) FROM journal").scalar() or 0)

"""Every page by everybody, and every form that pages send: nobody reads what is not theirs.

Promise 7: an address that is not for somebody is answered as one where there is nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from starlette.routing import Mount, Route

from bot.store.sessions import Token, web_account
from bot.web.pages import Pages
from bot.web.visitors import recognise
from tests.access.asking import CANARY, NOTHING
from tests.access.company import ACCOUNTS, ACTORS, Company, build, may
from tests.access.table import CASE, FINDING, INVOLVED, LINE
from tests.access.test_commands import everyone, named
from tests.web.lobby import Lobby, Visit

STRANGERS = {"gone", "mallory"}
ALL = " ".join(each for each in ACTORS if each not in STRANGERS)
LOOKS_AT = "nina sam mei hana grace ivan ida oda"  # findings, or may have to
READERS = "oda ines ivo"  # of sealed reports
ANYBODY = " ".join(ACTORS)
PAGES: Mapping[str, str] = {  # for whom there is something
    "/": ANYBODY,
    **dict.fromkeys(("/mine", "/waiting", "/requests", "/requests/waiting", "/settings"), ALL),
    **dict.fromkeys(("/requests/new", "/requests/new/{kind}", "/search", "/looks"), ALL),
    **dict.fromkeys(("/notices", "/meetings", "/cases", "/dashboard", "/dashboard/progress"), ALL),
    **dict.fromkeys(("/reports", "/reports/progress"), ALL),
    "/reports/all": "hana oda",
    "/samples": f"{LINE} mei oda",  # who is a second for somebody looks as well
    **dict.fromkeys(("/team", "/requests/department"), f"{LINE} mei"),
    "/certificates/{code}": ALL,  # whoever was given the code
    "/daily": "ivan ida oda",
    "/policy": ALL,
    **dict.fromkeys(("/people", "/people/template"), "hana ivan ida"),
    "/health": "ivan ida",
    **dict.fromkeys(("/enter", "/enter/back"), ""),  # where no provider is set
    **dict.fromkeys(("/findings", "/findings/open", "/findings/department"), LOOKS_AT),
    "/findings/closed": LOOKS_AT,
    **dict.fromkeys(("/report", "/report/channel", "/report/continue"), ANYBODY),
    "/sealed": READERS,
    "/sealed/recover": ALL,  # with both halves of a key
    "/search/others": "hana oda",
    **dict.fromkeys(("/notes/{note}/file", "/files/{file}", "/sign-in/{token}"), ""),
    "/search/records/{record}": "",
}
NUMBERED: Mapping[str, Mapping[str, str]] = {
    "/duties/{number}": {
        **{"duty": f"ann eve {LINE}", "passed": f"ann bob {LINE}", "leave": "", "sealed": ""},
        **{"case": "ann ida grace", "finding": "sam grace", "hold": "", "disposal": ""},
    },
    "/requests/{number}": INVOLVED,
    "/notices/{number}": {"notice": f"ann eve hana ada {LINE}"},
    "/meetings/{number}": {"meeting": "ann eve"},
    "/samples/{number}": {"sample": "sam"},
    "/findings/{number}": FINDING,
    "/cases/{number}": CASE,
    "/reports/{number}": {"report": "ann hana oda"},
    "/reports/{number}/file": {"report": "ann"},
    "/sealed/{number}": {},  # the same page for each: its script asks for one
}
SEALED = ("open", "part", "say", "move", "assign", "let-in", "ask", "agree", "seen")
FORMS = (  # what they send is asked of everybody, with a pass and without
    *("/dashboard", "/reports"),
    *("/requests/new/{kind}", "/daily", "/samples/{number}", "/certificates/{code}", "/do"),
    *("/sign-in/{token}", "/sign-out", "/sign-out-everywhere", "/language"),
    *("/notes/{note}/fill", "/notes/{note}/close", "/search/others", "/search/records/{record}"),
    *("/people/check", "/people/import"),
    *("/report", "/report/read", "/report/part", "/report/write"),
    *("/sealed/list", "/sealed/key", "/sealed/recovery", "/sealed/recover"),
    *(f"/sealed/{{number}}/{deed}" for deed in SEALED),
)
CHANNEL = ("/report", "/report/read", "/report/part", "/report/write")
OPEN = (*CHANNEL, "/sign-in/{token}")  # need nobody to be known
WORDS = re.compile(r"\b[0-9a-f]{8,64}\b")  # nonces, hashes, numbers of one page


@dataclass(repr=False)
class House:
    company: Company
    lobby: Lobby
    visits: dict[str, Visit] = field(default_factory=dict)
    passes: dict[str, str] = field(default_factory=dict)

    def enters(self, who: str) -> None:
        visit, person = Visit(self.lobby), ACCOUNTS.get(who, who)
        self.visits[who], self.passes[who] = visit, ""
        if who == "mallory":
            return
        with self.company.desk.store.transaction() as tx:
            tx.people.link(web_account("acme", person), person)
            token: Token = tx.sessions.begin(person, "a browser")
            visitor = recognise(tx, token)
        visit.cookies.set("duly", str(token))
        self.passes[who] = visitor.pass_phrase if visitor else ""

    def path(self, path: str, number: str = NOTHING) -> str:
        values = {"{number}": number, "{code}": self.company.told["code"], "{kind}": "notice"}
        values |= {f"{{{name}}}": "f" * 32 for name in ("note", "file", "record", "token")}
        for name, value in values.items():
            path = path.replace(name, value)
        return path


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    company = build()
    made = House(company, Lobby(company.desk))
    for who in ACTORS:
        made.enters(who)
    yield made
    company.desk.close()


def routes(house: House, method: str) -> list[str]:
    found = [each for each in Pages(house.lobby.gate._site).routes() if not isinstance(each, Mount)]
    return [x.path for x in found if isinstance(x, Route) and method in (x.methods or ())]


def leaks(who: str, answer: httpx.Response) -> list[str]:
    found = CANARY.findall(f"{answer.text} {answer.headers}")
    return [word for word in found if not may(who, word)]


def same(answer: httpx.Response, name: str) -> tuple[int, str]:
    words = answer.text.replace(f"/{name}", "/N").replace(f"#{name}", "#N")
    return answer.status_code, WORDS.sub("X", words)


def test_every_page_and_every_form_has_its_row(house: House) -> None:
    assert set(routes(house, "GET")) == {*PAGES, *NUMBERED}
    assert sorted(routes(house, "POST")) == sorted(FORMS)


@pytest.mark.thorough
@pytest.mark.no_cover
@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_nothing_that_is_not_theirs(house: House, path: str) -> None:
    shown = set()
    for who in ACTORS:
        answer = house.visits[who].get(house.path(path))
        assert leaks(who, answer) == [], who
        assert answer.status_code in (200, 303, 403, 404)
        if answer.status_code < 400:
            shown.add(who)
    assert shown == everyone(PAGES[path])


@pytest.mark.no_cover
@pytest.mark.parametrize("path", NUMBERED)
def test_a_page_of_what_is_not_theirs_is_not_there(house: House, path: str) -> None:
    shown: dict[str, set[str]] = {thing: set() for thing in NUMBERED[path]}
    for who in ACTORS:
        none = house.visits[who].get(house.path(path))
        for thing in NUMBERED[path]:
            number = named(house.company, thing)
            answer = house.visits[who].get(house.path(path, number))
            assert leaks(who, answer) == [], (who, thing)
            if same(answer, number) != same(none, NOTHING):
                shown[thing].add(who)
                assert answer.status_code == 200
    assert shown == {thing: everyone(who) for thing, who in NUMBERED[path].items()}


@pytest.mark.no_cover
@pytest.mark.parametrize("path", [each for each in FORMS if not each.startswith("/sign-")])
def test_a_form_tells_nothing_that_is_not_theirs(house: House, path: str) -> None:
    """As it is sent with what everybody can know, for a number of theirs and for none."""
    thing = "sealed" if path.startswith("/sealed") else "sample"
    number = named(house.company, thing)
    for who in ACTORS:
        answer = sends(house, who, house.path(path, number), allowed=True)
        assert leaks(who, answer) == [], who
        if who in STRANGERS:
            assert path in OPEN or answer.status_code in (400, 403), who
        if "{number}" in path and not may_judge(who, path):
            none = sends(house, who, house.path(path), allowed=True)
            assert same(answer, number) == same(none, NOTHING), who
    forged = sends(house, "ann", house.path(path, number), allowed=False)
    assert path in OPEN or forged.status_code in (400, 403)


def may_judge(who: str, path: str) -> bool:
    """Whose it is."""
    if path.startswith("/sealed"):
        return who in ("ines", "ivo")
    return path == "/samples/{number}" and who == "sam"


def sends(house: House, who: str, path: str, *, allowed: bool) -> httpx.Response:
    """A form of a page, or what a script sends."""
    given = {"pass": house.passes[who] if allowed else "wrong"}
    given |= {"nonce": "0" * 16, "line": "help", "place": "1", "verdict": "fine", "language": "en"}
    given |= {"period": "2026-06", "edition": "hr"}
    if path.startswith("/sealed") or path in CHANNEL:
        headers = {"content-type": "application/json", "origin": house.lobby.origin}
        headers["sec-fetch-site"] = "same-origin"
        return house.visits[who].send("POST", path, json.dumps(given).encode(), headers)
    return house.visits[who].post(path, given)


def test_the_file_somebody_was_given_is_for_nobody_else(house: House) -> None:
    """By the address that its owner has."""
    desk = house.company.desk
    with desk.store.transaction() as tx:
        kept = "e" * 32
        tx.files.keep(kept, "mine.txt", "ann", b"quokkaleave", timedelta(days=1))
    for who in ACTORS:
        status = house.visits[who].get(f"/files/{kept}").status_code
        assert (status == 200) is (ACCOUNTS.get(who, who) == "ann"), who

"""Every address of the pages by every method, with whatever may be sent: nothing breaks or leaks.

What is sent is drawn from the routing table itself, so that a new route is among it at once. Each
draw goes out as somebody: known, unknown, or with a session that is over. Held against each answer:
no 5xx, no trace of our insides, no word that its reader may not read (`tests/access/company.py`),
and for who is not signed in nothing but what is open to all.

In CI a share; `./duly test --full tests/web/test_fuzz.py` draws as many as `DULY_FUZZ` says, by
`DULY_FUZZ_SEED` (docs/reliability.md has the last long run). A draw is given by seed and number.
"""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from starlette.routing import Mount, Route

from bot.policy import periods
from bot.web import policypage, site
from bot.web.pages import Pages
from tests.access.company import ACTORS
from tests.access.test_commands import named
from tests.access.test_pages import House, leaks
from tests.access.test_pages import house as house  # noqa: PLC0414  # one company for all draws
from tests.needs import seed, share
from tests.web.lobby import FORM, Visit

DRAWS = int(os.environ.get("DULY_FUZZ", "20000"))
SEED = int(os.environ.get("DULY_FUZZ_SEED", seed()))
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUOKKA")
INSIDES = re.compile(r"Traceback|File \"|\.py\b.*line \d|sqlalchemy|sqlite3|psycopg", re.IGNORECASE)
CITES_FILES = ("/policy",)  # which part of Duly carries a clause out
SIGNED_OUT = ("mallory", "gone", "expired")
SERVED = (  # to strangers as well
    *("/", "/static/{file}", "/healthz", "/readyz", "/sign-in/{token}", "/enter", "/enter/back"),
    *("/report", "/report/channel", "/report/continue", "/report/read", "/report/part"),
    "/report/write",
)
PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")

NUMBERS = ("0", "1", "7", "12", "-1", "999999999", "9" * 40, "１２", "1.0", "%00", "f" * 32)
WORDS = (
    *("quokkasealed", "' OR 1=1 --", "<script>alert(1)</script>", "{{7*7}}", "%s%n", "\x00"),
    *("../../etc/passwd", "\u202eabc", "\U0001f600" * 9, "2026-03", "2026-13", "a" * 5000, ""),
    *("search all quokka why=x", "mydata", "//evil.example", "yes", "wrong", "help", "=1+1"),
)
READ = re.compile(r"""(?:query|query_params|fields)(?:\.get)?[\[(]"([\w-]+)\"""")
FIELDS = sorted(  # whatever the pages ask a form or an address for, and what forms of chat have
    {"field-text", "field-who", "field-why", "proof", "token", "id", "table"}.union(
        *(READ.findall(each.read_text("utf-8")) for each in Path(site.__file__).parent.glob("*.py"))
    )
)
HEADERS = {
    "origin": ("null", "https://duly.example", "https://evil.example", "http://["),
    "sec-fetch-site": ("same-origin", "cross-site", "none"),
    "accept-language": ("en", "zh-TW,zh;q=0.9", "x" * 99),
    "user-agent": ("", "Mozilla/5.0", "{{7*7}}"),
    "range": ("bytes=0-1", "bytes=9-1", "lines=x"),
    "if-none-match": ("*", 'W/"x"'),
    "x-forwarded-for": ("10.0.0.1", "x"),
    "host": ("duly.example", "evil.example", "duly.example:99999", "["),
}
KINDS = (FORM, "multipart/form-data", "application/json", "x", "", "text/html")
Pairs = list[tuple[str, str]]


@pytest.fixture(scope="module")
def street(house: House) -> House:
    """Everybody of the company, and one whose session is over."""
    visit = Visit(house.lobby)
    visit.cookies.update(house.visits["ann"].cookies)
    house.visits["expired"], house.passes["expired"] = visit, house.passes["ann"]
    desk = house.company.desk
    with desk.store.transaction() as tx:
        token = tx.sessions.begin("ann", "a browser")
        visit.cookies.set("duly", str(token))
        tx.sessions.end(token.id)
    return house


def addresses(house: House) -> list[tuple[str, frozenset[str]]]:
    """Every path there is, with the methods it knows."""
    found: dict[str, set[str]] = {
        "/static/{file}": {"GET"},
        "/healthz": {"GET"},
        "/readyz": {"GET"},
    }
    for each in Pages(house.lobby.gate._site).routes():
        if isinstance(each, Route) and not isinstance(each, Mount):
            found.setdefault(each.path, set()).update(each.methods or ())
    return [(path, frozenset(methods)) for path, methods in sorted(found.items())]


class Draw(Random):
    """What one of them sends."""

    def word(self) -> str:
        if self.random() < 0.7:
            return self.choice(WORDS)
        signs = (chr(self.choice((self.randrange(128), self.randrange(0xD800)))) for _ in range(40))
        return "".join(list(signs)[: self.randrange(40)])

    def pairs(self) -> Pairs:
        """A few fields, or all there are."""
        if self.random() < 0.5:
            return [(name, self.word()) for name in FIELDS]
        names = [self.choice(FIELDS) if self.random() < 0.9 else self.word() for _ in range(4)]
        return [(name, self.word()) for name in names[: self.randrange(5)]]

    def filled(self, house: House, path: str) -> str:
        """With something in place of what an address names: of the company, or anything."""
        things = [str(each) for each in house.company.things.values()]
        if "code" in path:
            things.append(house.company.told["code"])
        fill = lambda _: quote(self.choice((self.choice(things), *self._odd())), safe="")  # noqa: E731
        return PLACE.sub(fill, path)

    def _odd(self) -> Sequence[str]:
        return self.choice(NUMBERS), self.word()[:12]

    def query(self) -> str:
        text = encoded(self.pairs()) if self.random() < 0.7 else ""
        return f"?{text}" if text else ""

    def headers(self) -> dict[str, str]:
        """Most draws come as a browser sends them: else they are turned away at the door."""
        if self.random() < 0.7:
            return {}
        names = self.sample(sorted(HEADERS), self.randrange(1, 5))
        return {name: self.choice(HEADERS[name]) for name in names}

    def body(self, house: House, who: str) -> tuple[bytes, dict[str, str]]:
        """A form, a form with files, JSON or noise; mostly with the pass phrase that it needs."""
        sent = self.pairs()
        if self.random() < 0.8:
            sent += [("pass", house.passes[who]), ("nonce", "0" * 16)]
        match self.choice(("form", "form", "parts", "json", "noise")):
            case "form":
                return encoded(sent).encode(), {"content-type": FORM}
            case "parts":
                return self._parts(sent), {"content-type": "multipart/form-data; boundary=x"}
            case "json":
                return json.dumps(self._shape()).encode(), {"content-type": "application/json"}
            case _:
                return self.randbytes(self.randrange(200)), {"content-type": self.choice(KINDS)}

    def _parts(self, sent: Pairs) -> bytes:
        file = self.choice(("", '; filename="a.csv"'))
        whole = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{said}\r\n'
            for name, said in sent
            if "\n" not in name and '"' not in name
        )
        return (whole + self.choice(("--x--\r\n", "--x", ""))).encode()

    def _shape(self, depth: int = 3) -> Any:
        match self.randrange(6 if depth else 4):
            case 0:
                return None
            case 1:
                return self.randrange(-9, 2**70)
            case 2 | 3:
                return self.word()
            case 4:
                return [self._shape(depth - 1) for _ in range(self.randrange(4))]
            case _:
                return {self.choice(FIELDS): self._shape(depth - 1) for _ in range(3)}


def encoded(sent: Pairs) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(said, safe='')}" for name, said in sent)


def send_many(street: House, first: int, count: int) -> None:
    for number in range(count):
        sends_something(street, f"{first}/{number}")


def sends_something(street: House, name: str) -> None:
    draw = Draw(name)
    path, methods = draw.choice(addresses(street))
    who = draw.choice((*ACTORS, "expired"))
    method = draw.choice(sorted(methods) if draw.random() < 0.8 else METHODS)
    there = draw.filled(street, path) + draw.query()
    content, kinds = draw.body(street, who) if method != "GET" else (b"", {})
    visit, held = street.visits[who], dict(street.visits[who].cookies)
    sent = {"sec-fetch-site": "same-origin", **kinds, **draw.headers()}
    answer = visit.send(method, there, content, sent)

    told = f"draw {name}: {who} {method} {there}"
    assert answer.status_code < 500, told
    ours = there + content.decode(errors="replace")  # a page may repeat what they asked it
    assert [each for each in leaks(who, answer) if each not in ours] == [], told
    if path not in CITES_FILES and answer.headers.get("content-type", "").startswith("text/html"):
        assert not INSIDES.search(answer.text), told
    if who in SIGNED_OUT and path not in SERVED:
        assert answer.status_code >= 400, told
    signs_back_in(street, who, held)


@pytest.mark.thorough
@pytest.mark.no_cover
def test_nothing_that_is_sent_breaks_or_opens_anything(street: House) -> None:
    send_many(street, SEED, share(DRAWS))


@pytest.mark.thorough
def test_a_page_that_breaks_is_found(street: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted mistake: a period that nobody can read is read all the same."""
    monkeypatch.setattr(policypage, "_period", periods.parse)

    with pytest.raises(AssertionError, match="/policy"):
        send_many(street, SEED, 3000)


def signs_back_in(house: House, who: str, held: dict[str, str]) -> None:
    """A draw may have signed them out: the next begins as this one did."""
    visit = house.visits[who]
    if who in SIGNED_OUT:
        visit.cookies.clear()
        visit.cookies.update(held)
    elif visit.get("/mine").status_code != 200:
        house.enters(who)


@pytest.mark.thorough
def test_every_route_is_among_what_is_drawn(street: House) -> None:
    """The table it draws from is the one that serves."""
    known = {path for path, _ in addresses(street)}

    assert {"/policy", "/people/import", "/duties/{number}", "/do", "/report"} <= known
    assert len(known) > 60


@pytest.mark.thorough
def test_for_who_is_signed_out_each_address_is_closed_alike(street: House) -> None:
    """The same words for every page: not even which there are is told."""
    closed = [
        path for path, methods in addresses(street) if "GET" in methods and path not in SERVED
    ]
    for who in SIGNED_OUT:
        for path in closed:
            answer = street.visits[who].get(street.path(path, named(street.company, "duty")))
            assert answer.status_code in (403, 404), (who, path)

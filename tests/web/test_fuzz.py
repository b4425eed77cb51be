"""Every address of the pages by every method, with whatever may be sent: nothing breaks or leaks.

What is sent is drawn from the routing table itself, so that a new route is among it at once. Each
draw goes out as somebody: known, unknown, or with a session that is over. Held against each answer:
no 5xx, no trace of our insides, no word that its reader may not read (`tests/access/company.py`),
and for who is not signed in nothing but what is open to all.

In CI a share; `./duly test --full tests/web/test_fuzz.py` draws as many as `DULY_FUZZ` says, by
`DULY_FUZZ_SEED` (docs/reliability.md has the last long run).
"""

import json
import os
import re
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from starlette.routing import Mount, Route

from bot.web import site
from bot.web.pages import Pages
from tests.access.company import ACTORS
from tests.access.test_commands import named
from tests.access.test_pages import House, leaks
from tests.access.test_pages import house as house  # noqa: PLC0414  # one company for all draws
from tests.web.lobby import FORM, Visit

SHARE = 60  # draws of every run
DRAWS, SEED = int(os.environ.get("DULY_FUZZ", "1500")), int(os.environ.get("DULY_FUZZ_SEED", "8"))
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUOKKA")
INSIDES = re.compile(r"Traceback|File \"|\.py\b.*line \d|sqlalchemy|sqlite3|psycopg", re.IGNORECASE)
CITES_FILES = ("/policy",)  # which part of Duly carries a clause out
SIGNED_OUT = ("mallory", "gone", "expired")
SERVED: tuple[str, ...] = (
    "/",
    "/static/{file}",
    "/healthz",
    "/sign-in/{token}",
    "/enter",
    "/enter/back",
)
SERVED += ("/report", "/report/channel", "/report/continue", "/report/read", "/report/part")
SERVED += ("/report/write",)  # to strangers as well
PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")

numbers = st.sampled_from(("0", "1", "7", "12", "-1", "999999999", "9" * 40, "１２", "1.0", "%00"))
words = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        (
            *(
                "quokkasealed",
                "' OR 1=1 --",
                "<script>alert(1)</script>",
                "{{7*7}}",
                "%s%n",
                "\x00",
            ),
            *("../../etc/passwd", "\u202eabc", "\ud83d\ude00" * 9, "2026-03", "a" * 5000, "\x00"),
            *("search all quokka why=x", "mydata", "//evil.example", "yes", "wrong", "help"),
        )
    ),
)
READ = re.compile(r"""(?:query|query_params|fields)(?:\.get)?[\[(]"([\w-]+)\"""")
FIELDS = sorted(  # whatever the pages ask a form or an address for, and what forms of chat have
    {"field-text", "field-who", "field-why", "proof", "token", "id", "table"}.union(
        *(READ.findall(each.read_text("utf-8")) for each in Path(site.__file__).parent.glob("*.py"))
    )
)
some = st.lists(st.tuples(st.sampled_from(FIELDS) | words, words), max_size=4)
many = st.lists(words, min_size=len(FIELDS), max_size=len(FIELDS)).map(
    lambda each: list(zip(FIELDS, each, strict=True))
)
pairs = some | many


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
    found: dict[str, set[str]] = {"/static/{file}": {"GET"}, "/healthz": {"GET"}}
    for each in Pages(house.lobby.gate._site).routes():
        if isinstance(each, Route) and not isinstance(each, Mount):
            found.setdefault(each.path, set()).update(each.methods or ())
    return [(path, frozenset(methods)) for path, methods in sorted(found.items())]


def filled(data: st.DataObject, house: House, path: str) -> str:
    """With something in place of what an address names: of the company, or anything."""
    things = [str(each) for each in house.company.things.values()]
    values = numbers | st.sampled_from(things) | st.text(max_size=12) | st.just("f" * 32)
    if "code" in path:
        values |= st.just(house.company.told["code"])
    return PLACE.sub(lambda _: quote(data.draw(values), safe=""), path)


def body(data: st.DataObject, house: House, who: str) -> tuple[bytes, dict[str, str]]:
    """A form, a form with files, JSON or noise; often with the pass phrase that it needs."""
    sent: list[tuple[str, str]] = data.draw(pairs)
    if data.draw(st.booleans()):
        sent += [("pass", house.passes[who]), ("nonce", "0" * 16)]
    kind = data.draw(st.sampled_from(("form", "parts", "json", "noise")))
    if kind == "form":
        text = "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in clean(sent))
        return text.encode(), {"content-type": FORM}
    if kind == "json":
        shape: st.SearchStrategy[Any] = st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3)
            ),
            max_leaves=6,
        )
        return json.dumps(data.draw(shape)).encode(), {"content-type": "application/json"}
    if kind == "parts":
        file = data.draw(st.sampled_from(("", '; filename="a.csv"')))
        whole = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{said}\r\n'
            for name, said in clean(sent)
            if "\n" not in name and '"' not in name
        )
        end = data.draw(st.sampled_from(("--x--\r\n", "--x", "")))
        return (whole + end).encode(), {"content-type": "multipart/form-data; boundary=x"}
    return data.draw(st.binary(max_size=200)), {
        "content-type": data.draw(
            st.sampled_from((FORM, "multipart/form-data", "application/json", "x", "", "text/html"))
        )
    }


def clean(sent: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """As a browser can send it: no halves of letters."""
    return [tuple(each.encode("utf-8", "replace").decode() for each in one) for one in sent]  # type: ignore[misc]


def header(data: st.DataObject, house: House) -> dict[str, str]:
    plain = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
    known = {
        "origin": st.sampled_from(("null", house.lobby.origin, "https://evil.example", "http://[")),
        "sec-fetch-site": st.sampled_from(("same-origin", "cross-site", "none")),
        "accept-language": st.sampled_from(("en", "zh-TW,zh;q=0.9", "x" * 99)) | plain,
        "user-agent": plain,
        "range": st.sampled_from(("bytes=0-1", "bytes=9-1", "lines=x")),
        "if-none-match": plain,
        "x-forwarded-for": plain,
        "host": st.sampled_from(("duly.example", "evil.example", "duly.example:99999", "[")),
    }
    chosen = data.draw(st.sets(st.sampled_from(sorted(known)), max_size=4))
    return {name: data.draw(known[name]) for name in sorted(chosen)}


def query(data: st.DataObject) -> str:
    sent = clean(data.draw(pairs))
    text = "&".join(f"{quote(name, safe='')}={quote(said, safe='')}" for name, said in sent)
    return f"?{text}" if text else ""


COMMON = settings(
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.no_cover
@seed(SEED)
@settings(COMMON, max_examples=SHARE)
@given(data=st.data())
def test_nothing_that_is_sent_breaks_or_opens_anything(street: House, data: st.DataObject) -> None:
    sends_something(street, data)


@pytest.mark.no_cover
@pytest.mark.slow
@pytest.mark.thorough
@seed(SEED)
@settings(COMMON, max_examples=DRAWS)
@given(data=st.data())
def test_nothing_breaks_at_length(street: House, data: st.DataObject) -> None:
    sends_something(street, data)


def sends_something(street: House, data: st.DataObject) -> None:
    chance = Random(data.draw(st.integers(0, 2**63)))  # evenly: hypothesis likes to repeat itself
    path, methods = chance.choice(addresses(street))
    who = chance.choice((*ACTORS, "expired"))
    method = chance.choice((*sorted(methods) * 3, *METHODS))
    there = filled(data, street, path) + query(data)
    content, kinds = body(data, street, who) if method != "GET" else (b"", {})
    visit, held = street.visits[who], dict(street.visits[who].cookies)
    sent = {"sec-fetch-site": "same-origin", **kinds, **header(data, street)}
    answer = visit.send(method, there, content, sent)

    assert answer.status_code < 500, (who, method, there)
    assert leaks(who, answer) == [], (who, method, there)
    if path not in CITES_FILES and answer.headers.get("content-type", "").startswith("text/html"):
        assert not INSIDES.search(answer.text), (who, method, there)
    if who in SIGNED_OUT and path not in SERVED:
        assert answer.status_code >= 400, (who, method, there)
    signs_back_in(street, who, held)


def signs_back_in(house: House, who: str, held: dict[str, str]) -> None:
    """A draw may have signed them out: the next begins as this one did."""
    visit = house.visits[who]
    if who in SIGNED_OUT:
        visit.cookies.clear()
        visit.cookies.update(held)
    elif visit.get("/mine").status_code != 200:
        house.enters(who)


def test_every_route_is_among_what_is_drawn(street: House) -> None:
    """The table it draws from is the one that serves."""
    known = {path for path, _ in addresses(street)}

    assert {"/policy", "/people/import", "/duties/{number}", "/do", "/report"} <= known
    assert len(known) > 60


def test_for_who_is_signed_out_each_address_is_closed_alike(street: House) -> None:
    """The same words for every page: not even which there are is told."""
    closed = [
        path for path, methods in addresses(street) if "GET" in methods and path not in SERVED
    ]
    for who in SIGNED_OUT:
        for path in closed:
            answer = street.visits[who].get(street.path(path, named(street.company, "duty")))
            assert answer.status_code in (403, 404), (who, path)

"""Signing in at a provider that really answers over HTTP, honestly and otherwise."""

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwk, jwt

from bot import wiring
from bot.settings import OpenId, Settings, Unusable, load, openid
from bot.store.schema_processes import limits
from bot.web.address import Address
from bot.web.entering import BACK_HERE
from bot.web.gate import Gate
from bot.web.openid import Provider as Asking
from bot.web.site import Site
from tests.desk import Desk
from tests.web.lobby import HERE, Lobby, Visit
from tests.web.provider import CLIENT, SECRET, Provider, provider

ANN = {"email": "ann@acme.example", "email_verified": True}


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Lobby, Provider]]:
    """One desk and one provider for all: sessions and codes are each of one attempt."""
    desk = Desk()
    lobby = Lobby(desk)
    with provider(desk.clock.lease) as one:
        furnish(lobby, one)
        yield lobby, one
    desk.close()


@pytest.fixture(autouse=True)
def there(house: tuple[Lobby, Provider]) -> Provider:
    lobby, one = house
    one.says, one.lies, one.metadata, one.info = dict(ANN), {}, {}, None
    one.sign, one.down = None, False
    one.__post_init__()
    furnish(lobby, one)
    return one


@pytest.fixture
def lobby(house: tuple[Lobby, Provider]) -> Lobby:
    return house[0]


def furnish(lobby: Lobby, one: Provider, claim: str = "email", secret: str = SECRET) -> None:
    """The pages as they are with that provider."""
    site: Site = lobby.gate._site
    told = OpenId(one.url, CLIENT, secret, claim)
    asking = Asking(told, f"{lobby.address.url}{BACK_HERE}", lobby.desk.clock.lease)
    with site.store.transaction() as tx:
        tx.rows.remove(limits)
    gate = Gate(replace(site, provider=asking))
    lobby.gate._site, lobby.gate._app = gate._site, gate._app


def goes(visit: Visit, path: str = "/enter") -> httpx.Response:
    """To the provider, and as far as it sends people."""
    visit.get(path)
    assert visit.answer.status_code == 303, visit.answer.text
    return httpx.get(visit.answer.headers["location"])


def comes_back(visit: Visit, sent: httpx.Response, **other: str) -> httpx.Response:
    where = urlsplit(sent.headers["location"])
    query = dict(parse_qsl(where.query)) | other
    return visit.get(where.path + "?" + str(httpx.QueryParams(query)))


def signs_in(visit: Visit) -> httpx.Response:
    return comes_back(visit, goes(visit))


def is_out(visit: Visit) -> bool:
    return visit.get("/mine").status_code == 403


def test_somebody_of_the_directory_is_signed_in(lobby: Lobby) -> None:
    ann = lobby.visit()

    assert signs_in(ann).headers["location"] == "/mine"
    assert "Ann" in ann.opens("/mine").words
    assert ann.presses("Sign out").words.count("You are signed out")
    assert is_out(ann)


def test_a_stranger_is_offered_it_and_comes_back_to_the_page(lobby: Lobby) -> None:
    ann = lobby.visit()
    page = ann.opens("/duties/7")
    link = next(have["href"] for tag, have in page.tags if have.get("class") == "button")

    assert link == "/enter?to=%2Fduties%2F7"
    assert comes_back(ann, goes(ann, link)).headers["location"] == "/duties/7"
    elsewhere = goes(ann, "/enter?to=//evil.example/mine")
    assert comes_back(ann, elsewhere).headers["location"] == "/mine"


def test_a_session_takes_the_place_of_the_one_before(lobby: Lobby) -> None:
    ann, other = lobby.visit(), lobby.visit()
    signs_in(ann)
    other.cookies.update(ann.cookies)
    signs_in(ann)

    assert is_out(other)
    assert not is_out(ann)


def test_the_capital_letters_of_an_address_do_not_matter(lobby: Lobby, there: Provider) -> None:
    there.says["email"] = "Ann@ACME.example"

    assert signs_in(lobby.visit()).status_code == 303


def test_what_the_token_lacks_the_provider_is_asked_for(lobby: Lobby, there: Provider) -> None:
    there.says, there.info = {}, {"sub": "4711", **ANN}
    assert signs_in(lobby.visit()).status_code == 303

    there.info = {"sub": "another", **ANN}
    assert signs_in(lobby.visit()).status_code == 403


def test_a_claim_that_is_set_is_the_employee_number(lobby: Lobby, there: Provider) -> None:
    furnish(lobby, there, "employee")
    there.says = {"employee": "ann"}
    ann = lobby.visit()

    assert signs_in(ann).status_code == 303
    assert "Ann" in ann.opens("/mine").words
    for wrong in ("ANN", "ann@acme.example", "", None, 7, ["ann"], True):
        there.says = {"employee": wrong, **ANN}
        assert signs_in(lobby.visit()).status_code == 403, wrong


def test_who_is_not_in_the_directory_hears_whom_to_ask(lobby: Lobby, there: Provider) -> None:
    there.says["email"] = "<b>zed@acme.example"
    zed = lobby.visit()

    assert signs_in(zed).status_code == 403
    assert "Duly does not know you yet" in zed.reads.words
    assert "<b>zed@acme.example" in zed.reads.words
    assert "Hana" in zed.reads.words
    assert "/duly web" in zed.reads.words
    assert is_out(zed)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_lets_nobody_in(
    lobby: Lobby, there: Provider, verified: Any
) -> None:
    there.says["email_verified"] = verified
    ann = lobby.visit()

    assert signs_in(ann).status_code == 403
    assert "has not verified your e-mail address" in ann.reads.words
    assert is_out(ann)


def test_who_has_left_is_not_let_in(lobby: Lobby, there: Provider) -> None:
    desk = lobby.desk
    with desk.store.transaction() as tx:
        ann = tx.people.snapshot().directory.people["ann"]
        tx.people.save([replace(ann, id="leaver", email="left@acme.example", active=False)])
    there.says["email"] = "left@acme.example"

    assert signs_in(lobby.visit()).status_code == 403


# Attacks

FORGED: dict[str, dict[str, Any]] = {
    "the nonce of another": {"nonce": "0" * 64},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "made for another": {"aud": "payroll"},
    "no audience": {"aud": None},
    "for us and another, by the other": {"aud": [CLIENT, "payroll"], "azp": "payroll"},
    "for us and another, by nobody": {"aud": [CLIENT, "payroll"]},
    "expired": {"exp": 1},
    "never expires": {"exp": None},
    "expires at no number": {"exp": "tomorrow"},
    "not yet good": {"nbf": 2**40},
    "made in the future": {"iat": 2**40},
    "nobody": {"sub": None},
    "nobody in particular": {"sub": ""},
}


@pytest.mark.parametrize("lie", FORGED)
def test_a_token_with_a_wrong_claim_lets_nobody_in(lobby: Lobby, there: Provider, lie: str) -> None:
    there.lies = FORGED[lie]
    ann = lobby.visit()

    assert signs_in(ann).status_code == 403
    assert "did not let you in" in ann.reads.words
    assert is_out(ann)


def part(what: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(what).encode()).decode().rstrip("=")


def unsigned(claims: dict[str, Any]) -> str:
    return f"{part({'alg': 'none'})}.{part(claims)}."


def by_another(there: Provider, claims: dict[str, Any]) -> str:
    other = jwk.RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": there.key.kid}, claims, other)


def by_secret(secret: bytes, kid: str, claims: dict[str, Any]) -> str:
    """HS256 by hand: no library would do what follows."""
    said = f"{part({'alg': 'HS256', 'kid': kid})}.{part(claims)}"
    mark = hmac.new(secret, said.encode(), "sha256").digest()
    return f"{said}.{urlsafe_b64encode(mark).decode().rstrip('=')}"


def by_the_public_key(there: Provider, claims: dict[str, Any]) -> str:
    """As if the key that everybody knows were a secret."""
    return by_secret(there.key.as_pem(private=False), str(there.key.kid), claims)


def by_a_key_it_brings(claims: dict[str, Any]) -> str:
    own = jwk.RSAKey.generate_key(2048, {"kid": "mine"})
    head = {"alg": "RS256", "kid": "mine", "jwk": own.as_dict(private=False)}
    return jwt.encode(head, claims, own)


def spoilt(there: Provider, claims: dict[str, Any]) -> str:
    head, _, sign = jwt.encode({"alg": "RS256", "kid": there.key.kid}, claims, there.key).split(".")
    return f"{head}.{part({**claims, 'email': 'eve@acme.example'})}.{sign}"


@pytest.mark.parametrize("how", ["none", "another", "public", "brought", "spoilt", "words"])
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    lobby: Lobby, there: Provider, how: str
) -> None:
    ways: dict[str, Callable[[dict[str, Any]], str]] = {
        "none": unsigned,
        "another": lambda claims: by_another(there, claims),
        "public": lambda claims: by_the_public_key(there, claims),
        "brought": by_a_key_it_brings,
        "spoilt": lambda claims: spoilt(there, claims),
        "words": lambda claims: f"not.a.token {len(claims)}",
    }
    there.sign = ways[how]
    ann = lobby.visit()

    assert signs_in(ann).status_code == 403
    assert is_out(ann)


def test_a_secret_among_the_keys_is_never_one(lobby: Lobby, there: Provider) -> None:
    """Even a provider that publishes one: everybody can sign with it."""
    shared = secrets.token_bytes(32)
    secret = {"kty": "oct", "kid": "shared", "k": urlsafe_b64encode(shared).decode().rstrip("=")}
    there.published.append(secret)
    there.sign = lambda claims: by_secret(shared, "shared", claims)

    assert signs_in(lobby.visit()).status_code == 403


def test_keys_may_be_rotated(lobby: Lobby, there: Provider) -> None:
    assert signs_in(lobby.visit()).status_code == 303
    before = there.key
    there.rotates()
    assert signs_in(lobby.visit()).status_code == 303

    there.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": before.kid}, claims, before)
    assert signs_in(lobby.visit()).status_code == 403, "by a key that was withdrawn"


def test_a_code_works_once(lobby: Lobby) -> None:
    ann = lobby.visit()
    sent = goes(ann)
    held = dict(ann.cookies)
    assert comes_back(ann, sent).status_code == 303

    thief = lobby.visit()
    thief.cookies.update({"duly-enter": held["duly-enter"]})
    assert comes_back(thief, sent).status_code == 403
    assert is_out(thief)


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    lobby: Lobby, there: Provider
) -> None:
    """Nobody is signed in as somebody else by a link they are sent."""
    eve, ann = lobby.visit(), lobby.visit()
    sent = goes(eve)

    assert comes_back(ann, sent).status_code == 403
    goes(ann)
    assert comes_back(ann, sent).status_code == 403, "with a state of its own"
    assert "not begun here" in ann.reads.words
    assert is_out(ann)
    assert there.codes, "the code was never asked about"


@pytest.mark.parametrize(
    "other",
    [
        {"state": ""},
        {"state": "0" * 64},
        {"state": "é"},
        {"iss": "https://evil.example"},
        {"code": ""},
        {"code": "x" * 5000},
        {"code": secrets.token_urlsafe()},
        {"error": "access_denied"},
    ],
)
def test_an_answer_that_was_changed_is_refused(lobby: Lobby, other: dict[str, str]) -> None:
    ann = lobby.visit()

    assert comes_back(ann, goes(ann), **other).status_code == 403
    assert is_out(ann)


def test_too_many_failures_close_the_way_for_a_while(lobby: Lobby) -> None:
    ann = lobby.visit()
    found = [ann.get(f"{BACK_HERE}?state=x&code=y").status_code for _ in range(21)]

    assert found == [403] * 20 + [429]


@pytest.mark.parametrize(
    "odd",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "http://provider.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": 7},
        {"authorization_endpoint": "http://[odd"},
    ],
)
def test_a_provider_that_is_not_what_was_set_is_not_believed(
    lobby: Lobby, there: Provider, odd: dict[str, Any]
) -> None:
    there.metadata = odd
    ann = lobby.visit()

    assert ann.get("/enter").status_code == 503
    assert "does not answer" in ann.reads.words


def test_a_provider_that_is_down_is_told_of_and_links_go_on(lobby: Lobby, there: Provider) -> None:
    ann = lobby.visit()
    sent = goes(ann)
    there.down = True

    assert comes_back(ann, sent).status_code == 503
    assert "does not answer" in ann.reads.words
    furnish(lobby, there)
    assert ann.get("/enter").status_code == 503
    assert "What I owe" in lobby.enters(ann, lobby.link("ann")).words
    there.down = False
    assert signs_in(lobby.visit()).status_code == 303


def test_nobody_listens_where_the_provider_should_be(lobby: Lobby, there: Provider) -> None:
    nowhere = replace(there, url="http://127.0.0.1:9")
    furnish(lobby, nowhere)

    assert lobby.visit().get("/enter").status_code == 503


def test_a_wrong_client_secret_lets_nobody_in(lobby: Lobby, there: Provider) -> None:
    furnish(lobby, there, secret="wrong")

    assert signs_in(lobby.visit()).status_code == 403


def test_over_https_the_cookie_is_bound_to_the_host(there: Provider) -> None:
    desk = Desk()
    lobby = Lobby(desk, "https://duly.example")
    furnish(lobby, there)
    ann = lobby.visit()
    cookie = ann.get("/enter").headers["set-cookie"]

    assert cookie.startswith("__Host-duly-enter=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert (
        "redirect_uri=https%3A%2F%2Fduly.example%2Fenter%2Fback" in ann.answer.headers["location"]
    )
    desk.close()


def test_without_a_provider_there_is_no_such_page() -> None:
    desk = Desk()
    bare = Lobby(desk)

    assert bare.visit().get("/enter").status_code == 404
    assert bare.visit().get(f"{BACK_HERE}?state=x&code=y").status_code == 404
    assert "your company's account" not in bare.visit().opens("/mine").words
    desk.close()


# What an operator sets

SET = {
    "DULY_OIDC_ISSUER": "https://login.example",
    "DULY_OIDC_CLIENT_ID": "duly",
    "DULY_URL": "https://duly.example",
}


def test_the_secret_may_lie_in_a_file_and_is_never_printed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    settings = load({**SET, "DULY_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")})
    told = openid(settings)

    assert told == OpenId("https://login.example", "duly", "hush", "email")
    assert "hush" not in repr(told)
    assert "hush" not in repr(load({**SET, "DULY_OIDC_CLIENT_SECRET": "hush"}))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"DULY_OIDC_ISSUER": "http://login.example"}, "https://"),
        ({"DULY_OIDC_ISSUER": "http://[odd"}, "https://"),
        ({"DULY_OIDC_CLIENT_ID": ""}, "DULY_OIDC_CLIENT_ID"),
        ({"DULY_URL": ""}, "DULY_URL"),
        ({"DULY_URL": "http://duly.example"}, "https"),
        ({"DULY_OIDC_CLIENT_SECRET_FILE": "/nowhere"}, "/nowhere"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(Unusable, match=named):
        openid(load({**SET, **wrong}))


def test_nothing_set_is_links_alone() -> None:
    assert openid(Settings()) is None


def test_without_the_extra_links_alone_work(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, lobby: Lobby
) -> None:
    told, where = openid(load(SET)), Address(HERE)
    assert wiring.provider(lobby.desk.store, told, where) is not None

    monkeypatch.setattr(wiring, "find_spec", lambda name: None)
    assert wiring.provider(lobby.desk.store, told, where) is None
    assert "extra oidc is not installed" in caplog.text


def test_the_doctor_looks_at_the_provider(lobby: Lobby, there: Provider) -> None:
    settings = Settings(oidc_issuer=there.url, oidc_client_id=CLIENT, url="http://localhost:1")
    (well,) = wiring.openid_examined(lobby.desk.store, settings)
    there.metadata = {"issuer": "https://evil.example"}
    (ill,) = wiring.openid_examined(lobby.desk.store, settings)

    assert (len(well.told), len(well.wrong)) == (1, 0)
    assert (len(ill.told), len(ill.wrong)) == (0, 1)
    assert wiring.openid_examined(lobby.desk.store, Settings()) == []

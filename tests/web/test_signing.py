"""Signing in by a one-time link, sessions, and how both end."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from bot.events import Account
from bot.store.schema import links, sessions
from bot.store.sessions import WEB, Links, Standing, Token, web_account
from bot.web.limits import MOST
from tests.desk import Desk, account, person
from tests.web.lobby import Lobby, Visit


def leaves(desk: Desk, who: str) -> None:
    with desk.store.transaction() as tx:
        known = tx.people.snapshot().directory.people[who]
        tx.people.save([replace(known, active=False)])


def test_a_link_leads_to_the_pages_of_who_asked_for_it(lobby: Lobby) -> None:
    ann = lobby.visit()
    page = ann.opens(lobby.link("ann"))

    assert "Sign in as Ann" in page.words
    assert "What I owe" in lobby.enters(ann, lobby.link("ann")).words
    assert ann.answer.url.path == "/mine"


def test_the_link_is_whispered_and_says_what_it_is(lobby: Lobby) -> None:
    (said,) = lobby.desk.says("ann", "web")

    assert re.search(r"ann: Your pages\n.*\nhttp://duly\.example/sign-in/[\w-]{59}$", said)


def test_a_preview_uses_no_link_up(lobby: Lobby) -> None:
    link = lobby.link("ann")
    for _ in range(5):
        assert lobby.visit().get(link).status_code == 200
        assert lobby.visit().send("HEAD", link, b"", {}).status_code == 200

    assert "What I owe" in lobby.enters(lobby.visit(), link).words


def test_a_link_works_once(lobby: Lobby) -> None:
    link, ann, eve = lobby.link("ann"), lobby.visit(), lobby.visit()
    eve.get(link)
    proof = eve.reads.forms[0].fields
    lobby.enters(ann, link)

    assert eve.post(link, proof).status_code == 410
    assert "used already" in eve.reads.words
    assert "/duly web" in eve.reads.words
    assert eve.get(link).status_code == 410
    assert eve.get("/mine").status_code == 403


def test_who_is_signed_in_is_led_on_by_an_old_link(lobby: Lobby) -> None:
    link, ann = lobby.link("ann"), lobby.visit()
    lobby.enters(ann, link)

    assert "What I owe" in ann.opens(link).words


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (15, 410)])
def test_a_link_is_good_for_a_quarter_of_an_hour(lobby: Lobby, minutes: int, status: int) -> None:
    link, ann = lobby.link("ann"), lobby.visit()
    lobby.desk.now += timedelta(minutes=minutes)

    assert ann.get(link).status_code == status


def test_a_newer_link_takes_the_place_of_an_older(lobby: Lobby) -> None:
    older, newer, other = lobby.link("ann"), lobby.link("ann"), lobby.link("bob")
    visit = lobby.visit()

    assert visit.get(older).status_code == 410
    assert "replaced by a newer one" in visit.reads.words
    assert visit.get(newer).status_code == 200
    assert visit.get(other).status_code == 200


@pytest.mark.parametrize(
    "token", ["", "x", "a" * 59, "a" * 60, "%00" * 59, "é" * 59, "..%2f..%2f", "a" * 20_000]
)
def test_what_is_no_link_opens_nothing(lobby: Lobby, token: str) -> None:
    answer = lobby.visit().get(f"/sign-in/{token}")

    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_link_with_one_letter_changed_opens_nothing(lobby: Lobby) -> None:
    link = lobby.link("ann")
    other = link[:-1] + ("a" if link[-1] != "a" else "b")

    assert lobby.visit().get(other).status_code == 404
    assert lobby.visit().get(link).status_code == 200


def test_the_link_of_who_has_left_opens_nothing(lobby: Lobby) -> None:
    early, late, eve = lobby.link("eve"), lobby.visit(), lobby.visit()
    late.get(early)
    proof = late.reads.forms[0].fields
    leaves(lobby.desk, "eve")

    assert eve.get(early).status_code == 404
    assert late.post(early, proof).status_code == 404
    assert late.get("/mine").status_code == 403


def test_of_many_who_press_at_once_one_gets_in(lobby: Lobby) -> None:
    link, crowd = lobby.link("ann"), [lobby.visit() for _ in range(8)]
    for each in crowd:
        each.get(link)
    forms = [each.reads.forms[0].fields for each in crowd]

    def press(number: int) -> int:
        return crowd[number].post(link, forms[number]).status_code

    with ThreadPoolExecutor(len(crowd)) as threads:
        answers = sorted(threads.map(press, range(len(crowd))))

    assert answers == [303] + [410] * 7
    with lobby.desk.store.transaction() as tx:
        assert len(tx.sessions.open_of("ann")) == 1


def test_of_two_who_find_a_link_good_at_the_same_moment_one_gets_in(
    monkeypatch: pytest.MonkeyPatch, postgresql: sa.Engine
) -> None:
    """Only PostgreSQL has two writers: both have looked before either changes anything."""
    desk, both, look = Desk(db=postgresql), Barrier(2, timeout=20), Links.look
    with desk.store.transaction() as tx:
        link = tx.links.make("ann")

    def together(self: Links, token: Token) -> tuple[Standing, str]:
        found = look(self, token)
        both.wait()
        return found

    def redeemed(_: int) -> str | None:
        with desk.store.transaction() as tx:
            return tx.links.redeem(link)

    monkeypatch.setattr(Links, "look", together)
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(redeemed, range(2)))

    assert sorted(found, key=str) == [None, "ann"]
    desk.close()


def test_of_links_and_sessions_only_hashes_are_kept(lobby: Lobby) -> None:
    link, ann = lobby.link("ann"), lobby.visit()
    lobby.enters(ann, link)
    secrets = [link.rpartition("/")[2][16:], ann.cookies["duly"][16:]]

    with lobby.desk.store.db.connect() as conn:
        kept = [repr(row) for table in (links, sessions) for row in conn.execute(sa.select(table))]
    assert len(kept) == 2
    assert not any(secret in row for secret in secrets for row in kept)
    assert not any("Firefox" in row for row in kept)


def test_a_form_made_elsewhere_signs_nobody_in(lobby: Lobby) -> None:
    """Else a page could sign somebody in as its own author, and wait for what they write."""
    link, victim = lobby.link("eve"), lobby.visit()

    assert victim.post(link, {}).status_code == 403
    assert victim.post(link, {"proof": ""}).status_code == 403
    victim.get(link)
    proof = victim.reads.forms[0].fields
    assert victim.post(link, {"proof": "0" * 32}).status_code == 403
    assert victim.post(link, {"proof": "é"}).status_code == 403
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null", "sec_fetch_site": "cross-site"},
        {"origin": "null", "sec_fetch_site": "same-site"},
        {"origin": "http://[", "sec_fetch_site": "none"},
    ):
        assert victim.post(link, proof, **headers).status_code == 403
    assert victim.post(link, proof, origin="http://duly.example").status_code == 303


def test_the_cookie_cannot_be_read_by_scripts_and_over_https_goes_nowhere_else(desk: Desk) -> None:
    plain, safe = Lobby(desk), Lobby(desk, "https://duly.example")
    for lobby, name, secure in ((plain, "duly", False), (safe, "__Host-duly", True)):
        link, visit = lobby.link("ann"), lobby.visit()
        visit.get(link)
        answer = visit.post(link, visit.reads.forms[0].fields)
        cookie = next(
            each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{name}=")
        )

        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Max-Age=604800" in cookie
        assert ("Secure" in cookie) is secure


def test_a_session_ends_when_nobody_uses_it(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    lobby.desk.now += timedelta(hours=11)
    assert ann.get("/mine").status_code == 200
    lobby.desk.now += timedelta(hours=11, minutes=59)
    assert ann.get("/mine").status_code == 200
    lobby.desk.now += timedelta(hours=12)

    assert ann.get("/mine").status_code == 403
    assert "Please sign in" in ann.reads.words


def test_a_session_ends_after_a_week_however_much_it_is_used(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    for _ in range(16):
        lobby.desk.now += timedelta(hours=10)
        assert ann.get("/mine").status_code == 200
    lobby.desk.now += timedelta(hours=10)

    assert ann.get("/mine").status_code == 403


def test_the_playgrounds_clock_ends_no_session(lobby: Lobby) -> None:
    ann = lobby.signs_in("ann")
    lobby.desk.clock.ahead = timedelta(days=30)

    assert ann.get("/mine").status_code == 200


def test_who_has_left_is_out_at_once_and_stays_out(lobby: Lobby) -> None:
    eve = lobby.signs_in("eve")
    leaves(lobby.desk, "eve")
    form = eve.reads.forms[0].fields | {"line": "mine"}

    assert eve.get("/mine").status_code == 403
    assert eve.post("/do", form).status_code == 403
    with lobby.desk.store.transaction() as tx:
        tx.people.save([person("eve")])
    assert eve.get("/mine").status_code == 403


def test_signing_out_ends_this_session_alone(lobby: Lobby) -> None:
    here, there = lobby.signs_in("ann"), lobby.signs_in("ann")
    stolen = Visit(lobby, here.cookies)

    assert "You are signed out" in here.presses("Sign out").words
    assert "duly" not in here.cookies
    assert stolen.get("/mine").status_code == 403
    assert there.get("/mine").status_code == 200


def test_signing_out_everywhere_ends_them_all(lobby: Lobby) -> None:
    here, there, bob = (lobby.signs_in(who) for who in ("ann", "ann", "bob"))
    words = here.opens("/settings").words
    assert words.count("Firefox, Linux") == 2
    assert words.count("(this browser)") == 1

    here.presses("Sign out everywhere")
    assert there.get("/mine").status_code == 403
    assert bob.get("/mine").status_code == 200


def test_a_new_session_takes_the_place_of_the_one_this_browser_had(lobby: Lobby) -> None:
    visit = lobby.signs_in("ann")
    before = Visit(lobby, visit.cookies)
    lobby.enters(visit, lobby.link("bob"))

    assert "Bob" in visit.reads.words
    assert before.get("/mine").status_code == 403


def test_who_tries_too_many_links_has_to_wait(lobby: Lobby) -> None:
    eve, good = lobby.visit(), lobby.link("ann")
    for number in range(MOST):
        assert eve.get(f"/sign-in/{number:059d}").status_code == 404

    assert eve.get(good).status_code == 429
    assert "Try again in 10 min" in eve.reads.words
    lobby.host = "192.0.2.2"
    assert eve.get(good).status_code == 200
    lobby.host = "192.0.2.1"
    lobby.desk.now += timedelta(minutes=10)
    assert eve.get(good).status_code == 200


def test_one_network_of_version_six_counts_as_one(lobby: Lobby) -> None:
    eve = lobby.visit()
    for number in range(MOST):
        lobby.host = f"2001:db8::{number:x}"
        eve.get("/sign-in/nonsense")

    lobby.host = "2001:db8::ffff"
    assert eve.get("/sign-in/nonsense").status_code == 429
    lobby.host = "2001:db8:1::1"
    assert eve.get("/sign-in/nonsense").status_code == 404


def test_nobody_is_ever_written_to_on_a_page(lobby: Lobby) -> None:
    """The account of the pages has the same id as another of theirs, and was used last."""
    ann = lobby.signs_in("ann")
    lobby.desk.now += timedelta(minutes=5)
    ann.opens("/mine")
    ann.presses("Send", line="mine")
    with lobby.desk.store.transaction() as tx:
        tx.people.link(Account(account("ann").platform, "elsewhere", "ann"), "ann")
        tx.people.link(web_account("acme", "hana"), "hana")
        lobby.desk.now += timedelta(minutes=5)
        tx.people.see(web_account("acme", "ann"))
        reached = tx.people.reached_at("ann")
        tx.people.link(account("hana"), None)

        assert reached is not None
        assert reached.platform != WEB
        assert tx.people.reached_at("hana") is None


def test_without_pages_nobody_gets_a_link(desk: Desk) -> None:
    assert desk.says("ann", "web") == [
        "ann: The pages are not running. IT starts them with ./duly serve or ./duly web."
    ]


def test_a_session_makes_no_links_for_others_to_come(lobby: Lobby) -> None:
    """Else who took a session for an hour could keep it for good."""
    ann = lobby.signs_in("ann")

    assert "signed in already" in ann.presses("Send", line="web").words

"""People known by the homeserver's own books: validated mail addresses, closed accounts, bots."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from adapters.matrix import roster
from adapters.matrix.wire import Answer, Wire
from tests.desk import STAFF
from tests.matrix.house import House, house
from tests.matrix.human import Human
from tests.matrix.people import People

USERS = "/_synapse/admin/v2/users/"


@pytest.fixture
def root(people: People) -> Human:
    return people.human("root", admin=True)


@pytest.fixture
def home(
    people: People, root: Human, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    monkeypatch.setattr(roster, "PAUSE", 0.05)
    monkeypatch.setattr(roster, "AGAIN", 0.3)
    with house(people, tmp_path, names=("ann",), admin_token=root.account.token) as made:
        yield made


def _comes(home: House, root: Human, name: str, **facts: object) -> Human:
    """Somebody whom nobody has linked comes into the room."""
    who = home.people.human(name)
    root.call("PUT", USERS + quote(who.id), dict(facts))
    home.ann.invite(home.room, who.id)
    who.accept(home.room)
    return who


def _owner(home: House, who: Human) -> str | None:
    with home.store.reading() as tx:
        known = tx.people.snapshot().logins.get(home.adapter.homeservers[0].known.account(who.id))
        return known.person if known else None


def _mail(address: str) -> dict[str, object]:
    return {"threepids": [{"medium": "email", "address": address}]}


def test_whose_address_the_homeserver_has_validated_is_that_colleague(
    home: House, root: Human
) -> None:
    assert "bob" in STAFF
    bob = _comes(home, root, "bob", **_mail("bob@acme.example"))
    home.until(lambda: _owner(home, bob) == "bob")

    liar = _comes(home, root, "liar", displayname="Eve eve@acme.example")
    stranger = _comes(home, root, "stranger", **_mail("stranger@acme.example"))
    home.heard(liar.say(home.room, "I am Eve"))
    home.settle()
    assert _owner(home, liar) is None
    assert _owner(home, stranger) is None


def test_a_closed_account_is_nobodys_to_write_to_any_more(home: House, root: Human) -> None:
    bob = _comes(home, root, "bob", **_mail("bob@acme.example"))
    home.until(lambda: _owner(home, bob) == "bob")
    root.call("PUT", USERS + quote(bob.id), {"deactivated": True})
    account = home.adapter.homeservers[0].known.account(bob.id)

    def closed() -> bool:
        with home.store.reading() as tx:
            return not tx.people.is_open(account)

    home.until(closed)


@pytest.mark.thorough
def test_a_locked_account_that_is_opened_and_locked_again_is_closed_again(
    home: House, root: Human
) -> None:
    bob = _comes(home, root, "bob", **_mail("bob@acme.example"))
    account = home.adapter.homeservers[0].known.account(bob.id)

    def is_open() -> bool:
        with home.store.reading() as tx:
            return tx.people.is_open(account)

    home.until(is_open)
    for locked in (True, False, True, False):
        root.call("PUT", USERS + quote(bob.id), {"locked": locked})
        home.until((lambda: not is_open()) if locked else is_open)


def test_a_homeserver_that_stumbles_is_asked_again(
    home: House, root: Human, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a proxy, or busy: that says nothing about our token."""
    monkeypatch.setattr(roster, "TROUBLE", 0.05)
    ask, answers = Wire.ask, [429, 500, 502]

    async def stumbling(wire: Wire, method: str, path: str, *more: Any, **how: Any) -> Answer:
        if path.startswith(USERS[:-1]) and answers:
            return Answer(answers.pop(), {})
        return await ask(wire, method, path, *more, **how)

    monkeypatch.setattr(Wire, "ask", stumbling)
    bob = _comes(home, root, "bob", **_mail("bob@acme.example"))
    home.until(lambda: _owner(home, bob) == "bob")
    assert not answers


def test_without_the_right_to_look_nothing_is_lost_but_the_look(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "PAUSE", 0.05)
    nobody = people.human("nobody")
    with house(people, tmp_path, names=("ann",), admin_token=nobody.account.token) as home:
        home.says("ann", "!duly mine")
        assert "You owe" in home.chat("ann")[-1].body

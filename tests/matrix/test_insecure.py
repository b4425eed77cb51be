"""Who excludes insecure devices, as Element is to do, reads Duly and is read by it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.matrix.known import PLATFORM
from bot.events import Account
from tests.matrix.element.element import Element, Start, elements
from tests.matrix.house import House, house
from tests.matrix.people import People
from tests.needs import need

pytestmark = pytest.mark.thorough

NUDGED = timedelta(hours=4, minutes=40)


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    with elements(need("element")) as made:
        yield made


@pytest.fixture
def home(people: People, tmp_path: Path) -> Iterator[House]:
    with house(people, tmp_path, names=("ann", "sam"), secret=True) as made:
        yield made


def test_elements_encryption_takes_our_device_for_secure_and_is_read(
    home: House, people: People, start: Start
) -> None:
    wei = start(people.server.url, people.account("wei"), exclude_insecure=True)
    with home.store.transaction() as tx:
        tx.people.link(Account(PLATFORM, home.install.realm, wei.id), "eve")
    home.ann.invite(home.room, wei.id)
    wei.accept(home.room)
    chat = wei.create_room(invite=[home.duly], is_direct=True, preset="trusted_private_chat")

    greeting = wei.sees(chat, "!duly")
    assert (greeting.encrypted, greeting.failure, greeting.shield) == (True, None, None)
    device = home.adapter.homeservers[0].session
    assert device is not None
    assert wei.vouched(home.duly, device.device.secrets.device_id)

    home.heard(wei.say(home.room, "good morning"))
    home.heard(wei.say(chat, "mine"))
    answer = wei.sees(chat, "You owe")
    assert (answer.encrypted, answer.failure, answer.shield) == (True, None, None)


def test_a_nudge_about_what_was_asked_in_secret_is_read_there(
    home: House, people: People, start: Start
) -> None:
    bob = start(people.server.url, people.account("bob"), exclude_insecure=True)
    with home.store.transaction() as tx:
        tx.people.link(Account(PLATFORM, home.install.realm, bob.id), "bob")
    home.ann.invite(home.room, bob.id)
    bob.accept(home.room)
    home.settle()
    pill = f'<a href="https://matrix.to/#/{bob.id}">Bob</a> can you send me the test report?'
    words = "Bob can you send me the test report?"
    home.says("ann", words, html=pill, mentions=[bob.id])
    home.wait(NUDGED)

    chat = _accepted(home, bob)
    nudge = bob.sees(chat, "Ann is waiting for your answer")
    assert (nudge.encrypted, nudge.failure, nudge.shield) == (True, None, None)
    home.heard(bob.say(chat, "!duly done 1"))
    assert home.owes("bob") == []


def _accepted(home: House, who: Element) -> str:
    chat = home.until(lambda: home.adapter.homeservers[0].known.direct.get(who.id))
    assert chat is not None
    who.accept(chat)
    return chat

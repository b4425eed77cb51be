"""The same people in Slack and on a homeserver: one list of duties, one nudge, one answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.matrix.adapter import Matrix
from adapters.matrix.install import Install
from adapters.matrix.known import PLATFORM
from bot.events import Account
from bot.store import Store
from bot.wiring import StoredFiles
from tests.matrix.house import KEY, RATE
from tests.matrix.human import Human
from tests.matrix.people import People
from tests.slack.house import House, house
from tests.slack.scenes import numbers

pytestmark = pytest.mark.thorough

NUDGED = timedelta(hours=4, minutes=40)
ANSWER = "It is in the shared folder, page 3 has the figures."


@dataclass
class Both:
    """Ann and Bob are in #sales of Slack, and in a room of Matrix, with Duly."""

    home: House
    ann: Human
    bob: Human
    room: str
    duly: str

    @property
    def matrix(self) -> Matrix:
        (found,) = [each for each in self.home.adapters if isinstance(each, Matrix)]
        return found

    def says(self, who: Human, text: str, **more: Any) -> str:
        """On Matrix; and Duly has heard it."""
        event = who.say(self.room, text, **more)
        self.home.slack.until(lambda: self.heard(event), 20)
        self.home.settle()
        return event

    def heard(self, event: str) -> bool:
        with self.home.store.reading() as tx:
            return tx.journal.has(f"matrix/corp.example/event/{event}")

    def asks(self) -> str:
        who = self.bob.id
        pill = f'<a href="https://matrix.to/#/{who}">Bob</a> can you send me the test report?'
        words = "Bob can you send me the test report?"
        return self.says(self.ann, words, html=pill, mentions=[who])

    def cards(self) -> list[str]:
        """What Duly said to Bob alone, on Matrix."""
        self.bob.sync()
        for each in [each for each in self.bob.invited if each not in self.bob.joined]:
            self.bob.join(each)
        self.bob.sync()
        alone = [each for each in self.bob.joined if each != self.room]
        said = (each for room in alone for each in self.bob.messages(room))
        return [each.body for each in said if each.sender == self.duly]


@pytest.fixture
def both(people: People, tmp_path: Path) -> Iterator[Both]:
    ann, bob, duly = people.human("ann"), people.human("bob"), people.account("duly")
    install = Install(
        homeserver=people.server.url,
        user_id=duly.user_id,
        password=duly.password,
        store_key=KEY,
        store=tmp_path / "device",
        encryption=False,
        rate=RATE,
    )

    def matrix(store: Store) -> Matrix:
        return Matrix([install], StoredFiles(store), store.clock.lease)

    with house(beside=(matrix,)) as home:
        with home.store.transaction() as tx:
            for name, human in (("ann", ann), ("bob", bob)):
                tx.people.link(Account(PLATFORM, install.realm, human.id), name)
        room = ann.create_room("project", invite=[bob.id, duly.user_id])
        bob.accept(room)
        made = Both(home, ann, bob, room, duly.user_id)
        home.slack.until(lambda: made.matrix.homeservers[0].ready, 20)
        home.slack.until(lambda: room in made.matrix.homeservers[0].known.rooms, 20)
        home.settle()
        yield made


def test_one_list_and_one_nudge_where_they_were_last_active(both: Both) -> None:
    home = both.home
    both.asks()
    home.ann.say(home.sales, "@bob do you have the figures of May?")
    home.settle()
    assert len(numbers(home, "bob")) == 2

    home.wait(timedelta(minutes=7))
    both.says(both.bob, "good morning")  # there they are now
    home.wait(NUDGED)

    assert home.chat(home.bob) == []
    (nudge,) = both.cards()
    assert "test report" in nudge
    assert "figures of May" in nudge


def test_they_are_nudged_in_slack_where_they_spoke_last(both: Both) -> None:
    home = both.home
    both.says(both.bob, "good morning")
    both.asks()
    home.wait(timedelta(minutes=7))
    home.bob.say(home.sales, "hello everybody")
    home.settle()
    home.wait(NUDGED)

    (nudge,) = home.chat(home.bob)
    assert "test report" in nudge
    assert both.cards() == []


def test_what_is_settled_on_one_is_settled_on_the_other(both: Both) -> None:
    home = both.home
    asked = both.asks()
    home.ann.say(home.sales, "@bob do you have the figures of May?")
    home.settle()
    first, second = numbers(home, "bob")

    home.bob.command(home.sales, f"/duly done {first}")
    home.settle()
    assert numbers(home, "bob") == [second]
    both.says(both.bob, f"!duly done {second}", thread=asked)
    assert numbers(home, "bob") == []

    home.wait(NUDGED)
    assert home.chat(home.bob) == []
    assert not any("waiting for your answer" in each for each in both.cards())

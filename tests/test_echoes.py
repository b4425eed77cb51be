"""Our own message is shown to us: it ends a doubt, and betrays what stands there twice."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.card import Card
from bot.effects import Deliverable, Send
from bot.events import Echoed, MessageRef, Place
from bot.outbox import QUARANTINE
from bot.port import Doubtful, TryLater, Undeliverable
from bot.words import Reader, say
from tests.desk import MONDAY, PAPER, Desk, Paper, account

CARD = Card(say("Hello"))
ANN = account("ann")
HERE = Place(PAPER, "home", "dm:ann")


class Deaf(Paper):
    """Accepts what it is given and does not say so; what it accepted cannot be found at once."""

    def __init__(self, *moods: Exception) -> None:
        super().__init__()
        self.moods, self.echo = list(moods), False
        self.desk: Desk

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        ref = await super().deliver(effect, key=key, reader=reader)
        if self.echo and ref is not None:
            await asyncio.to_thread(self.show, ref)
        if self.moods:
            raise self.moods.pop(0)
        return ref

    def show(self, ref: MessageRef) -> None:
        """The platform is quicker to show us a message than to answer that it took it."""
        with self.desk.store.transaction() as tx:
            self.desk.bot.engine.handlers.handle(tx, echoed(ref, key="at once"))

    async def find(self, effect: Deliverable, *, key: str, since: object) -> MessageRef | None:
        return None


@pytest.fixture
def deaf() -> Iterator[Desk]:
    paper = Deaf()
    desk = paper.desk = Desk(paper=paper)
    yield desk
    desk.close()


def paper_of(desk: Desk) -> Deaf:
    assert isinstance(desk.paper, Deaf)
    return desk.paper


def echoed(ref: MessageRef, sent: str = "e/0", key: str = "echo") -> Echoed:
    return Echoed(key=key, at=MONDAY, message=ref, sent=sent)


def put(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.outbox.add(Send(ANN, CARD), "e/0")
    desk.wait(timedelta(0))


def state(desk: Desk) -> tuple[str, str | None]:
    with desk.store.transaction() as tx:
        row = tx.outbox.keyed("e/0")
    assert row is not None
    return row.state, row.message


def standing(desk: Desk) -> list[str]:
    return [line.ref.id for line in desk.paper.seen_by("ann")]


def test_an_echo_ends_a_doubt_without_waiting(deaf: Desk) -> None:
    paper_of(deaf).moods = [Doubtful()]
    put(deaf)
    assert state(deaf) == ("doubtful", None)
    deaf.take(echoed(deaf.paper.lines[0].ref))
    deaf.wait(QUARANTINE)

    assert state(deaf) == ("arrived", "c0")
    assert standing(deaf) == ["c0"]


def test_an_echo_of_what_arrived_says_nothing_new(deaf: Desk) -> None:
    put(deaf)
    ref = deaf.paper.lines[0].ref
    deaf.take(echoed(MessageRef(Place(PAPER, "home", "dm:ann", "c0"), "c0")))  # told with a thread
    deaf.take(echoed(ref, key="again"))

    assert state(deaf) == ("arrived", "c0")
    assert standing(deaf) == ["c0"]


def test_what_arrived_late_and_twice_is_withdrawn_once(
    deaf: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    paper_of(deaf).moods = [Doubtful()]
    put(deaf)
    deaf.wait(QUARANTINE)  # not found: sent again, as c1
    assert (state(deaf), standing(deaf)) == (("arrived", "c1"), ["c0", "c1"])
    with caplog.at_level(logging.INFO):
        for key in ("echo", "echo", "echo again"):
            deaf.take(echoed(deaf.paper.lines[0].ref, key=key))

    assert standing(deaf) == ["c1"]
    assert sum("late double of" in line for line in caplog.messages) == 1


def test_where_the_echo_came_first_the_second_try_is_the_double(deaf: Desk) -> None:
    paper = paper_of(deaf)
    paper.moods = [Doubtful()]
    put(deaf)
    first, deliver = deaf.paper.lines[0].ref, paper.deliver

    async def meanwhile(effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        if key == "e/0":
            await asyncio.to_thread(paper.show, first)
        return await deliver(effect, key=key, reader=reader)

    paper.deliver = meanwhile  # type: ignore[method-assign]
    deaf.wait(QUARANTINE)

    assert state(deaf) == ("arrived", "c0")
    assert standing(deaf) == ["c0"]


@pytest.mark.parametrize("mood", [TryLater(timedelta(0)), Undeliverable("gone"), Doubtful()])
def test_an_echo_that_overtakes_the_answer_is_believed(deaf: Desk, mood: Exception) -> None:
    paper = paper_of(deaf)
    paper.moods, paper.echo = [mood], True
    put(deaf)
    deaf.wait(QUARANTINE)

    assert state(deaf) == ("arrived", "c0")
    assert standing(deaf) == ["c0"]


def test_an_echo_of_what_we_never_sent_is_nothing(deaf: Desk) -> None:
    deaf.take(echoed(MessageRef(HERE, "c7"), sent="e/7"))

    assert standing(deaf) == []


def test_of_what_was_erased_a_double_is_still_known(deaf: Desk) -> None:
    put(deaf)
    deaf.wait(timedelta(days=30))
    with deaf.store.transaction() as tx:
        row = tx.outbox.keyed("e/0")
        assert row is not None
        assert row.body is None
    deaf.take(echoed(MessageRef(HERE, "c9")))

    assert MessageRef(HERE, "c9") in deaf.paper.gone

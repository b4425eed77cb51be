"""The pages as a platform: each key once, for people of this company alone, over any process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import get_args

import pytest
import sqlalchemy as sa

from bot.card import Card, Field, Form
from bot.effects import (
    Amend,
    Deliverable,
    Mark,
    OpenForm,
    Publish,
    Send,
    ShowHome,
    Upload,
    Whisper,
    Withdraw,
)
from bot.events import Account, MessageRef, Place
from bot.port import Undeliverable
from bot.store import Store
from bot.store.schema import notes
from bot.store.sessions import WEB, web_account
from bot.web.adapter import Web
from bot.wiring import assemble
from bot.words import Quoted, Reader, say
from tests.desk import MONDAY, Desk
from tests.web.lobby import Lobby

CARD = Card(say("{words} is due", words=Quoted("Samples")))
OTHER = Card(say("Something else"))
FORM = Form("promise 7", say("When?"), (Field("until", say("By when?"), "date"),), say("Promise"))
ANN = web_account("acme", "ann")
HERE = Place(WEB, "acme", "ann")
ELSEWHERE = Place(WEB, "acme", "lobby")


def deliver(lobby: Lobby, effect: Deliverable, key: str = "k") -> MessageRef | None:
    return asyncio.run(lobby.web.deliver(effect, key=key, reader=Reader()))


def find(lobby: Lobby, effect: Deliverable, key: str = "k") -> MessageRef | None:
    return asyncio.run(lobby.web.find(effect, key=key, since=MONDAY))


@pytest.fixture
def signed(lobby: Lobby) -> Lobby:
    for who in ("ann", "bob"):
        lobby.signs_in(who)
    return lobby


NOTED: dict[str, Deliverable] = {
    "Send": Send(ANN, CARD),
    "Whisper": Whisper(ANN, HERE, CARD, "a" * 64),
    "Upload": Upload(ANN, "f1", "report.xlsx", CARD),
    "OpenForm": OpenForm(ANN, FORM, "b" * 64, OTHER),
}
LOST = MessageRef(HERE, "no-such-note")
REFUSED: dict[str, Deliverable] = {
    "ShowHome": ShowHome(ANN, (CARD,)),
    "Mark": Mark(ELSEWHERE, LOST, "✅"),
    "Publish": Publish(ELSEWHERE, say("Notice"), "Closed on Friday."),
    "Amend": Amend(ANN, LOST, OTHER),
}


def test_every_effect_is_told_of_here() -> None:
    told = {*NOTED, *REFUSED, "Withdraw"}

    assert told == {kind.__name__ for kind in get_args(Deliverable)}


@pytest.mark.parametrize("kind", NOTED)
def test_what_is_for_somebody_arrives_once_and_is_found(signed: Lobby, kind: str) -> None:
    effect = NOTED[kind]
    assert find(signed, effect) is None
    ref = deliver(signed, effect)

    assert ref is not None
    assert deliver(signed, effect) == ref
    assert find(signed, effect) == ref
    assert find(signed, effect, "another") is None
    with signed.desk.store.transaction() as tx:
        assert [note.effect for note in tx.notes.for_page("ann", None)] == [effect]
        assert tx.notes.for_page("bob", None) == []


@pytest.mark.parametrize("kind", REFUSED)
def test_what_the_pages_have_no_place_for_is_said_to_be_undeliverable(
    signed: Lobby, kind: str
) -> None:
    with pytest.raises(Undeliverable):
        deliver(signed, REFUSED[kind])
    assert find(signed, REFUSED[kind]) is None


@pytest.mark.parametrize(
    "to", [web_account("acme", "nobody"), web_account("other", "ann"), Account(WEB, "acme", "wei")]
)
def test_nobody_and_people_of_other_companies_get_nothing(signed: Lobby, to: Account) -> None:
    """Wei never signed in."""
    for effect in (Send(to, CARD), Upload(to, "f", "x", CARD), Whisper(to, HERE, CARD)):
        with pytest.raises(Undeliverable):
            deliver(signed, effect)
    with pytest.raises(Undeliverable):
        deliver(signed, Send(ELSEWHERE, CARD))


def test_a_note_is_amended_and_withdrawn(signed: Lobby) -> None:
    ref = deliver(signed, NOTED["Whisper"])
    form = deliver(signed, NOTED["OpenForm"], "form")
    assert ref is not None
    assert form is not None
    deliver(signed, Amend(ANN, ref, OTHER), "amend")
    with pytest.raises(Undeliverable):
        deliver(signed, Amend(ANN, form, OTHER), "amend a form")
    with signed.desk.store.transaction() as tx:
        note = tx.notes.get(ref.id, "ann")
        assert note is not None
        assert isinstance(note.effect, Whisper)
        assert note.effect.card == OTHER

    for key in ("withdraw", "again"):
        assert deliver(signed, Withdraw(ANN, ref), key) is None
    assert find(signed, NOTED["Whisper"]) is None


def test_notes_are_sealed_and_forgotten(signed: Lobby) -> None:
    deliver(signed, NOTED["Send"])
    with signed.desk.store.db.connect() as conn:
        assert b"Samples" not in b"".join(row.body for row in conn.execute(sa.select(notes)))

    signed.desk.now += timedelta(days=1)
    with signed.desk.store.transaction() as tx:
        assert tx.notes.for_page("ann", None) == []
    signed.desk.now += timedelta(days=7)
    deliver(signed, NOTED["Upload"], "new")
    with signed.desk.store.db.connect() as conn:
        assert len(conn.execute(sa.select(notes)).all()) == 1


@contextmanager
def worker(desk: Desk, db: sa.Engine) -> Iterator[None]:
    """Another process, as far as the database can tell."""
    store = Store(db, desk.company, desk.store.seal, desk.clock)
    bot, stop = assemble(store, [desk.paper, Web(store)]), threading.Event()

    async def work() -> None:
        while not stop.is_set():
            if not await bot.turn():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
        db.dispose()


def test_pages_and_worker_may_be_two_processes(postgresql: sa.Engine) -> None:
    desk = Desk(db=postgresql)
    lobby = Lobby(desk)
    desk.posts("ann", "@bob when will the samples be ready?")
    bob = lobby.signs_in("bob")
    lobby.inbox.idle = True
    bob.opens("/mine")
    with worker(desk, sa.create_engine(postgresql.url)):
        page = bob.presses("I have answered")

    assert "Done: #1" in page.words
    assert "You owe nothing. Enjoy it." in page.words
    desk.close()

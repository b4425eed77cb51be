"""What the scenes about rooms ask of a house: what it keeps, and where it saw nothing."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.matrix.session import Session
from adapters.matrix.slip import Slip
from adapters.matrix.sync import FILTER
from bot.events import CommandInvoked, Happening, MessagePosted, Place, PlaceChanged, conversation
from bot.store.gaps import OPEN
from bot.store.schema import gaps, journal
from tests.desk import person
from tests.matrix.house import House, house
from tests.matrix.human import Human
from tests.matrix.people import people_of
from tests.matrix.synapse import Synapse

WELCOME = "Duly is in this room from now on"


@contextmanager
def home_of(synapse: Synapse, folder: Path, **how: Any) -> Iterator[House]:
    """A house for all scenes of a file, each with rooms of its own; Sam looks after Duly."""
    synapse.start()
    with people_of(synapse) as people, house(people, folder, **how) as made:
        with made.store.transaction() as tx:
            tx.people.save([replace(person("sam"), roles=frozenset({"it"}))])
        yield made
        assert made.parked() == []


def room_of(home: House, name: str = "project", *others: Human, **how: Any) -> str:
    """A new room of Ann's in which Duly is."""
    room = home.ann.create_room(name, invite=[home.duly, *(each.id for each in others)], **how)
    for each in others:
        each.accept(room)
    enters(home, room)
    return room


def enters(home: House, room: str) -> None:
    """Until Duly is in a room, and has said what it says there."""
    home.until(lambda: knows(home, room))
    home.settle()


def knows(home: House, room: str) -> bool:
    """Whether Duly is in a room, and has been told so."""
    found = home.adapter.homeservers[0].known.rooms.get(room)
    return found is not None and home.duly in found.members


def kept(home: House, room: str) -> list[str]:
    """What was said in a room, as Duly has it."""
    return [
        each.text
        for each in here(home, room)
        if isinstance(each, MessagePosted) and each.message.place.id == room
    ]


def here(home: House, room: str) -> list[Happening]:
    """What happened in a room, in the order in which it is handled."""
    place = conversation(place_of(home, room))
    with home.store.reading() as tx:
        rows = tx.journal.rows.all(journal, journal.c.place == place)
        return [tx.journal.read(row) for row in rows if row.body]


def place_of(home: House, room: str) -> Place:
    return home.adapter.homeservers[0].known.place(room)


def shown(home: House, room: str) -> PlaceChanged:
    """What a room is, as the core was told last."""
    return [each for each in here(home, room) if isinstance(each, PlaceChanged)][-1]


def blind(home: House, room: str) -> list[tuple[datetime, datetime | None]]:
    """When nobody can say what was said there; None: that has not ended."""
    with home.store.reading() as tx:
        rows = tx.gaps.rows.all(gaps, gaps.c.place == conversation(place_of(home, room)))
        return [(row.since, None if row.until == OPEN else row.until) for row in rows]


def rows(home: House) -> int:
    """Everything that ever happened to Duly."""
    with home.store.reading() as tx:
        return len(tx.journal.rows.all(journal))


def welcomes(home: House, who: Human, room: str) -> int:
    return len([each for each in said(home, who, room) if WELCOME in each])


def said(home: House, who: Human, room: str) -> list[str]:
    """What Duly said in a room, as somebody there sees it."""
    who.sync()
    return [each.body for each in who.messages(room) if each.sender == home.duly]


def greetings(home: House, room: str) -> list[CommandInvoked]:
    return [each for each in here(home, room) if isinstance(each, CommandInvoked)]


def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """The homeserver tells little at a time, so that little is much."""
    room = {**FILTER["room"], "timeline": {"limit": 4}}
    monkeypatch.setattr("adapters.matrix.session.FILTER", {**FILTER, "room": room})
    monkeypatch.setattr("adapters.matrix.calls.PAGE", 5)


@contextmanager
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever happens meanwhile, Duly asks for it only afterwards."""
    over = threading.Event()
    sync = Session._sync

    async def later(self: Session, since: str | None, *, whole: bool) -> Slip:
        await asyncio.to_thread(over.wait)
        return await sync(self, since, whole=whole)

    monkeypatch.setattr(Session, "_sync", later)
    try:
        yield
    finally:
        over.set()

"""Whose chat a room is, and what stands there: for one alone, and whole."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.matrix import keys
from adapters.matrix.calls import Calls
from adapters.matrix.outbound import Outbound
from adapters.matrix.saying import Content, Saying
from adapters.matrix.slip import Slip
from bot.card import Card
from bot.effects import Amend, Publish
from bot.events import MessageRef, Place
from bot.port import Doubtful, TryLater, Undeliverable
from bot.words import Quoted, Reader, say
from tests.matrix.house import House
from tests.matrix.human import Human
from tests.matrix.places import enters, home_of, place_of, room_of
from tests.matrix.synapse import Synapse

READABLE = {
    "type": "m.room.history_visibility",
    "state_key": "",
    "content": {"history_visibility": "world_readable"},
}


@pytest.fixture(scope="module")
def home(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    names = ("ann", "bob", "sam")
    with home_of(synapse, tmp_path_factory.mktemp("chats"), names=names) as made:
        yield made


def _comes_in(home: House, who: Human, room: str, by: Human) -> None:
    by.invite(room, who.id)
    who.accept(room)
    home.until(lambda: who.id in home.adapter.homeservers[0].known.rooms[room].members)


def _mine(home: House, who: Human) -> list[tuple[str, str]]:
    """What Duly said wherever they are, and where."""
    who.sync()
    rooms = [room for room in who.joined if room != home.room]
    return [(room, e.body) for room in rooms for e in who.messages(room) if e.sender == home.duly]


def _outbound(home: House) -> Outbound:
    found = home.adapter.homeservers[0].outbound
    assert found is not None
    return found


def _deliver(home: House, effect: Amend, key: str) -> MessageRef | None:
    return home.within(_outbound(home).deliver(effect, key, Reader("en", "UTC")))


def test_where_a_third_was_asked_in_nothing_private_is_said_any_more(home: House) -> None:
    chat = home.begin_chat("bob")
    eve = home.people.human("eve")
    _comes_in(home, eve, chat, home.bob)
    before = len(_mine(home, eve))
    home.says("bob", "!duly mine")
    assert "You owe" in home.chat("bob")[-1].body
    assert len(_mine(home, eve)) == before
    assert home.chats("bob") != chat


def test_a_card_for_one_is_not_amended_where_a_third_reads_it(home: House) -> None:
    bob = home.account("bob")
    home.says("bob", "!duly mine")
    home.chat("bob")
    chat = home.chats("bob")
    (*_, card) = home.chat("bob")
    ref = MessageRef(home.adapter.homeservers[0].known.place(chat), card.id)
    amended = Amend(bob, ref, Card(say("For {name} alone", name=Quoted("Bob"))))
    assert _deliver(home, amended, "amend/1") == ref

    _comes_in(home, home.people.human("eve"), chat, home.bob)
    with pytest.raises(Undeliverable):
        _deliver(home, amended, "amend/2")


@pytest.mark.parametrize(
    "how", [{"preset": "public_chat"}, {"initial_state": [READABLE]}, {}], ids=str
)
def test_a_room_where_somebody_else_put_the_two_of_us_is_no_chat_of_theirs(
    home: House, how: dict[str, Any]
) -> None:
    """Whoever made it could come back, or have it read, or keep them from seeing it at all."""
    mallory, dan = home.people.human("mallory"), home.people.human("dan")
    room = mallory.create_room(invite=[home.duly, dan.id], **how)
    enters(home, room)
    mallory.leave(room)
    known = home.adapter.homeservers[0].known
    home.until(lambda: mallory.id not in known.rooms[room].members)
    home.settle()

    place = home.within(_outbound(home).saying.place(known.account(dan.id)))
    assert place.id != room
    assert dan.id in known.rooms[place.id].members


@pytest.mark.parametrize("how", [{"preset": "public_chat"}, {"initial_state": [READABLE]}], ids=str)
def test_a_chat_that_others_may_read_is_none(home: House, how: dict[str, Any]) -> None:
    dan = home.people.human("dan")
    room = dan.direct(home.duly, **how)
    enters(home, room)
    known = home.adapter.homeservers[0].known
    assert home.within(_outbound(home).saying.place(known.account(dan.id))).id != room


def test_an_upgrade_of_a_chat_with_a_third_in_it_is_no_chat_any_more(home: House) -> None:
    dan, eve = home.people.human("dan"), home.people.human("eve")
    room = dan.direct(home.duly, version="11")
    enters(home, room)
    new = dan.upgrade_room(room)
    dan.invite(new, home.duly)
    known = home.adapter.homeservers[0].known
    home.until(lambda: home.duly in getattr(known.rooms.get(new), "members", {}))
    _comes_in(home, eve, new, dan)
    place = home.within(_outbound(home).saying.place(known.account(dan.id)))
    assert known.today(place.id) not in (room, new)


def test_who_declines_before_duly_sees_its_own_chat_is_written_to_again(home: House) -> None:
    """Duly hears of nothing for a while: the chat is left when it hears of it at all."""
    dan = home.people.human("dan")
    server = home.adapter.homeservers[0]
    known, saying = server.known, _outbound(home).saying
    session = server.session
    assert session is not None
    account, reader = known.account(dan.id), session._reader

    async def begun_and_left() -> str:
        id = await saying._begin(dan.id)
        known.rooms.pop(id, None)
        known.opening[id] = asyncio.Event()
        await asyncio.to_thread(dan.sync_until, lambda: id in dan.invited)
        await asyncio.to_thread(dan.leave, id)
        known.rooms.pop(id, None)
        told = await session.calls.past(id).__anext__()
        room = reader.settle_in(id, told[::-1])
        await session._chats(room, told[::-1])
        return id

    id = home.within(begun_and_left())
    assert home.within(saying.chat(account.id)).id != id


def test_what_was_said_in_part_is_not_taken_for_said(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first part comes back to us while the second is still to be sent, and then cannot be."""
    says, trouble = Saying.say, [TryLater(timedelta(0))]

    async def stumbling(
        self: Saying, place: Place, content: Content, *more: Any, **how: Any
    ) -> Any:
        if content[keys.CONTENT]["part"] and trouble:
            later = await asyncio.to_thread(home.bob.say, room, "I have seen the first part")
            await asyncio.to_thread(home.until, lambda: home.has(later))
            raise trouble.pop()
        return await says(self, place, content, *more, **how)

    monkeypatch.setattr(Saying, "say", stumbling)
    room = room_of(home, "notices", home.bob)
    effect = Publish(place_of(home, room), say("Notice"), "word " * 6000)
    with home.store.transaction() as tx:
        tx.outbox.add(effect, "notice")
    home.bot.made.ring()
    home.ann.sees(room, "Part 1 of 2")
    home.ann.sees(room, "Part 2 of 2")


def test_two_who_write_to_somebody_at_once_begin_one_chat(home: House) -> None:
    """What is urgent does not wait for what is not."""
    saying, dan = _outbound(home).saying, home.people.human("dan")

    async def both() -> list[Place]:
        return list(await asyncio.gather(saying.chat(dan.id), saying.chat(dan.id)))

    one, other = home.within(both())
    assert one == other


def test_a_chat_of_which_we_do_not_know_whether_it_was_made_is_the_one_that_is_seen(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The homeserver makes it, and its answer is lost: nothing was said, so nothing is in doubt."""
    outbound, dan = _outbound(home), home.people.human("dan")
    known, trouble, send = home.adapter.homeservers[0].known, [Doubtful("lost")], Calls.send

    async def stumbling(self: Calls, method: str, path: str, *more: Any, **how: Any) -> Slip:
        answer = await send(self, method, path, *more, **how)
        if path.endswith("createRoom") and trouble:
            raise trouble.pop()
        return answer

    monkeypatch.setattr(Calls, "send", stumbling)
    with pytest.raises(TryLater):
        home.within(outbound.saying.chat(dan.id))
    home.until(lambda: outbound.saying._chat_of(dan.id))
    (room,) = [id for id, each in known.rooms.items() if dan.id in each.members]
    assert home.within(outbound.saying.chat(dan.id)).id == room


@pytest.mark.parametrize("mxc", ["mxc://../config", "mxc://corp.example/..", "mxc://./x"])
def test_an_address_of_a_file_leads_nowhere_else(home: House, mxc: str) -> None:
    with pytest.raises(Undeliverable, match="no file of Matrix"):
        home.within(_outbound(home).calls.fetch(mxc, 1000))

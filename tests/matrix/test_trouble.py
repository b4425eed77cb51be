"""The homeserver is away, is busy, talks nonsense, or lets Duly in no more: nothing is lost."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from adapters.matrix import homeserver, inbound, session
from adapters.matrix.calls import Calls
from adapters.matrix.inbound import Read, Told
from adapters.matrix.joining import Joining
from adapters.matrix.known import Known, Room
from adapters.matrix.reading import Refused
from adapters.matrix.rooms import apply, facts
from adapters.matrix.slip import Slip
from adapters.matrix.sync import Reader
from adapters.matrix.wire import Answer, Wire
from bot.card import Card
from bot.clock import Clock
from bot.effects import Send
from bot.events import AccessLost, Account, MessagePosted, Platform, Unread
from bot.inbox import JournalInbox
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import in_memory
from bot.store.schema import outbox
from bot.words import Quoted, say
from tests.matrix.house import House, house
from tests.matrix.human import CLIENT
from tests.matrix.people import People, people_of
from tests.matrix.places import blind, held, home_of, kept, place_of, room_of, said
from tests.matrix.synapse import Synapse

US = "@duly:corp.example"
ROOM = "!room:corp.example"
GREETED = re.compile(r"Hello \W*(.*?)\W*")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="module")
def _often() -> Iterator[None]:
    """Duly is quicker than it is at work, so that a scene takes no minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(homeserver, "BEAT", 0.2)
        patch.setattr(homeserver, "ELSEWHERE", 0.2)
        patch.setattr(homeserver, "AGAIN", 0.1)
        patch.setattr(homeserver, "MENDED", 0.3)
        patch.setattr(session, "LEAST", 0.2)
        yield


@pytest.fixture(scope="module")
def home(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with home_of(synapse, tmp_path_factory.mktemp("trouble")) as made:
        yield made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often Duly called what, from now on."""
    found: Counter[str] = Counter()
    ask = Wire.ask

    async def counted(self: Wire, method: str, path: str, *more: object, **how: object) -> Answer:
        found[path.partition("?")[0]] += 1
        return await ask(self, method, path, *more, **how)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(Wire, "ask", counted)
    return found


def _greeting(who: str) -> Card:
    return Card(say("Hello {who}", who=Quoted(who)))


def greeted(home: House, room: str) -> Counter[str]:
    """Whom Duly has greeted there, and how often."""
    found = [GREETED.fullmatch(each) for each in said(home, home.ann, room)]
    return Counter(each[1] for each in found if each)


def sends(home: House, room: str, *words: str) -> None:
    with home.store.transaction() as tx:
        for each in words:
            tx.outbox.add(Send(place_of(home, room), _greeting(each)), each)
    home.bot.made.ring()


# --- away and busy -------------------------------------------------------------------------------


@pytest.mark.thorough
def test_an_outage_is_waited_for_and_what_was_to_be_sent_arrives_once(
    home: House, synapse: Synapse, asked: Counter[str]
) -> None:
    room = room_of(home, "outage")
    synapse.stop()
    sends(home, room, "one", "two")
    time.sleep(2)
    asked_away = asked[f"{CLIENT}/sync"]
    synapse.start()
    said_first = home.ann.say(room, "You are back.")
    home.hands.ahead += timedelta(minutes=5)
    home.heard(said_first)
    home.until(lambda: len(greeted(home, room)) == 2)

    assert 1 <= asked_away <= 6
    assert kept(home, room) == ["You are back."]
    assert blind(home, room) == []
    assert greeted(home, room) == {"one": 1, "two": 1}


@pytest.mark.thorough
def test_a_homeserver_that_limits_us_gets_everything_once_and_is_not_pressed(
    strict_synapse: Synapse, tmp_path: Path, asked: Counter[str]
) -> None:
    with people_of(strict_synapse) as people, house(people, tmp_path, names=("ann",)) as home:
        words = [f"number {each}" for each in range(10)]
        sends(home, home.room, *words)

        def arrived() -> bool:
            home.hands.ahead += timedelta(seconds=1)
            home.bot.made.ring()
            time.sleep(0.2)
            return len(greeted(home, home.room)) == len(words)

        home.until(arrived)
        home.settle()
        assert greeted(home, home.room) == dict.fromkeys(words, 1)
        assert sum(each for path, each in asked.items() if "/send/" in path) < 4 * len(words)


@pytest.mark.thorough
def test_a_sync_of_nonsense_is_asked_for_again(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[dict[str, object]] = [
        {},
        {"next_batch": 7},
        {"rooms": "none", "next_batch": ""},
        {"rooms": {"join": 3}},
    ]
    ask = Wire.ask

    async def nonsense(self: Wire, method: str, path: str, *more: object, **how: object) -> Answer:
        if answers and path.startswith(f"{CLIENT}/sync"):
            return Answer(200, answers.pop())
        return await ask(self, method, path, *more, **how)  # type: ignore[arg-type]  # as it came

    room = room_of(home, "nonsense")
    monkeypatch.setattr(Wire, "ask", nonsense)
    home.says("ann", "first", room)
    home.says("ann", "Do you hear me?", room)
    home.until(lambda: not answers)

    assert kept(home, room) == ["first", "Do you hear me?"]


@pytest.mark.thorough
def test_who_declines_a_chat_before_duly_heard_of_it_is_asked_into_another(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.bob.sync()
    with held(monkeypatch):
        home.heard(home.ann.say(home.room, "Good morning."))
        with home.store.transaction() as tx:
            tx.outbox.add(Send(home.account("bob"), _greeting("bob")), "declined")
        home.bot.made.ring()
        home.bob.sync_until(lambda: home.bob.invited)
        (declined,) = home.bob.invited
        home.bob.leave(declined)
    chat = home.until(lambda: home.chat_room("bob") not in (declined, None) and home.chats("bob"))
    home.bob.sees(home.bob.accept(str(chat)), "Hello")


# --- let in no more ------------------------------------------------------------------------------


@pytest.mark.thorough
def test_a_device_that_was_logged_out_logs_in_again_and_goes_on(
    people: People, tmp_path: Path
) -> None:
    with house(people, tmp_path, names=("ann", "bob"), secret=True) as home:
        before = home.says("ann", "before")
        dead = log_out(home)
        home.until(lambda: _goes_on(home, dead))
        home.says("bob", "after")

        assert home.has(before)
        assert kept(home, home.room) == ["before", "after"]
        assert [each for each in home.happened() if isinstance(each, AccessLost)] == []
        sends(home, home.room, "there")
        assert home.bob.sees(home.room, "there").secret


@pytest.mark.thorough
def test_a_token_that_died_is_told_once_without_pressing_and_a_password_lets_duly_go_on(
    people: People, tmp_path: Path, asked: Counter[str]
) -> None:
    with home_of(people.server, tmp_path, names=("ann", "sam")) as home:
        elsewhere = Account(Platform("playground"), "acme", "sam")
        with home.store.transaction() as tx:
            tx.people.link(elsewhere, "sam")
        password = home.install.password
        home.close()
        home.install = replace(home.install, password="")
        home.reopen()
        home.until(lambda: _is_noted(home))
        log_out(home)
        sends(home, home.room, "later")
        home.until(lambda: any(isinstance(each, AccessLost) for each in home.happened()))
        asked.clear()
        missed = home.ann.say(home.room, "Nobody hears me.")
        time.sleep(1.5)

        assert sum(asked.values()) <= 6
        assert not home.has(missed)
        home.close()
        home.reopen(heard=False)  # it is started again, and nothing is mended
        home.until(lambda: asked[f"{CLIENT}/account/whoami"] > 6)
        assert len([each for each in home.happened() if isinstance(each, AccessLost)]) == 1
        assert len(_lost(home)) == 1
        home.close()
        home.install = replace(home.install, password=password)
        home.hands.ahead += timedelta(minutes=5)
        home.reopen()
        home.until(lambda: home.has(missed))
        assert kept(home, home.room) == ["Nobody hears me."]
        home.until(lambda: greeted(home, home.room) == {"later": 1})


def log_out(home: House) -> str:
    """As an administrator does, or somebody with the account's password; returns the token."""
    server = home.adapter.homeservers[0]
    assert server.session is not None
    token = server.session.device.wire.token
    answer = httpx.post(
        f"{home.install.homeserver}{CLIENT}/logout",
        json={},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200
    return token


def _goes_on(home: House, dead: str) -> bool:
    """With another token than this."""
    server = home.adapter.homeservers[0]
    return server.ready and server.session is not None and server.session.device.wire.token != dead


def _is_noted(home: House) -> bool:
    with home.store.reading() as tx:
        return tx.listeners.cursor(session.alive(home.install.realm)) is not None


def _lost(home: House) -> list[str]:
    """What was to be said elsewhere of a platform that lets us in no more."""
    with home.store.reading() as tx:
        rows = tx.outbox.rows.all(outbox, outbox.c.key.like("lost/%"))
        return [row.key for row in rows]


# --- two processes -------------------------------------------------------------------------------


def test_who_loses_the_lease_listens_no_more_and_goes_on_where_it_was(home: House) -> None:
    room = room_of(home, "lease")
    server = home.adapter.homeservers[0]
    home.lease_to("another process")
    home.until(lambda: server.session is None)
    event = home.ann.say(room, "Who hears me?")
    time.sleep(0.5)

    assert not home.has(event)
    assert not server.ready
    home.lease_to(None)
    home.heard(event)
    assert kept(home, room) == ["Who hears me?"]


def test_a_second_process_waits_until_the_first_has_ended(home: House) -> None:
    room = room_of(home, "two")
    second = House(home.people, home.install, home.staff, home.store, home.hands)
    second.open(heard=False)
    event = home.heard(home.ann.say(room, "The first hears me."))
    assert second.adapter.homeservers[0].session is None

    home.close()
    home.hands.ahead += timedelta(seconds=31)
    second.until(lambda: second.adapter.homeservers[0].ready)
    second.heard(second.ann.say(room, "And the second."))
    second.close()
    home.reopen()
    assert home.has(event)
    assert kept(home, room) == ["The first hears me.", "And the second."]


# --- single parts --------------------------------------------------------------------------------


def test_who_is_of_another_homeserver_cannot_have_us_in() -> None:
    known, inbox = Known(US), _inbox()
    joining = Joining(Calls(Wire("http://127.0.0.1:9")), known, lambda: NOW)

    async def invited() -> None:
        await joining.invited(inbox, ROOM, _invitation("@eve:other.example"))
        await joining.invited(inbox, ROOM, _invitation("nobody"))
        assert joining.wanted == {}
        await joining.invited(inbox, ROOM, _invitation("@ann:corp.example"))

    asyncio.run(invited())
    assert list(joining.wanted) == [ROOM]
    assert known.chats == {ROOM}


def test_a_room_that_cannot_be_entered_is_tried_later_and_later_and_after_a_restart() -> None:
    inbox, now = _inbox(), NOW

    async def tried() -> list[timedelta]:
        nonlocal now
        wire = Wire("http://127.0.0.1:9")
        joining, waits = Joining(Calls(wire), Known(US), lambda: now), []
        await joining.invited(inbox, ROOM, _invitation("@ann:corp.example"))
        for _ in range(12):
            await joining.enter(inbox)
            await joining.enter(inbox)
            waits.append(joining.wanted[ROOM].again - now)
            now = joining.wanted[ROOM].again
        anew = Joining(Calls(wire), Known(US), lambda: now)
        await anew.remember(inbox)
        assert list(anew.wanted) == [ROOM]
        await anew.ended(inbox, ROOM)
        await anew.remember(inbox)
        assert anew.wanted == {}
        await wire.close()
        return waits

    waits = asyncio.run(tried())
    assert waits == sorted(waits)
    assert waits[0] >= timedelta(seconds=2)
    assert waits[-1] == timedelta(hours=1)


def test_a_guest_of_another_company_is_outside() -> None:
    known, room = Known(US), Room(ROOM)
    apply(room, _member("@ann:corp.example"))
    assert not facts(room, known).outside
    apply(room, _member("@eve:other.example"))
    assert facts(room, known).outside


def test_a_mistake_of_ours_keeps_back_no_other_event(monkeypatch: pytest.MonkeyPatch) -> None:
    read = inbound.read

    def mistaken(told: Told, room: Room, known: Known) -> Read:
        if told.event.at("content").text("body") == "bad":
            raise KeyError("a mistake")
        return read(told, room, known)

    monkeypatch.setattr(inbound, "read", mistaken)
    reader = Reader(Known(US), lambda *_: Refused(reason="there is none"), lambda: NOW)
    events = [_message(number, text) for number, text in enumerate(("one", "bad", "two"))]

    found = reader.timeline(Room(ROOM), events)
    assert [each.text if isinstance(each, MessagePosted) else type(each) for each in found] == [
        "one",
        Unread,
        "two",
    ]


def test_a_reaction_taken_back_is_the_same_when_it_is_read_once_more() -> None:
    reader = Reader(Known(US), lambda *_: Refused(reason="there is none"), lambda: NOW)
    room = Room(ROOM)
    relation = {"rel_type": "m.annotation", "event_id": "$one", "key": "✅"}
    reacted = _event("m.reaction", "$two", {"m.relates_to": relation})
    back = _event("m.room.redaction", "$three", {"redacts": "$two"}, redacts="$two")

    first = reader.timeline(room, [reacted, back])
    assert reader.timeline(room, [reacted, back]) == first


def _inbox() -> JournalInbox:
    clock = Clock(lease=lambda: NOW, random=Random(1).randbytes)
    seal = Seal(bytes(32), clock.random)
    return JournalInbox(Store(in_memory(), "acme", seal, clock), lambda _: {})


def _invitation(by: str) -> Slip:
    content = {"membership": "invite", "is_direct": True}
    event = {"type": "m.room.member", "state_key": US, "sender": by, "content": content}
    return Slip({"invite_state": {"events": [event]}})


def _member(who: str) -> Slip:
    content = {"membership": "join"}
    return Slip({"type": "m.room.member", "state_key": who, "sender": who, "content": content})


def _message(number: int, text: str) -> Slip:
    return _event("m.room.message", f"$message{number}", {"msgtype": "m.text", "body": text})


def _event(kind: str, id: str, content: dict[str, object], **more: object) -> Slip:
    event = {"type": kind, "event_id": id, "sender": "@ann:corp.example", "content": content}
    return Slip({**event, "origin_server_ts": int(NOW.timestamp() * 1000), **more})

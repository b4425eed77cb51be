"""What no honest client sends: kept as it was said or not at all, never in the way of the rest."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from adapters.matrix import inbound
from adapters.matrix.inbound import Told
from adapters.matrix.known import Known, Room
from adapters.matrix.reading import Lacking
from adapters.matrix.slip import Slip
from adapters.matrix.sync import Reader
from adapters.matrix.trust import accepted, keep, pinned
from adapters.matrix.vault import PINS, Sealed
from bot.events import (
    Alarm,
    CommandInvoked,
    MessageChanged,
    MessagePosted,
    Undecryptable,
    conversation,
)
from tests.desk import MONDAY, person
from tests.matrix.cipher import SecretHuman
from tests.matrix.house import KEY, House, house
from tests.matrix.human import Refused
from tests.matrix.people import people_of
from tests.matrix.places import place_of
from tests.matrix.scenes import gather, owed, said, told
from tests.matrix.synapse import Synapse

STAFF = ("ann", "bob", "eve", "sam")
ASK = "can you send me the test report?"
UNREAD = "nobody could read this payload"  # kept for who looks after Duly
US = "@duly:corp.example"
Json = dict[str, Any]


@contextmanager
def opened(server: Synapse, factory: pytest.TempPathFactory, **how: Any) -> Iterator[House]:
    server.start()
    folder = factory.mktemp("device")
    with people_of(server) as people, house(people, folder, names=STAFF, **how) as made:
        with made.store.transaction() as tx:
            tx.people.save([replace(person("sam"), roles=frozenset({"it"}))])
        yield made


@pytest.fixture(scope="module")
def plain(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(synapse, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def secret(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(synapse, tmp_path_factory, secret=True) as made:
        yield made


@pytest.fixture(params=["plain", "secret"])
def home(request: pytest.FixtureRequest) -> House:
    made: House = request.getfixturevalue(request.param)
    return made


@pytest.fixture(autouse=True)
def answering(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each scene nothing is in the way, and Duly still answers."""
    yield
    for name in ("plain", "secret"):
        if name in request.fixturenames or name in request.node.name:
            try:
                made: House = request.getfixturevalue(name)
            except pytest.FixtureLookupError:
                continue
            assert [each for each in made.parked() if UNREAD not in each] == []
            before = len(made.chat("ann"))
            made.says("ann", "!duly mine")
            assert len(made.chat("ann")) == before + 1


def pill(home: House, other: str) -> str:
    return f'<a href="https://matrix.to/#/{home.staff[other].id}">{other}</a>'


def pilled(home: House, other: str) -> Json:
    """How an ask to them is written besides its plain words."""
    return {"html": f"{pill(home, other)} {ASK}", "mentions": [home.staff[other].id]}


def who(home: House, name: str) -> SecretHuman:
    found = home.staff[name]
    assert isinstance(found, SecretHuman)
    return found


TEXT: Json = {"msgtype": "m.text", "body": "hello"}
BROKEN: tuple[Json, ...] = (
    {**TEXT, "m.relates_to": "a string"},
    {**TEXT, "m.relates_to": {"rel_type": "m.replace", "event_id": 7}, "m.new_content": [1]},
    {**TEXT, "m.relates_to": {"rel_type": "m.thread", "event_id": "not an id"}},
    {**TEXT, "m.relates_to": {"m.in_reply_to": {"event_id": ["$a"]}}},
    {**TEXT, "m.mentions": ["@a:b"]},
    {**TEXT, "m.mentions": {"user_ids": {"@a:b": 1}, "room": "yes"}},
    {**TEXT, "format": "org.matrix.custom.html", "formatted_body": {"a": 1}},
    {**TEXT, "format": "org.matrix.custom.html", "formatted_body": "<a " * 5000},
    {"msgtype": "m.text", "body": {"a": [1, None]}},
    {"msgtype": "m.text"},
    {"msgtype": ["m.text"], "body": "hello"},
    {"body": "hello"},
    {"msgtype": "m.file", "body": 3, "url": 4, "info": "large", "filename": {}},
    {"msgtype": "m.file", "body": "x", "file": "none", "info": {"size": -5}},
    {"msgtype": "m.image", "body": "x", "file": {"url": 1, "key": 2, "iv": 3, "hashes": 4}},
    {},
)
HIDDEN: tuple[Json, ...] = (
    {**TEXT, "body": "a\0b\ud800c\u202edcba"},
    {**TEXT, "body": 1e400, "duly": {"key": 7, "part": 1e999}},
    {"msgtype": "m.file", "body": "x\0", "info": {"size": float("nan")}, "url": "mxc://\0/x"},
    {**TEXT, "body": "x" * 40_000},
)


@pytest.mark.thorough
def test_malformed_contents_are_read_as_far_as_they_go(home: House) -> None:
    room = gather(home, "ann", "bob")
    broken = [*BROKEN, *(HIDDEN if home.install.encryption else ())]
    let_through = []
    for content in broken:
        try:
            let_through.append(_sends(home, room, content))
        except Refused:  # Synapse looks at some of it, where it can
            assert not home.install.encryption
    home.says("ann", "hello", room)

    assert len(let_through) == len(broken) or not home.install.encryption
    assert len(let_through) > 5
    assert all(told(home, event, MessagePosted) for event in let_through)
    everything = "".join(told(home, each, MessagePosted)[0].text for each in let_through)
    assert not set("\0\u202e\ud800") & set(everything)


def _sends(home: House, room: str, content: Json) -> str:
    """Where it is encrypted, its relation too, though that should stand outside."""
    ann = home.ann
    if not isinstance(ann, SecretHuman):
        return ann.send(room, "m.room.message", content)
    ann.send(room, "m.room.message", TEXT)
    sealed = ann.machine.encrypt(room, "m.room.message", content)
    sealed.pop("m.relates_to", None)
    return ann.send_clear(room, "m.room.encrypted", sealed)


@pytest.mark.parametrize("kind", ["m.reaction", "m.sticker", "m.poll.start", "m.unheard.of"])
def test_malformed_events_of_other_types_are_passed_over_or_kept_unread(
    plain: House, kind: str
) -> None:
    room = gather(plain, "ann", "bob")
    contents: tuple[Json, ...] = (
        {"m.relates_to": {"rel_type": "m.annotation", "event_id": 5, "key": "✅"}},
        {"m.relates_to": {"rel_type": "m.annotation"}, "body": 4, "m.poll": [1]},
        {"m.poll": {"question": [], "answers": {"a": 1}}, "m.relates_to": 3},
    )
    for content in contents:
        try:
            plain.ann.send(room, kind, content)
        except Refused:
            continue
    assert said(plain, plain.says("ann", "hello", room), MessagePosted).text == "hello"


def test_the_largest_message_is_kept_whole(home: House) -> None:
    text = "x" * (45_000 if home.install.encryption else 60_000)
    event = home.says("ann", text)

    assert said(home, event, MessagePosted).text == text


def test_what_came_without_encryption_is_kept_and_commands_nothing(secret: House) -> None:
    room, ann = gather(secret, "ann", "bob"), who(secret, "ann")
    before = len(secret.chat("ann"))
    clear = ann.send_clear(room, "m.room.message", {"msgtype": "m.text", "body": "!duly mine"})
    secret.heard(clear)

    (answer,) = secret.until(lambda: secret.chat("ann")[before:])
    assert "came without encryption" in answer.body
    assert not answer.secret
    assert said(secret, clear, MessagePosted).text == "!duly mine"


def test_a_ciphertext_that_is_played_again_tells_nothing_twice(secret: House) -> None:
    room, ann = gather(secret, "ann", "bob"), who(secret, "ann")
    command = secret.says("ann", "!duly mine", room)
    asked = secret.says("ann", f"bob {ASK}", room, **pilled(secret, "bob"))
    before = len(secret.chat("ann"))
    again = [ann.play_again(room, each) for each in (command, asked)]
    secret.says("ann", "hello", room)

    assert [told(secret, each, MessagePosted) for each in again] == [[], []]
    assert len(secret.chat("ann")) == before
    assert len(owed(secret, "bob", room)) == 1


def test_whose_key_it_is_has_said_it_and_nobody_else(secret: House) -> None:
    """A homeserver shows what eve encrypted as if ann had sent it."""
    room, ann, eve = gather(secret, "ann", "eve"), who(secret, "ann"), who(secret, "eve")
    secret.says("eve", "hello", room)
    forged = eve.machine.encrypt(room, "m.room.message", {**TEXT, "body": "!duly mine"})
    before = len(secret.chat("ann"))
    event = ann.send_clear(room, "m.room.encrypted", forged)
    secret.says("eve", "hello again", room)

    assert told(secret, event, MessagePosted) == []
    assert len(secret.chat("ann")) == before


@pytest.mark.parametrize("kind", ["m.room.redaction", "m.room.encrypted"])
def test_nothing_is_taken_back_in_secret(secret: House, kind: str) -> None:
    """The homeserver looks whether somebody may take something back: within, it cannot."""
    room = gather(secret, "ann", "bob", "eve")
    asked = secret.says("ann", f"bob {ASK}", room, **pilled(secret, "bob"))
    event = who(secret, "eve").send(room, kind, {"redacts": asked})
    secret.says("ann", "hello", room)

    assert len(owed(secret, "bob", room)) == 1
    assert told(secret, event, MessageChanged) == []
    assert told(secret, event, Undecryptable) == []


@pytest.mark.thorough
def test_what_cannot_be_read_is_known_and_read_once_when_its_key_comes(secret: House) -> None:
    room, ann = gather(secret, "ann", "bob"), who(secret, "ann")
    ann.withhold.add(secret.duly)
    ann.rotate(room)
    first = secret.says("ann", "The samples are in hall 4.", room)
    second = secret.says("ann", f"bob {ASK}", room, **pilled(secret, "bob"))
    assert told(secret, first, MessagePosted) == []
    assert said(secret, first, Undecryptable).author == secret.account("ann")

    secret.restart()
    ann.withhold.clear()
    ann.share_key(room, secret.duly)
    secret.until(lambda: told(secret, second, MessagePosted))
    secret.settle()
    for event, text in ((first, "The samples are in hall 4."), (second, f"@bob {ASK}")):
        assert [each.text for each in told(secret, event, MessagePosted)] == [text]
    assert len(owed(secret, "bob", room)) == 1
    with secret.store.reading() as tx:
        place = conversation(place_of(secret, room))
        assert not any(tx.unreadable.waits((place, each)) for each in (first, second))


@pytest.mark.thorough
def test_who_has_no_identity_is_told_in_clear_what_to_do(secret: House) -> None:
    bare = _joins(secret, "grace", bare=True)
    secret.heard(bare.say(secret.room, "!duly mine"))

    room = _their_chat(secret, bare)
    answer = bare.sees(room, "set up recovery")
    assert not answer.secret


@pytest.mark.thorough
def test_who_cannot_read_their_cards_is_told_so_in_clear_once(secret: House) -> None:
    bare = _joins(secret, "hana", bare=True)
    name = bare.account.name
    pill = f'<a href="https://matrix.to/#/{bare.id}">{name}</a>'
    for ask in ("can you send me the samples?", "do you have the figures of May?"):
        secret.says("ann", f"{name} {ask}", html=f"{pill} {ask}", mentions=[bare.id])
        secret.wait(timedelta(hours=4))

    room = _their_chat(secret, bare)
    told = bare.sees(room, "set up recovery")
    assert "You cannot read what I write to you" in told.body
    sealed = [each for each in bare.messages(room) if each.trouble]
    assert len(sealed) >= 1
    assert len([each for each in bare.messages(room) if "set up recovery" in each.body]) == 1


@pytest.mark.thorough
def test_whose_identity_changed_is_followed_again_when_it_is_trusted(secret: House) -> None:
    eve = who(secret, "eve")
    secret.says("eve", "!duly mine")
    before = len(secret.chat("eve"))
    eve.reset_identity()
    secret.until(lambda: [x for x in secret.happened() if isinstance(x, Alarm)])
    secret.says("eve", "!duly mine")
    told_it = [each for each in secret.chat("sam") if eve.id in each.body]
    assert len(told_it) == 1
    refused = secret.chat("eve")[before:]
    assert ["IT has made sure" in each.body for each in refused] == [True]

    made = secret.install
    file = Sealed(made.store / PINS, KEY, made.user_id)
    keep(file, accepted(pinned(file), eve.id, MONDAY))
    secret.says("ann", "hello")
    secret.says("eve", "!duly mine")
    assert "owe" in secret.chat("eve")[-1].body
    assert len([each for each in secret.chat("sam") if eve.id in each.body]) == 1


@pytest.mark.thorough
def test_where_all_are_trusted_a_device_without_identity_commands(
    synapse: Synapse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with opened(synapse, tmp_path_factory, secret=True, trust="all") as home:
        bare = _joins(home, "grace", bare=True)
        home.heard(bare.say(home.room, "!duly mine"))

        room = _their_chat(home, bare)
        assert bare.sees(room, "You owe nothing").secret
        assert home.parked() == []


def _joins(home: House, name: str, **how: Any) -> SecretHuman:
    """Somebody more in the room of everybody."""
    made = home.people.secret(name, **how)
    with home.store.transaction() as tx:
        tx.people.link(home.adapter.homeservers[0].known.account(made.id), name)
    home.ann.invite(home.room, made.id)
    made.accept(home.room)
    known = home.adapter.homeservers[0].known
    home.until(lambda: made.id not in known.rooms[home.room].invited)
    home.until(lambda: made.id in known.rooms[home.room].members)
    return made


def _their_chat(home: House, who: SecretHuman) -> str:
    """Which Duly has begun with them."""
    room = home.until(lambda: home.adapter.homeservers[0].known.direct.get(who.id))
    assert room is not None
    return who.accept(room)


# A large room, as its state tells it.


def test_in_a_room_of_thousands_a_command_is_read_at_once() -> None:
    room, known, ids = Room("!large:corp.example", name="All"), Known(US), count(1)
    known.rooms[room.id] = room
    reader = Reader(known, _unopened, lambda: MONDAY + timedelta(days=1))
    begun = time.process_time()
    members = [_joined(f"@p{each}:corp.example", next(ids)) for each in range(2000)]
    assert len(reader.timeline(room, members)) == 4000
    command = _event("m.room.message", {"msgtype": "m.text", "body": "!duly mine"}, next(ids))
    found = [
        each
        for _ in range(100)
        for each in reader.timeline(room, [command])
        if isinstance(each, CommandInvoked)
    ]

    assert len(found) == 100
    assert time.process_time() - begun < 2


def test_a_thread_that_is_none_is_not_believed_of_what_is_sealed() -> None:
    room, known = Room("!a:corp.example", encrypted=True), Known(US)
    relation = {"rel_type": "m.thread", "event_id": "no id at all " * 100}
    event = _event("m.room.encrypted", {"m.relates_to": relation}, 1)
    found = inbound.read(Told(event, MONDAY), room, known)

    assert isinstance(found, tuple)
    (sealed,) = found
    assert isinstance(sealed, Undecryptable)
    assert sealed.message.place.thread is None


def _unopened(_room: str, _event: Mapping[str, Any]) -> Lacking:
    return Lacking(session="", sender="")


def _event(kind: str, content: Json, number: int, **more: str) -> Slip:
    stamp = int(MONDAY.timestamp() * 1000) + number
    base = {"type": kind, "event_id": f"${number}", "sender": "@p1:corp.example"}
    return Slip({**base, "origin_server_ts": stamp, "content": content, **more})


def _joined(user: str, number: int) -> Slip:
    content = {"membership": "join", "displayname": f"Person {number}"}
    return _event("m.room.member", content, number, state_key=user)

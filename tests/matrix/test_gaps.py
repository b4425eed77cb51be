"""What was said while Duly did not listen is there afterwards: all of it, once, and in order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.matrix import calls, gaps, homeserver, session
from adapters.matrix.slip import Slip
from bot import running
from bot.events import Happening, MessageChanged, MessagePosted, Undecryptable
from bot.port import Doubtful
from tests.matrix.cipher import SecretHuman
from tests.matrix.house import House, build
from tests.matrix.human import Human, logged_in
from tests.matrix.people import people_of
from tests.matrix.places import blind, held, here, home_of, kept, little, room_of, rows
from tests.matrix.synapse import Registered, Synapse


@pytest.fixture(scope="module")
def home(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with often(), home_of(synapse, tmp_path_factory.mktemp("gaps")) as made:
        today(made)
        yield made


@pytest.fixture(scope="module")
def secret(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    names = ("ann", "bob")
    with home_of(synapse, tmp_path_factory.mktemp("secret"), names=names, secret=True) as made:
        today(made)
        yield made


@pytest.fixture(autouse=True)
def _briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The homeserver tells little at a time, so that little is much."""
    little(monkeypatch)


@contextmanager
def often() -> Iterator[None]:
    """Duly notes several times a second that it is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(homeserver, "BEAT", 0.2)
        yield


def today(home: House) -> None:
    """Duly's clock is that of the homeserver, so that times can be compared."""
    home.hands.ahead += datetime.now(UTC) - home.hands.now()


def down(home: House, meanwhile: Callable[[], object]) -> None:
    home.close()
    meanwhile()
    home.reopen()


def noted(home: House) -> None:
    """Duly has written down when it last heard something."""
    server = home.adapter.homeservers[0]

    def is_noted() -> bool:
        assert server.session is not None
        heard = server.session.heard_at
        with home.store.reading() as tx:
            alive = tx.listeners.cursor(session.alive(server.install.realm))
        return heard is not None and alive == heard.isoformat()

    home.settle()
    home.until(is_noted)


def numbered(count: int, word: str = "message") -> list[str]:
    return [f"{word} {number:03}" for number in range(count)]


def says(home: House, room: str, texts: list[str]) -> list[str]:
    return [home.staff[("ann", "bob")[n % 2]].say(room, text) for n, text in enumerate(texts)]


# --- filled --------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_what_was_said_while_duly_was_down_is_there_once_and_in_order(home: House) -> None:
    room, quiet = room_of(home, "busy", home.bob), room_of(home, "quiet")
    texts = numbered(33)
    down(home, lambda: says(home, room, texts))
    home.settle()

    assert kept(home, room) == texts
    assert blind(home, room) == []
    assert kept(home, quiet) == []
    before = rows(home)
    down(home, lambda: None)
    home.settle()
    assert rows(home) == before
    assert kept(home, room) == texts


@pytest.mark.thorough
def test_threads_edits_and_redactions_are_filled_in_as_well(home: House) -> None:
    room = room_of(home, "threads", home.bob)
    root = home.says("ann", "root", room)

    def meanwhile() -> None:
        for number in range(6):
            home.bob.say(room, f"reply {number}", thread=root)
        edited = home.ann.say(room, "wrong")
        home.ann.edit(room, edited, "right")
        gone = home.ann.say(room, "gone")
        home.ann.redact(room, gone)
        says(home, room, numbered(9))

    down(home, meanwhile)
    home.settle()
    posts = [each for each in here(home, room) if isinstance(each, MessagePosted)]
    replies = [each.text for each in posts if each.message.place.thread == root]
    changed = [each.text for each in here(home, room) if isinstance(each, MessageChanged)]
    assert replies == [f"reply {number}" for number in range(6)]
    assert changed == ["right", None]
    assert [each.text for each in posts][-9:] == numbered(9)
    assert "gone" not in [each.text for each in posts], "it was taken back before we saw it"


@pytest.mark.thorough
def test_a_burst_while_duly_is_up_is_filled_as_well(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = room_of(home, "burst", home.bob)
    texts = numbered(25)
    with held(monkeypatch):
        says(home, room, texts)
    home.until(lambda: len(kept(home, room)) == len(texts))

    assert kept(home, room) == texts
    assert blind(home, room) == []


def test_what_follows_the_coming_is_kept_and_nothing_else(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = home.ann.create_room("late")
    for number in range(6):
        home.ann.say(room, f"old {number}")
    with held(monkeypatch):
        home.ann.invite(room, home.duly)
        home.until(lambda: home.duly in home.ann.members(room))
        for number in range(12):
            home.ann.say(room, f"new {number}")
    home.until(lambda: len(kept(home, room)) >= 12)

    assert kept(home, room) == [f"new {number}" for number in range(12)]
    assert blind(home, room) == []


@pytest.mark.thorough
def test_what_was_said_in_secret_is_read_with_keys_that_came_meanwhile(secret: House) -> None:
    room = room_of(secret, "secret", secret.bob, encrypted=True)
    texts = numbered(24)

    def meanwhile() -> None:
        for number, text in enumerate(texts):
            if number == 12:
                assert isinstance(secret.ann, SecretHuman)
                secret.ann.rotate(room)
            secret.ann.say(room, text)

    down(secret, meanwhile)
    secret.until(lambda: len(kept(secret, room)) == len(texts))
    assert kept(secret, room) == texts
    assert not [each for each in here(secret, room) if isinstance(each, Undecryptable)]
    before = rows(secret)
    down(secret, lambda: None)
    assert secret.adapter.homeservers[0].known.rooms[room].encrypted
    secret.settle()
    assert rows(secret) == before


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "count"), [("plain", 250), ("secret", 130)])
def test_hundreds_are_filled_by_what_the_homeserver_gives_at_most(
    request: pytest.FixtureRequest, kind: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    home: House = request.getfixturevalue("home" if kind == "plain" else "secret")
    room = room_of(home, "crowd", home.bob, encrypted=kind == "secret")
    texts = numbered(count)
    down(home, lambda: says(home, room, texts))
    home.until(lambda: len(kept(home, room)) == len(texts))
    home.settle()
    assert kept(home, room) == texts


# --- not filled, and known -----------------------------------------------------------------------


@pytest.mark.thorough
def test_more_than_is_fetched_at_once_is_a_known_gap_and_the_rest_is_kept(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "MOST", 10)
    room = room_of(home, "flood", home.bob)
    noted(home)
    began = home.hands.now()
    texts = numbered(30)
    down(home, lambda: says(home, room, texts))
    home.until(lambda: blind(home, room))
    home.settle()

    found = kept(home, room)
    assert found == texts[-len(found) :]
    assert len(found) == 10 + 4
    ((since, until),) = blind(home, room)
    first = next(each for each in here(home, room) if isinstance(each, MessagePosted))
    assert abs(since - began) < timedelta(seconds=5)
    assert until == first.at


@pytest.mark.thorough
def test_a_gap_that_may_not_be_filled_is_known(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> list[Slip]:
        raise calls.Refused("messages", 403, Slip({"errcode": "M_FORBIDDEN"}))

    monkeypatch.setattr(gaps, "between", never)
    room = room_of(home, "closed", home.bob)
    down(home, lambda: says(home, room, numbered(10)))
    home.until(lambda: blind(home, room))
    home.settle()

    assert kept(home, room) == numbered(10)[-4:]
    ((since, until),) = blind(home, room)
    assert until is not None
    assert since <= until


@pytest.mark.thorough
def test_a_homeserver_that_knows_us_no_more_leaves_known_gaps_and_we_begin_anew(
    home: House,
) -> None:
    short, long = room_of(home, "short", home.bob), room_of(home, "long", home.bob)
    left, gone = room_of(home, "left"), room_of(home, "gone")
    says(home, short, ["heard"])
    home.until(lambda: kept(home, short))
    noted(home)
    home.close()
    _forget(home)
    says(home, short, ["one", "two"])
    says(home, long, numbered(12))
    home.ann.kick(left, home.duly)
    account = Registered("duly", home.duly, home.install.password, "", "")
    with Human(home.people.server.url, logged_in(home.people.server.url, account)) as other:
        other.leave(gone)
    home.reopen()
    home.until(lambda: blind(home, long))
    home.settle()

    assert kept(home, short) == ["heard", "one", "two"]
    assert blind(home, short) == []
    assert kept(home, long) == numbered(12)[-4:]
    ((since, until),) = blind(home, long)
    assert until is not None
    assert since < until
    for room in (left, gone):
        assert [until for _, until in blind(home, room)] == [None]
        with home.store.reading() as tx:
            assert not tx.listeners.cursor(f"matrix/{home.duly}/room/{room}")
    home.says("ann", "three", short)
    assert kept(home, short)[-1] == "three"


def _forget(home: House) -> None:
    with home.store.transaction() as tx:
        tx.listeners.move(f"matrix/{home.duly}/sync", "nothing-that-it-ever-said")


def test_however_much_cannot_be_read_little_of_it_is_tried_between_two_syncs(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can say much that nobody can read, and send us keys that open nothing."""
    monkeypatch.setattr(session, "A_ROUND", 3)
    room, server = room_of(home, "sealed"), home.adapter.homeservers[0]
    here, asked = server.session, list[str]()
    assert here is not None
    ask = here.calls.event

    async def counted(_: calls.Calls, room: str, id: str) -> Slip | None:
        asked.append(id)
        if id == "$6":
            raise Doubtful("it cannot be told")
        return await ask(room, id)

    monkeypatch.setattr(calls.Calls, "event", counted)
    sealed = here._reader.sealed
    sealed |= {f"${number}": room for number in range(8)}
    keys = Slip({"to_device": {"events": [{}]}})
    home.within(here._unseal(home.bot.inbox, keys))
    assert asked == ["$7", "$6"]
    for _ in range(3):
        home.within(here._unseal(home.bot.inbox, Slip({})))
    assert asked[:8] == ["$7", "$6", "$5", "$4", "$3", "$2", "$1", "$0"]
    assert set(asked[8:]) == {"$6"}  # once for each round, of which Duly may have one of its own
    assert list(sealed) == ["$6"]
    sealed.clear()


@pytest.mark.thorough
@pytest.mark.parametrize("trouble", [RuntimeError, ConnectionError])  # a crash, and a try more
def test_what_was_said_before_duly_ever_ran_is_not_kept_though_it_stumbled_at_first(
    synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    monkeypatch.setattr(running, "TROUBLE", 0.05)
    monkeypatch.setattr(session, "LEAST", 0.05)
    synapse.start()
    with people_of(synapse) as people:
        made = build(people, tmp_path, ("ann",), secret=False, db=None)
        account = Registered("duly", made.duly, made.install.password, "", "")
        room = made.ann.create_room("old", invite=[made.duly])
        with Human(synapse.url, logged_in(synapse.url, account)) as before:
            before.join(room)
            for _ in range(6):  # so that the homeserver does not tell of our coming
                made.ann.say(room, "!duly mine")
        tells, stumbled = session.Session._joined, [trouble()]

        async def stumbling(self: session.Session, *told: Any, **how: Any) -> list[Happening]:
            found = await tells(self, *told, **how)
            if stumbled:
                raise stumbled.pop()
            return found

        monkeypatch.setattr(session.Session, "_joined", stumbling)
        made.open()
        try:
            made.settle()
            assert not stumbled
            assert kept(made, room) == []
            made.says("ann", "a new one", room)
            assert kept(made, room) == ["a new one"]
        finally:
            made.close()
            made.store.db.dispose()


def test_a_gap_has_its_times_whatever_its_messages_say() -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    stamps: list[object] = [None, "soon", 10**18, -5, int(now.timestamp() * 1000) - 60_000]
    events = [Slip({"origin_server_ts": each}) for each in stamps]

    assert gaps.begin(events, now) == now - timedelta(minutes=1)
    assert gaps.begin(events[:4], now) == now

"""Rooms that Duly enters, leaves, may not speak in, and that are replaced by others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from adapters.matrix import joining
from adapters.matrix.joining import Joining
from bot.card import Card
from bot.effects import Send
from bot.events import AccountChanged, MessagePosted, MessageRef
from bot.words import Quoted, say
from tests.matrix.house import House
from tests.matrix.human import CLIENT
from tests.matrix.places import (
    WELCOME,
    blind,
    enters,
    greetings,
    here,
    home_of,
    kept,
    knows,
    little,
    place_of,
    room_of,
    rows,
    said,
    shown,
    welcomes,
)
from tests.matrix.synapse import Synapse


@pytest.fixture(scope="module")
def home(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with home_of(synapse, tmp_path_factory.mktemp("rooms")) as made:
        yield made


# --- coming and going ----------------------------------------------------------------------------


def test_duly_enters_a_room_welcomes_it_once_and_hears_it(home: House) -> None:
    room = room_of(home)
    home.says("ann", "Good morning.", room)

    assert welcomes(home, home.ann, room) == 1
    assert kept(home, room) == ["Good morning."]
    assert (shown(home, room).name, shown(home, room).kind) == ("project", "channel")
    home.restart()
    home.says("ann", "Good evening.", room)
    assert welcomes(home, home.ann, room) == 1


def test_who_begins_a_chat_is_greeted_once_and_nothing_is_kept_of_it(home: House) -> None:
    chat = home.begin_chat("bob")

    assert len(greetings(home, chat)) == 1
    assert said(home, home.bob, chat)
    assert shown(home, chat).kind == "direct"
    home.restart()
    assert len(greetings(home, chat)) == 1
    home.bob.leave(chat)
    home.until(lambda: home.bob.id not in home.adapter.homeservers[0].known.rooms[chat].members)
    home.bob.join(home.bob.create_room())
    assert blind(home, chat) == []


def test_nothing_is_kept_of_before_duly_came(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    little(monkeypatch)
    room = home.ann.create_room("old", initial_state=[_history("shared")])
    for number in range(12):
        home.ann.say(room, f"old {number}")
    home.ann.invite(room, home.duly)
    enters(home, room)
    home.says("ann", "new", room)

    assert kept(home, room) == ["new"]
    home.restart()
    assert kept(home, room) == ["new"]
    assert blind(home, room) == []


def test_an_invitation_while_duly_is_down_is_followed_and_all_since_the_coming_is_kept(
    home: House,
) -> None:
    home.close()
    room = home.ann.create_room("early", invite=[home.duly])
    home.ann.say(room, "before")
    home.reopen()
    enters(home, room)
    home.says("ann", "after", room)

    assert kept(home, room) == ["after"]
    assert welcomes(home, home.ann, room) == 1


def test_an_invitation_that_cannot_be_followed_now_is_tried_again_even_after_a_restart(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    may = Joining._may

    async def never(self: Joining, id: str, wanted: joining.Wanted) -> bool:
        tried.append(id)
        wanted.again = self.now() + timedelta(hours=1)
        return True

    monkeypatch.setattr(Joining, "_may", never)
    room = home.ann.create_room("stubborn", invite=[home.duly])
    home.until(lambda: room in tried)
    assert not knows(home, room)

    monkeypatch.setattr(Joining, "_may", may)
    home.restart()
    enters(home, room)
    assert welcomes(home, home.ann, room) == 1


def test_an_invitation_that_was_taken_back_is_forgotten(home: House) -> None:
    home.close()
    room = home.ann.create_room("mistake", invite=[home.duly])
    home.ann.kick(room, home.duly)
    home.reopen()
    home.says("ann", "still here")

    assert not knows(home, room)
    assert home.adapter.homeservers[0].session is not None
    assert home.adapter.homeservers[0].session.joining.wanted == {}
    assert blind(home, room) == []


def test_who_throws_duly_out_is_told_nothing_and_the_gap_is_known_until_it_is_back(
    home: House,
) -> None:
    room = room_of(home, "stormy")
    home.says("ann", "inside", room)
    home.ann.kick(room, home.duly)
    home.until(lambda: blind(home, room))
    home.ann.say(room, "outside")
    home.settle()

    assert [until for _, until in blind(home, room)] == [None]
    assert not knows(home, room)
    home.ann.invite(room, home.duly)
    enters(home, room)
    home.says("ann", "inside again", room)
    assert kept(home, room) == ["inside", "inside again"]
    assert [until is None for _, until in blind(home, room)] == [False]
    assert welcomes(home, home.ann, room) == 2


@pytest.mark.thorough
def test_what_was_said_before_duly_was_thrown_out_is_kept_though_it_was_down(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    little(monkeypatch)
    names = ("farewell", "banned", "return")
    room, banned, other = (room_of(home, name) for name in names)
    home.close()
    for number in range(12):
        for each in (room, banned, other):
            home.ann.say(each, f"inside {number}")
    home.ann.kick(room, home.duly)
    home.ann.ban(banned, home.duly)
    home.ann.kick(other, home.duly)
    for each in (room, banned, other):
        home.ann.say(each, "outside")
    home.ann.invite(other, home.duly)
    home.reopen()
    enters(home, other)
    home.says("ann", "inside again", other)

    inside = [f"inside {number}" for number in range(12)]
    assert kept(home, room) == inside
    assert [until for _, until in blind(home, room)] == [None]
    for lost in (banned, other):  # where the homeserver shows no more than it told
        assert kept(home, lost)[:3] == inside[-3:]
        assert len(blind(home, lost)) == 2
    assert kept(home, other)[3:] == ["inside again"]


@pytest.mark.thorough
def test_duly_goes_where_it_is_thrown_out_and_back_while_it_is_down(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a room that anybody may enter, as another process of ours could have done it."""
    little(monkeypatch)
    room = room_of(home, "round trip", preset="public_chat")
    server = home.adapter.homeservers[0]
    assert server.session is not None
    token = server.session.device.wire.token
    home.close()
    for number in range(8):
        home.ann.say(room, f"first {number}")
    home.ann.kick(room, home.duly)
    for number in range(8):
        home.ann.say(room, f"outside {number}")
    _as_duly(home, token, "POST", f"/rooms/{room}/join")
    for number in range(8):
        home.ann.say(room, f"second {number}")
    home.reopen()
    home.settle()

    wanted = [f"{when} {number}" for when in ("first", "second") for number in range(8)]
    assert kept(home, room) == wanted
    assert [until is None for _, until in blind(home, room)] == [False]


def test_a_restart_tells_nothing_anew(home: House) -> None:
    room = room_of(home, "calm", encrypted=False)
    before = rows(home)
    home.restart()
    home.settle()
    assert rows(home) == before
    home.says("ann", "still", room)
    assert kept(home, room) == ["still"]


# --- who may do what -----------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["11", "12"])
def test_only_who_may_calls_on_everybody(home: House, version: str) -> None:
    room = room_of(home, f"levels {version}", home.bob, version=version)
    for who, everyone in (("ann", True), ("bob", False)):
        event = home.says(who, "All of you!", room, **{"m.mentions": {"room": True}})
        (post,) = [
            each
            for each in here(home, room)
            if isinstance(each, MessagePosted) and each.message.id == event
        ]
        assert post.everyone is everyone
    home.ann.promote(room, home.bob.id, 50)
    event = home.says("bob", "All of you!", room, **{"m.mentions": {"room": True}})
    (post,) = [
        each
        for each in here(home, room)
        if isinstance(each, MessagePosted) and each.message.id == event
    ]
    assert post.everyone


@pytest.mark.parametrize("version", ["11", "12"])
def test_where_duly_may_not_speak_it_is_told_once_who_lets_it(home: House, version: str) -> None:
    levels = {"events_default": 50}
    room = room_of(home, f"mute {version}", version=version, power_level_content_override=levels)

    def told() -> list[str]:
        return [each.body for each in home.chat("sam") if f"mute {version}" in each.body]

    assert "power levels" in home.until(told)[0]
    home.says("ann", "I speak, and Duly listens.", room)
    assert len(told()) == 1
    assert said(home, home.ann, room) == []
    assert kept(home, room) == ["I speak, and Duly listens."]


# --- what becomes of a room ----------------------------------------------------------------------


def test_a_new_name_a_guest_and_open_doors_are_told(home: House) -> None:
    room = room_of(home, "first name")
    home.ann.set_state(room, "m.room.name", {"name": "second name"})
    home.until(lambda: shown(home, room).name == "second name")
    assert not shown(home, room).outside
    home.ann.set_state(room, *_visible("world_readable"))
    home.until(lambda: shown(home, room).outside)
    home.ann.set_state(room, *_visible("shared"))
    home.until(lambda: not shown(home, room).outside)


def test_encryption_that_is_switched_on_later_is_known(home: House) -> None:
    room = room_of(home, "soon secret")
    home.ann.set_state(room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    home.until(lambda: home.adapter.homeservers[0].known.rooms[room].encrypted)


def test_a_name_like_somebody_elses_changes_no_account(home: House) -> None:
    room = room_of(home, "names", home.bob)
    home.bob.rename_in(room, "Ann")
    home.says("bob", "I am Ann.", room)

    changed = [each for each in home.happened() if isinstance(each, AccountChanged)]
    (last,) = [each for each in changed if each.account == home.account("bob")][-1:]
    assert last.name == "Ann"
    (post,) = [each for each in here(home, room) if isinstance(each, MessagePosted)]
    assert post.author == home.account("bob")


def test_an_upgrade_is_the_same_place_with_its_duties(home: House) -> None:
    room = room_of(home, "growing", home.bob, preset="public_chat")
    called = home.bob.account.name
    pill = f'<a href="https://matrix.to/#/{home.bob.id}">{called}</a> can you send the figures?'
    home.says("ann", f"{called} can you send the figures?", room, html=pill, mentions=[home.bob.id])
    (duty,) = home.owes("bob")
    new = home.ann.upgrade_room(room)
    enters(home, new)
    home.bob.join(new)
    home.bob.leave(room)
    event = home.says("ann", "Here we are.", new)

    assert place_of(home, new) == place_of(home, room)
    assert place_of(home, new).id == room
    assert kept(home, room)[-1] == "Here we are."
    assert not shown(home, room).archived
    assert welcomes(home, home.ann, new) == 0
    assert blind(home, room) == []
    assert [each.id for each in home.owes("bob")] == [duty.id]
    assert _is_in(home, "bob", room)
    home.restart()
    home.says("bob", "They are in the folder, on page three.", new, reply_to=event)
    assert kept(home, room)[-1] == "They are in the folder, on page three."


@pytest.mark.thorough
def test_an_upgrade_while_duly_is_down_and_another_after_it(home: House) -> None:
    room = room_of(home, "thrice", preset="public_chat")
    home.says("ann", "one", room)
    home.close()
    second = home.ann.upgrade_room(room)
    home.ann.say(second, "nobody hears me")
    home.reopen()
    enters(home, second)
    home.says("ann", "two", second)
    third = home.ann.upgrade_room(second, "11")
    enters(home, third)
    home.says("ann", "three", third)
    home.restart()
    home.says("ann", "four", third)
    home.says("ann", "late", second)

    assert kept(home, room) == ["one", "two", "three", "four", "late"]
    assert not shown(home, room).archived
    ((since, until),) = blind(home, room)
    assert until is not None
    assert since <= until


def test_a_card_of_before_an_upgrade_can_still_be_amended_and_its_thread_goes_on(
    home: House,
) -> None:
    room = room_of(home, "cards", preset="public_chat")
    card = home.ann.sees(room, WELCOME)
    new = home.ann.upgrade_room(room)
    enters(home, new)
    outbound = home.adapter.homeservers[0].outbound
    assert outbound is not None

    found, _ = home.within(outbound._standing_at(_ref(home, room, card.id)))
    assert found.id == room
    home.ann.sync_until(lambda: new in home.ann.joined)
    with home.store.transaction() as tx:
        thread = replace(place_of(home, room), thread=card.id)
        tx.outbox.add(Send(thread, Card(say("Hello {who}", who=Quoted("thread")))), "thread")
    home.bot.made.ring()
    home.ann.sees(new, "thread")


def test_a_room_that_says_alone_that_it_replaces_another_is_one_of_its_own(home: House) -> None:
    room = room_of(home, "honest")
    creation = {"predecessor": {"room_id": room, "event_id": "$of-nobody"}}
    other = home.bob.create_room("honest", invite=[home.duly], creation_content=creation)
    enters(home, other)
    home.says("bob", "Believe me.", other)

    assert place_of(home, other).id == other
    assert kept(home, room) == []
    assert welcomes(home, home.bob, other) == 1


def test_a_room_whose_successor_keeps_duly_out_is_closed(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "GRACE", timedelta(0))
    room = room_of(home, "closing")
    new = home.ann.upgrade_room(room)
    home.until(lambda: shown(home, room).archived)

    before = rows(home)
    home.restart()
    assert rows(home) == before
    home.ann.invite(new, home.duly)
    enters(home, new)
    home.says("ann", "Late, and welcome.", new)
    assert not shown(home, room).archived
    assert place_of(home, new).id == room


def _is_in(home: House, name: str, room: str) -> bool:
    with home.store.reading() as tx:
        return tx.people.is_in(home.account(name), place_of(home, room))


def _history(visibility: str) -> dict[str, object]:
    content = {"history_visibility": visibility}
    return {"type": "m.room.history_visibility", "state_key": "", "content": content}


def _visible(visibility: str) -> tuple[str, dict[str, str]]:
    return "m.room.history_visibility", {"history_visibility": visibility}


def _ref(home: House, room: str, event: str) -> MessageRef:
    return MessageRef(place_of(home, room), event)


def _as_duly(home: House, token: str, method: str, path: str) -> None:
    answer = httpx.request(
        method,
        f"{home.install.homeserver}{CLIENT}{path}",
        json={},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.text

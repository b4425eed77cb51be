"""What people say and do in rooms of a real homeserver, and what Duly makes of it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.matrix import inbound
from adapters.matrix.inbound import Told
from adapters.matrix.known import Known, Room
from adapters.matrix.slip import Slip
from bot.events import CommandInvoked, FileShared, MessageChanged, MessagePosted, ReactionChanged
from tests.desk import MONDAY
from tests.matrix.house import House, house
from tests.matrix.people import people_of
from tests.matrix.scenes import gather, owed, said, told
from tests.matrix.synapse import Synapse

STAFF = ("ann", "bob", "eve", "hana")
NUDGED = timedelta(hours=4, minutes=40)
ASK = "can you send me the test report?"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def plain(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    synapse.start()
    folder = tmp_path_factory.mktemp("plain")
    with people_of(synapse) as people, house(people, folder, names=STAFF) as made:
        yield made


@pytest.fixture(scope="module")
def secret(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    synapse.start()
    folder = tmp_path_factory.mktemp("secret")
    with people_of(synapse) as people, house(people, folder, names=STAFF, secret=True) as made:
        yield made


@pytest.fixture(params=["plain", "secret"])
def home(request: pytest.FixtureRequest) -> Iterator[House]:
    made: House = request.getfixturevalue(request.param)
    yield made
    assert made.parked() == []


def pill(home: House, other: str, label: str = "") -> str:
    who = home.staff[other]
    return f'<a href="https://matrix.to/#/{who.id}">{label or who.account.name}</a>'


def test_a_reply_is_kept_without_what_it_quotes_and_knows_what_it_answers(home: House) -> None:
    asked = home.asks("ann", "bob", ASK)
    quoted = f"> <{home.ann.id}> {ASK}\n> please\n\nIt is in the shared folder."
    shown = "<mx-reply><blockquote>In reply to</blockquote></mx-reply>It is in the shared folder."
    answer = home.says("bob", quoted, html=shown, reply_to=asked)

    kept = said(home, answer, MessagePosted)
    assert (kept.text, kept.quotes) == ("It is in the shared folder.", asked)
    assert kept.message.place.thread is None
    assert owed(home, "bob", home.room) == []


def test_what_is_said_in_a_thread_stands_in_it_and_quotes_only_what_it_answers(home: House) -> None:
    root = home.says("ann", "Shall we talk about the stand?")
    first = home.says("bob", "Which one?", thread=root)
    second = home.says("ann", "The one in hall 4.", thread=root, reply_to=first)

    assert said(home, first, MessagePosted).message.place.thread == root
    assert said(home, first, MessagePosted).quotes is None
    assert said(home, second, MessagePosted).quotes == first


def test_names_lie_and_ids_do_not(home: House) -> None:
    room = gather(home, "ann", "bob", "eve")
    home.eve.rename_in(room, home.bob.account.name)

    home.says("ann", f"{home.bob.account.name}, {ASK}", room)
    assert (owed(home, "bob", room), owed(home, "eve", room)) == ([], [])

    lie = pill(home, "eve", home.bob.account.name)
    home.says("ann", f"@bob {ASK}", room, html=f"{lie} {ASK}", mentions=[home.eve.id])
    assert (owed(home, "bob", room), len(owed(home, "eve", room))) == ([], 1)


def test_who_is_only_named_is_not_called_on(home: House) -> None:
    room = gather(home, "ann", "bob")
    who = pill(home, "bob")
    event = home.says("ann", f"bob {ASK}", room, html=f"{who} {ASK}", mentions=[])

    assert said(home, event, MessagePosted).mentions == ()
    assert owed(home, "bob", room) == []


@pytest.mark.thorough
def test_who_may_call_everybody_does(home: House) -> None:
    room = gather(home, "ann", "bob")
    calls = {"m.mentions": {"room": True}}

    assert said(home, home.says("ann", "@room hello", room, **calls), MessagePosted).everyone
    assert not said(home, home.says("bob", "@room hello", room, **calls), MessagePosted).everyone
    assert not said(home, home.says("ann", "@room hello", room), MessagePosted).everyone


POLL: Json = {"question": {"m.text": "Lunch?"}, "answers": [{"m.text": "Yes"}, {"m.text": "No"}]}


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("m.room.message", {"msgtype": "m.emote", "body": "waves"}, "* {ann} waves"),
        ("m.sticker", {"body": "a cat", "url": "mxc://a/b", "info": {}}, "a cat"),
        ("m.poll.start", {"m.poll": POLL}, "Lunch?\n- Yes\n- No"),
        ("m.room.message", {"msgtype": "m.location", "body": "Here", "geo_uri": "geo:1,2"},
         "Here (geo:1,2)"),
        ("m.room.message", {"msgtype": "m.key.verification.request", "body": "Verify", "to": "x"},
         None),
    ],
    ids=["emote", "sticker", "poll", "place", "verification"],
)  # fmt: skip
def test_what_is_no_plain_message_is_kept_and_asks_duly_nothing(
    plain: House, kind: str, content: Json, text: str | None
) -> None:
    chat = _chat(plain, "ann")
    before = len(plain.chat("ann"))
    here = plain.heard(plain.ann.send(plain.room, kind, content))
    there = plain.heard(plain.ann.send(chat, kind, content))

    for event in (here, there):
        found = [each.text for each in told(plain, event, MessagePosted)]
        assert found == [(text or "").format(ann=plain.ann.account.name)]
        assert told(plain, event, CommandInvoked) == []
    assert len(plain.chat("ann")) == before


def test_what_a_bot_says_asks_nobody_and_commands_nothing(home: House) -> None:
    room = gather(home, "ann", "bob")
    notice = {"msgtype": "m.notice", "mentions": [home.bob.id]}
    before = len(home.chat("ann"))
    asked = home.says("ann", f"bob {ASK}", room, html=f"{pill(home, 'bob')} {ASK}", **notice)
    home.says("ann", "!duly mine", room, msgtype="m.notice")

    assert said(home, asked, MessagePosted).automatic
    assert owed(home, "bob", room) == []
    assert len(home.chat("ann")) == before


def test_the_words_to_a_file_are_said_and_its_name_is_not(home: House) -> None:
    plan = home.heard(home.ann.send_file(home.room, "plan.txt", b"1", caption="Here is the plan"))
    bare = home.heard(home.ann.send_file(home.room, "plan.txt", b"1"))

    assert said(home, plan, MessagePosted).text == "Here is the plan"
    assert said(home, bare, MessagePosted).text == ""
    (file,) = said(home, plan, FileShared).files
    assert (file.name, file.size, file.id[:6]) == ("plan.txt", 1, "mxc://")


def test_an_edited_command_runs_once_and_an_edited_ask_asks(home: House) -> None:
    room = gather(home, "ann", "bob")
    before = len(home.chat("bob"))
    command = home.says("bob", "!duly mine", room)
    home.heard(home.bob.edit(room, command, "!duly waiting"))
    assert len(home.chat("bob")) == before + 1

    hello = home.says("ann", "Good morning", room)
    html, meant = f"{pill(home, 'bob')} {ASK}", {"user_ids": [home.bob.id]}
    home.heard(home.ann.edit(room, hello, f"bob {ASK}", html=html, **{"m.mentions": meant}))
    (duty,) = owed(home, "bob", room)
    assert duty.about is not None
    assert duty.about.id == hello


@pytest.mark.thorough
def test_an_edit_of_what_somebody_else_said_is_not_believed(home: House) -> None:
    room = gather(home, "ann", "bob", "eve")
    ask = f"{pill(home, 'bob')} {ASK}"
    asked = home.says("ann", f"bob {ASK}", room, html=ask, mentions=[home.bob.id])
    changed = home.heard(home.eve.edit(room, asked, "Thank you all"))

    assert said(home, changed, MessageChanged).author == home.account("eve")
    assert len(owed(home, "bob", room)) == 1


@pytest.mark.parametrize("version", ["10", "11", "12"])
def test_what_is_taken_back_is_owed_no_answer(plain: House, version: str) -> None:
    room = gather(plain, "ann", "bob", "eve", version=version)
    ask = {"html": f"{pill(plain, 'bob')} {ASK}", "mentions": [plain.bob.id]}

    own = plain.says("eve", f"bob {ASK}", room, **ask)
    assert len(owed(plain, "bob", room)) == 1
    plain.heard(plain.eve.redact(room, own))
    assert owed(plain, "bob", room) == []

    moderated = plain.says("eve", f"bob {ASK}", room, **ask)
    plain.heard(plain.ann.redact(room, moderated))
    assert owed(plain, "bob", room) == []


@pytest.mark.parametrize(
    ("version", "gone"), [("10", "$outer"), ("11", "$inner"), ("12", "$inner")]
)
def test_a_redaction_counts_where_its_room_version_has_it(version: str, gone: str) -> None:
    """What stands in the other place is whatever its sender likes; Synapse mends it, not all do."""
    known, room = Known("@duly:corp.example"), Room("!a:corp.example", version=version)
    event: Json = {"type": "m.room.redaction", "event_id": "$it", "sender": "@eve:corp.example"}
    event |= {"content": {"redacts": "$inner"}, "redacts": "$outer"}
    found = inbound.read(Told(Slip(event), MONDAY), room, known)

    assert isinstance(found, tuple)
    assert [each.message.id for each in found if isinstance(each, MessageChanged)] == [gone]


def test_a_reaction_settles_what_its_giver_owes_and_can_be_taken_back(home: House) -> None:
    room = gather(home, "ann", "bob", "eve")
    ask = {"html": f"{pill(home, 'bob')} {ASK}", "mentions": [home.bob.id]}
    asked = home.says("ann", f"bob {ASK}", room, **ask)

    home.heard(home.eve.react(room, asked, "✅"))
    assert len(owed(home, "bob", room)) == 1

    given = home.heard(home.bob.react(room, asked, "👌🏽"))
    assert owed(home, "bob", room) == []

    back = said(home, home.heard(home.bob.redact(room, given)), ReactionChanged)
    assert (back.actor, back.message.id, back.added) == (home.account("bob"), asked, False)


def _chat(home: House, name: str) -> str:
    room = home.chat_room(name)
    if room is None:
        return home.begin_chat(name)
    home.chat(name)
    return room

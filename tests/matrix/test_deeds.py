"""Commands, dialogues, cards and files between people and Duly on a real homeserver."""

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import openpyxl
import pytest

from bot.card import Card
from bot.effects import Upload
from bot.events import CommandInvoked, FileShared
from bot.store.schema import outbox
from bot.words import say
from commands import COMMANDS
from tests.enclosing import command
from tests.matrix.house import House, house
from tests.matrix.human import Human, logged_in
from tests.matrix.people import people_of
from tests.matrix.scenes import gather, owed, said
from tests.matrix.synapse import Registered, Synapse

STAFF = ("ann", "bob", "eve", "hana")
NUDGED = timedelta(hours=4, minutes=40)
DAY = timedelta(days=1)
ASK = "can you send me the test report?"
MEGABYTE = 2**20


@contextmanager
def opened(
    server: Synapse, factory: pytest.TempPathFactory, *, secret: bool = False
) -> Iterator[House]:
    """With a command that asks for files, beside all others."""
    server.start()
    with ExitStack() as stack:
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        patched.setattr("bot.wiring.COMMANDS", (*COMMANDS, command()))
        people = stack.enter_context(people_of(server))
        folder = factory.mktemp("device")
        made = stack.enter_context(house(people, folder, names=STAFF, secret=secret))
        with made.store.transaction() as tx:
            tx.policies.adopt("[files]\nlongest_mb = 1\n")
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
def home(request: pytest.FixtureRequest) -> Iterator[House]:
    made: House = request.getfixturevalue(request.param)
    yield made
    assert made.parked() == []


def pill(home: House, other: str, label: str = "") -> str:
    who = home.staff[other]
    return f'<a href="https://matrix.to/#/{who.id}">{label or who.account.name}</a>'


def chat_of(home: House, name: str) -> str:
    """Their chat with Duly, begun where there is none."""
    room = home.chat_room(name)
    if room is None:
        return home.begin_chat(name)
    home.chat(name)
    return room


def asked(home: House, *others: str, of: str = "bob") -> tuple[str, str]:
    """A room of ann, that person and others; and what she asks them there."""
    room = gather(home, "ann", of, *others)
    html = f"{pill(home, of)} {ASK}"
    return room, home.says("ann", f"{of} {ASK}", room, html=html, mentions=[home.staff[of].id])


def last(home: House, name: str) -> str:
    return home.chat(name)[-1].body


@pytest.mark.parametrize("typed", ["!duly mine", "！duly　mine", "/duly mine", "!DULY 待办"])
def test_a_command_is_known_however_it_is_typed(plain: House, typed: str) -> None:
    event = plain.says("bob", typed)

    assert said(plain, event, CommandInvoked).text in ("mine", "待办")
    assert "owe" in last(plain, "bob")
    assert "no command" not in last(plain, "bob")


@pytest.mark.thorough
def test_duly_can_be_called_by_its_pill_and_its_name_alone_calls_nobody(home: House) -> None:
    html = f'<a href="https://matrix.to/#/{home.duly}">Duly</a>: mine'
    before = len(home.chat("bob"))
    home.says("bob", "Duly: mine", html=html, mentions=[home.duly])
    assert len(home.chat("bob")) == before + 1

    home.eve.rename("Duly")
    lie = f'<a href="https://matrix.to/#/{home.eve.id}">Duly</a>: mine'
    home.says("bob", "Duly: mine", html=lie, mentions=[home.eve.id])
    assert len(home.chat("bob")) == before + 1


def test_in_the_chat_with_duly_bare_words_are_a_command(home: House) -> None:
    chat = chat_of(home, "eve")
    for typed in ("waiting", "待回复", "/duly waiting"):
        before = len(home.chat("eve"))
        home.says("eve", typed, chat)
        assert len(home.chat("eve")) == before + 1
        assert "no command" not in last(home, "eve")


def test_in_a_thread_no_number_is_needed(plain: House) -> None:
    room, root = asked(plain)
    plain.says("bob", "!duly done", room, thread=root)

    assert owed(plain, "bob", room) == []


def test_what_another_device_of_duly_says_is_no_command(plain: House) -> None:
    url, made = plain.people.server.url, plain.install
    account = logged_in(url, Registered("duly", made.user_id, made.password, "", ""))
    before = len(plain.chat("bob"))
    with Human(url, account) as other:
        other.say(plain.room, "!duly mine")
        other.say(chat_of(plain, "bob"), "mine")
    plain.says("ann", "Good morning")

    assert len([x for x in plain.chat("bob") if x.body != "mine"]) == before


@pytest.mark.thorough
def test_who_is_meant_by_a_pill_gets_it_whatever_they_call_themselves(home: House) -> None:
    room, _ = asked(home, "eve")
    (duty,) = owed(home, "bob", room)
    home.eve.rename_in(room, "Ann")
    lie = pill(home, "eve", "Ann")
    typed = f"!duly pass {duty.number}"
    home.says("bob", f"{typed} @Ann", room, html=f"{typed} {lie}", mentions=[home.eve.id])

    assert [each.kind for each in home.owes("eve") if each.parent == duty.id] == ["accept"]
    assert not [each for each in home.owes("ann") if each.parent == duty.id]


def test_a_stranger_is_nobody_whatever_they_call_themselves(plain: House) -> None:
    room, _ = asked(plain, "eve")
    (duty,) = owed(plain, "bob", room)
    stranger = plain.people.human("stranger")
    typed = f"!duly pass {duty.number}"
    lie = f'<a href="https://matrix.to/#/{stranger.id}">Ann</a>'
    plain.says("bob", f"{typed} @Ann", room, html=f"{typed} {lie}", mentions=[stranger.id])

    assert "I know nobody called" in last(plain, "bob")
    assert not [each for each in plain.owes("ann") if each.parent == duty.id]


# Dialogues


def test_a_file_is_asked_for_and_posted_in_the_thread(home: House) -> None:
    chat = chat_of(home, "ann")
    root = home.says("ann", "enclose", chat)
    home.says("ann", "a note", chat, thread=root)
    assert "Post the file here" in last(home, "ann")

    home.says("ann", "offer.txt", chat, thread=root)
    assert "words are not read in this field" in last(home, "ann")
    assert home.chat("ann")[-1].thread == root
    home.says("ann", "!duly mine", chat)
    assert "owe" in last(home, "ann")

    home.heard(home.ann.send_file(chat, "big.txt", bytes(MEGABYTE), thread=root))
    assert "is larger than 1 MB" in last(home, "ann")
    event = home.heard(home.ann.send_file(chat, "offer.txt", b"12 pieces", thread=root))
    assert "1 file is added" in last(home, "ann")
    (kept,) = said(home, event, FileShared).brought
    assert kept

    home.says("ann", "ok", chat, thread=root)
    assert "Enclosed: 1" in last(home, "ann")
    assert "offer.txt" in last(home, "ann")


def test_a_file_that_came_without_encryption_is_no_answer(secret: House) -> None:
    chat = chat_of(secret, "ann")
    root = secret.says("ann", "enclose", chat)
    secret.says("ann", "a note", chat, thread=root)
    content = {"msgtype": "m.file", "body": "offer.txt", "url": secret.ann.upload(b"13 pieces")}
    event = secret.heard(secret.ann.send_clear(chat, "m.room.message", content))

    assert said(secret, event, FileShared).brought == ()
    assert "came without encryption" in last(secret, "ann")
    secret.says("ann", "!cancel", chat, thread=root)


def test_a_dialogue_can_be_left_and_a_wrong_answer_is_asked_again(plain: House) -> None:
    chat = chat_of(plain, "ann")
    root = plain.says("ann", "request", chat)
    plain.says("ann", "99", chat, thread=root)
    assert "Please choose one of the list" in last(plain, "ann")
    plain.says("ann", "!cancel", chat, thread=root)
    assert "Nothing was sent" in last(plain, "ann")
    plain.says("ann", "waiting", chat)
    assert "Please choose" not in last(plain, "ann")


def test_who_throws_duly_out_in_the_middle_goes_on_in_a_new_chat(home: House) -> None:
    chat = _chat_where_they_rule(home, "hana")
    home.says("hana", "request notice", chat)
    home.hana.kick(chat, home.duly)
    home.until(lambda: chat not in home.adapter.homeservers[0].known.rooms)

    again = home.begin_chat("hana")
    home.says("hana", "The office is closed on Friday.", again)
    assert any("Sent for approval" in each.body for each in home.chat("hana"))
    home.says("hana", "waiting", again)
    assert "no command" not in last(home, "hana")


@pytest.mark.parametrize("way", ["throws Duly out", "leaves"])
def test_who_ended_their_chat_and_asks_in_a_room_has_a_new_one(plain: House, way: str) -> None:
    chat = _chat_where_they_rule(plain, "eve")
    known = plain.adapter.homeservers[0].known
    if way == "leaves":
        plain.eve.leave(chat)
        plain.until(lambda: plain.eve.id not in known.rooms[chat].members)
    else:
        plain.eve.kick(chat, plain.duly)
        plain.until(lambda: chat not in known.rooms)
    plain.says("eve", "!duly waiting")

    plain.until(lambda: plain.chat_room("eve") not in (None, chat))
    plain.settle()
    assert len(plain.chat("eve")) == 1


def _chat_where_they_rule(home: House, name: str) -> str:
    """Their one chat with Duly, in which they may throw it out."""
    who = home.staff[name]
    known = home.adapter.homeservers[0].known
    if (before := home.chat_room(name)) in known.rooms:
        home.chat(name)
        who.leave(before)
        home.until(lambda: who.id not in known.rooms[before].members)
    chat = who.direct(home.duly, encrypted=home.install.encryption, preset="private_chat")
    home.until(lambda: home.has_greeted(chat))
    home.settle()
    return chat


@pytest.mark.thorough
def test_a_question_waits_for_a_day_and_says_so(plain: House) -> None:
    chat = chat_of(plain, "eve")
    plain.says("eve", "request notice", chat)
    plain.hands.ahead += DAY + timedelta(hours=1)
    plain.settle()
    plain.says("eve", "The office is closed on Friday.", chat)

    assert "waited for a day and was given up" in last(plain, "eve")


# Files


@pytest.mark.thorough
def test_a_report_comes_as_a_workbook_that_opens(secret: House) -> None:
    chat = chat_of(secret, "hana")
    before = len(secret.chat("hana"))
    secret.says("hana", "report mine", chat)
    sent = secret.until(lambda: [x for x in secret.chat("hana")[before:] if x.msgtype == "m.file"])

    file = secret.hana.file(sent[0])
    assert file.name.endswith(".xlsx")
    assert len(openpyxl.load_workbook(io.BytesIO(file.data)).sheetnames) > 3
    assert "url" not in sent[0].content


@pytest.mark.parametrize(("name", "kind"), [("figures.xlsx", "m.file"), ("it.png", "m.image")])
def test_a_file_from_the_store_arrives_as_it_is(home: House, name: str, kind: str) -> None:
    chat_of(home, "ann")
    body = bytes(range(256)) * 5000
    with home.store.transaction() as tx:
        file = tx.files.add(name, "ann", body, DAY)
        effect = Upload(home.account("ann"), file, name, Card(say("Your figures")))
        tx.outbox.add(effect, name)
    home.bot.made.ring()
    home.settle()

    card, seen = home.chat("ann")[-2:]
    assert "Your figures" in card.body
    assert seen.msgtype == kind
    assert home.ann.file(seen).data == body
    assert seen.secret == home.install.encryption


@pytest.mark.thorough
def test_a_file_that_the_homeserver_does_not_take_is_told_with_what_to_do(
    strict_synapse: Synapse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with opened(strict_synapse, tmp_path_factory) as home:
        chat_of(home, "ann")
        with home.store.transaction() as tx:
            file = tx.files.add("big.xlsx", "ann", bytes(2 * MEGABYTE), DAY)
            effect = Upload(home.account("ann"), file, "big.xlsx", Card(say("Your report")))
            tx.outbox.add(effect, "big")
        home.bot.made.ring()
        home.settle()

        with home.store.reading() as tx:
            (row,) = [x for x in tx.outbox.rows.all(outbox) if x.key.startswith("big")]
            why = tx.outbox.rows.open(outbox.c.outcome, row.id, row.outcome)
        assert (row.state, "M_TOO_LARGE" in why) == ("undeliverable", True)
        home.says("ann", "waiting", chat_of(home, "ann"))
        assert not any("Your report" in each.body for each in home.chat("ann"))


# Cards; the last of them move the clock into the evening


def test_a_card_is_answered_by_any_form_of_its_emoji(home: House) -> None:
    room, _ = asked(home)
    (duty,) = owed(home, "bob", room)
    home.says("bob", f"!duly mine {duty.number}", room)
    card = home.chat("bob")[-1]
    assert "✅" in card.reactions
    home.heard(home.bob.react(chat_of(home, "bob"), card.id, "✅\ufe0f\U0001f3fd"))

    assert owed(home, "bob", room) == []


def test_a_form_begun_by_reacting_to_a_card_in_a_thread_goes_on_in_that_thread(home: House) -> None:
    room, _ = asked(home)
    (duty,) = owed(home, "bob", room)
    chat = chat_of(home, "bob")
    root = home.says("bob", f"promise {duty.number}", chat)
    home.says("bob", "tomorrow 15:00", chat, thread=root)
    card = next(x for x in reversed(home.chat("bob")) if "Change the time" in x.body)
    assert card.thread == root

    home.heard(home.bob.react(chat, card.id, "🕐"))
    question = home.chat("bob")[-1]
    assert (question.thread, question.body.splitlines()[0]) == (root, "By when?")
    home.says("bob", "!cancel", chat, thread=root)


def test_only_who_a_card_is_for_answers_it(plain: House) -> None:
    room, _ = asked(plain)
    (duty,) = owed(plain, "bob", room)
    chat = chat_of(plain, "bob")
    plain.says("bob", f"mine {duty.number}", chat)
    card = plain.chat("bob")[-1]
    plain.bob.invite(chat, plain.eve.id)
    plain.eve.accept(chat)
    plain.heard(plain.eve.react(chat, card.id, "✅"))
    assert len(owed(plain, "bob", room)) == 1

    plain.eve.leave(chat)
    plain.heard(plain.bob.react(chat, card.id, "✅"))
    assert owed(plain, "bob", room) == []
    plain.heard(plain.bob.react(chat, card.id, "🚫"))
    assert owed(plain, "bob", room) == []


@pytest.mark.thorough
def test_of_several_on_one_card_each_has_its_number(plain: House) -> None:
    asked(plain, of="eve")
    asked(plain, of="eve")
    plain.says("eve", "!duly mine")
    card = plain.chat("eve")[-1]
    assert {"1️⃣", "2️⃣"} <= set(card.reactions)
    plain.heard(plain.eve.react(chat_of(plain, "eve"), card.id, "2\u20e3"))

    assert ASK in last(plain, "eve")
    assert len(plain.chat("eve")) > 1
    assert "I have answered" in last(plain, "eve")


@pytest.mark.thorough
@pytest.mark.parametrize("gone", [False, True], ids=["stands", "taken away"])
def test_a_nudge_changes_when_it_is_answered_if_it_still_stands(home: House, gone: bool) -> None:
    home.hands.ahead += DAY
    room, root = asked(home)
    home.wait(NUDGED)
    nudge = next(x for x in reversed(home.chat("bob")) if "I have answered" in x.body)
    chat = chat_of(home, "bob")
    if gone:
        home.bob.redact(chat, nudge.id)
    home.says("bob", "It is in the shared folder, page 3 has the figures.", room, thread=root)

    assert owed(home, "bob", room) == []
    seen = {each.id: each for each in home.chat("bob")}
    assert (nudge.id not in seen) if gone else (seen[nudge.id].edits > 0)
    assert gone or "I have answered" not in seen[nudge.id].body
    assert not [each for each in home.unsent() if "Amend" in each]

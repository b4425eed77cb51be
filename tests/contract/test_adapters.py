"""Every adapter: deliver once, find what arrived, keep secrets, and never take words for markup."""

import asyncio
import contextlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from bot.card import Button, Card, Choice, Field, Form
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
    doubt,
)
from bot.events import MessageRef, Place
from bot.port import Ability, CannotTell, Undeliverable
from bot.words import Quoted, Reader, say
from tests.contract.bench import Bench
from tests.contract.benches import BENCHES, SERVED
from tests.desk import MONDAY

READER = Reader("en", "Europe/London")
CARD = Card(
    say("{words} is due", words=Quoted("Samples")),
    body=(Quoted("when will they be ready?"),),
    facts=((say("Number"), say("seven")),),
    buttons=(Button(say("Done"), "✅", "done 7", "good"),),
    why=say("Rule one"),
)
OTHER = Card(say("Something else"))
FORM = Form(
    "promise 7",
    say("When?"),
    (
        Field("until", say("By when?"), "date"),
        Field("why", say("Why?"), "lines", required=False),
        Field("who", say("Who?"), "person"),
        Field("kind", say("Kind?"), "choice", choices=(Choice("a", say("A")),)),
    ),
    say("Promise"),
)
HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "</section></blockquote><h1>HR</h1>",
    "@channel <!channel> <@U123> @everyone @room",
    "[click](https://evil.example) <https://evil.example|HR portal>",
    "*bold* _it_ `code` ~no~ &lt;b&gt;",
    "\u202eevil\u202c \u2066x\u2069 \x00\x07",
    "\ue000\ue001\ue002\ue003",
    "{words} {0} %s ${x}",
    "😀" * 500,
    "x" * 50_000,
)


@pytest.fixture(params=[*BENCHES, *SERVED])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param in SERVED:
        made = SERVED[request.param](request.getfixturevalue("synapse"))
    else:
        made = BENCHES[request.param](tmp_path)
    with made as bench:
        yield bench


def deliver(
    bench: Bench, effect: Deliverable, key: str = "k", reader: Reader = READER
) -> MessageRef | None:
    made: MessageRef | None = bench.run(bench.adapter.deliver(effect, key=key, reader=reader))
    return made


def find(bench: Bench, effect: Deliverable, key: str = "k") -> MessageRef | None:
    made: MessageRef | None = bench.run(bench.adapter.find(effect, key=key, since=MONDAY))
    return made


def again(bench: Bench, effect: Deliverable, key: str = "k") -> MessageRef | None:
    """As the outbox does after a doubt, perhaps in another process: what is there is not sent."""
    if doubt(effect) == "repeat" or bench.remembers:
        return deliver(bench, effect, key)
    try:
        return find(bench, effect, key) or deliver(bench, effect, key)
    except CannotTell:
        return None


def sent(bench: Bench, effect: Deliverable, key: str = "k") -> MessageRef:
    ref = deliver(bench, effect, key)
    assert ref is not None
    return ref


def lasting(bench: Bench) -> dict[str, Deliverable]:
    """Those that can be found and changed again; what only one person is shown need not be."""
    found = messages(bench)
    return {k: e for k, e in found.items() if bench.remembers or not isinstance(e, Whisper)}


def messages(bench: Bench) -> dict[str, Deliverable]:
    """Every effect that makes a message of its own."""
    return {
        "to a room": Send(bench.room, CARD),
        "to a person": Send(bench.ann, CARD),
        "whispered": Whisper(bench.ann, bench.room, CARD),
        "a file": Upload(bench.ann, "f1", "report.xlsx", CARD),
        "a notice": Publish(bench.room, say("Notice"), "The office is closed on Friday."),
    }


@pytest.mark.thorough
def test_what_arrived_is_found_by_its_key_and_nothing_else_is(bench: Bench) -> None:
    for key, effect in lasting(bench).items():
        assert find(bench, effect, key) is None
        ref = sent(bench, effect, key)
        assert find(bench, effect, key) == ref
        assert find(bench, effect, f"another {key}") is None


@pytest.mark.thorough
def test_the_same_key_again_makes_no_second_message(bench: Bench) -> None:
    for key, effect in messages(bench).items():
        first = deliver(bench, effect, key)
        assert again(bench, effect, key) == first

    keys = [each.key for each in bench.seen(bench.ann)]
    assert sorted(keys) == sorted(messages(bench))


def test_a_card_says_everything_it_has_to_say(bench: Bench) -> None:
    sent(bench, Send(bench.ann, CARD))

    (line,) = bench.seen(bench.ann)
    for words in ("Samples", "when will they be ready?", "Number", "seven", "Done", "Rule one"):
        assert words in line.text


@pytest.mark.thorough
def test_an_amended_message_is_the_same_message_with_other_words(bench: Bench) -> None:
    for key, effect in lasting(bench).items():
        ref = sent(bench, effect, key)
        assert deliver(bench, Amend(effect.to, ref, OTHER), f"amend {key}") in (ref, None)

    lines = bench.seen(bench.ann)
    assert len(lines) == len(lasting(bench))
    assert all("Something else" in each.text and "Samples" not in each.text for each in lines)


def test_a_withdrawn_message_is_gone_and_may_be_withdrawn_again(bench: Bench) -> None:
    ref = sent(bench, Send(bench.room, CARD))
    deliver(bench, Withdraw(bench.room, ref), "withdraw")
    deliver(bench, Withdraw(bench.room, ref), "withdraw again")

    assert not any("Samples" in each.text for each in bench.seen(bench.ann))
    with pytest.raises(Undeliverable):
        deliver(bench, Amend(bench.room, ref, OTHER), "amend")


def test_a_whisper_is_for_its_reader_alone(bench: Bench) -> None:
    deliver(bench, Whisper(bench.ann, bench.room, CARD), "in the room")
    sent(bench, Send(bench.ann, CARD), "direct")
    sent(bench, Upload(bench.ann, "f1", "report.xlsx", CARD), "file")

    assert {each.key for each in bench.seen(bench.ann)} == {"in the room", "direct", "file"}
    assert bench.seen(bench.bob) == []


def test_a_whisper_near_a_place_its_reader_cannot_see_still_reaches_them(bench: Bench) -> None:
    elsewhere = Place(bench.room.platform, bench.room.realm, bench.elsewhere)
    deliver(bench, Whisper(bench.bob, elsewhere, CARD))

    assert [each.key for each in bench.seen(bench.bob)] == ["k"]
    assert bench.seen(bench.ann) == []


def test_an_effect_is_worded_for_its_reader(bench: Bench) -> None:
    card = Card(say("You owe nothing. Enjoy it."))
    chinese = Reader("zh_Hans", "Asia/Shanghai")
    deliver(bench, Send(bench.ann, card), reader=chinese)

    (line,) = bench.seen(bench.ann)
    assert "Enjoy" not in line.text


class Tags(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {sorted(name for name, _ in attrs)}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def tags(markup: str) -> Tags:
    made = Tags()
    made.feed(markup)
    made.close()
    return made


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_words_of_people_are_never_markup(bench: Bench, words: str) -> None:
    """The same card with harmless words has the same markup, tag for tag."""

    def card(text: str) -> Card:
        said = Quoted(text)
        return Card(
            say("{words} asks", words=said),
            body=(said,),
            facts=((say("Reason"), said),),
            why=say("Why"),
        )

    sent(bench, Send(bench.ann, card("harmless")), "harmless")
    sent(bench, Send(bench.ann, card(words)), "hostile")
    sent(bench, Publish(bench.room, say("Notice"), "harmless"), "harmless notice")
    sent(bench, Publish(bench.room, say("Notice"), words), "hostile notice")

    lines = {each.key: tags(each.markup) for each in bench.seen(bench.ann)}
    assert lines["hostile"].found == lines["harmless"].found
    assert lines["hostile notice"].found == lines["harmless notice"].found


def effects(bench: Bench, ref: MessageRef) -> dict[str, Deliverable]:
    """One of every kind there is."""
    return {
        "Send": Send(bench.room, CARD),
        "Amend": Amend(bench.room, ref, OTHER),
        "Withdraw": Withdraw(bench.room, ref),
        "Whisper": Whisper(bench.ann, bench.room, CARD),
        "Mark": Mark(bench.room, ref, "✅"),
        "Upload": Upload(bench.ann, "f1", "report.xlsx", CARD),
        "OpenForm": OpenForm(bench.ann, FORM, "window", OTHER),
        "ShowHome": ShowHome(bench.ann, (CARD, OTHER)),
        "Publish": Publish(bench.room, say("Notice"), "Closed on Friday."),
    }


KINDS = [kind.__name__ for kind in get_args(Deliverable)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_effect_is_carried_out_or_said_to_be_undeliverable(bench: Bench, kind: str) -> None:
    ref = sent(bench, Send(bench.room, CARD), "before")
    effect = effects(bench, ref)[kind]

    if kind == "OpenForm":  # nobody has a window open here
        with pytest.raises(Undeliverable, match=r"\w+"):
            deliver(bench, effect)
    else:
        deliver(bench, effect)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "OpenForm"])
def test_what_may_be_repeated_can_be_repeated(bench: Bench, kind: str) -> None:
    """After a doubt the same effect comes under the same key, perhaps in another process."""
    ref = sent(bench, Send(bench.room, CARD), "before")
    effect = effects(bench, ref)[kind]
    deliver(bench, effect)
    seen = bench.seen(bench.ann)

    again(bench, effect)
    assert bench.seen(bench.ann) == seen


def test_an_answer_in_their_chat_with_us_is_looked_for_like_any_card(bench: Bench) -> None:
    chat = sent(bench, Send(bench.ann, CARD), "before").place
    answer = Whisper(bench.ann, chat, CARD)
    assert find(bench, answer, "answer") is None
    ref = sent(bench, answer, "answer")

    assert find(bench, answer, "answer") == ref
    assert again(bench, answer, "answer") == ref


def test_nobody_and_nowhere_are_undeliverable(bench: Bench) -> None:
    nowhere = Place(bench.room.platform, bench.room.realm, "no-such-room")
    elsewhere = Place(bench.room.platform, "another-realm", bench.room.id)
    lost = MessageRef(bench.room, "no-such-message")
    wrong: list[Deliverable] = [
        Send(bench.nobody, CARD),
        Send(nowhere, CARD),
        Send(elsewhere, CARD),
        Whisper(bench.nobody, bench.room, CARD),
        Upload(bench.nobody, "f1", "report.xlsx", CARD),
        ShowHome(bench.nobody, (CARD,)),
        OpenForm(bench.nobody, FORM, "window", OTHER),
        Amend(bench.room, lost, OTHER),
        Mark(bench.room, lost, "✅"),
        Publish(nowhere, say("Notice"), "Closed."),
    ]

    for number, effect in enumerate(wrong):
        with pytest.raises(Undeliverable):
            deliver(bench, effect, f"wrong {number}")
        with contextlib.suppress(CannotTell):
            assert find(bench, effect, f"wrong {number}") is None


def test_withdrawing_what_is_not_there_comes_to_an_end(bench: Bench) -> None:
    lost = MessageRef(bench.room, "no-such-message")
    with contextlib.suppress(Undeliverable):
        deliver(bench, Withdraw(bench.room, lost))


def test_abilities_are_honest(bench: Bench) -> None:
    """What an adapter says it can do, it does; a thread's answer stays in its thread."""
    can = bench.adapter.abilities
    root = sent(bench, Send(bench.room, CARD), "root")
    if Ability.THREADS in can:
        inside = Place(bench.room.platform, bench.room.realm, bench.room.id, root.id)
        assert sent(bench, Send(inside, CARD), "inside").place.thread == root.id
    if Ability.WHISPERS in can:
        there = deliver(bench, Whisper(bench.ann, bench.room, CARD), "w")
        assert there is None or there.place.id == bench.room.id
        assert "w" in [each.key for each in bench.seen(bench.ann)]
    if Ability.BUTTONS in can:
        assert "done 7" in next(x for x in bench.seen(bench.ann) if x.key == "root").markup
    if Ability.FILES in can:
        sent(bench, Upload(bench.ann, "f1", "report.xlsx", CARD), "file")
        assert "report.xlsx" in next(x for x in bench.seen(bench.ann) if x.key == "file").markup


def test_many_deliveries_at_once_keep_every_message(bench: Bench) -> None:
    async def crowd() -> None:
        keys = [f"k{number % 20}" for number in range(60 if bench.remembers else 20)]
        await asyncio.gather(
            *(bench.adapter.deliver(Send(bench.room, CARD), key=k, reader=READER) for k in keys)
        )

    bench.run(crowd())
    assert sorted(each.key for each in bench.seen(bench.bob)) == sorted(f"k{n}" for n in range(20))


def test_a_platform_on_file_knows_after_a_restart_what_it_has_delivered(tmp_path: Path) -> None:
    with BENCHES["playground on file"](tmp_path) as before:
        ref = sent(before, Send(before.room, CARD))
    with BENCHES["playground on file"](tmp_path) as after:
        assert find(after, Send(after.room, CARD)) == ref
        assert sent(after, Send(after.room, CARD)) == ref
        assert len(after.seen(after.bob)) == 1

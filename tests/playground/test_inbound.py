"""What a browser posts becomes the right event, or a sentence that says what is missing."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.playground.cast import Cast, Person, Team
from adapters.playground.inbound import read, spoken
from adapters.playground.lines import Body, Line
from adapters.playground.mentions import Everybody, mentions
from adapters.playground.slip import Forbidden, Stamp, Unreadable
from bot.events import (
    ButtonPressed,
    CommandInvoked,
    FormSubmitted,
    Group,
    HomeOpened,
    MessageChanged,
    MessagePosted,
    MessageRef,
    ReactionChanged,
)
from tests.playground.stage import CAST, NINE, channel, person

STAMP = Stamp(NINE, "f" * 32)


@dataclass
class Known:
    cast: Cast = CAST
    lines: dict[str, Line] = field(default_factory=dict)

    def line(self, id: str) -> Line | None:
        return self.lines.get(id)

    def add(self, number: int, author: str = "ann", place: str = "sales", **more: Any) -> str:
        id = f"{number:032x}"
        body = Body(text="words")
        self.lines[id] = Line(
            id=id, n=number, place=place, author=author, at=NINE, body=body, **more
        )
        return id


def event(known: Known | None = None, **fields: Any) -> Any:
    payload = {"id": "d1", "as": "ann", "place": "sales", **fields}
    return read(payload, STAMP, known or Known())


def test_a_message_has_its_key_its_time_its_place_and_whom_it_names() -> None:
    got = event(kind="message", text="@bob and @Eve Dunn, and 李伟 too")

    assert got == MessagePosted(
        key="playground/demo/d1",
        at=NINE,
        author=person("ann"),
        message=MessageRef(channel(), "f" * 32),
        text="@bob and @Eve Dunn, and 李伟 too",
        mentions=(person("bob"), person("eve")),
    )


def test_a_team_is_a_group_of_those_who_are_here_whatever_else_the_text_names() -> None:
    got = event(kind="message", text="@Finance and @law: is it paid, @bob? @finance!")

    members = (person("bob"), person("li.wei"))  # eve cannot read this channel, nor can mei
    assert got.groups == (Group("finance", "Finance", members), Group("law", "Law Office", ()))
    assert (got.mentions, got.everyone) == ((person("bob"),), False)


@pytest.mark.parametrize(
    "name", ["all", "Everyone", "channel", "HERE", "所有人", "全体成员", "全體成員"]
)
def test_everybody_is_called_by_any_of_these_names(name: str) -> None:
    got = event(kind="message", text=f"@{name} the office closes at noon")

    assert got.everyone
    assert (got.mentions, got.groups) == ((), ())


def test_a_message_is_urgent_only_where_its_author_marked_it() -> None:
    plain = event(kind="message", text="hello")
    marked = event(kind="message", text="hello", priority=True)

    assert (plain.priority, marked.priority) == (False, True)


def test_a_reply_stands_in_its_thread_and_a_quote_names_its_message() -> None:
    known = Known()
    root = known.add(1)
    reply = known.add(2, thread=root)

    got = event(known, kind="message", text="yes", thread=reply, quotes=root)

    assert (got.message.place, got.quotes) == (channel(thread=root), root)


@pytest.mark.parametrize("text", ["/duly mine", "  /DULY   mine  ", "／duly mine"])
def test_a_message_that_begins_with_the_command_is_one(text: str) -> None:
    got = event(kind="message", text=text)

    assert isinstance(got, CommandInvoked)
    assert (got.text, got.place, got.reply_handle) == ("mine", channel(), "d1")


@pytest.mark.parametrize(
    ("text", "command"), [("/duly", ""), ("/dulyx", None), ("say /duly", None), ("/duly\na", "a")]
)
def test_only_the_whole_word_at_the_start_is_the_command(text: str, command: str | None) -> None:
    assert spoken(text) == command


def test_whatever_is_said_to_duly_alone_is_a_command() -> None:
    got = event(kind="message", place="dm:ann", text="promise 7 by Thu 17:00")

    assert isinstance(got, CommandInvoked)
    assert got.text == "promise 7 by Thu 17:00"


def test_a_command_knows_the_people_and_messages_in_its_text() -> None:
    known = Known()
    mine, hidden = known.add(1), known.add(2, only_for="bob")
    link = f"http://localhost:8080/playground/?in=sales#msg-{mine}"

    got = event(known, kind="command", text=f"important {link} @bob #msg-{hidden}")

    assert got.people == (("@bob", person("bob")),)
    assert got.links == ((link, known.lines[mine].ref),)


def test_edits_and_deletions_are_of_ones_own_messages() -> None:
    known = Known()
    mine, others = known.add(1), known.add(2, author="bob")

    edit = event(known, kind="edit", message=mine, text="@bob better")
    deletion = event(known, kind="delete", message=mine)

    assert isinstance(edit, MessageChanged)
    assert (edit.text, edit.mentions) == ("@bob better", (person("bob"),))
    assert deletion.text is None
    with pytest.raises(Forbidden):
        event(known, kind="edit", message=others, text="x")


def test_reactions_buttons_forms_and_the_home_page_are_read() -> None:
    known = Known()
    line, card = known.add(1), known.add(2, author="duly")

    reaction = event(known, kind="reaction", message=line, emoji="✅")
    button = event(known, kind="button", message=card, action="done 7")
    at_home = event(known, kind="button", message="home:ann", action="mine")
    form = event(known, kind="form", form="away", fields={"who": "@bob", "why": "a rest"})
    home = event(known, kind="home")

    assert isinstance(reaction, ReactionChanged)
    assert (reaction.emoji, reaction.added) == ("✅", True)
    assert isinstance(button, ButtonPressed)
    assert (button.message, button.action) == (known.lines[card].ref, "done 7")
    assert at_home.message == MessageRef(channel("dm:ann"), "home:ann")
    assert isinstance(form, FormSubmitted)
    assert form.fields == (("who", "@bob"), ("why", "a rest"))
    assert form.people == (("@bob", person("bob")),)
    assert isinstance(home, HomeOpened)


BAD: list[dict[str, Any]] = [
    {"id": None},
    {"id": ""},
    {"id": "a/b"},
    {"id": "x" * 129},
    {"id": 7},
    {"kind": None},
    {"kind": "dance"},
    {"kind": ["message"]},
    {"as": None},
    {"as": "nobody"},
    {"place": None},
    {"place": "cellar"},
    {"place": "dm:bob"},
    {"place": "notices", "as": "bob"},
    {"text": None},
    {"text": "  "},
    {"text": {"a": 1}},
    {"text": "x" * 8001},
    {"thread": "0" * 32},
    {"quotes": "nothing"},
    {"priority": "yes"},
    {"kind": "edit"},
    {"kind": "edit", "message": "0" * 32},
    {"kind": "reaction", "message": f"{1:032x}"},
    {"kind": "reaction", "message": f"{1:032x}", "emoji": "<b>"},
    {"kind": "reaction", "message": f"{1:032x}", "emoji": "x" * 17},
    {"kind": "reaction", "message": f"{1:032x}", "emoji": "✅", "added": "no"},
    {"kind": "reaction", "message": f"{2:032x}", "emoji": "✅"},
    {"kind": "button", "message": f"{1:032x}", "action": "done 7"},
    {"kind": "button", "message": "home:bob", "action": "done 7"},
    {"kind": "form", "form": "away"},
    {"kind": "form", "form": "away", "fields": ["a"]},
    {"kind": "form", "form": "away", "fields": {"a": 7}},
    {"kind": "form", "form": "away", "fields": {str(n): "" for n in range(51)}},
]


@pytest.mark.parametrize("wrong", BAD, ids=lambda each: json.dumps(each)[:60])
def test_what_cannot_be_read_is_refused_with_a_sentence(wrong: dict[str, Any]) -> None:
    known = Known()
    known.add(1)
    known.add(2, only_for="bob")
    payload = {"id": "d1", "as": "ann", "kind": "message", "place": "sales", "text": "hello"}

    with pytest.raises(Unreadable) as caught:
        read(payload | wrong, STAMP, known)

    assert caught.value.why.sentence.endswith(".")


def test_a_torn_character_is_mended() -> None:
    got = event(kind="message", text="a\ud83d b")

    assert got.text == "a\ufffd b"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@bob", ["bob"]),
        ("(@BOB)", ["bob"]),
        ("@Bob Carter's desk", ["bob"]),
        ("@Carter", []),
        ("请@李伟看一下", ["li.wei"]),
        ("@li.wei.", ["li.wei"]),
        ("@bobby @bob-x @bob_", []),
        ("mail a@bob", []),
        ("@ann@bob", ["ann"]),
        ("@İnci", []),
    ],
)
def test_a_mention_is_an_at_sign_and_a_name(text: str, named: list[str]) -> None:
    found = (each.whom for each in mentions(text, CAST))
    assert [each.id for each in found if isinstance(each, Person)] == named


@pytest.mark.parametrize("text", ["@alliance", "@here-abouts", "mail a@all", "all", "@law-suit"])
def test_a_word_that_only_begins_like_a_group_calls_nobody(text: str) -> None:
    assert list(mentions(text, CAST)) == []


def test_a_person_is_meant_before_a_team_of_the_same_name() -> None:
    cast = Cast(CAST.people, CAST.channels, (Team("bob", "Eve", ("ann",)), Team("all", "A", ())))

    found = [each.whom for each in mentions("@bob @eve @all @here", cast)]

    assert found == [cast.person("bob"), cast.person("eve"), cast.teams[1], Everybody()]

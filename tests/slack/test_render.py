"""What people are shown in Slack: within its limits, and never markup of somebody else's."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.limits import ROOM
from adapters.slack.render import home, message, published
from adapters.slack.rich import cost
from bot.card import Button, Card, Tone
from bot.effects import Publish
from bot.events import MessageRef, Place, Platform
from bot.words import LANGUAGES, Code, Link, Quoted, Reader, Ref, Rows, Say, Value, Who, clean, say
from tests.contract.test_adapters import HOSTILE
from tests.slack.shapes import Shape, check, parts, size, structure, words

SLACK = Platform("slack")
ROOMS = Place(SLACK, "T1", "C1")
QUESTION = MessageRef(ROOMS, "1700000000.000100")
READER = Reader("en", "Asia/Shanghai")
ADDRESS = "https://acme.slack.example/archives/C1/p1700000000000100"
DUE = datetime(2026, 3, 2, 4, tzinfo=UTC)


class Addresses:
    def to(self, ref: MessageRef) -> str | None:
        return ADDRESS if ref == QUESTION else None


def shown(card: Card, reader: Reader = READER) -> tuple[Shape, ...]:
    return message(card, reader, Addresses()).blocks


def nudge() -> Card:
    return Card(
        say("{person} waits for your answer", person=Who("1", "Ann <!here>")),
        body=(Quoted("When do *we* ship?\nSee <https://evil.example|HR>"),),
        facts=(
            (say("Due"), DUE),
            (say("Number"), Ref(7)),
        ),
        buttons=(Button(say("Done"), "✅", "done 7", "good"), Button(say("Drop"), "🚫", "drop 7")),
        why=say("You get this because you were asked."),
        about=QUESTION,
    )


def test_a_nudge_looks_like_this() -> None:
    sent = message(nudge(), READER, Addresses())

    assert sent.text == (
        "Ann &lt;!here&gt; waits for your answer\n"
        "When do *we* ship?\nSee &lt;https://evil.example|HR&gt;\n"
        "Due: Mon 2 Mar, 12:00\n"
        "Number: #7"
    )
    assert sent.blocks == (
        {
            "type": "header",
            "text": {
                "type": "plain_text",
                "text": "Ann <!here> waits for your answer",
                "emoji": False,
            },
        },
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_quote",
                    "elements": [
                        {
                            "type": "text",
                            "text": "When do *we* ship?\nSee <https://evil.example|HR>",
                        }
                    ],
                }
            ],
        },
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "Due: ", "style": {"bold": True}},
                        {"type": "text", "text": "Mon 2 Mar, 12:00"},
                        {"type": "text", "text": "\n"},
                        {"type": "text", "text": "Number: ", "style": {"bold": True}},
                        {"type": "text", "text": "#7"},
                        {"type": "text", "text": "\n"},
                        {"type": "link", "url": ADDRESS, "text": "Go to the message"},
                    ],
                }
            ],
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "press/0",
                    "text": {"type": "plain_text", "text": "✅ Done", "emoji": True},
                    "value": "done 7",
                    "style": "primary",
                },
                {
                    "type": "button",
                    "action_id": "press/1",
                    "text": {"type": "plain_text", "text": "🚫 Drop", "emoji": True},
                    "value": "drop 7",
                },
            ],
        },
        {
            "type": "context",
            "elements": [
                {
                    "type": "plain_text",
                    "text": "You get this because you were asked.",
                    "emoji": False,
                }
            ],
        },
    )


def said_by(text: str) -> Card:
    said = Quoted(text)
    return Card(
        say("{words} asks", words=said),
        body=(said, say("He said {words}, twice", words=said), Rows((said, said))),
        facts=((say("Reason"), say("{words}", words=said)), (say("{name}", name=said), said)),
        buttons=(Button(say("To {person}", person=Who("1", text)), "👉", "pass 7"),),
        why=say("As {person} asked", person=Who("1", text)),
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_words_of_people_change_no_block_and_are_never_markup(text: str) -> None:
    harmless = message(said_by("x" * size(clean(text))), READER, Addresses())
    hostile = message(said_by(text), READER, Addresses())

    assert structure(hostile.blocks) == structure(harmless.blocks)
    assert {each["type"] for each in parts(hostile.blocks) if "type" in each} <= {
        *("header", "plain_text", "rich_text", "rich_text_quote", "rich_text_section"),
        *("text", "actions", "button", "context"),
    }
    assert "<" not in hostile.text
    assert "@channel" not in hostile.text
    assert "\u202e" not in words(hostile.blocks)
    assert "\x00" not in words(hostile.blocks)


def test_what_people_write_is_there_to_the_letter() -> None:
    text = "*bold* <!channel> <@U123> :smile: &lt; `code` {words} https://evil.example"

    blocks = shown(said_by(text))

    said = [each["text"] for each in parts(blocks) if each.get("type") == "text"]
    assert said[0] == text
    assert {each["emoji"] for each in parts(blocks) if each.get("type") == "plain_text"} == {
        False,
        True,  # a button's own
    }


def test_lines_of_a_person_do_not_pass_for_facts_of_ours() -> None:
    card = Card(say("Title"), facts=((say("Reason"), Quoted("late\nApproved by: the CEO")),))

    quote = next(each for each in parts(shown(card)) if each.get("type") == "rich_text_quote")

    assert words(quote) == "late\nApproved by: the CEO"


def test_a_number_in_the_title_is_not_said_again() -> None:
    facts = ((say("Number"), Ref(4)), (say("Replaces"), Ref(3)))

    sent = message(Card(say("Request {number}", number=Ref(4)), facts=facts), READER, Addresses())

    assert words(sent.blocks) == "Request #4Replaces: #3"
    assert sent.text == "Request #4\nReplaces: #3"


def test_commands_stand_apart_in_sentences_of_every_depth() -> None:
    inner = say("or {command}", command=Code("/duly mine"))
    text = say("Type {first} {inner}", first=Code("done 7"), inner=Rows((inner, Code("x"))))

    blocks = shown(Card(say("Title"), body=(text,)))

    coded = [each["text"] for each in parts(blocks) if "style" in each]
    assert coded == ["done 7", "/duly mine", "x"]
    assert words(blocks[1]) == "Type done 7 or /duly mine, x"


def test_our_own_marks_mean_nothing_in_the_words_of_people() -> None:
    said = Quoted("see \ue0000\ue001 and \ue0009\ue001")
    text = say("{command} {said}", command=Code("/duly\u202e \x07mine"), said=said)

    blocks = shown(Card(say("Title"), body=(text,)))

    assert words(blocks[1]) == "/duly mine see 0 and 9"
    assert [each["text"] for each in parts(blocks) if "style" in each] == ["/duly mine"]


@pytest.mark.parametrize(
    ("tone", "title", "header"),
    [
        ("good", say("Approved"), "✅ Approved"),
        ("bad", say("Rejected"), "⚠️ Rejected"),
        ("plain", say("Asked"), "Asked"),
        ("bad", say("🚨 Late"), "🚨 Late"),
    ],
)
def test_a_tone_is_seen_before_the_title(tone: Tone, title: Say, header: str) -> None:
    assert words(shown(Card(title, tone=tone))[0]) == header


def test_a_long_title_is_a_bold_line() -> None:
    block = shown(Card(say("{words}", words=Quoted("long " * 50))))[0]

    assert block["type"] == "rich_text"
    assert words(block) == ("long " * 50).strip()


@pytest.mark.parametrize(
    ("language", "more"),
    [
        ("en", "… and {} more: /duly web"),
        ("zh_Hans", "……还有 {} 项：/duly web"),
        ("zh_Hant", "……還有 {} 項：/duly web"),
    ],
)
def test_what_does_not_fit_is_told_in_the_readers_language(language: str, more: str) -> None:
    buttons = tuple(Button(say("Done"), "✅", f"done {number}") for number in range(30))
    card = Card(say("Yours"), body=tuple(Quoted("x" * 250) for _ in range(40)), buttons=buttons)

    blocks = shown(card, Reader(language, "Asia/Shanghai"))

    told = words(blocks).count("x" * 250)
    assert 10 < told < 40
    assert more.format(40 - told) in [words(each) for each in blocks]
    assert sum(each.get("type") == "button" for each in parts(blocks)) == 30
    assert cost(blocks) <= ROOM


def test_less_room_says_less_but_keeps_title_facts_and_buttons() -> None:
    card = Card(
        say("Title"),
        body=(Quoted("y" * 3000, longest=3000),),
        facts=((say("Due"), DUE),),
        buttons=(Button(say("Done"), "✅", "done 7"),),
    )

    whole = message(card, READER, Addresses())
    short = message(card, READER, Addresses(), room=2000)

    assert "y" * 3000 in words(whole.blocks)
    assert cost(short.blocks) <= 2000
    assert "… and 1 more: /duly web" in words(short.blocks)
    assert "Due: Mon 2 Mar, 12:00" in words(short.blocks)
    assert "✅ Done" in words(short.blocks)


TEXTS = st.text(max_size=600) | st.sampled_from(HOSTILE[:-1])
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.builds(Quoted, TEXTS, st.integers(1, 3000)),
    st.builds(Who, st.just("1"), TEXTS),
    st.builds(Code, st.text(max_size=300)),
    st.builds(Ref, st.integers(0, 10**6)),
    st.datetimes(timezones=st.just(UTC)),
)
SAYS = st.one_of(
    st.builds(lambda a: say("{a}", a=a), VALUES),
    st.builds(lambda a, b: say("Of {a} and {b}:", a=a, b=b), VALUES, VALUES),
    st.builds(lambda a, b: say("{a}", a=Rows((say("{b}", b=b), a))), VALUES, VALUES),
)
BUTTONS = st.builds(
    Button,
    SAYS,
    st.sampled_from(["✅", "👀", ""]),
    st.text(min_size=1, max_size=60),
    st.sampled_from(["plain", "good", "bad"]),
)
CARDS = st.builds(
    Card,
    SAYS,
    st.lists(SAYS | VALUES, max_size=60).map(tuple),
    st.lists(st.tuples(SAYS, SAYS | VALUES), max_size=20).map(tuple),
    st.lists(BUTTONS, max_size=20).map(tuple),
    st.none() | SAYS,
    st.sampled_from(["plain", "good", "bad"]),
    st.sampled_from([None, QUESTION]),
)
READERS = st.sampled_from([Reader(each, "Asia/Shanghai") for each in LANGUAGES])


@pytest.mark.thorough
@given(CARDS, READERS)
@settings(max_examples=100, deadline=None)
def test_every_card_is_within_the_limits(card: Card, reader: Reader) -> None:
    sent = message(card, reader, Addresses())

    check(sent.blocks, 50)
    assert cost(sent.blocks) <= ROOM
    assert 1 <= len(sent.text) <= 4000
    assert "<" not in sent.text
    assert sum(each.get("type") == "button" for each in parts(sent.blocks)) == len(card.buttons)


@pytest.mark.thorough
@given(st.lists(CARDS, max_size=30), READERS)
@settings(max_examples=20, deadline=None)
def test_every_page_of_a_persons_own_is_within_the_limits(
    cards: list[Card], reader: Reader
) -> None:
    blocks = home(cards, reader, Addresses())

    assert blocks
    check(blocks, 100)


def test_a_page_too_long_says_how_many_cards_are_not_there() -> None:
    cards = [Card(say("Title"), body=(Ref(number),)) for number in range(50)]

    blocks = home(cards, READER, Addresses())

    told = sum(each["type"] == "header" for each in blocks)
    assert words(blocks[-1]) == f"… and {50 - told} more: /duly web"
    assert 30 < told < 50


def test_an_empty_page_says_so() -> None:
    assert words(home((), READER, Addresses())) == "Nothing is here yet."


@given(st.text(st.characters(exclude_categories=["C"]) | st.sampled_from("\n\t "), max_size=400))
def test_a_published_text_is_there_word_for_word(text: str) -> None:
    (sent,) = published(Publish(ROOMS, say("Notice"), text), READER)

    check(sent.blocks, 50)
    if text.strip():
        assert words(sent.blocks[1:]) == text


@pytest.mark.parametrize(
    "text", ["word " * 6000, "a line of it\n" * 3000, "😀" * 9000, "x" * 20000]
)
def test_a_very_long_published_text_goes_on_in_the_next_message(text: str) -> None:
    sent = published(Publish(ROOMS, say("Notice"), text), READER)

    bodies = [[each for each in one.blocks if each["type"] == "rich_text"] for one in sent]
    assert "".join(words(each) for each in bodies) == text
    assert len(sent) > 1
    for number, each in enumerate(sent, 1):
        check(each.blocks, 50)
        assert cost(each.blocks) <= ROOM
        assert words(each.blocks[-1]) == f"Part {number} of {len(sent)}"


def test_one_message_holds_the_longest_text_that_is_approved_in_chat() -> None:
    assert len(published(Publish(ROOMS, say("Notice"), "😀" * 3000), READER)) == 1


def test_the_blocks_are_json() -> None:
    assert json.loads(json.dumps(shown(nudge()))) == list(shown(nudge()))


def test_an_address_of_ours_is_a_link_to_click() -> None:
    card = Card(say("Your pages"), body=(Link("https://duly.example/sign-in/abc", say("Open it")),))
    shown = str(message(card, Reader(), Addresses()).blocks)

    assert "'type': 'link', 'url': 'https://duly.example/sign-in/abc', 'text': 'Open it'" in shown

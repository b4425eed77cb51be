"""What people are shown in Matrix: few tags, none of them anybody else's, and never too much."""

import json
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vodozemac import GroupSession

from adapters.matrix.addresses import permalink
from adapters.matrix.limits import CONTENT, EVENT, SEEDS, cut, size
from adapters.matrix.markup import UNMARK
from adapters.matrix.render import Message, content, edited, message, published
from adapters.matrix.text import said
from bot.card import Button, Card, Tone
from bot.effects import Publish
from bot.events import MessageRef, Place, Platform
from bot.words import LANGUAGES, Code, Link, Quoted, Reader, Ref, Rows, Say, Value, Who, clean, say
from tests.contract.test_adapters import HOSTILE

ROOM = Place(Platform("matrix"), "corp.example", "!abc:corp.example")
QUESTION = MessageRef(ROOM, "$e")
ADDRESS = "https://matrix.to/#/%21abc%3Acorp.example/%24e?via=corp.example"
READER = Reader("en", "Asia/Shanghai")
DUE = datetime(2026, 3, 2, 4, tzinfo=UTC)
TYPED = frozenset(("approve", "reject"))
PERMITTED = frozenset(  # the specification, "m.room.message msgtypes"
    (
        *("del", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "p", "a", "ul", "ol", "sup"),
        *("sub", "li", "b", "i", "u", "strong", "em", "s", "code", "hr", "br", "div", "table"),
        *("thead", "tbody", "tr", "th", "td", "caption", "pre", "span", "img", "details"),
        "summary",
    )
)


class Addresses:
    def to(self, ref: MessageRef) -> str | None:
        return permalink(ref.place.id, ref.id, (ref.place.realm,)) if ref == QUESTION else None


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.deep, self.deepest = 0, 0
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {dict(attrs)}")
        self.words += "\n" if tag == "br" else ""
        self.deep += tag != "br"
        self.deepest = max(self.deepest, self.deep)
        assert tag in PERMITTED

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")
        self.deep -= 1

    def handle_data(self, data: str) -> None:
        self.words += data


def shown(card: Card, reader: Reader = READER) -> Message:
    return message(card, reader, Addresses(), TYPED)


def nudge() -> Card:
    return Card(
        say("{person} waits for your answer", person=Who("1", "Ann <b>")),
        body=(Quoted("When do *we* ship?\nSee <https://evil.example|HR>"),),
        facts=((say("Due"), DUE), (say("Number"), Ref(7))),
        buttons=(Button(say("Done"), "✅", "done 7", "good"), Button(say("Drop"), "🚫", "drop 7")),
        why=say("You get this because you were asked."),
        about=QUESTION,
    )


def test_a_nudge_looks_like_this() -> None:
    sent = shown(nudge())

    assert sent == Message(
        body=(
            "Ann <b> waits for your answer\n\n"
            "> When do *we* ship?\n> See <https://evil.example|HR>\n\n"
            "Due: Mon 2 Mar, 12:00\nNumber: #7\n\n"
            f"Go to the message {ADDRESS}\n\n"
            "React with an emoji, or type:\n✅ Done: !duly done 7\n🚫 Drop: !duly drop 7\n\n"
            "You get this because you were asked."
        ),
        html=(
            "<h4>Ann &lt;b&gt; waits for your answer</h4>"
            "<blockquote>When do *we* ship?<br>See &lt;https://evil.example|HR&gt;</blockquote>"
            "<p><strong>Due: </strong>Mon 2 Mar, 12:00<br>"
            "<strong>Number: </strong>#7</p>"
            f'<p><a href="{ADDRESS}">Go to the message</a></p>'
            "<p>React with an emoji, or type:<br>✅ Done: <code>!duly done 7</code><br>"
            "🚫 Drop: <code>!duly drop 7</code></p>"
            '<p><span data-mx-color="#737d8c">You get this because you were asked.</span></p>'
        ),
        seeds=("✅", "🚫"),
    )


def test_a_message_is_heard_and_calls_on_nobody() -> None:
    assert content(Message("a", "<p>a</p>")) == {
        "msgtype": "m.text",
        "body": "a",
        "format": "org.matrix.custom.html",
        "formatted_body": "<p>a</p>",
        "m.mentions": {},
    }


def test_an_edit_is_read_as_one() -> None:
    sent = shown(nudge())

    edit = edited(sent, "$card")

    assert edit["m.new_content"] == content(sent)
    assert edit["body"] == "* Ann <b> waits for your answer"
    assert said(edit).replaces == "$card"
    assert said(edit).text == said(content(sent)).text


@pytest.mark.parametrize(
    ("language", "react", "typed"),
    [
        ("en", "React with an emoji, or type:", "Too important for a reaction. Type:"),
        ("zh_Hans", "点下面的表情，或输入：", "此事重要，表情回应不算数，请输入："),
        ("zh_Hant", "點下面的表情，或輸入：", "此事重要，表情回應不算數，請輸入："),
    ],
)
def test_a_weighty_decision_is_to_be_typed(language: str, react: str, typed: str) -> None:
    buttons = (
        Button(say("Approve"), "✅", "approve 7 =ab12"),
        Button(say("Ask first"), "❓", "question 7"),
        Button(say("Reject"), "❌", "reject 7"),
    )

    sent = shown(Card(say("Asked"), buttons=buttons), Reader(language))

    assert sent.seeds == ("❓",)
    lines = sent.body.splitlines()
    assert lines[2] == react
    assert lines[3].startswith("❓ ")
    assert lines[5] == typed
    assert [each.split("!")[-1] for each in lines[6:]] == ["duly approve 7 =ab12", "duly reject 7"]
    assert "✅" not in sent.html
    assert "❌" not in sent.html


def test_an_emoji_stands_before_what_it_does_and_nowhere_else() -> None:
    emojis = ("✅", "✅\ufe0f", "", "1\ufe0f\u20e3", "2\ufe0f\u20e3", "❤️", "👉", "🚫", "🕐", "📄")
    buttons = tuple(Button(say("Do"), each, f"do {n}") for n, each in enumerate(emojis))

    sent = shown(Card(say("Title"), buttons=buttons))

    assert sent.seeds == ("✅", "1\ufe0f\u20e3", "2\ufe0f\u20e3", "❤️", "👉", "🚫")
    lines = sent.body.splitlines()[3:]
    assert [each.partition("Do")[0].strip() for each in lines] == [
        *("✅", "", "", "1\ufe0f\u20e3", "2\ufe0f\u20e3", "❤️", "👉", "🚫", "", "")
    ]


def test_without_emojis_the_answer_is_typed() -> None:
    sent = shown(Card(say("Title"), buttons=(Button(say("Done"), "", "done 7"),)))

    assert sent.seeds == ()
    assert sent.body == "Title\n\nType your answer:\nDone: !duly done 7"


def test_an_action_too_long_to_type_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="at most 400"):
        shown(Card(say("Title"), buttons=(Button(say("Done"), "✅", "x" * 401),)))


def test_our_sentences_say_how_to_call_us_here_and_words_of_people_stay() -> None:
    text = say(
        "/duly mine, {code} or ./duly web, see {link}: {words}",
        code=Code("/duly done 7"),
        link=Link("https://corp.example/duly/x"),
        words=Quoted("I typed /duly mine"),
    )

    sent = shown(Card(text, body=(text, Quoted("/duly x")), facts=((say("/duly y"), text),)))

    told = (
        "!duly mine, !duly done 7 or ./duly web, see https://corp.example/duly/x: "
        "I typed /duly mine"
    )
    assert sent.body == f"{told}\n\n{told}\n\n> /duly x\n\n!duly y: {told}"
    assert "<code>!duly done 7</code>" in sent.html


def test_only_addresses_of_the_web_are_links() -> None:
    card = Card(
        say("Pages"),
        body=(
            Link('https://duly.example/a?b="1"&c=<2>\'', say("Open it")),
            Link("javascript:alert(1)", say("Click")),
            Link("https://duly.example/"),
        ),
    )

    sent = shown(card)

    assert (
        '<p><a href="https://duly.example/a?b=&quot;1&quot;&amp;c=&lt;2&gt;&#x27;">Open it</a></p>'
        "<p>Click javascript:alert(1)</p>"
        '<p><a href="https://duly.example/">https://duly.example/</a></p>'
    ) in sent.html
    assert "Open it https://duly.example/a?b=" in sent.body


def said_by(text: str) -> Card:
    quoted = Quoted(text, 100)
    return Card(
        say("{words} asks", words=quoted),
        body=(quoted, say("He said {words}, twice", words=quoted), Rows((quoted, quoted))),
        facts=((say("Reason"), say("{words}", words=quoted)), (say("{name}", name=quoted), quoted)),
        buttons=(Button(say("To {person}", person=Who("1", text)), "👉", "pass 7"),),
        why=say("As {person} asked", person=Who("1", text)),
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_words_of_people_change_no_tag(text: str) -> None:
    harmless, hostile = shown(said_by("harmless")), shown(said_by(text))

    assert Tags(hostile.html).found == Tags(harmless.html).found
    assert hostile.seeds == harmless.seeds
    assert "\u202e" not in hostile.html + hostile.body
    assert "\x00" not in hostile.html + hostile.body


@given(st.text(st.characters(exclude_characters="\n"), min_size=1, max_size=100))
@settings(max_examples=100, deadline=None)
def test_whatever_people_write_changes_no_tag_and_is_there_to_the_letter(text: str) -> None:
    words = f"x{text}x"
    sent = Tags(shown(said_by(words)).html)

    assert sent.found == Tags(shown(said_by("harmless")).html).found
    assert spaced(clean(words, 100).translate(UNMARK)) in spaced(sent.words)


def spaced(text: str) -> str:
    """With every space alike, as a reader sees it."""
    return text.replace("\t", " " * 4).replace("\u00a0", " ")


def test_lines_of_a_person_do_not_pass_for_facts_of_ours() -> None:
    card = Card(say("Title"), facts=((say("Reason"), Quoted("late\nApproved by: the CEO")),))

    sent = shown(card)

    assert "<blockquote>late<br>Approved by: the CEO</blockquote>" in sent.html
    assert "> late\n> Approved by: the CEO" in sent.body


def test_a_number_in_the_title_is_not_said_again() -> None:
    facts = ((say("Number"), Ref(4)), (say("Replaces"), Ref(3)))

    sent = shown(Card(say("Request {number}", number=Ref(4)), facts=facts))

    assert sent.body == "Request #4\n\nReplaces: #3"


@pytest.mark.parametrize(
    ("tone", "title", "told"),
    [
        ("good", say("Approved"), "✅ Approved"),
        ("bad", say("Rejected"), "⚠️ Rejected"),
        ("plain", say("Asked"), "Asked"),
        ("bad", say("🚨 Late"), "🚨 Late"),
    ],
)
def test_a_tone_is_seen_before_the_title(tone: Tone, title: Say, told: str) -> None:
    assert shown(Card(title, tone=tone)).html == f"<h4>{told}</h4>"


@pytest.mark.parametrize(
    ("language", "more"),
    [
        ("en", "… and {} more: !duly web"),
        ("zh_Hans", "……还有 {} 项：!duly web"),
        ("zh_Hant", "……還有 {} 項：!duly web"),
    ],
)
def test_what_does_not_fit_is_told_in_the_readers_language(language: str, more: str) -> None:
    buttons = tuple(Button(say("Done"), "✅", f"done {number}") for number in range(30))
    words = "字" * 250
    card = Card(say("Yours"), body=tuple(Quoted(words) for _ in range(40)), buttons=buttons)

    sent = shown(card, Reader(language, "Asia/Shanghai"))

    told = sent.body.count(words)
    assert 5 < told < 40
    assert more.format(40 - told) in sent.body
    assert sent.body.count("!duly done ") == 30
    assert weight(content(sent)) < CONTENT


def test_less_room_says_less_but_keeps_title_facts_and_buttons() -> None:
    card = Card(
        say("Title"),
        body=(Quoted("شيء" * 1000, longest=3000),),
        facts=((say("Due"), DUE),),
        buttons=(Button(say("Done"), "✅", "done 7"),),
    )

    short = message(card, READER, Addresses(), TYPED, room=3000)

    assert weight(content(short)) < 3200
    assert "… and 1 more: !duly web" in short.body
    assert "Due: Mon 2 Mar, 12:00" in short.body
    assert "✅ Done: !duly done 7" in short.body
    assert short.body.count("\u2068") == short.body.count("\u2069") == 1


def test_a_sentence_is_cut_within_the_words_that_are_too_long() -> None:
    link, words = Link("https://duly.example/", say("here")), Quoted("x" * 3000, longest=3000)
    text = say("{code}, {link}: {words} and so on", code=Code("/duly a"), link=link, words=words)

    short = message(Card(say("Title"), body=(text,)), READER, Addresses(), TYPED, room=2000)

    address = '<a href="https://duly.example/">here</a>'
    assert f"<p><code>!duly a</code>, {address}: xxx" in short.html
    assert "xxx…</p><p>… and 1 more: <code>!duly web</code></p>" in short.html
    assert "and so on" not in short.html


def weight(made: dict[str, object]) -> int:
    """Bytes as they are encrypted."""
    return len(json.dumps(made, separators=(",", ":")))


TEXTS = st.text(max_size=600) | st.sampled_from(HOSTILE[:-1])
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.builds(Quoted, TEXTS, st.integers(1, 3000)),
    st.builds(Who, st.just("1"), TEXTS),
    st.builds(Code, st.text(max_size=300)),
    st.builds(Link, st.text(max_size=30).map("https://x.example/{}".format)),
    st.builds(Ref, st.integers(0, 10**6)),
    st.datetimes(timezones=st.just(UTC)),
)
SAYS = st.one_of(
    st.builds(lambda a: say("{a}", a=a), VALUES),
    st.builds(lambda a, b: say("Of {a} and {b}:", a=a, b=b), VALUES, VALUES),
    st.builds(lambda a, b: say("{a}", a=Rows((say("{b}", b=b), a))), VALUES, VALUES),
)
EMOJIS = st.sampled_from(["✅", "👀", "", "1\ufe0f\u20e3", "❌", "🕐", "📄", "👉", "🔎"])
BUTTONS = st.builds(Button, SAYS, EMOJIS, st.from_regex(r"[a-z]{1,8} \d{1,4}", fullmatch=True))
CARDS = st.builds(
    Card,
    SAYS,
    st.lists(SAYS | VALUES, max_size=30).map(tuple),
    st.lists(st.tuples(SAYS, SAYS | VALUES), max_size=10).map(tuple),
    st.lists(BUTTONS, max_size=10).map(tuple),
    st.none() | SAYS,
    st.sampled_from(["plain", "good", "bad"]),
    st.sampled_from([None, QUESTION]),
)
READERS = st.sampled_from([Reader(each, "Asia/Shanghai") for each in LANGUAGES])


@pytest.mark.thorough
@given(CARDS, READERS)
@settings(max_examples=50, deadline=None)
def test_every_card_is_within_the_limits(card: Card, reader: Reader) -> None:
    sent = shown(card, reader)

    assert weight(content(sent)) < CONTENT
    assert weight(edited(sent, "$" + "x" * 254)) < CONTENT + 3_000
    assert Tags(sent.html).deepest <= 3
    assert len(sent.seeds) == len(set(sent.seeds)) <= SEEDS
    assert sent.body.count("!duly ") >= len(card.buttons)
    assert sent.body.strip()
    assert sent.html.strip()


def words(sent: Message) -> str:
    """Of a published text, without its title and the small print."""
    inner = sent.html.partition("<p>")[2].partition("</p>")[0]
    return unescape(inner.replace("<br>", "\n")).replace("\u00a0", " ")


@given(st.text(st.characters(exclude_categories=["C"]) | st.sampled_from("\n "), max_size=400))
@settings(max_examples=100, deadline=None)
def test_a_published_text_is_there_word_for_word(text: str) -> None:
    (sent,) = published(Publish(ROOM, say("Notice"), text), READER)

    if text.strip():
        assert words(sent) == text.replace("\u00a0", " ")
        assert sent.body == f"Notice\n\n{text}"


@pytest.mark.parametrize(
    "text",
    [
        *("word " * 10_000, "a line of it\n" * 5000, "😀" * 9000, "字" * 20_000, "x" * 70_000),
        *("<&>" * 9000, '"\\' * 20_000, "  x\n" * 9000, "é" * 9001),
    ],
    ids=lambda text: text[:4].strip(),
)
def test_a_very_long_published_text_goes_on_in_the_next_message(text: str) -> None:
    sent = published(Publish(ROOM, say("Notice"), text), READER)

    assert "".join(words(each) for each in sent) == text
    assert len(sent) > 1
    for number, each in enumerate(sent, 1):
        assert weight(content(each)) < CONTENT
        assert each.body.endswith(f"Part {number} of {len(sent)}")
        assert number == len(sent) or weight(content(each)) > CONTENT / 2.1


def test_the_largest_content_is_an_event_also_where_it_is_encrypted() -> None:
    longest = published(Publish(ROOM, say("Notice"), "字" * 20_000), READER)[0]
    edit = edited(longest, "$" + "x" * 254) | {"duly": {"key": "x" * 300, "part": 1}}
    plain = {"type": "m.room.message", "content": edit, "room_id": "!" + "x" * 254}

    sealed = GroupSession().encrypt(json.dumps(plain).encode()).to_base64()

    others = 6 * 255 + 1000  # of an event: sender, room, device, hashes, signatures, parents
    assert weight(edit) > CONTENT - 2_000
    assert len(sealed) + others < EVENT


def test_one_message_holds_the_longest_text_that_is_approved_in_chat() -> None:
    assert len(published(Publish(ROOM, say("Notice"), "字" * 3000), READER)) == 1


def test_a_published_title_is_no_markup_either() -> None:
    (sent,) = published(Publish(ROOM, say("{x}", x=Quoted("<b>")), "a\n\n  b\tc"), READER)

    assert sent.html == "<h4>&lt;b&gt;</h4><p>a<br><br>\u00a0\u00a0b\u00a0\u00a0\u00a0\u00a0c</p>"


@pytest.mark.parametrize("text", ["x", "字", "😀", '"', "\u2068x\u2069"])
@pytest.mark.parametrize("longest", [30, 31, 59, 60, 61, 200])
def test_a_cut_text_is_as_long_as_it_may_be(text: str, longest: int) -> None:
    kept = cut(text * 300, longest)

    assert size(kept) <= longest
    assert size(kept) > longest - size(text) - size("\u2069…")
    assert cut(text, longest) == text

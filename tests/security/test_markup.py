"""Whatever people write comes out as words, on every platform, and turns no line round."""

import sys
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.matrix.markup import UNMARK as MATRIX_UNMARK
from adapters.playground import render as playground
from adapters.slack.render import message
from adapters.slack.rich import UNMARK as SLACK_UNMARK
from bot.card import Card
from bot.web.render import Tongue
from bot.words import ISOLATE, POP, Quoted, Reader, clean, say, seen
from tests.matrix import test_render as matrix
from tests.playground.stage import CAST
from tests.slack import test_render as slack
from tests.slack.shapes import parts
from tests.slack.shapes import words as slack_words

READER = Reader("en", "Asia/Shanghai")
TRICKS = (
    *("<", ">", "&", "|", "*", "_", "~", "`", "```", "\\", "#", "- ", "> ", "'", '"', "{", "}"),
    *("<!channel>", "<@U123>", "<#C1|HR>", "<https://evil.example|HR>", "@channel", "@here"),
    *("&lt;", "&#60;", "&amp;lt;", ":smile:", "[HR](https://evil.example)", "@room", "%s"),
    *("<script>", "</bdi>", "</blockquote>", "<img src=x onerror=a>", "<!--", "]]>", "\x00"),
    *("\x03", "\x04", "\ue000", "\ue001", "\ue004", "\ue0000\ue001", "\u200b", "\u2060", "\u00ad"),
    *("\u061c", "\u200f", "\u202a", "\u202e", "\u202c", "\u2066", "\u2067", "\u2069", "\ufeff"),
    *("\U000e0041", "\ufffa", "שלום", "سلام", "机密", "é", "👩\u200d🔬", "\ud800", " ", "\n", "\t"),
)
TEXTS = st.lists(st.sampled_from(TRICKS) | st.characters(), min_size=1, max_size=12).map("".join)
SHOWN = frozenset("\t\n\u200c\u200d")  # what parts words, and what joins letters and emoji
DRAWN = (  # signs of format that are drawn: over numbers, and between hieroglyphs
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
LIVE = ("mrkdwn", "user", "usergroup", "channel", "broadcast", "emoji", "date", "link", "color")
quick = settings(max_examples=40, deadline=None)


class Read(HTMLParser):
    """As a browser reads it: its tags, and the words between."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(f"{tag} {dict(attrs)}")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def straight(shown: str) -> None:
    """Nothing in it hides or turns round what stands beside it."""
    assert shown.count(ISOLATE) == shown.count(POP)
    bare = shown.replace(ISOLATE, "").replace(POP, "").replace("\u2060", "")  # ours
    assert seen(bare) == bare


def test_all_that_nobody_sees_is_taken_out() -> None:
    """Also what a later Unicode has."""
    left = {
        each
        for each in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(each) in ("Cc", "Cf", "Zl", "Zp") and seen(each)
    }
    assert {each for each in left if not "\U00013430" <= each <= "\U0001345f"} == {*SHOWN, *DRAWN}


@given(TEXTS)
@example("<@U123> <!channel>\u202e")
@quick
def test_in_slack_it_is_words(text: str) -> None:
    sent = message(slack.said_by(text), READER, slack.Addresses())
    words = clean(text).translate(SLACK_UNMARK)

    kinds = [each.get("type") for each in parts(sent.blocks)]
    assert not [each for each in kinds if each in LIVE]
    assert not [each for each in parts(sent.blocks) if each.get("style") and "url" in each]
    if words.strip():
        assert words in [each["text"] for each in parts(sent.blocks) if each.get("type") == "text"]
    straight(slack_words(sent.blocks))
    straight(sent.text)
    assert not {"<", ">"} & set(sent.text)
    for name in ("@channel", "@here", "@everyone"):
        assert name not in sent.text.casefold()


@given(TEXTS)
@example("<b>x</b>\u202e")
@quick
def test_in_matrix_it_is_words(text: str) -> None:
    text = f"x{text}x".replace("\n", " ").replace("\r", " ")
    sent = matrix.shown(matrix.said_by(text))
    read, harmless = matrix.Tags(sent.html), matrix.Tags(matrix.shown(matrix.said_by("x")).html)

    assert read.found == harmless.found
    assert matrix.spaced(clean(text, 100).translate(MATRIX_UNMARK)) in matrix.spaced(read.words)
    straight(read.words)
    straight(sent.body)


def card(text: str) -> Card:
    said = Quoted(text)
    return Card(say("{it} asks", it=said), body=(said, say("So: {it}", it=said)))


@given(TEXTS)
@example("</div><script>\u202e")
@quick
def test_in_the_playground_it_is_words(text: str) -> None:
    said = Read(playground.message(text, CAST))
    assert {each.split()[0] for each in said.tags} <= {"div", "/div", "span", "/span"}
    assert said.words == clean(text, playground.LONGEST)

    shown, plain = (Read(playground.card(card(each), READER).html) for each in (text, "x"))
    assert shown.tags == plain.tags
    assert clean(text).translate(playground.UNTAG) in shown.words
    straight(shown.words)


@given(TEXTS)
@example("</bdi>\x03\x04\u202e")
@quick
def test_on_pages_it_is_words(text: str) -> None:
    shown = Read(str(Tongue(READER)(say("So said: {it}", it=Quoted(text)))))

    assert shown.tags == ["bdi {}", "/bdi"]
    assert shown.words.split() == f"So said: {clean(text)}".split()
    straight(shown.words)


def test_what_is_markup_or_turned_round_would_be_seen() -> None:
    """That this page can fail."""
    assert Read("<p><b>x</b></p>").tags == ["p {}", "b {}", "/b", "/p"]
    for turned in ("x\u202ey", "x\u2068y", "pass\u00adword"):
        with pytest.raises(AssertionError):
            straight(turned)

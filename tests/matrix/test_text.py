"""What is said in Matrix becomes plain words: whom it calls on, what it answers, what it asks."""

import json
from html import escape
from time import perf_counter
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.matrix.addresses import links, permalink, person
from adapters.matrix.text import Asked, Said, command, said
from bot.words import seen

ANN, BOB, DULY = "@ann:corp.example", "@bob:corp.example", "@duly:corp.example"
NAMES = frozenset((DULY, "Duly"))
ROOM, EVENT = "!abcDEF:corp.example", "$Zm9vYmFy-_0"
ADDRESS = f"https://matrix.to/#/{ROOM}/{EVENT}?via=corp.example"
ANSWER = {"m.relates_to": {"m.in_reply_to": {"event_id": EVENT}}}


Content = dict[str, Any]


def pill(id: str, name: str) -> str:
    return f'<a href="https://matrix.to/#/{id}">{name}</a>'


def formatted(html: str, body: str = "", more: Content | None = None) -> Content:
    format = "org.matrix.custom.html"
    content = {"msgtype": "m.text", "body": body, "format": format, "formatted_body": html}
    return content | (more or {})


def told(html: str) -> str:
    return said(formatted(html)).text


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p>one</p><p>two</p>three", "one\n\ntwo\n\nthree"),
        ("<p>a  b\n c</p>\n\n<p> d </p>", "a b c\n\nd"),
        ("<h1>Plan</h1><ul><li>a</li><li>b</li></ul>end", "Plan\n\n- a\n- b\n\nend"),
        ('<ol start="3"><li>c<li>d</ol>', "3. c\n4. d"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n- b"),
        (
            "<pre><code>def f():\n    return 1\n\n\nf()</code></pre>",
            "def f():\n    return 1\n\n\nf()",
        ),
        ("<blockquote>one<br>two</blockquote>answer", "> one\n> two\n\nanswer"),
        ("<del>no</del> <code>a &lt; b</code> <u>u</u>", "no a < b u"),
        ('it is <span data-mx-spoiler="the end">he dies</span>', "it is (the end) he dies"),
        ("it is <span data-mx-spoiler>he dies</span>", "it is he dies"),
        ("<table><tr><th>a<th>b</tr><tr><td>1</td><td>2</td></table>", "a | b\n1 | 2"),
        ('<img src="mxc://x/y" alt=":party:"> hi', ":party: hi"),
        (
            'see <a href="https://x.example/a?b=1&amp;c=2">the plan</a>!',
            "see the plan (https://x.example/a?b=1&c=2)!",
        ),
        ('<a href="https://x.example/">x.example</a>', "https://x.example/"),
        ('<a href="mailto:ann@x.example">ann@x.example</a>', "ann@x.example"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ("a<script>alert(1)</script>b<style>c</style>d<!-- e -->f", "abdf"),
        ("<b>one <i>two</b> three</i></p></ul></blockquote>", "one two three"),
        ("1 < 2 > 0 &amp; &#x4f60;", "1 < 2 > 0 & 你"),
        ("shown <b class='never ended", "shown"),
    ],
)
def test_html_is_read_as_people_see_it(html: str, plain: str) -> None:
    assert told(html) == plain


def test_what_was_typed_is_told_as_it_was_typed() -> None:
    body = "**Plan**:\n\n* `a`\n* b\n\n> said before"
    html = "<p><strong>Plan</strong>:</p><ul><li><code>a</code></li><li>b</li></ul>"
    html += "<blockquote>said before</blockquote>"

    assert said(formatted(html, body)).text == body


def test_what_people_are_shown_counts_where_the_body_says_something_else() -> None:
    assert said(formatted("The price is <b>12</b>", "Good morning")).text == "The price is 12"
    assert said(formatted("yes 👎", "yes 👍")).text == "yes 👎"
    assert said(formatted("<b></b>", "Good morning")).text == "Good morning"
    assert said({"body": "plain", "formatted_body": "<b>no format</b>"}).text == "plain"


def test_a_name_stands_for_the_account_behind_its_link() -> None:
    html = f"{pill(BOB, 'Bob Lee')}: ask {pill('%40ann%3Acorp.example', 'Ann')} or @Eve"

    found = said(formatted(html, "Bob Lee: ask Ann or @Eve"))

    assert found.text == "@Bob Lee: ask @Ann or @Eve"
    assert found.names == (("@Bob Lee", BOB), ("@Ann", ANN))
    assert found.mentions == (BOB, ANN)


@pytest.mark.parametrize(
    "address",
    [
        f"https://matrix.to/#/{BOB}",
        f"https://matrix.to/#/{BOB}?via=corp.example",
        "https://matrix.to/#/%40bob%3Acorp.example",
        "matrix:u/bob:corp.example",
        "matrix:u/bob%3Acorp.example?action=chat",
    ],
)
def test_a_person_has_several_addresses(address: str) -> None:
    assert person(address) == BOB
    assert said(formatted(f'<a href="{address}">Bob</a>')).names == (("@Bob", BOB),)


@pytest.mark.parametrize(
    ("html", "plain", "names"),
    [
        (f"{pill(BOB, 'Bob')} {pill(ANN, 'Bob')}", f"{BOB} {ANN}", ((BOB, BOB), (ANN, ANN))),
        (f"{pill(BOB, 'Bob')}, not @Bob", f"{BOB}, not @Bob", ((BOB, BOB),)),
        (pill(BOB, ANN), BOB, ((BOB, BOB),)),
        (pill(BOB, "Ann (@ann:corp.example)"), BOB, ((BOB, BOB),)),
        (pill(BOB, BOB), BOB, ((BOB, BOB),)),
        (pill(BOB, ""), BOB, ((BOB, BOB),)),
        (pill(BOB, "\u202e\u200b"), BOB, ((BOB, BOB),)),
        (pill(BOB, "Bo\u202eb\n Lee"), "@Bob Lee", (("@Bob Lee", BOB),)),
        (f"{pill(BOB, 'Bob')} {pill(BOB, 'Bob')}", "@Bob @Bob", (("@Bob", BOB),)),
    ],
)
def test_a_name_that_could_be_anothers_is_told_by_its_id(
    html: str, plain: str, names: tuple[tuple[str, str], ...]
) -> None:
    found = said(formatted(html, "nothing"))

    assert (found.text, found.names) == (plain, names)


def test_only_whom_the_author_means_is_called_on_where_their_client_says_whom() -> None:
    html = f"{pill(BOB, 'Bob')} told me, {DULY}"
    meant = {"user_ids": [ANN, 5, None, "@", "bob", ANN, "@x:" + "y" * 300, DULY]}

    assert said(formatted(html, "", {"m.mentions": {}})).mentions == ()
    assert said(formatted(html, "", {"m.mentions": meant})).mentions == (ANN, DULY)
    assert said(formatted(html, "", {"m.mentions": "all"})).mentions == (BOB, DULY)
    assert said(formatted(html)).mentions == (BOB, DULY)
    assert said(formatted(html, "", {"m.mentions": {}})).names == (("@Bob", BOB), (DULY, DULY))


def test_ids_in_the_words_of_older_clients_call_on_people() -> None:
    found = said({"body": f"{BOB}, ask {ANN}。mail x@bob:corp or @bob please"})

    assert found.mentions == (BOB, ANN)
    assert found.names == ((BOB, BOB), (ANN, ANN))


@pytest.mark.parametrize(
    ("content", "all_of_them"),
    [
        ({"body": "lunch?", "m.mentions": {"room": True}}, True),
        ({"body": "@room lunch?", "m.mentions": {}}, False),
        ({"body": "@room lunch?", "m.mentions": {"room": "yes"}}, False),
        ({"body": "大家@room请看"}, True),
        ({"body": "x@room @roommate @rooms"}, False),
        ({"body": "> <@ann:corp> @room x\n\nno", **ANSWER}, False),
    ],
)
def test_a_call_to_everybody_is_one(content: Content, all_of_them: bool) -> None:
    assert said(content).room is all_of_them


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("> <@ann:corp.example> When?\n\nAt noon", "At noon"),
        ("> <@ann:corp> When?\n> Where?\n>\n> So?\n\nAt noon\n> you say", "At noon\n> you say"),
        ("> * <@ann:corp.example> waves\n\nhello", "hello"),
        ("> my own quotation\n\nAt noon", "> my own quotation\n\nAt noon"),
        ("> <@ann:corp.example> only the quotation", ""),
    ],
)
def test_what_a_reply_quotes_is_not_said_again(body: str, left: str) -> None:
    assert said({"body": body, **ANSWER}) == Said(left, replies_to=EVENT)
    assert said({"body": body}).text == body


def test_the_quotation_in_html_is_left_out_and_calls_on_nobody() -> None:
    quoted = f"<mx-reply><blockquote>{pill(ANN, 'Ann')}<br>When?</blockquote></mx-reply>"
    body = f"> <{ANN}> When?\n\nAt noon, Bob"

    found = said(formatted(f"{quoted}At noon, {pill(BOB, 'Bob')}", body, ANSWER))

    assert (found.text, found.mentions) == ("At noon, @Bob", (BOB,))


def test_in_a_thread_only_a_true_reply_answers_something() -> None:
    thread = {"rel_type": "m.thread", "event_id": "$root", **ANSWER["m.relates_to"]}

    true = said({"body": "a", "m.relates_to": {**thread, "is_falling_back": False}})
    alone = said({"body": "a", "m.relates_to": {**thread, "is_falling_back": True}})

    assert (true.thread, true.replies_to) == ("$root", EVENT)
    assert (alone.thread, alone.replies_to) == ("$root", None)


def test_of_an_edit_the_new_words_count() -> None:
    edit = {
        **formatted("* old", "* old", {"m.mentions": {"user_ids": [ANN]}}),
        "m.new_content": formatted(f"ask {pill(BOB, 'Bob')}", "ask Bob", {"m.mentions": {}}),
        "m.relates_to": {"rel_type": "m.replace", "event_id": EVENT},
    }

    found = said(edit)

    assert found == Said("ask @Bob", names=(("@Bob", BOB),), replaces=EVENT)
    assert said({**edit, "m.new_content": "?", "body": "* new"}).text == "new"
    assert said({**edit, "m.relates_to": {}}).replaces is None


QUESTION = {"m.text": [{"mimetype": "text/html"}, {"body": "Lunch?"}]}
POLLS: list[tuple[str, Content, str]] = [
    (
        "m.poll.start",
        {"m.poll": {"question": QUESTION, "answers": [{"m.id": "1", "m.text": [{"body": "Yes"}]}]}},
        "Lunch?\n- Yes",
    ),
    (
        "org.matrix.msc3381.poll.start",
        {
            "org.matrix.msc3381.poll.start": {
                "question": {"org.matrix.msc1767.text": "Lunch?", "body": "Lunch?"},
                "answers": [{"id": "1", "org.matrix.msc1767.text": "Yes\n no"}, 5, {}],
            }
        },
        "Lunch?\n- Yes no",
    ),
    ("m.poll.start", {"m.poll": {"question": QUESTION, "answers": "none"}}, "Lunch?"),
]
FILE: Content = {"msgtype": "m.file", "filename": "a.pdf"}
HERE: Content = {"msgtype": "m.location", "geo_uri": "geo:1,2"}


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        *POLLS,
        ("m.room.message", {"msgtype": "m.emote", "body": "waves"}, "* Ann waves"),
        ("m.room.message", {"msgtype": "m.image", "body": "cat.png"}, ""),
        ("m.room.message", FILE | {"body": "a.pdf"}, ""),
        ("m.room.message", FILE | {"body": "please sign"}, "please sign"),
        ("m.room.message", HERE | {"body": "Here"}, "Here (geo:1,2)"),
        ("m.room.message", HERE | {"body": "At geo:1,2"}, "At geo:1,2"),
        ("m.location", {"org.matrix.msc3488.location": {"uri": "geo:1,2"}}, "geo:1,2"),
        ("m.sticker", {"body": "a cat"}, "a cat"),
        ("m.room.message", {"msgtype": "m.key.verification.request", "body": "asks"}, ""),
    ],
)
def test_other_things_become_words(kind: str, content: Content, text: str) -> None:
    assert said(content, kind, author="Ann").text == text


def test_notices_are_automatic() -> None:
    assert said({"msgtype": "m.notice", "body": "built"}).automatic
    assert not said({"msgtype": "m.text", "body": "built"}).automatic


@pytest.mark.parametrize(
    ("address", "room", "event"),
    [
        (ADDRESS, ROOM, EVENT),
        ("https://matrix.to/#/%21abc%3Acorp/%24e?via=a&via=b.c%3A8448", "!abc:corp", "$e"),
        ("https://matrix.to/#/!31hneApxJ_1o-63D/$e", "!31hneApxJ_1o-63D", "$e"),
        ("https://matrix.to/#/%23sales:corp.example/$e", "#sales:corp.example", "$e"),
        ("matrix:roomid/abc:corp/e/xyz?via=corp", "!abc:corp", "$xyz"),
        ("matrix:r/sales:corp/e/xyz", "#sales:corp", "$xyz"),
        (permalink(ROOM, "$a/b+c:corp", ["corp.example:8448"]), ROOM, "$a/b+c:corp"),
    ],
)
def test_links_to_messages_are_found_as_they_stand_there(
    address: str, room: str, event: str
) -> None:
    found = said({"body": f"see {address}. Or（{address}），or {address}"})

    assert found.links == ((address, room, event),) * 3
    assert said(formatted(f'<a href="{escape(address)}">it</a>')).links == found.links[:1]


@pytest.mark.parametrize(
    "words",
    [
        *(f"https://matrix.to/#/{BOB}", "https://matrix.to/#/!a:b", "matrix:u/x:y", "!a:b/$e"),
        *("https://evil.example/#/!a:b/$e", f"https://matrix.to/#/!a/${'x' * 300}"),
    ],
)
def test_other_addresses_are_no_links_to_messages(words: str) -> None:
    assert list(links(words)) == []


def asked(content: Content, *, direct: bool = False) -> Asked | None:
    return command(said(content), NAMES, direct=direct)


@pytest.mark.parametrize(
    "body",
    [
        *("!duly done 7", "！duly done 7", "/duly done 7", "／duly done 7", "!DULY\u3000done 7"),
        *("\u3000！Ｄｕｌｙ\u3000done 7", "! duly done 7", "!duly: done 7", "！duly，done 7"),
        *(f"{DULY} done 7", f"{DULY}: done 7", f"{DULY} !duly done 7"),
    ],
)
@pytest.mark.parametrize("direct", [True, False])
def test_a_command_is_one_however_it_is_typed(body: str, direct: bool) -> None:
    assert asked({"body": body}, direct=direct) == Asked("done 7")


@pytest.mark.parametrize(
    ("body", "text"),
    [("！duly完成 7", "完成 7"), ("!duly", ""), (" /Duly ", ""), ("！duly", ""), (DULY, "")],
)
def test_a_command_may_be_chinese_or_empty(body: str, text: str) -> None:
    assert asked({"body": body}) == Asked(text)


def test_our_name_at_the_beginning_calls_us_where_we_are_meant() -> None:
    html, body = f"{pill(DULY, 'Duly')}: pass 7 {pill(BOB, 'Bob')}", "Duly: pass 7 Bob"
    ours = {"m.mentions": {"user_ids": [DULY]}}

    assert asked(formatted(html, body)) == Asked("pass 7 @Bob")
    assert asked({"body": "Duly，mine", **ours}) == Asked("mine")
    assert asked({"body": "duly mine", **ours}) == Asked("mine")
    assert asked({"body": "@Duly mine", **ours}) == Asked("mine")
    assert asked({"body": "@Duly mine"}) is None
    assert asked({"body": "Dulyx mine", **ours}) is None
    assert asked({"body": "Duly: mine"}) is None
    assert asked(formatted(f"{pill(BOB, 'Duly')}: mine")) is None
    assert asked(formatted(f"please ask {pill(DULY, 'Duly')}: mine")) is None


@pytest.mark.parametrize(
    "body", ["done 7", "hello", "!dulyx", "please !duly done 7", "/done 7", ""]
)
def test_in_a_room_other_words_ask_nothing_of_us(body: str) -> None:
    assert asked({"body": body}) is None


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("done 7", Asked("done 7", bare=True)),
        ("  你好  ", Asked("你好", bare=True)),
        ("!cancel", Asked("!cancel", bare=True)),
        ("Duly is late", Asked("Duly is late", bare=True)),
        ("Duly: done 7", Asked("done 7")),
        ("!duly cancel", Asked("cancel")),
    ],
)
def test_in_a_direct_chat_everything_is_said_to_us(body: str, answer: Asked) -> None:
    assert asked({"body": body}, direct=True) == answer


def test_what_nobody_sees_is_not_there() -> None:
    assert said({"body": "a\u202eb\u200bc\x00\ufeff\r\nd\ud800"}).text == "abc\nd\ufffd"
    assert told("a&#x202e;b&zwj;&#0;&#xd800;") == seen("ab\u200d\ufffd\ufffd")


SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
FIELDS = (
    *("body", "msgtype", "format", "formatted_body", "m.mentions", "m.relates_to", "filename"),
    *("m.new_content", "m.poll", "org.matrix.msc3381.poll.start", "geo_uri", "m.location"),
    *("user_ids", "room", "event_id", "rel_type", "m.in_reply_to", "is_falling_back", "answers"),
    *("question", "m.text", "org.matrix.msc1767.text"),
)
LIKELY = st.sampled_from(
    (
        *("org.matrix.custom.html", "m.replace", "m.thread", "m.image", "m.emote", EVENT, BOB),
        *(pill(BOB, "B"), "<", "> <@", "!duly", ADDRESS, f"> <{BOB}>\n\n"),
    )
)
CONTENTS = st.recursive(
    SIMPLE | LIKELY,
    lambda inner: (
        st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6) | st.lists(inner, max_size=2)
    ),
    max_leaves=12,
)


@given(CONTENTS, st.sampled_from(("m.room.message", "m.poll.start", "m.location")))
@settings(max_examples=100, deadline=None)
@example({"body": "\ud800", "m.mentions": {"user_ids": {"a": 1}}}, "m.room.message")
def test_whatever_comes_is_read(content: Any, kind: str) -> None:
    found = said(content, kind)

    json.dumps([found.text, *found.mentions]).encode()
    found.text.encode()
    assert found.text == seen(found.text)
    assert all(words in found.text for words, _ in found.names)
    assert all(words in found.text for words, _, _ in found.links)
    assert command(found, NAMES, direct=True) is not None


MARKUP = st.sampled_from(
    (
        *("<b>", "</b>", "<p>", "</p>", "<ul>", "<li>", "</ul>", "<ol start=9>", "<pre>", "</pre>"),
        *("<blockquote>", "</blockquote>", "<br>", "<td>", "<tr>", "<a href='https://x.example'>"),
        *("</a>", pill(BOB, "Bob"), "<!-- x -->", "<?x?>", "<![CDATA[", "<a href=\"'>", "</"),
        *("<x-y/>", "<img alt='a'>", "<span data-mx-spoiler=b>", "<script>", "</script>"),
        *("<mx-reply>", "</mx-reply>", "words", " ", "\n", "<a\n", "=", '"'),
    )
)


@given(st.lists(MARKUP, max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_markup_is_left_of_html(parts: list[str]) -> None:
    assert "<" not in told("".join(parts))


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_words_in_html_stay_what_they_are(words: str) -> None:
    assert told(escape(words)) == words


@pytest.mark.parametrize(
    "piece",
    [
        *("<!--", "<![", "<a ", "<a x='", '<a x="', "<a href='https://matrix.to/#/@b:c'>b</a>"),
        *("<b>", "<ul><li>", "<blockquote>", "<pre>\n", "<td>", "&", "&#", "</", "<script>", "<"),
        *("@b:c", "@", "https://matrix.to/#/!a/$", "matrix:r/a/e/", "> ", ">\n", " ", "\n"),
    ],
)
def test_the_largest_events_are_read_in_time_that_grows_with_their_length(piece: str) -> None:
    text = piece * (65_536 // len(piece))
    start = perf_counter()

    said(formatted(text, f"> <{ANN}> x\n{text}", ANSWER))

    assert perf_counter() - start < 3


def test_tags_as_deep_as_can_be_are_read_at_once() -> None:
    deep = "<b>" * 10_000 + "words" + "</b>" * 10_000
    times = []

    for _ in range(3):
        start = perf_counter()
        assert told(deep) == "words"
        times.append(perf_counter() - start)

    assert min(times) < 0.5

"""What the fake takes for alive in a text, and what people see of it."""

import pytest

from tests.slack.fake.mrkdwn import Auto, Names, encode, read, read_plain
from tests.slack.fake.reading import message_text
from tests.slack.fake.wire import Json
from tests.slack.scene import acme, actions, button, section

pytestmark = pytest.mark.thorough

FULL = Auto.URLS | Auto.NAMES
NAMES = Names(
    shown=lambda ident: {"U1": "Ann", "C1": "sales", "S1": "finance"}.get(ident, ident),
    known=lambda sign, name: {"#sales": "C1", "@finance": "S1"}.get(sign + name),
)


@pytest.mark.parametrize(
    ("text", "plain", "live"),
    [
        ("nothing special", "nothing special", []),
        ("hi <@U1>", "hi @Ann", ["user U1"]),
        ("see <#C1>", "see #sales", ["channel C1"]),
        ("see <#C1|sales>", "see sales", ["channel C1"]),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone", ["broadcast here"]),
        ("<!subteam^S1>", "@finance", ["usergroup S1"]),
        ("<https://x.example|here>", "here", ["link https://x.example"]),
        ("<mailto:a@x.example|mail>", "mail", ["link mailto:a@x.example"]),
        ("<!date^1392734382^{date}|18 Feb>", "18 Feb", ["date 1392734382^{date}"]),
        ("go to https://x.example/a?b=1.", "go to https://x.example/a?b=1.", ["link https"]),
        ("*bold* _it_ ~no~ `code`", "bold it no code", ["bold bold", "italic it", "strike no"]),
        ("_a *nested* one_", "a nested one", ["bold nested", "italic a nested one"]),
        ("```a *b* c```", "a *b* c", ["code a *b* c"]),
        ("> quoted", "quoted", ["quote quoted"]),
        ("&gt; quoted", "quoted", ["quote quoted"]),
        ("well:tada: :party_parrot:", "well🎉 :party_parrot:", ["emoji tada"]),
        ("at 10:30:15", "at 10:30:15", []),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name", []),
        ("* not bold * nor _ this _", "* not bold * nor _ this _", []),
        ("&lt;@U1&gt; &amp;amp;", "<@U1> &amp;", []),
        ("@here and #sales", "@here and #sales", []),
        ("`<@U1>` is heard even in code", "@Ann is heard even in code", ["user U1"]),
    ],
)
def test_a_text_reads_as_slack_shows_it(text: str, plain: str, live: list[str]) -> None:
    found = read(text, Auto.URLS, NAMES)

    assert found.plain == plain
    told = " / ".join(f"{each.kind} {each.target}" for each in found.live)
    assert all(each in told for each in live)
    assert bool(found.live) == bool(live)


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("@here", "broadcast here"),
        ("@channel!", "broadcast channel"),
        ("#sales", "channel C1"),
        ("@finance", "usergroup S1"),
        ("example.com", "link http://example.com"),
        ("ann@acme.example", "link mailto:ann@acme.example"),
    ],
)
def test_blocks_make_names_alive_unless_they_are_verbatim(text: str, live: str) -> None:
    (found,) = read(text, FULL, NAMES).live

    assert f"{found.kind} {found.target}" == live
    assert read(text, Auto.NONE, NAMES).live == ()


def test_plain_text_has_no_markup_but_emoji() -> None:
    assert read_plain("<@U1> *x* :tada:", emojis=False).live == ()
    assert [x.kind for x in read_plain("<@U1> *x* :tada:", emojis=True).live] == ["emoji"]


@pytest.mark.parametrize(
    ("asked", "alive"),
    [
        ({}, ["link"]),
        ({"parse": "none"}, []),
        ({"parse": "full"}, ["link", "broadcast"]),
        ({"link_names": True}, ["link", "broadcast"]),
        ({"mrkdwn": False, "parse": "full"}, []),
    ],
)
def test_how_the_text_is_parsed_depends_on_what_was_asked(asked: Json, alive: list[str]) -> None:
    found = message_text("@here https://x.example", asked, NAMES)

    assert [each.kind for each in found.live] == alive


@pytest.mark.parametrize("words", ["<@U1>", "<!channel>", "<https://evil.example|bank>", "a & b"])
def test_escaped_words_of_people_are_dead_and_read_the_same(words: str) -> None:
    found = read(encode(words), Auto.NONE, NAMES)

    assert found.plain == words
    assert found.live == ()


def test_what_a_person_types_arrives_escaped_with_mentions_as_ids() -> None:
    with acme() as scene:
        said = scene.ann.say(scene.sales, "@bob <b> & #sales https://x.example/?a=1&b=2, @here")

        assert said.text.startswith(f"<@{scene.bob.id}> &lt;b&gt; &amp; <#{scene.sales.id}|")
        assert "<https://x.example/?a=1&amp;b=2>, <!here>" in said.text
        seen = scene.bob.sees[-1]
        assert seen.plain == "@Bob <b> & #sales https://x.example/?a=1&b=2, @here"
        assert {x.kind for x in seen.live} == {"user", "channel", "link", "broadcast"}


def test_emoji_are_kept_by_name_and_addresses_in_brackets() -> None:
    with acme() as scene:
        said = scene.ann.say(scene.sales, "thanks 👍 all")
        blocks = [actions(button("✅ Done", action_id="done"))]
        sent = scene.call(
            "chat.postMessage",
            channel=scene.sales.id,
            text="🎉 see https://x.example/a.",
            blocks=blocks,
        )
        bare = scene.call(
            "chat.postMessage", channel=scene.sales.id, text="https://x.example", parse="none"
        )
        card = scene.sales.messages[sent["ts"]]

        assert said.text == "thanks :+1: all"
        assert [x.plain for x in scene.bob.sees][-3:-1] == ["thanks 👍 all", "[✅ Done]"]
        assert sent["message"]["text"] == ":tada: see <https://x.example/a>."
        assert bare["message"]["text"] == "https://x.example"
        assert card.blocks[0]["elements"][0]["text"]["text"] == ":white_check_mark: Done"
        assert scene.bob.press(card, "✅ Done").type == "block_actions"


def test_what_is_seen_comes_from_the_blocks_and_the_notification_from_the_text() -> None:
    with acme() as scene:
        blocks = [section("*Report* for @here")]
        scene.call("chat.postMessage", channel=scene.sales.id, text="In short", blocks=blocks)

        seen = scene.ann.sees[-1]

    assert seen.plain == "Report for @here"
    assert [each.kind for each in seen.live] == ["broadcast", "bold"]
    assert seen.notification.plain == "In short"

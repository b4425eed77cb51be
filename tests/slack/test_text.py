"""Slack's mrkdwn becomes plain words, and says whom it calls on."""

from time import perf_counter

import pytest

from adapters.slack import keys
from adapters.slack.text import Said, read

NAMES = {"U1": "Ann Lee", "W2": "bob", "C1": "general", "S1": "legal"}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("hello", "hello"),
        ("", ""),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;!channel&amp;gt;", "&lt;!channel&gt;"),
        ("&lt;@U1&gt; is typed", "<@U1> is typed"),
        ("&gt; quoted", "> quoted"),
        ("&nbsp; &#39;", "&nbsp; &#39;"),
        ("*bold* _it_ `a &lt; b`", "*bold* _it_ `a < b`"),
        ("see <#C1>, <#C1|general>, <#C9|>", "see #general, #general, #C9"),
        ("<https://x.example/a>", "https://x.example/a"),
        ("<https://x.example/?a=1&amp;b=2>", "https://x.example/?a=1&b=2"),
        ("<https://x.example/a|the &lt;plan&gt;>", "the <plan> (https://x.example/a)"),
        ("<http://x.example|x.example>", "http://x.example"),
        ("<https://x.example/|https://x.example>", "https://x.example/"),
        ("<mailto:ann@x.example|ann@x.example>", "ann@x.example"),
        ("<mailto:ann@x.example>", "ann@x.example"),
        ("<mailto:ann@x.example|write to her>", "write to her (mailto:ann@x.example)"),
        ("<tel:+4930|+4930>", "+4930"),
        ("<!date^1392734382^{date}|18 Feb 2014>", "18 Feb 2014"),
        ("<!date^1392734382^{date}^https://x.example|18 Feb>", "18 Feb"),
        ("<!unheard>", "<!unheard>"),
        ("a <> b <@> <!> <#>", "a <> b <@> <!> <#>"),
        ("<10 &amp; >5", "<10 & >5"),
        ("left < alone and > too", "left < alone and > too"),
        ("你好 &amp; 再见", "你好 & 再见"),
    ],
)
def test_words_stay_and_markup_goes(text: str, plain: str) -> None:
    assert read(text, NAMES) == Said(plain)


@pytest.mark.parametrize(
    ("text", "plain", "who"),
    [
        ("<@U1> can you?", "@Ann Lee can you?", ("U1",)),
        ("<@W2> and <@U1>, <@W2>", "@bob and @Ann Lee, @bob", ("W2", "U1")),
        ("<@U9>", "@U9", ("U9",)),
        ("<@U9|eve>", "@eve", ("U9",)),
        ("<@U1|old name>", "@Ann Lee", ("U1",)),
        ("请<@U1>看", "请@Ann Lee看", ("U1",)),
    ],
)
def test_who_is_mentioned_is_named_and_told(text: str, plain: str, who: tuple[str, ...]) -> None:
    assert read(text, NAMES) == Said(plain, mentions=who)


@pytest.mark.parametrize(
    ("text", "plain", "groups"),
    [
        ("<!subteam^S1|@law>: who knows?", "@law: who knows?", (("S1", "law"),)),
        ("<!subteam^S1>", "@legal", (("S1", "legal"),)),
        ("<!subteam^S9>", "@S9", (("S9", "S9"),)),
    ],
)
def test_groups_are_told_with_their_names(
    text: str, plain: str, groups: tuple[tuple[str, str], ...]
) -> None:
    assert read(text, NAMES) == Said(plain, groups=groups)


@pytest.mark.parametrize("word", ["channel", "here", "everyone"])
def test_a_call_to_everybody_is_one(word: str) -> None:
    assert read(f"<!{word}> lunch?", {}) == Said(f"@{word} lunch?", everyone=True)
    assert read(f"<!{word}|@{word}>", {}) == Said(f"@{word}", everyone=True)


def test_typed_words_call_on_nobody() -> None:
    assert read("@channel &lt;!channel&gt; @Ann Lee &lt;!subteam^S1&gt;", NAMES) == Said(
        "@channel <!channel> @Ann Lee <!subteam^S1>"
    )


def test_a_name_cannot_call_on_anybody() -> None:
    assert read("<@U1>", {"U1": "<!channel> <@W2>"}).everyone is False


@pytest.mark.thorough
@pytest.mark.parametrize("piece", ["<", "<@", "<a", "&", "&lt;", "<@U1>", "|", "<!subteam^S1|"])
def test_a_huge_text_is_read_in_time_that_grows_with_its_length(piece: str) -> None:
    start = perf_counter()

    read(piece * (2_000_000 // len(piece)), NAMES)

    assert perf_counter() - start < 10


def test_a_message_has_one_key_however_it_comes() -> None:
    assert keys.posted("T1", "C1", "1700000000.000100") == ("slack/T1/message/C1/1700000000.000100")

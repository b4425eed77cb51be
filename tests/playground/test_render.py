"""Cards and forms in HTML: people's words are never markup."""

from datetime import timedelta

import pytest

from adapters.playground import forms, render
from adapters.playground.view import initials
from bot.card import Button, Card, Choice, Field, FieldKind, Form
from bot.effects import Publish
from bot.words import Code, Link, Quoted, Reader, Ref, Rows, Who, say
from tests.playground.stage import CAST, NINE, channel

ENGLISH = Reader("en", "Europe/London")
NASTY = '<script>alert("1")</script> <!channel> & \ue000\ue004 \u202eevil'


def test_a_card_shows_its_parts_in_the_readers_zone() -> None:
    card = Card(
        title=say("Answer {number}", number=Ref(7)),
        body=(say("Type {command}.", command=Code("/duly done 7")), Quoted("please")),
        facts=((say("Due"), NINE), (say("Left"), timedelta(minutes=95))),
        buttons=(Button(say("Done"), "✅", 'done "7"', tone="good"),),
        why=say("You were named."),
        tone="bad",
    )

    body = render.card(card, Reader("en", "Asia/Shanghai"))

    assert '<section class="card tone-bad"><h3>Answer #7</h3>' in body.html
    assert 'Type <code class="typed">/duly done 7</code>.' in body.html
    assert "<blockquote" in body.html
    assert "<dt>Due</dt><dd>Mon 2 Mar, 17:00</dd>" in body.html
    assert 'data-action="done &quot;7&quot;">✅ Done</button>' in body.html
    assert body.actions == (('done "7"', "Done"),)
    assert body.text.splitlines() == [
        "Answer #7",
        "Type /duly done 7.",
        "please",
        "Due: Mon 2 Mar, 17:00",
        "Left: 1 h 35 min",
        "[✅ Done]",
        "You were named.",
    ]


def test_an_address_stands_behind_what_it_is_of_as_no_list_of_two() -> None:
    card = Card(say("So said"), body=(Link("https://duly.example/reports/1", say("Yes")),))

    html = render.card(card, Reader("zh_Hans", "Asia/Shanghai")).html
    assert ">是 <a " in html
    assert 'href="https://duly.example/reports/1">' in html


@pytest.mark.parametrize("value", [Quoted(NASTY), Who("x", NASTY), Rows((Quoted(NASTY),))])
def test_words_of_people_in_a_card_are_never_markup(value: Quoted | Who | Rows) -> None:
    html = render.card(Card(say("So said: {it}", it=value), body=(value,)), ENGLISH).html

    assert "<script" not in html
    assert "<!" not in html
    assert "\u202e" not in html
    assert html.count('<bdi class="quoted">') == html.count("</bdi>") == 2
    assert "&lt;script&gt;" in html


def test_a_usage_with_angle_brackets_is_shown_as_it_is() -> None:
    html = render.words(say("Type {it}", it=Code("/duly pass <who>")), ENGLISH)

    assert html == 'Type <code class="typed">/duly pass &lt;who&gt;</code>'


def test_a_message_is_escaped_and_its_mentions_stand_out() -> None:
    html = render.message(f"@bob {NASTY}", CAST)

    assert '<span class="mention">@bob</span>' in html
    assert "<script" not in html
    assert "<!" not in html
    assert "\u202e" not in html


def test_a_group_and_everybody_stand_out_too_and_a_group_tells_who_is_in_it() -> None:
    html = render.message("@finance @所有人", CAST)

    title = "Bob Carter, 李伟, Eve Dunn"
    assert f'<span class="mention many" title="{title}">@finance</span>' in html
    assert '<span class="mention many">@所有人</span>' in html


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Ann Baker", "AB"), ("Ann", "A"), ("欧阳美玲", "美玲"), ("刘慧 Grace Liu", "GL")],
)
def test_a_face_has_initials(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_right_to_left_words_are_fenced_in() -> None:
    html = render.card(Card(say("From {who}: late", who=Who("x", "שלום"))), ENGLISH).html

    assert "From <bdi" in html
    assert "\u2068שלום\u2069" in html


def test_a_published_text_is_word_for_word_and_no_markup() -> None:
    effect = Publish(channel(), say("Notice {n}", n=Ref(3)), "Line 1\n<b>Line 2</b>")

    body = render.published(effect, ENGLISH)

    assert "<h3>Notice #3</h3>" in body.html
    assert "Line 1\n&lt;b&gt;Line 2&lt;/b&gt;" in body.html


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("text", '<input type="text"'),
        ("lines", "<textarea"),
        ("choice", '<option value="b" selected>&lt;B&gt;</option>'),
        ("person", '<option value="@bob">Bob Carter</option>'),
        ("date", '<input type="text"'),
        ("file", '<input type="file"'),
    ],
)
def test_every_kind_of_field_has_its_control(kind: FieldKind, shown: str) -> None:
    choices = (Choice("a", say("A")), Choice("b", say("<B>")))
    one = Field("f", say("Field"), kind, choices=choices, initial="b", hint=say("A hint"))

    html = forms.form(Form("away", say("Away"), (one,), say("Send")), ENGLISH, CAST)

    assert shown in html
    assert 'data-form="away"' in html
    assert '<label for="field-f">Field</label>' in html

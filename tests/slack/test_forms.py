"""What is filled in comes back as it was filled in, whatever the form and whatever is typed."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.forms import Answers, Unreadable, errors, submitted, view
from bot.card import Choice, Field, Form
from bot.words import LANGUAGES, Quoted, Reader, say
from commands import COMMANDS
from tests.contract.test_adapters import HOSTILE
from tests.slack.shapes import Shape, check_view, parts, structure, words

READER = Reader("en", "Asia/Shanghai")
TEXT = Field("text", say("The text, exactly as it is to go out"), "lines")
WHO = Field("person", say("Who?"), "person")
FILES = Field("files", say("Attachments"), "file", required=False)


def form(*fields: Field, title: str = "Pass it on") -> Form:
    return Form("pass 7", say("{words}", words=Quoted(title)), fields, say("Send"))


def modal(made: Form, reader: Reader = READER) -> Shape:
    return view(made, reader, "")


def filled(shown: Shape, values: Mapping[str, Any]) -> Shape:
    """The view as Slack sends it back: with the state that the fields were left in."""
    inputs = (each for each in shown["blocks"] if each["type"] == "input")
    state = {
        each["block_id"]: {"value": _left(each["element"], values.get(each["block_id"]))}
        for each in inputs
    }
    return json.loads(json.dumps(shown | {"id": "V1", "state": {"values": state}}))  # type: ignore[no-any-return]


def _left(element: Shape, value: Any) -> Shape:
    """`value` is text, or the number of the choice, or ids; None leaves the field as it was."""
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": element.get("initial_value") if value is None else value}
    if kind == "users_select":
        return {"type": kind, "selected_user": value or element.get("initial_user")}
    if kind == "file_input":
        return {"type": kind, "files": [{"id": each} for each in value or ()]}
    options = [each for each in parts(element) if "value" in each]
    chosen = element.get("initial_option") if value is None else options[value]
    return {"type": kind, "selected_option": chosen}


NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=20)
WORDS = st.text(max_size=300) | st.sampled_from(HOSTILE[:-1])
SAYS = st.builds(lambda text: say("{words}", words=Quoted(text)), WORDS)
CHOICES = st.lists(
    st.builds(Choice, st.text(max_size=40) | st.sampled_from("abc"), SAYS), max_size=9
)
FIELDS = st.builds(
    Field,
    NAMES,
    SAYS,
    st.sampled_from(["text", "lines", "choice", "person", "date", "file"]),
    st.booleans(),
    CHOICES.map(tuple),
    st.just(""),
    st.none() | SAYS,
    st.integers(1, 5000),
)
FORMS = st.builds(
    Form,
    st.text(max_size=100),
    SAYS,
    st.lists(FIELDS, min_size=1, max_size=12, unique_by=lambda each: each.name).map(tuple),
    SAYS,
    st.lists(SAYS, max_size=3).map(tuple),
)
READERS = st.sampled_from([Reader(each, "Asia/Shanghai") for each in LANGUAGES])


@st.composite
def values(draw: st.DrawFn, made: Form) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in made.fields:
        if each.kind == "person":
            found[each.name] = draw(st.sampled_from(["U123", "W9", None]))
        elif each.kind == "file":
            found[each.name] = draw(st.lists(st.sampled_from(["F1", "F2"]), max_size=2))
        elif each.kind == "choice" and each.choices:
            found[each.name] = draw(st.none() | st.integers(0, len(each.choices) - 1))
        else:
            found[each.name] = draw(st.text(st.characters(exclude_categories=["Cs"])))
    return found


def meant(field: Field, value: Any) -> str:
    if field.kind == "file" or value is None:
        return ""
    if field.kind == "person":
        return f"<@{value}>"
    return field.choices[value].value if isinstance(value, int) else str(value)


@pytest.mark.thorough
@given(st.data(), FORMS, READERS, st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=150, deadline=None)
def test_whatever_is_filled_in_comes_back(
    data: st.DataObject, made: Form, reader: Reader, origin: str
) -> None:
    given_values = data.draw(values(made))

    shown = view(made, reader, origin)
    answers = submitted(filled(shown, given_values))

    check_view(shown)
    told = tuple((each.name, meant(each, given_values[each.name])) for each in made.fields)
    people = [each for field, each in told if each.startswith("<@")]
    kinds = {each.name: each.kind for each in made.fields}
    named = [value for name, value in told if kinds[name] == "person" and value]
    assert people or not named
    assert answers == Answers(
        command=made.command,
        origin=origin,
        reader=reader,
        fields=told,
        people=tuple(dict.fromkeys((each, each[2:-1]) for each in named)),
        files=tuple(
            (each.name, tuple({"id": id} for id in given_values[each.name]))
            for each in made.fields
            if each.kind == "file" and given_values[each.name]
        ),
    )


@pytest.mark.parametrize("reader", [Reader(each) for each in LANGUAGES], ids=LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_the_fields_of_every_command_make_a_view(command: Any, reader: Reader) -> None:
    shown = view(Form(command.name, command.summary, command.fields, say("Send")), reader, "C1")

    check_view(shown)
    answers = submitted(filled(shown, {}))
    assert answers.fields == tuple((each.name, each.initial) for each in command.fields)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_words_of_people_are_never_markup_in_a_form(text: str) -> None:
    def shown(said: str) -> Shape:
        label = say("{words}", words=Quoted(said))
        field = Field("text", label, "choice", choices=(Choice("a", label),), hint=label)
        return view(Form("x", label, (field,), say("Send"), (label, Quoted(said))), READER, "")

    assert structure(shown(text)["blocks"][-3:]) == structure(shown("harmless")["blocks"])
    assert {each["type"] for each in parts(shown(text)) if "type" in each} <= {
        *("modal", "input", "static_select", "plain_text"),
        *("rich_text", "rich_text_section", "rich_text_quote", "text"),
    }


def test_what_a_field_holds_is_there_beforehand() -> None:
    fields = (
        Field("text", say("The text"), "lines", initial="as typed"),
        Field("kind", say("What?"), "choice", choices=(Choice("a", say("No")),), initial="a"),
        Field("person", say("Who?"), "person", initial="<@U123|ann>"),
    )

    answers = submitted(filled(view(form(*fields), READER, ""), {}))

    assert answers.fields == (("text", "as typed"), ("kind", "a"), ("person", "<@U123>"))
    assert answers.people == (("<@U123>", "U123"),)


def test_files_and_people_that_cannot_be_filled_in_stay_unless_others_are_chosen() -> None:
    held = form(
        Field("files", say("Attachments"), "file", initial="file:1"),
        Field("person", say("Who?"), "person", initial="@ann"),
    )
    shown = modal(held)

    assert [each["optional"] for each in shown["blocks"]] == [True, True]
    assert "@ann" in words(shown)
    untouched = submitted(filled(shown, {}))
    assert untouched.fields == (("files", "file:1"), ("person", "@ann"))
    assert untouched.people == ()
    changed = submitted(filled(shown, {"person": "U123", "files": ["F9"]}))
    assert changed.fields == (("files", "file:1"), ("person", "<@U123>"))
    assert changed.files == (("files", ({"id": "F9"},)),)


def test_a_value_too_long_for_an_option_comes_back_whole() -> None:
    choices = tuple(Choice(f"{number}" * 200, say("No")) for number in range(3))
    shown = view(form(Field("kind", say("What?"), "choice", choices=choices)), READER, "")

    check_view(shown)
    assert submitted(filled(shown, {"kind": 2})).fields == (("kind", "2" * 200),)


def test_choices_of_one_value_are_told_apart_by_slack_and_mean_the_same() -> None:
    choices = (Choice("a", say("No")), Choice("a", say("Yes")))
    shown = modal(form(Field("kind", say("What?"), "choice", choices=choices)))

    check_view(shown)
    assert submitted(filled(shown, {"kind": 1})).fields == (("kind", "a"),)


def test_what_travels_unseen_has_no_character_that_slack_writes_otherwise() -> None:
    shown = modal(Form("request a <b> & c", say("No"), (TEXT,), say("Send")))

    assert not set("&<>") & set(shown["private_metadata"])
    assert submitted(filled(shown, {})).command == "request a <b> & c"


def test_more_choices_than_a_list_takes_stand_in_groups() -> None:
    choices = tuple(Choice(f"c{number}", say("No")) for number in range(250))
    field = Field("kind", say("What?"), "choice", choices=choices, initial="c180")
    shown = view(form(field), READER, "")

    check_view(shown)
    assert [words(each["label"]) for each in parts(shown) if "options" in each] == [
        "1–100",
        "101–200",
        "201–250",
    ]
    assert submitted(filled(shown, {})).fields == (("kind", "c180"),)
    assert submitted(filled(shown, {"kind": 249})).fields == (("kind", "c249"),)


def test_a_long_title_stands_whole_above_the_fields() -> None:
    shown = modal(form(TEXT, title="Ask for an approval of a notice"))

    assert words(shown["title"]) == "Ask for an approval of…"
    assert words(modal(form(TEXT, title="Ask for an approval: A notice"))["title"]) == (
        "Ask for an approval…"
    )
    assert words(shown["blocks"][0]) == "Ask for an approval of a notice"


@pytest.mark.parametrize(
    ("language", "examples"),
    [
        ("en", "in 2 hours, tomorrow 10:00, Fri 17:00"),
        ("zh_Hans", "2小时后、明天 10:00、周五 17:00"),
    ],
)
def test_a_day_is_asked_for_with_examples_in_the_readers_language(
    language: str, examples: str
) -> None:
    shown = view(form(Field("until", say("Until when?"), "date")), Reader(language), "")

    (placeholder,) = (each["placeholder"] for each in parts(shown) if "placeholder" in each)
    assert words(placeholder) == examples


@pytest.mark.parametrize(
    "made",
    [
        Form("x" * 3001, say("No"), (TEXT,), say("Send")),
        form(Field("text", say("The text"), "lines", initial="x" * 3001)),
        form(*(Field(f"f{number}", say("No")) for number in range(101))),
        Form("x", say("No"), (TEXT,), say("Send"), (Quoted("x" * 7000, 7000),)),
    ],
    ids=["command", "held", "fields", "intro"],
)
def test_a_form_that_slack_would_refuse_is_refused_here(made: Form) -> None:
    with pytest.raises(ValueError, match=r"at most|too long"):
        view(made, READER, "")


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"callback_id": "other", "private_metadata": "{}"},
        {"callback_id": "form"},
        {"callback_id": "form", "private_metadata": "no json"},
        {"callback_id": "form", "private_metadata": "[" * 100_000},
        {"callback_id": "form", "private_metadata": '{"command": 7}'},
        {"callback_id": "form", "private_metadata": "[]"},
    ],
    ids=range(7),
)
def test_another_view_is_unreadable(odd: Shape) -> None:
    with pytest.raises(Unreadable):
        submitted(odd)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
)


@given(JSON, JSON, JSON, JSON)
def test_odd_answers_are_read_as_far_as_they_go(
    blocks: Any, state: Any, one: Any, kept: Any
) -> None:
    shown = view(form(TEXT, WHO, FILES), READER, "C1")
    fields = {"text": {"value": one}, "person": {"value": {"type": "users_select"}}}
    metadata = {"command": "pass 7", "held": kept, "choices": kept, "origin": one}

    for odd in (
        shown | {"state": state},
        shown | {"state": {"values": state}},
        shown | {"blocks": blocks, "state": {"values": fields}},
        shown | {"private_metadata": json.dumps(metadata), "state": {"values": fields}},
    ):
        assert submitted(odd).command == "pass 7"


def test_nothing_of_half_a_character_comes_in() -> None:
    shown = view(form(TEXT), READER, "")

    assert submitted(filled(shown, {"text": "a\ud800"})).fields == (("text", "a\ufffd"),)


def test_errors_stand_beside_their_fields_and_others_at_the_first() -> None:
    shown = view(form(TEXT, WHO), READER, "")
    found = {"person": say("No"), "gone": say("Yes"), "text": say("{words}", words=Quoted("<b>"))}

    assert errors(found, shown, Reader("zh_Hans")) == {
        "response_action": "errors",
        "errors": {"person": "否", "text": "是\n<b>"},
    }

"""Forms as Slack's modals. Pure; `answers` reads what comes back.

What a modal cannot carry in its fields travels in its private_metadata: the command, the caller's
origin, the reader, the values of choices that Slack would not give back as they are, and what a
field held that cannot be filled in beforehand (files; people whom Slack does not know by that
name), which stays unless something else is chosen.
"""

import json

from adapters.slack.answers import Answers, Unreadable, errors, submitted
from adapters.slack.limits import (
    GROUPS,
    INPUT,
    LABEL,
    METADATA,
    OPTION,
    OPTIONS,
    PLACEHOLDER,
    TITLE,
    VIEW_BLOCKS,
    first,
    units,
)
from adapters.slack.modal import ACCOUNT, CALLBACK, SEALED, VALUE_ID, codes
from adapters.slack.rich import Block, Element, Piece, bold, label, line, paragraph, rich
from bot.card import Choice, Field, Form
from bot.sealing import new_code
from bot.words import Quoted, Reader, Rows, Say, Value, say

__all__ = ["Answers", "Unreadable", "errors", "submitted", "view"]

FILES = 10  # Slack takes no more in one field
SEEN = say(
    "Slack carries what you type here, and can read it, as can who may look into Slack's records. "
    "It stands in no chat, and I do not keep who sent it."
)
INTRO = 6_000  # characters of what stands above the fields
SOON = Rows((say("in 2 hours"), say("tomorrow 10:00"), say("Fri 17:00")))


def view(form: Form, reader: Reader, origin: str) -> dict[str, object]:
    """Raises ValueError where Slack would not take it whole."""
    title = line(form.title, reader)
    fields = [_input(each, reader) for each in form.fields]
    blocks = [*_intro(form, title, reader), *fields]
    if len(blocks) > VIEW_BLOCKS:
        raise ValueError(f"{len(blocks)} blocks: a view takes at most {VIEW_BLOCKS}")
    return {
        "type": "modal",
        "callback_id": SEALED if form.sealed else CALLBACK,
        "title": label(_short(title), TITLE),
        "submit": label(line(form.submit, reader), TITLE),
        "close": label(line(say("Cancel"), reader), TITLE),
        "private_metadata": _metadata(form, reader, origin),
        "blocks": blocks,
    }


def _short(title: str) -> str:
    """Its first part, or whole words of it, where such are not much shorter than the rest."""
    if units(title) <= TITLE:
        return title
    start = first(title, TITLE - 1)
    ends = (start.rfind(mark) for mark in (":", " "))
    end = next((each for each in ends if each > TITLE // 2), len(start))
    return f"{start[:end].rstrip()}…"


def _metadata(form: Form, reader: Reader, origin: str) -> str:
    kept: dict[str, object] = {
        "command": form.command,
        "origin": origin,
        "language": reader.language,
        "zone": reader.zone,
        "choices": {
            each.name: [one.value for one in each.choices]
            for each in form.fields
            if each.kind == "choice" and codes(each) is not None
        },
        "held": {each.name: each.initial for each in form.fields if _is_held(each)},
    }
    if form.sealed:  # made here, so that the same form sent twice is one report
        kept["code"] = new_code()
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    for mark in "&<>":  # which Slack may write in another way
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    if units(text) > METADATA:
        raise ValueError(f"{units(text)} characters of metadata: at most {METADATA} fit")
    return text


def _is_held(field: Field) -> bool:
    if field.kind == "file":
        return bool(field.initial)
    return field.kind == "person" and bool(field.initial) and not ACCOUNT.fullmatch(field.initial)


def _intro(form: Form, title: str, reader: Reader) -> list[Block]:
    """The whole title, where the modal's own has no room for it, and a word beforehand."""
    words = (*form.intro, SEEN) if form.sealed else form.intro
    pieces = [paragraph(each, reader) for each in words]
    if units(title) > TITLE or not (pieces or form.fields):  # a view is never empty
        pieces.insert(0, Piece((bold(title),)))
    if sum(each.cost for each in pieces) > INTRO:
        raise ValueError("the words above the fields are too long for a view")
    return [block for each in pieces for block in rich([each])]


def _input(field: Field, reader: Reader) -> Block:
    hint = {"hint": label(line(field.hint, reader), LABEL)} if field.hint else {}
    return {
        "type": "input",
        "block_id": field.name,
        "label": label(line(field.label, reader), LABEL),
        "element": {"action_id": VALUE_ID, **_element(field, reader)},
        "optional": not field.required or _is_held(field),
    } | hint


def _element(field: Field, reader: Reader) -> Element:
    match field.kind:
        case "choice" if field.choices:
            return _select(field, reader)
        case "person":
            return _person(field, reader)
        case "file":
            return {"type": "file_input", "max_files": FILES}
        case "date":
            return _text(field) | {"placeholder": _beside(SOON, reader)}
        case _:
            return _text(field)


def _text(field: Field) -> Element:
    """What it holds already may be longer than it should be; the core says so when it is sent."""
    held = units(field.initial)
    if held > INPUT:
        raise ValueError(f"{held} characters in a field: at most {INPUT} fit")
    element: Element = {
        "type": "plain_text_input",
        "multiline": field.kind == "lines" or "\n" in field.initial,
        "max_length": min(max(field.longest, held, 1), INPUT),
    }
    return element | ({"initial_value": field.initial} if held else {})


def _person(field: Field, reader: Reader) -> Element:
    known = ACCOUNT.fullmatch(field.initial)
    if known is not None:
        return {"type": "users_select", "initial_user": known["id"]}
    element: Element = {"type": "users_select"}
    if field.initial:
        element["placeholder"] = _beside(Quoted(field.initial), reader)
    return element


def _select(field: Field, reader: Reader) -> Element:
    options = _options(field, reader)
    element: Element = {"type": "static_select", "options": options}
    if len(options) > OPTIONS:
        element = {"type": "static_select", "option_groups": _groups(options)}
    values = [each.value for each in field.choices]
    if field.initial not in values:
        return element
    return element | {"initial_option": options[values.index(field.initial)]}


def _options(field: Field, reader: Reader) -> list[Element]:
    coded = codes(field)

    def option(number: int, choice: Choice) -> Element:
        value = choice.value if coded is None else coded[number]
        return {"text": label(line(choice.label, reader), OPTION), "value": value}

    return [option(number, each) for number, each in enumerate(field.choices)]


def _groups(options: list[Element]) -> list[Element]:
    starts = range(0, len(options), OPTIONS)
    if len(starts) > GROUPS:
        raise ValueError(f"{len(options)} choices: at most {OPTIONS * GROUPS} fit")
    return [
        {
            "label": label(f"{start + 1}–{min(start + OPTIONS, len(options))}", OPTION),
            "options": options[start : start + OPTIONS],
        }
        for start in starts
    ]


def _beside(text: Say | Value, reader: Reader) -> Element:
    return label(line(text, reader), PLACEHOLDER)

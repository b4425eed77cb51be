"""What somebody filled in: a modal's submission, read. Pure; nothing in it is trusted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.slack.limits import LABEL, cut
from adapters.slack.modal import ACCOUNT, CALLBACK, SEALED, VALUE_ID
from adapters.slack.rich import plain
from bot.words import SURROGATES, Reader, Say

Found = Mapping[str, object]


class Unreadable(ValueError):
    """It is no form of ours."""


@dataclass(frozen=True, slots=True)
class Answers:
    """`people`: what stands in the text, and the Slack user it means."""

    command: str
    origin: str
    reader: Reader
    fields: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, tuple[Found, ...]], ...] = ()
    code: str = ""  # of a sealed form: its receipt


def submitted(view: Found) -> Answers:
    """A file field's text is what it held before; its new files are in `files`."""
    kept = _metadata(view)
    values = _mapping(_mapping(view.get("state")).get("values"))
    found = {name: _element(values.get(name)) for name in _names(view) or list(values)}
    held, choices = _mapping(kept.get("held")), _mapping(kept.get("choices"))
    fields = {
        name: _value(each, choices.get(name)) or _text(held.get(name))
        for name, each in found.items()
    }
    people = dict.fromkeys(
        (value, account["id"])
        for name, value in fields.items()
        if found[name].get("type") == "users_select" and (account := ACCOUNT.fullmatch(value))
    )
    files = ((name, _files(each)) for name, each in found.items())
    return Answers(
        command=_text(kept["command"]),
        origin=_text(kept.get("origin")),
        reader=Reader(_text(kept.get("language")) or "en", _text(kept.get("zone")) or "UTC"),
        fields=tuple(fields.items()),
        people=tuple(people),
        files=tuple((name, each) for name, each in files if each),
        code=_text(kept.get("code")),
    )


def errors(found: Mapping[str, Say], view: Found, reader: Reader) -> dict[str, object]:
    """The answer that shows them beside their fields; those of other fields stand at the first."""
    names = _names(view)
    said: dict[str, list[str]] = {}
    for name, error in found.items():
        place = name if name in names or not names else names[0]
        said.setdefault(place, []).append(plain(error, reader))
    shown = {name: cut("\n".join(each), LABEL) for name, each in said.items()}
    return {"response_action": "errors", "errors": shown}


def _metadata(view: Found) -> Found:
    if view.get("callback_id") not in (CALLBACK, SEALED):
        raise Unreadable("another view than a form of ours")
    try:
        kept = json.loads(str(view.get("private_metadata")))
    except (ValueError, RecursionError) as error:
        raise Unreadable("the metadata is no JSON") from error
    if not isinstance(kept, dict) or not isinstance(kept.get("command"), str):
        raise Unreadable("the metadata names no command")
    return kept


def _names(view: Found) -> list[str]:
    """The fields, in the order in which they stand in the form."""
    blocks = (_mapping(each) for each in _sequence(view.get("blocks")))
    ids = (each.get("block_id") for each in blocks if each.get("type") == "input")
    return [each for each in ids if isinstance(each, str)]


def _element(block: object) -> Found:
    return _mapping(_mapping(block).get(VALUE_ID))


def _value(element: Found, choices: object) -> str:
    match element.get("type"):
        case "plain_text_input":
            return _text(element.get("value"))
        case "static_select":
            value = _text(_mapping(element.get("selected_option")).get("value"))
            return value if choices is None else _coded(value, _sequence(choices))
        case "users_select":
            user = _text(element.get("selected_user"))
            return f"<@{user}>" if ACCOUNT.fullmatch(f"<@{user}>") else ""
        case _:
            return ""


def _coded(code: str, choices: Sequence[object]) -> str:
    known = {str(number): value for number, value in enumerate(choices)}
    return _text(known.get(code))


def _files(element: Found) -> tuple[Found, ...]:
    if element.get("type") != "file_input":
        return ()
    return tuple(each for each in _sequence(element.get("files")) if isinstance(each, dict))


def _text(value: object) -> str:
    return SURROGATES.sub("\ufffd", value) if isinstance(value, str) else ""


def _mapping(value: object) -> Found:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()

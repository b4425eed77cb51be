"""What can be pressed and filled in: finding it by what a person reads on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.slack.fake import deeds
from tests.slack.fake.mrkdwn import read_plain
from tests.slack.fake.rules import Impossible
from tests.slack.fake.things import Conversation, Ephemeral, File, Message, User, View
from tests.slack.fake.wire import Blocks, Json, copy

Surface = Message | Ephemeral | View
ONE = ("static_select", "radio_buttons", "overflow", "external_select")
MANY = ("multi_static_select", "checkboxes", "multi_external_select")
STATES = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}


@dataclass(frozen=True, slots=True)
class Part:
    block: Json
    element: Json

    @property
    def words(self) -> list[str]:
        """All that a person, or a test, may call it by."""
        texts = [self.element.get("text"), self.element.get("placeholder"), self.block.get("label")]
        shown = [_shown(each["text"]) for each in texts if isinstance(each, dict)]
        ids = [self.element.get("action_id"), self.element.get("value"), self.block["block_id"]]
        return shown + [each for each in ids if each]


def _shown(text: str) -> str:
    return read_plain(text, emojis=True).plain


def blocks_of(surface: Surface) -> Blocks:
    if isinstance(surface, View):
        blocks: Blocks = surface.body["blocks"]
        return blocks
    inner = [each.get("blocks", ()) for each in surface.attachments]
    return [*surface.blocks, *(block for blocks in inner for block in blocks)]


def parts(surface: Surface) -> Iterator[Part]:
    for block in blocks_of(surface):
        for element in deeds.elements(block):
            if "action_id" in element:
                yield Part(block, element)


def find(surface: Surface, called: str) -> Part:
    """The one element called so: exactly, else the only one whose words contain it."""
    everything = list(parts(surface))
    exact = [each for each in everything if called in each.words]
    near = [each for each in everything if any(called in words for words in each.words)]
    for found in (exact, near):
        if len(found) == 1:
            return found[0]
    offered = [each.words[0] for each in everything if each.words]
    reason = "several" if len(exact or near) > 1 else "nothing"
    raise Impossible(f"there is {reason} called {called!r} here, but {offered}")


def chosen(part: Part, value: Any, file: Callable[[File], Json]) -> Json:
    """The state of an element after a person chose or entered something."""
    element = part.element
    kind = element["type"]
    if kind in ONE:
        return {"selected_option": option(element, value)}
    if kind in MANY:
        return {"selected_options": [option(element, each) for each in value]}
    if kind == "file_input":
        return {"files": [file(each) for each in _some_files(element, value)]}
    if kind in STATES:
        several = kind.startswith("multi_")
        return {STATES[kind]: [ident(x) for x in value] if several else ident(value)}
    if kind == "datetimepicker":
        return {"selected_date_time": int(value)}
    return {"value": entered(element, value)}


def _some_files(element: Json, value: Any) -> list[File]:
    files: list[File] = list(value) if isinstance(value, (list, tuple)) else [value]
    if len(files) > element.get("max_files", 10):
        raise Impossible(f"at most {element.get('max_files', 10)} files can be added here")
    allowed = element.get("filetypes")
    for each in files:
        if allowed and each.name.rsplit(".", 1)[-1].lower() not in allowed:
            raise Impossible(f"{each.name} is none of {', '.join(allowed)}")
    return files


def ident(thing: Any) -> str:
    return str(thing.id) if isinstance(thing, (User, Conversation)) else str(thing)


def option(element: Json, value: Any) -> Json:
    if element["type"].endswith("external_select") and isinstance(value, dict):
        return value  # one of those that the app supplied
    groups = element.get("option_groups") or [{"options": element.get("options") or ()}]
    for group in groups:
        for each in group["options"]:
            if value in (each["value"], _shown(each["text"]["text"])):
                made: Json = copy(each)
                return made
    raise Impossible(f"{value!r} is not among the options")


def entered(element: Json, value: Any) -> str:
    """What the client lets through: within the lengths the app asked for."""
    text = str(value)
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if not least <= len(text) <= most:
        raise Impossible(f"{least} to {most} characters can be entered here, not {len(text)}")
    if not element.get("multiline") and element["type"] == "plain_text_input" and "\n" in text:
        raise Impossible("this input has one line")
    if element["type"] == "number_input":
        _number(element, text)
    if element["type"] == "email_text_input" and "@" not in text:
        raise Impossible("this is no mail address")
    return text


def _number(element: Json, text: str) -> None:
    try:
        number = float(text)
    except ValueError:
        raise Impossible(f"{text!r} is no number") from None
    if not element["is_decimal_allowed"] and not number.is_integer():
        raise Impossible("this takes whole numbers")
    least = float(element.get("min_value", "-inf"))
    most = float(element.get("max_value", "inf"))
    if not least <= number <= most:
        raise Impossible(f"this takes numbers from {least} to {most}")


def empty(state: Json) -> bool:
    return not any(value for key, value in state.items() if key != "type")

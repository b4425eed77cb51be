"""Blocks and messages, flattened to what a person sees: lines, live pieces, things to press."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.slack.fake import emoji
from tests.slack.fake.mrkdwn import Auto, Live, Names, Reading, read, read_plain
from tests.slack.fake.wire import Blocks, Json

FULL = Auto.URLS | Auto.NAMES


@dataclass(slots=True)
class Flat:
    names: Names
    errors: dict[str, str] = field(default_factory=dict)  # block id: what stands under it
    lines: list[str] = field(default_factory=list)
    live: list[Live] = field(default_factory=list)
    controls: list[str] = field(default_factory=list)

    @property
    def plain(self) -> str:
        return "\n".join(self.lines)

    def take(self, what: Reading) -> str:
        self.live += what.live
        return what.plain

    def text(self, given: Json) -> str:
        """A text object."""
        words = str(given.get("text", ""))
        if given.get("type") == "mrkdwn":
            automatic = Auto.NONE if given.get("verbatim") else FULL
            return self.take(read(words, automatic, self.names))
        return self.take(read_plain(words, emojis=given.get("emoji", True)))


def message_text(text: str, asked: Json, names: Names) -> Reading:
    """The top-level `text` of a message, under what was asked of its parsing."""
    if asked.get("mrkdwn") in (False, "false", "0"):
        return read_plain(text, emojis=True)
    automatic = Auto.NONE if asked.get("parse") == "none" else Auto.URLS
    if asked.get("parse") == "full" or asked.get("link_names") in (True, "true", "1", 1):
        automatic |= FULL
    return read(text, automatic, names)


def flat(blocks: Blocks, names: Names, errors: dict[str, str] | None = None) -> Flat:
    made = Flat(names, errors or {})
    for block in blocks:
        line = "\n".join(part for part in _block(made, block) if part)
        if line:
            made.lines.append(line)
        under = made.errors.get(block.get("block_id", ""))
        if under:
            made.lines.append(f"! {under}")
    return made


def _block(made: Flat, block: Json) -> Iterator[str]:
    match block["type"]:
        case "header" | "section" | "alert":
            yield from _section(made, block)
        case "context":
            yield " ".join(_small(made, each) for each in block["elements"])
        case "actions" | "context_actions":
            yield " ".join(control(made, each) for each in block["elements"])
        case "divider":
            yield "---"
        case "image":
            yield f"[image: {block['alt_text']}]"
        case "input":
            yield from _input(made, block)
        case "rich_text":
            yield from (_rich(made, each) for each in block["elements"])
        case "markdown":
            made.live.append(Live("markdown", block["text"], block["text"]))
            yield block["text"]
        case "table":
            yield from (" | ".join(_cell(made, each) for each in row) for row in block["rows"])


def _section(made: Flat, block: Json) -> Iterator[str]:
    if "text" in block:
        yield made.text(block["text"])
    yield from (made.text(each) for each in block.get("fields", ()))
    if "accessory" in block:
        yield control(made, block["accessory"])


def _small(made: Flat, element: Json) -> str:
    return f"[image: {element['alt_text']}]" if element["type"] == "image" else made.text(element)


def _input(made: Flat, block: Json) -> Iterator[str]:
    yield made.text(block["label"])
    yield control(made, block["element"])
    if "hint" in block:
        yield made.text(block["hint"])


def control(made: Flat, element: Json) -> str:
    """`[Done]` for a button, `[Class: Notice / Rule]` for a menu, `[…]` for an input."""
    if element["type"] == "image":
        return f"[image: {element['alt_text']}]"
    label = made.text(element["text"]) if "text" in element else ""
    held = element.get("placeholder")
    label = label or (made.text(held) if held else "")
    options = " / ".join(_options(made, element))
    shown = ": ".join(each for each in (label, options) if each) or "…"
    made.controls.append(label or element.get("action_id", ""))
    return f"[{shown}]"


def _options(made: Flat, element: Json) -> Iterator[str]:
    groups = element.get("option_groups") or [{"options": element.get("options") or ()}]
    for group in groups:
        for option in group["options"]:
            yield made.text(option["text"])


def _rich(made: Flat, part: Json) -> str:
    pieces = [_piece(made, each) for each in part.get("elements", ())]
    return ("\n" if part["type"] == "rich_text_list" else "").join(pieces)


def _piece(made: Flat, piece: Json) -> str:
    kind = piece["type"]
    if kind == "rich_text_section":
        return _rich(made, piece)
    if kind == "text":
        styles = [name for name, on in piece.get("style", {}).items() if on]
        made.live += [Live(each, piece["text"], piece["text"]) for each in styles]
        return str(piece["text"])
    target = str(next((piece[key] for key in KEYS if key in piece), ""))
    if kind == "emoji":
        made.live.append(Live("emoji", target, emoji.sign(target)))
        return emoji.sign(target)
    label = piece.get("text") or SIGN.get(kind, "") + made.names.shown(target)
    made.live.append(Live(kind, target, label))
    return str(label)


KEYS = ("user_id", "usergroup_id", "channel_id", "url", "name", "range", "timestamp")
SIGN = {"user": "@", "usergroup": "@", "channel": "#", "broadcast": "@"}


def _cell(made: Flat, cell: Json) -> str:
    if cell["type"] != "rich_text":
        return str(cell.get("text", cell.get("value", "")))
    return "".join(_rich(made, each) for each in cell["elements"])


def attachments(made: Flat, given: Blocks) -> None:
    for each in given:
        inner: Any = each.get("blocks")
        if inner:
            under = flat(inner, made.names)
            made.lines += under.lines
            made.live += under.live
            made.controls += under.controls
        for key in ("pretext", "title", "text", "footer"):
            if each.get(key):
                made.lines.append(made.take(read(str(each[key]), Auto.URLS, made.names)))

"""Blocks, and the lists of blocks that messages and views carry."""

from typing import Any

from tests.slack.fake.kit.checks import (
    Check,
    Inspection,
    Shape,
    Surface,
    at_least_one,
    exactly_one,
    flag,
    items,
    kinds,
    nothing,
    only_in,
    string,
    url,
    whole,
)
from tests.slack.fake.kit.elements import (
    ID,
    IMAGE,
    IN_ACTIONS,
    IN_ICONS,
    IN_INPUT,
    IN_SECTION,
)
from tests.slack.fake.kit.objects import SLACK_FILE, plain, text
from tests.slack.fake.kit.rich import RICH_TEXT, TABLE
from tests.slack.fake.rules import Refusal
from tests.slack.fake.wire import Json

MOST = {"message": 50, "modal": 100, "home": 100}  # blocks
MARKDOWN = 12_000  # characters of all markdown blocks together
CELLS = 10_000  # characters of all table cells together
ATTACHMENTS = 100
ONLY_MESSAGES = ("context_actions", "markdown")
UNSPOKEN = (  # Slack knows these; the fake does not, and says so
    *("alert", "card", "carousel", "container", "data_table", "data_visualization"),
    *("plan", "task_card", "video"),
)


def own(look: Inspection, value: Any, path: str) -> None:
    """A block id: unique within the payload."""
    ID(look, value, path)
    if value in look.block_ids:
        look.wrong(f"The block id {value!r} stands twice.", path)
    look.block_ids.add(str(value))


def named(look: Inspection, block: Json, path: str) -> None:
    """Action ids are unique within their block."""
    seen: set[str] = set()
    for each in block.get("elements") or ():
        name = each.get("action_id") if isinstance(each, dict) else None
        if name in seen:
            look.wrong(f"The action id {name!r} stands twice in one block.", path)
        if isinstance(name, str):
            seen.add(name)


def asking(look: Inspection, block: Json, path: str) -> None:
    look.inputs += 1
    element = block.get("element")
    kind = element.get("type") if isinstance(element, dict) else None
    if kind == "file_input" and block.get("dispatch_action"):
        look.wrong("`dispatch_action` does not go with `file_input`.", path)
    enabled = isinstance(element, dict) and element.get("response_url_enabled")
    if enabled and look.surface != "modal":
        look.wrong("`response_url_enabled` works in modals only.", path)


def counted(look: Inspection, block: Json, path: str) -> None:
    words = block.get("text")
    look.markdown += len(words) if isinstance(words, str) else 0
    if look.markdown > MARKDOWN:
        look.wrong(f"All markdown blocks together have at most {MARKDOWN} characters.", path)


def celled(look: Inspection, block: Json, path: str) -> None:
    look.cells += sum(len(str(each.get("text", ""))) for row in _rows(block) for each in row)
    if look.cells > CELLS:
        look.wrong(f"All cells of tables together have at most {CELLS} characters.", path)


def _rows(block: Json) -> list[list[Json]]:
    rows = block.get("rows")
    good = [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
    return [[each for each in row if isinstance(each, dict)] for row in good]


def never(look: Inspection, value: Any, path: str) -> None:
    del value
    look.wrong("A file block comes with remote files only; it cannot be sent.", path)


MAY: dict[str, Check] = {"block_id": own}
WORDS = text(3000)
SPOKEN: dict[str, Check] = {
    "actions": Shape({"elements": items(IN_ACTIONS, 25, 1, "An actions block")}, MAY, named),
    "context": Shape(
        {
            "elements": items(
                kinds(
                    {"image": IMAGE, "plain_text": WORDS, "mrkdwn": WORDS}, "element of a context"
                ),
                10,
                1,
                "A context block",
            )
        },
        MAY,
    ),
    "context_actions": Shape({"elements": items(IN_ICONS, 5)}, MAY, named),
    "divider": Shape({}, MAY),
    "file": never,
    "header": Shape({"text": plain(150)}, MAY | {"level": whole(1, 4)}),
    "image": Shape(
        {"alt_text": string(2000, "An alt text", 1)},
        MAY | {"image_url": url, "slack_file": SLACK_FILE, "title": plain(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "input": Shape(
        {"label": plain(2000), "element": IN_INPUT},
        MAY | {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
        asking,
    ),
    "markdown": Shape({"text": string(MARKDOWN, "A markdown block", 1)}, MAY, counted),
    "rich_text": Shape(RICH_TEXT, MAY),
    "section": Shape(
        {},
        MAY
        | {
            "text": WORDS,
            "fields": items(text(2000), 10, 1, "The fields of a section"),
            "accessory": IN_SECTION,
            "expand": flag,
        },
        at_least_one("text", "fields"),
    ),
    "table": only_in(
        ("message", "home"),
        "Tables",
        Shape(TABLE, MAY | {"column_settings": items(nothing, 20, 0)}, celled),
    ),
}
BLOCK = kinds(SPOKEN, "block")


def block(look: Inspection, value: Any, path: str) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind in UNSPOKEN:
        look.wrong(f"This fake does not speak {kind} blocks; teach it first.", path)
    elif kind in ONLY_MESSAGES and look.surface != "message":
        look.wrong(f"A {kind} block stands in messages only.", path)
    else:
        BLOCK(look, value, path)


def layout(look: Inspection, value: Any, path: str) -> None:
    items(block, MOST[look.surface], 0, f"A {look.surface}")(look, value, path)
    if look.focused > 1:
        look.wrong("Only one element can have the focus on load.", path)


def check_message(blocks: Any, scopes: frozenset[str], surface: Surface = "message") -> None:
    look = Inspection(surface, scopes)
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format", "`blocks` must be a list of blocks.")
    layout(look, blocks, "/blocks")
    if look.problems:
        raise Refusal("invalid_blocks", *look.problems)


def check_attachments(attachments: Any, scopes: frozenset[str]) -> None:
    if not isinstance(attachments, list):
        raise Refusal("invalid_attachments", "`attachments` must be a list.")
    if len(attachments) > ATTACHMENTS:
        raise Refusal("too_many_attachments", f"A message has at most {ATTACHMENTS} attachments.")
    look = Inspection("message", scopes)
    for number, each in enumerate(attachments):
        if not isinstance(each, dict):
            look.wrong("An attachment must be an object.", f"/attachments/{number}")
        elif "blocks" in each:
            layout(look, each["blocks"], f"/attachments/{number}/blocks")
    if look.problems:
        raise Refusal("invalid_attachments", *look.problems)

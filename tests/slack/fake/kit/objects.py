"""Composition objects: texts, confirmations, options, filters, files."""

from collections.abc import Iterator
from typing import Any

from tests.slack.fake.kit.checks import (
    Check,
    Inspection,
    Shape,
    at_least_one,
    every,
    exactly_one,
    flag,
    items,
    kinds,
    one_of,
    string,
    url,
)
from tests.slack.fake.wire import Json


def text(most: int, *types: str, least: int = 1) -> Check:
    """A text object of these types: `plain_text`, `mrkdwn`, or (none named) either."""
    words = string(most, "This text", least)
    shapes = {
        "plain_text": Shape({"text": words}, {"emoji": flag}),
        "mrkdwn": Shape({"text": words}, {"verbatim": flag}),
    }
    wanted = {kind: shapes[kind] for kind in types or shapes}
    return kinds(wanted, f"text object ({' or '.join(wanted)})")


def plain(most: int) -> Check:
    return text(most, "plain_text")


CONFIRM = Shape(
    {"title": plain(100), "text": plain(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
SLACK_FILE = Shape(
    {},
    {"id": string(255, "A file id", 1), "url": url},
    exactly_one("id", "url"),
)
FILTER = Shape(
    {},
    {
        "include": items(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
DISPATCH = Shape(
    {}, {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)}
)


def option(*types: str, links: bool = False) -> Check:
    may: dict[str, Check] = {"description": text(75, *types)}
    if links:
        may["url"] = url
    value = string(150, "The value of an option", 1)
    return Shape({"text": text(75, *types), "value": value}, may)


MENU_OPTION = option("plain_text")
GROUP = Shape({"label": plain(75), "options": items(MENU_OPTION, 100, 1, "An option group")})
BOX_OPTION = option()


def offered(element: Json) -> Iterator[Any]:
    """All options of an element, in groups or not."""
    yield from element.get("options") or ()
    for group in element.get("option_groups") or ():
        if isinstance(group, dict):
            yield from group.get("options") or ()


def distinct(look: Inspection, element: Json, path: str) -> None:
    """Values of options are unique, and what is chosen at first is among them."""
    options = list(offered(element))
    values = [each.get("value") for each in options if isinstance(each, dict)]
    if len(set(map(str, values))) != len(values):
        look.wrong("Each option has a value of its own.", path)
    first = element.get("initial_option")
    chosen = [first] if first is not None else element.get("initial_options") or []
    for each in chosen:
        if each not in options:
            look.wrong("What is chosen at first must be one of the options, to the letter.", path)


CHOICES: Check = every((exactly_one("options", "option_groups"), distinct))

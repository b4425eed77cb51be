"""Block elements: buttons, menus, pickers, inputs."""

from typing import Any

from tests.slack.fake.kit.checks import (
    Check,
    Inspection,
    Shape,
    day,
    exactly_one,
    flag,
    items,
    kinds,
    matching,
    nothing,
    one_of,
    only_in,
    string,
    url,
    whole,
)
from tests.slack.fake.kit.objects import (
    BOX_OPTION,
    CHOICES,
    CONFIRM,
    DISPATCH,
    FILTER,
    GROUP,
    MENU_OPTION,
    SLACK_FILE,
    distinct,
    option,
    plain,
)
from tests.slack.fake.wire import Json

ID = string(255, "An id", 1)
INPUT = 3000  # characters of a plain-text input
NUMBER = matching(r"-?\d+(?:\.\d+)?", "A number stands here as a string of digits.")
TIME = matching(r"(?:[01]\d|2[0-3]):[0-5]\d", "A time is written HH:mm.")


def focus(look: Inspection, value: Any, path: str) -> None:
    flag(look, value, path)
    look.focused += value is True


ACTION: dict[str, Check] = {"action_id": ID}
ASKING: dict[str, Check] = ACTION | {"confirm": CONFIRM, "focus_on_load": focus}
HOLDING: dict[str, Check] = ASKING | {"placeholder": plain(150)}
TYPING: dict[str, Check] = ACTION | {
    "placeholder": plain(150),
    "focus_on_load": focus,
    "dispatch_action_config": DISPATCH,
}
SEVERAL: dict[str, Check] = HOLDING | {"max_selected_items": whole(1, 100)}
OPTIONS = items(MENU_OPTION, 100, 1, "The list of options")
GROUPS = items(GROUP, 100, 1, "The list of option groups")
USERS = items(string(30, "A user id", 1), 100, 0)
SOME: dict[str, Check] = {"filter": FILTER, "default_to_current_conversation": flag}
ANSWERING: dict[str, Check] = {"response_url_enabled": flag}
OUTSIDE: dict[str, Check] = {"min_query_length": whole(0, 100)}
TEN = items(BOX_OPTION, 10, 1, "The list of options")


def bounds(look: Inspection, element: Json, path: str) -> None:
    """The least is not above the most, and what stands at first lies between."""
    least, most = element.get("min_length", 0), element.get("max_length", INPUT)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        look.wrong("`min_length` cannot exceed `max_length`.", path)
    first = element.get("initial_value", "")
    if isinstance(first, str) and isinstance(most, int) and len(first) > most:
        look.wrong(f"`initial_value` is longer than the {most} characters one may enter.", path)


def between(look: Inspection, element: Json, path: str) -> None:
    try:
        least, most = float(element["min_value"]), float(element["max_value"])
    except (KeyError, TypeError, ValueError):
        return
    if least > most:
        look.wrong("`min_value` cannot exceed `max_value`.", path)


def reads_files(look: Inspection, element: Json, path: str) -> None:
    del element
    if "files:read" not in look.scopes:
        look.wrong("An app needs the scope files:read to ask for files.", path)


IMAGE = Shape(
    {"alt_text": string(2000, "An alt text", 1)},
    {"image_url": url, "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)
BUTTON = Shape(
    {"text": plain(75)},
    ACTION
    | {
        "url": url,
        "value": string(2000, "The value of a button"),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75, "An accessibility label"),
    },
)
OVERFLOW = Shape(
    {"options": items(option("plain_text", links=True), 5, 1, "An overflow menu")},
    ACTION | {"confirm": CONFIRM},
    distinct,
)
MENUS: dict[str, Check] = {
    "static_select": Shape(
        {},
        HOLDING | {"options": OPTIONS, "option_groups": GROUPS, "initial_option": MENU_OPTION},
        CHOICES,
    ),
    "users_select": Shape({}, HOLDING | {"initial_user": ID}),
    "conversations_select": Shape({}, HOLDING | SOME | ANSWERING | {"initial_conversation": ID}),
    "channels_select": Shape({}, HOLDING | ANSWERING | {"initial_channel": ID}),
    "external_select": Shape({}, HOLDING | OUTSIDE | {"initial_option": MENU_OPTION}),
    "multi_static_select": Shape(
        {},
        SEVERAL | {"options": OPTIONS, "option_groups": GROUPS, "initial_options": OPTIONS},
        CHOICES,
    ),
    "multi_users_select": Shape({}, SEVERAL | {"initial_users": USERS}),
    "multi_conversations_select": Shape({}, SEVERAL | SOME | {"initial_conversations": USERS}),
    "multi_channels_select": Shape({}, SEVERAL | {"initial_channels": USERS}),
    "multi_external_select": Shape({}, SEVERAL | OUTSIDE | {"initial_options": OPTIONS}),
}
BOXES: dict[str, Check] = {
    "checkboxes": Shape({"options": TEN}, ASKING | {"initial_options": TEN}, distinct),
    "radio_buttons": Shape({"options": TEN}, ASKING | {"initial_option": BOX_OPTION}, distinct),
}
DATES: dict[str, Check] = {
    "datepicker": Shape({}, HOLDING | {"initial_date": day}),
    "timepicker": Shape({}, HOLDING | {"initial_time": TIME, "timezone": ID}),
}
MOMENT = only_in(
    ("message", "modal"),
    "Elements of the type datetimepicker",
    Shape({}, ASKING | {"initial_date_time": whole(1_000_000_000, 9_999_999_999)}),
)
LINES = whole(1, 100)
RICH = only_in(
    ("modal", "home"),
    "Elements of the type rich_text_input",
    Shape(
        {"action_id": ID},
        TYPING | {"initial_value": nothing, "min_lines": LINES, "max_lines": LINES},
    ),
)
INPUTS: dict[str, Check] = {
    "plain_text_input": Shape(
        {},
        TYPING
        | {
            "initial_value": string(INPUT, "What stands in an input at first"),
            "multiline": flag,
            "min_length": whole(0, INPUT),
            "max_length": whole(1, INPUT),
        },
        bounds,
    ),
    "email_text_input": Shape({}, TYPING | {"initial_value": string(INPUT)}),
    "url_text_input": Shape({}, TYPING | {"initial_value": string(INPUT)}),
    "number_input": Shape(
        {"is_decimal_allowed": flag},
        TYPING | {"initial_value": NUMBER, "min_value": NUMBER, "max_value": NUMBER},
        between,
    ),
    "rich_text_input": RICH,
    "file_input": Shape(
        {},
        ACTION | {"filetypes": items(string(30, "A file type", 1), 100), "max_files": whole(1, 10)},
        reads_files,
    ),
}
for _name in ("email_text_input", "url_text_input", "number_input", "file_input"):
    INPUTS[_name] = only_in(("modal",), f"Elements of the type {_name}", INPUTS[_name])
IN_SECTION = kinds(
    {"button": BUTTON, "image": IMAGE, "overflow": OVERFLOW, **MENUS, **BOXES, **DATES},
    "accessory of a section",
)
ACTING: dict[str, Check] = {"button": BUTTON, "overflow": OVERFLOW, "datetimepicker": MOMENT}
IN_ACTIONS = kinds(
    {**ACTING, **MENUS, **BOXES, **DATES, "rich_text_input": RICH}, "element of an actions block"
)
IN_INPUT = kinds(
    {**MENUS, **BOXES, **DATES, **INPUTS, "datetimepicker": MOMENT}, "element of an input block"
)
IN_ICONS = kinds(
    {
        "icon_button": Shape(
            {"icon": one_of("trash"), "text": plain(75)},
            ACTION | {"value": string(2000), "confirm": CONFIRM, "accessibility_label": string(75)},
        ),
        "feedback_buttons": Shape(
            {
                "positive_button": Shape({"text": plain(75), "value": string(2000)}),
                "negative_button": Shape({"text": plain(75), "value": string(2000)}),
            },
            ACTION,
        ),
    },
    "element of a context actions block",
)

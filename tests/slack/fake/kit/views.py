"""Modals and home tabs."""

from typing import Any

from tests.slack.fake.kit.checks import Check, Inspection, Shape, flag, string
from tests.slack.fake.kit.layout import layout
from tests.slack.fake.kit.objects import plain
from tests.slack.fake.rules import Refusal
from tests.slack.fake.wire import Json, pack

LARGEST = 250_000  # bytes of a view
BOTH: dict[str, Check] = {
    "private_metadata": string(3000, "`private_metadata`"),
    "callback_id": string(255, "`callback_id`"),
    "external_id": string(255, "`external_id`"),
}
HOME = Shape({"blocks": layout}, BOTH)
MODAL = Shape(
    {"title": plain(24), "blocks": layout},
    BOTH
    | {
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)


def check_view(view: Any, scopes: frozenset[str], *types: str) -> Json:
    """The view, if it is one of these types and in order."""
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in types or not isinstance(view, dict):
        wanted = " or ".join(types)
        raise Refusal("invalid_arguments", f"The view must be a {wanted} [json-pointer:/view]")
    look = Inspection("home" if kind == "home" else "modal", scopes)
    (HOME if kind == "home" else MODAL)(look, view, "/view")
    if kind == "modal" and look.inputs and not view.get("submit"):
        look.wrong("A modal with an input needs `submit`.", "/view")
    if len(pack(view).encode()) > LARGEST:
        raise Refusal("view_too_large", f"A view has at most {LARGEST} bytes.")
    if look.problems:
        raise Refusal("invalid_arguments", *look.problems)
    return view

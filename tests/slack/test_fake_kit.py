"""Block Kit in the fake: each published figure holds at its edge and breaks one beyond it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.slack.fake.kit import check_message, check_view
from tests.slack.fake.rules import Refusal
from tests.slack.fake.wire import Json
from tests.slack.scene import actions, asking, button, modal, plain, section

pytestmark = pytest.mark.thorough

ALL = frozenset({"files:read"})


def options(count: int, text: str = "o", value: str = "") -> list[Json]:
    return [{"text": plain(text), "value": value or f"v{number}"} for number in range(count)]


def select(**more: Any) -> Json:
    return actions({"type": "static_select", "action_id": "a", **more})


def confirm(**lengths: int) -> Json:
    sizes = {"title": 1, "text": 1, "confirm": 1, "deny": 1} | lengths
    asked = {name: plain("x" * size) for name, size in sizes.items()}
    return actions(button("x", action_id="a", confirm=asked))


def title(size: int) -> Json:
    return modal(title=plain("x" * size))


Sized = Callable[[int], Json]
IN_MESSAGES: dict[str, tuple[int, Sized]] = {
    "text of a section": (3000, lambda n: section("x" * n)),
    "fields of a section": (10, lambda n: {"type": "section", "fields": [plain("x")] * n}),
    "text of a field": (2000, lambda n: {"type": "section", "fields": [plain("x" * n)]}),
    "text of a header": (150, lambda n: {"type": "header", "text": plain("x" * n)}),
    "text of a button": (75, lambda n: actions(button("x" * n))),
    "value of a button": (2000, lambda n: actions(button("x", value="x" * n))),
    "url of a button": (3000, lambda n: actions(button("x", url="https://x/".ljust(n, "x")))),
    "action id": (255, lambda n: actions(button("x", action_id="x" * n))),
    "block id": (255, lambda n: section("x", block_id="x" * n)),
    "elements of actions": (
        25,
        lambda n: actions(*[button("x", action_id=str(i)) for i in range(n)]),
    ),
    "elements of a context": (10, lambda n: {"type": "context", "elements": [plain("x")] * n}),
    "options of a menu": (100, lambda n: select(options=options(n))),
    "text of an option": (75, lambda n: select(options=options(1, "x" * n))),
    "value of an option": (150, lambda n: select(options=options(1, "x", "x" * n))),
    "placeholder": (150, lambda n: select(options=options(1), placeholder=plain("x" * n))),
    "options of an overflow": (
        5,
        lambda n: actions({"type": "overflow", "action_id": "a", "options": options(n)}),
    ),
    "options of radio buttons": (
        10,
        lambda n: actions({"type": "radio_buttons", "action_id": "a", "options": options(n)}),
    ),
    "title of a confirmation": (100, lambda n: confirm(title=n)),
    "text of a confirmation": (300, lambda n: confirm(text=n)),
    "yes of a confirmation": (30, lambda n: confirm(confirm=n)),
    "no of a confirmation": (30, lambda n: confirm(deny=n)),
    "alt text of an image": (
        2000,
        lambda n: {"type": "image", "image_url": "https://x/y.png", "alt_text": "x" * n},
    ),
    "markdown": (12_000, lambda n: {"type": "markdown", "text": "x" * n}),
}
IN_VIEWS: dict[str, tuple[int, Sized]] = {
    "title of a modal": (24, title),
    "submit of a modal": (24, lambda n: modal(submit=plain("x" * n))),
    "close of a modal": (24, lambda n: modal(close=plain("x" * n))),
    "private metadata": (3000, lambda n: modal(private_metadata="x" * n)),
    "callback id": (255, lambda n: modal(callback_id="x" * n)),
    "blocks of a view": (100, lambda n: modal(*[{"type": "divider"}] * n)),
    "label of an input": (2000, lambda n: modal(asking("x" * n, "b"))),
    "hint of an input": (2000, lambda n: modal(asking("x", "b") | {"hint": plain("x" * n)})),
    "most characters of an input": (3000, lambda n: modal(asking("x", "b", max_length=n))),
    "files of an input": (
        10,
        lambda n: modal(asking("x", "b", type="file_input", max_files=n)),
    ),
}


def refused(blocks: list[Json]) -> str:
    with pytest.raises(Refusal) as no:
        check_message(blocks, ALL)
    assert no.value.error == "invalid_blocks"
    return " ".join(no.value.rules)


def refused_view(view: Json, *types: str, scopes: frozenset[str] = ALL) -> str:
    with pytest.raises(Refusal) as no:
        check_view(view, scopes, *types or ("modal",))
    assert no.value.error == "invalid_arguments"
    return " ".join(no.value.rules)


@pytest.mark.parametrize("what", IN_MESSAGES)
def test_a_figure_of_messages_holds_at_its_edge(what: str) -> None:
    most, made = IN_MESSAGES[what]

    check_message([made(most)], ALL)

    assert str(most + 1) in refused([made(most + 1)]) or what == "markdown"


@pytest.mark.parametrize("what", IN_VIEWS)
def test_a_figure_of_views_holds_at_its_edge(what: str) -> None:
    most, made = IN_VIEWS[what]

    check_view(made(most), ALL, "modal")

    assert str(most) in refused_view(made(most + 1))


def test_a_message_has_fifty_blocks_at_most() -> None:
    check_message([section("x")] * 50, ALL)

    assert "51 were given" in refused([section("x")] * 51)


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        ({"type": "poem"}, "no block of the type 'poem'"),
        ({"text": plain("x")}, "no block of the type None"),
        (section(""), "1 to 3000"),
        ({"type": "section"}, "`text` and `fields` must stand"),
        (section("x", colour="red"), "`colour` does not belong here"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "text object (plain_text)"),
        (actions(button("x", style="blue")), "one of primary, danger"),
        (actions({"type": "button", "text": {"type": "mrkdwn", "text": "x"}}), "(plain_text)"),
        (actions(button("x", url="example.com")), "with its scheme"),
        (actions(button("x", action_id="a"), button("y", action_id="a")), "stands twice"),
        (actions(), "1 to 25"),
        (select(), "Exactly one of `options` and `option_groups`"),
        (select(options=options(2, value="same")), "value of its own"),
        (select(options=options(1), initial_option=options(2)[1]), "to the letter"),
        (select(options=options(1), initial_option={"text": plain("?")}), "`value` is required"),
        (actions({"type": "datepicker", "initial_date": "2026-02-30"}), "YYYY-MM-DD"),
        (actions({"type": "datepicker", "initial_date": "1.3.2026"}), "YYYY-MM-DD"),
        (actions({"type": "timepicker", "initial_time": "24:00"}), "HH:mm"),
        (actions({"type": "datetimepicker", "initial_date_time": 12}), "whole number"),
        (actions({"type": "plain_text_input"}), "no element of an actions block"),
        (section("x", accessory={"type": "datetimepicker"}), "no accessory of a section"),
        (
            {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
            "`emoji` does not belong here",
        ),
        ({"type": "image", "image_url": "https://x/y.png"}, "`alt_text` is required"),
        ({"type": "image", "alt_text": "x"}, "`image_url` and `slack_file`"),
        ({"type": "file", "external_id": "x", "source": "remote"}, "cannot be sent"),
        ({"type": "carousel", "elements": []}, "does not speak carousel"),
        (confirm(title=0), "1 to 100"),
        (actions(button("x", confirm={"title": plain("x")})), "`deny` is required"),
        (asking("x", "b", type="file_input"), "stand in modal only"),
        (asking("x", "b", type="number_input"), "`is_decimal_allowed` is required"),
        (asking("x", "b", type="email_text_input"), "stand in modal only"),
        (asking("x", "b", type="rich_text_input"), "stand in modal and home only"),
        (asking("x", "b", min_length=9, max_length=3), "cannot exceed"),
        (asking("x", "b", initial_value="long", max_length=3), "longer than the 3"),
        (asking("x", "b") | {"label": {"type": "mrkdwn", "text": "x"}}, "(plain_text)"),
        ({"type": "rich_text", "elements": [{"type": "song"}]}, "part of a rich text"),
    ],
)
def test_a_block_out_of_order_is_refused_with_its_place(block: Json, rule: str) -> None:
    found = refused([section("fine"), block])

    assert rule in found
    assert "[json-pointer:/blocks/1" in found


def test_block_ids_are_unique_within_a_message() -> None:
    twice = [section("x", block_id="a"), section("y", block_id="a")]

    assert "'a' stands twice" in refused(twice)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(Refusal) as no:
        check_message([section(""), {"type": "poem"}], ALL)

    assert len(no.value.rules) == 2


@pytest.mark.parametrize(
    ("view", "rule"),
    [
        ({"type": "home", "blocks": []}, "must be a modal"),
        ({"type": "modal", "blocks": []}, "`title` is required"),
        ({"type": "modal", "title": plain("x")}, "`blocks` is required"),
        (modal(asking("x", "b")) | {"submit": None}, "no text object"),
        (modal({"type": "markdown", "text": "x"}), "messages only"),
        (modal({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}), "Tables stand"),
        (modal(title={"type": "mrkdwn", "text": "x"}), "(plain_text)"),
        (
            modal(
                asking("x", "a", focus_on_load=True),
                asking("y", "b", focus_on_load=True),
            ),
            "Only one element",
        ),
        (
            modal(asking("x", "b", type="file_input") | {"dispatch_action": True}),
            "does not go with `file_input`",
        ),
        ([], "must be a modal"),
    ],
)
def test_a_view_out_of_order_is_refused(view: Any, rule: str) -> None:
    assert rule in refused_view(view)


def test_a_modal_with_an_input_needs_a_way_to_send_it() -> None:
    view = modal(asking("x", "b"))
    del view["submit"]

    assert "needs `submit`" in refused_view(view)


def test_asking_for_files_needs_the_scope_to_read_them() -> None:
    view = modal(asking("x", "b", type="file_input"))

    check_view(view, ALL, "modal")

    assert "files:read" in refused_view(view, scopes=frozenset())


def test_a_view_is_not_larger_than_a_quarter_of_a_megabyte() -> None:
    blocks = [section("文" * 2900) for _ in range(40)]

    with pytest.raises(Refusal) as no:
        check_view({"type": "home", "blocks": blocks}, ALL, "home")

    assert no.value.error == "view_too_large"

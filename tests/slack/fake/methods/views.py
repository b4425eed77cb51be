"""views.*: modals in a stack of three, and the home tab."""

from tests.slack.fake import deeds, shapes
from tests.slack.fake.call import Call
from tests.slack.fake.delivery import IN_TIME
from tests.slack.fake.kit import check_view
from tests.slack.fake.rules import Refusal
from tests.slack.fake.things import Trigger, View
from tests.slack.fake.wire import Json, copy
from tests.slack.fake.world import World

DEEPEST = 3  # views in one modal


def open_modal(call: Call) -> Json:
    body = _given(call, "modal")
    trigger = exchanged(call)
    view = made(call.world, trigger, body)
    call.world.modals[trigger.user] = [view]
    return {"view": shapes.view(view)}


def push(call: Call) -> Json:
    body = _given(call, "modal")
    trigger = exchanged(call)
    stack = call.world.modals.get(trigger.user, [])
    if trigger.view is None or not any(each.id == trigger.view for each in stack):
        raise Refusal("not_found", "A view is pushed onto the open modal whose button was pressed.")
    view = pushed(call.world, trigger, body)
    return {"view": shapes.view(view)}


def pushed(world: World, trigger: Trigger, body: Json) -> View:
    stack = world.modals[trigger.user]
    if len(stack) >= DEEPEST:
        raise Refusal("push_limit_reached", f"A modal is at most {DEEPEST} views deep.")
    view = made(world, trigger, body)
    view.root, view.previous = stack[0].id, stack[-1].id
    stack.append(view)
    return view


def update(call: Call) -> Json:
    body = _given(call, "modal", "home")
    view = _named(call)
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refusal("hash_conflict", "The view was changed since this `hash` was read.")
    replaced(call.world, view, body)
    return {"view": shapes.view(view)}


def publish(call: Call) -> Json:
    world = call.world
    who = call.person(call.need("user_id"), "invalid_arguments")
    body = _given(call, "home")
    if not world.settings.home:
        raise Refusal("not_enabled", "The home tab of the app is switched off.")
    view = world.homes.get(who.id)
    if view is not None and call.text("hash") not in ("", view.hash):
        raise Refusal("hash_conflict", "The home tab was changed since this `hash` was read.")
    if view is None:
        view = made(world, Trigger(id="", user=who.id, team=call.team, made=0), body)
        world.homes[who.id] = view
    else:
        replaced(world, view, body)
    return {"view": shapes.view(view)}


def _given(call: Call, *types: str) -> Json:
    body = call.json("view")
    if body is None:
        raise Refusal("invalid_arguments", "The argument `view` is required.")
    checked = check_view(body, call.scopes, *types)
    _own_name(call, checked)
    return checked


def _own_name(call: Call, body: Json) -> None:
    name = body.get("external_id")
    for each in call.world.views.values() if name else ():
        taken = each.open and each.body.get("external_id") == name
        if taken and call.text("external_id") != name and call.text("view_id") != each.id:
            raise Refusal("duplicate_external_id", "Another view has this `external_id`.")


def exchanged(call: Call) -> Trigger:
    """A trigger id lives for three seconds and opens one thing."""
    ident = call.text("trigger_id")
    trigger = call.world.triggers.get(ident)
    if trigger is None or trigger.team is not call.team:
        raise Refusal("invalid_trigger_id", "`trigger_id` comes from what a person just did.")
    if trigger.used:
        raise Refusal("exchanged_trigger_id", "A `trigger_id` can be used once.")
    if call.world.now() - trigger.made > IN_TIME:
        raise Refusal("expired_trigger_id", f"A `trigger_id` expires after {IN_TIME:g} seconds.")
    trigger.used = True
    return trigger


def made(world: World, trigger: Trigger, body: Json) -> View:
    ident = world.ids.new("V")
    view = View(
        id=ident,
        team=trigger.team,
        user=trigger.user,
        body=_kept(world, body),
        hash="",
        root=ident,
    )
    view.hash = f"{int(world.now())}.{world.ids.hex(8)}"
    view.filled = initial(view.body)
    world.views[ident] = view
    return view


def replaced(world: World, view: View, body: Json) -> None:
    """New contents; what was entered stays where block id and action id stay."""
    before = view.filled
    view.body = _kept(world, body)
    view.hash = f"{int(world.now())}.{world.ids.hex(8)}"
    view.filled = initial(view.body)
    view.errors, view.trouble = {}, ""
    for block, values in view.filled.items():
        for action, value in values.items():
            was = before.get(block, {}).get(action)
            if was is not None and was["type"] == value["type"]:
                values[action] = was


def _kept(world: World, body: Json) -> Json:
    kept = copy(body)
    kept["blocks"] = deeds.name_actions(deeds.standing(kept["blocks"], world), world)
    whole: Json = kept
    return whole


FIRST = {  # element: where it starts, what its state is called
    "plain_text_input": ("initial_value", "value"),
    "email_text_input": ("initial_value", "value"),
    "url_text_input": ("initial_value", "value"),
    "number_input": ("initial_value", "value"),
    "rich_text_input": ("initial_value", "rich_text_value"),
    "static_select": ("initial_option", "selected_option"),
    "external_select": ("initial_option", "selected_option"),
    "radio_buttons": ("initial_option", "selected_option"),
    "users_select": ("initial_user", "selected_user"),
    "conversations_select": ("initial_conversation", "selected_conversation"),
    "channels_select": ("initial_channel", "selected_channel"),
    "multi_static_select": ("initial_options", "selected_options"),
    "multi_external_select": ("initial_options", "selected_options"),
    "checkboxes": ("initial_options", "selected_options"),
    "multi_users_select": ("initial_users", "selected_users"),
    "multi_conversations_select": ("initial_conversations", "selected_conversations"),
    "multi_channels_select": ("initial_channels", "selected_channels"),
    "datepicker": ("initial_date", "selected_date"),
    "timepicker": ("initial_time", "selected_time"),
    "datetimepicker": ("initial_date_time", "selected_date_time"),
    "file_input": ("", "files"),
}
LISTS = ("selected_options", "selected_users", "selected_conversations", "selected_channels")


def initial(body: Json) -> dict[str, Json]:
    """The state before anybody touched it: every element that keeps one, empty or not."""
    values: dict[str, Json] = {}
    for block in body["blocks"]:
        for element in deeds.elements(block):
            if element.get("type") in FIRST:
                start, name = FIRST[element["type"]]
                empty: list[Json] | None = [] if name in (*LISTS, "files") else None
                state = {"type": element["type"], name: copy(element.get(start, empty))}
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def _named(call: Call) -> View:
    ident, name = call.text("view_id"), call.text("external_id")
    if not ident and not name:
        raise Refusal("invalid_arguments", "Name the `view_id` or the `external_id`.")
    for view in call.world.views.values():
        same = view.id == ident if ident else view.body.get("external_id") == name
        if same and view.open and view.team is call.team:
            return view
    raise Refusal("not_found", "There is no such view; perhaps it was closed.")

"""What Slack does with an app's answer to a person's deed; nonsense is shown as trouble."""

from typing import Any

from tests.slack.fake import deeds, responding, surfaces
from tests.slack.fake.delivery import Outcome
from tests.slack.fake.kit import check_view
from tests.slack.fake.methods import views
from tests.slack.fake.rules import Refusal
from tests.slack.fake.things import ResponseUrl, Trigger, User, View
from tests.slack.fake.wire import Json, pack
from tests.slack.fake.world import World

TROUBLE = "We had some trouble connecting. Try again?"
SILENT = {"http_timeout": "operation_timeout", "timeout": "operation_timeout"}


def answered_command(world: World, url: ResponseUrl, word: str, outcome: Outcome) -> None:
    """The message in the acknowledgement, or Slackbot's regret that there was none."""
    if not outcome.acknowledged:
        why = SILENT.get(outcome.reason, "dispatch_failed")
        deeds.complain(world, url.user, url.room, f"{word} failed with the error “{why}”")
        return
    body = outcome.body if isinstance(outcome.body, dict) else {"text": outcome.body or ""}
    if body.keys() <= {"response_type"} or body == {"text": ""}:
        return
    try:
        responding.publish(world, url, body, responding.said_in(world, body))
    except Refusal as no:
        world.refuse(word, no.error, *no.rules)
        deeds.complain(world, url.user, url.room, f"{word} failed with the error “{no.error}”")


def answered_action(world: World, who: User, surface: surfaces.Surface, outcome: Outcome) -> None:
    if outcome.acknowledged:
        return
    world.refuse(
        "block_actions", outcome.reason, "An interaction is acknowledged within 3 seconds."
    )
    if isinstance(surface, View):
        surface.trouble = TROUBLE
    else:
        deeds.complain(world, who.id, surface.room, TROUBLE)


def answered_view(world: World, view: View, trigger: Trigger, outcome: Outcome) -> None:
    """Close the modal, or do what `response_action` says; nonsense is shown as trouble."""
    if not outcome.acknowledged:
        view.trouble = TROUBLE
        world.refuse("view_submission", outcome.reason, "A form is answered within 3 seconds.")
        return
    try:
        _response_action(world, view, trigger, outcome.body)
    except Refusal as no:
        view.trouble = TROUBLE
        world.refuse("view_submission", no.error, *no.rules)


def _response_action(world: World, view: View, trigger: Trigger, body: Any) -> None:
    if body in (None, "", {}):
        closed(world, view)
        return
    action = body.get("response_action") if isinstance(body, dict) else None
    match action:
        case "errors":
            view.errors = _errors(view, body)
        case "clear":
            cleared(world, view)
        case "update":
            made = check_view(body.get("view"), world.settings.scopes, "modal")
            views.replaced(world, view, made)
        case "push":
            made = check_view(body.get("view"), world.settings.scopes, "modal")
            views.pushed(world, trigger, made)
        case _:
            raise Refusal(
                "invalid_response_action",
                "A form is answered with nothing, or errors, update, push or clear; "
                f"not with {pack(body)[:80]}.",
            )


def _errors(view: View, body: Json) -> dict[str, str]:
    """Each under an input block of this view, each a sentence."""
    given = body.get("errors")
    inputs = {x["block_id"] for x in view.body["blocks"] if x["type"] == "input"}
    if not isinstance(given, dict) or not given:
        raise Refusal("invalid_errors", "`errors` names at least one block.")
    for block, words in given.items():
        if block not in inputs:
            raise Refusal("invalid_errors", f"There is no input block {block!r} in this view.")
        if not isinstance(words, str) or not words.strip():
            raise Refusal("invalid_errors", "An error is a sentence.")
    return dict(given)


def closed(world: World, view: View) -> None:
    view.open = False
    stack = world.modals.get(view.user, [])
    world.modals[view.user] = [each for each in stack if each is not view]


def cleared(world: World, view: View) -> None:
    for each in world.modals.get(view.user, []):
        each.open = False
    world.modals[view.user] = []

"""What people do to the app, as payloads."""

from typing import Any

from tests.slack.fake import answering, shapes, surfaces
from tests.slack.fake.delivery import Delivery
from tests.slack.fake.methods import views
from tests.slack.fake.noise import disturb
from tests.slack.fake.rules import Impossible
from tests.slack.fake.things import (
    Conversation,
    Ephemeral,
    Message,
    Trigger,
    User,
    View,
    Workspace,
)
from tests.slack.fake.wire import Json, copy
from tests.slack.fake.world import World

HIDDEN = {"im": "directmessage", "group": "privategroup", "mpim": "mpdm"}


def envelope(
    world: World, who: User, kind: str, team: Workspace, view: str | None = None
) -> tuple[Json, Trigger]:
    """What all interactions carry; `team` is where it happens, which a stranger is not of."""
    if not team.installed:
        raise Impossible("the app is not installed here any more")
    trigger = world.trigger(who, team, view)
    made: Json = {
        "type": kind,
        "token": world.verification_token,
        "api_app_id": world.app_id,
        "user": {
            "id": who.id,
            "username": who.name,
            "name": who.name,
            "team_id": who.team.id,
        },
        "team": shapes.team(team),
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": trigger.id,
    }
    if team.enterprise:
        made["enterprise"] = {"id": team.enterprise, "name": team.name + " Group"}
    return made, trigger


def deliver(world: World, payload: Json, answered: Any, sort: Any = "interactive") -> Delivery:
    if sort != "command":
        payload = disturb(payload, world.chance, unknown=world.faults.unknown, missing=0.0)
    made = Delivery(sort, payload, answered)
    world.send(made)
    return made


def command(world: World, who: User, room: Conversation, typed: str) -> Delivery:
    word, _, text = typed.partition(" ")
    known = word in world.settings.commands and "commands" in world.settings.scopes
    if not known or not who.team.installed:
        raise Impossible(f"{word} is not a command of {who.team.name}")
    trigger = world.trigger(who, who.team)
    url = world.response_url(user=who.id, room=room)
    url.command = True
    payload: Json = {
        "token": world.verification_token,
        "team_id": who.team.id,
        "team_domain": who.team.domain,
        "channel_id": room.id,
        "channel_name": HIDDEN.get(room.kind, room.name),
        "user_id": who.id,
        "user_name": who.name,
        "command": word,
        "text": text.strip(),
        "api_app_id": world.app_id,
        "is_enterprise_install": "false",
        "response_url": f"{world.base}/hooks/commands/{url.secret}",
        "trigger_id": trigger.id,
    }
    if who.team.enterprise:
        named = {"enterprise_id": who.team.enterprise, "enterprise_name": who.team.name + " Group"}
        payload |= named
    return deliver(
        world, payload, lambda out: answering.answered_command(world, url, word, out), "command"
    )


def pressed(world: World, who: User, surface: surfaces.Surface, part: surfaces.Part) -> Delivery:
    """A button: `block_actions` with its value."""
    element = part.element
    shown = ("text", "value", "style", "url")
    action: Json = {key: element[key] for key in shown if key in element}
    return acted(world, who, surface, part, action)


def acted(
    world: World, who: User, surface: surfaces.Surface, part: surfaces.Part, action: Json
) -> Delivery:
    inside = surface.id if isinstance(surface, View) else None
    team = surface.team if isinstance(surface, View) else surface.room.team
    payload, _ = envelope(world, who, "block_actions", team, inside)
    payload |= _where(world, who, surface)
    done = {
        "type": part.element["type"],
        "action_id": part.element["action_id"],
        "block_id": part.block["block_id"],
        "action_ts": world.ids.ts(),
    }
    payload["actions"] = [done | copy(action)]
    return deliver(world, payload, lambda out: answering.answered_action(world, who, surface, out))


def looked_up(
    world: World, who: User, surface: surfaces.Surface, part: surfaces.Part, typed: str
) -> Delivery:
    team = surface.team if isinstance(surface, View) else surface.room.team
    payload, _ = envelope(world, who, "block_suggestion", team)
    payload |= _where(world, who, surface)
    for key in ("trigger_id", "response_url", "state"):
        payload.pop(key, None)
    payload |= {
        "action_id": part.element["action_id"],
        "block_id": part.block["block_id"],
        "value": typed,
    }
    return deliver(world, payload, None, "options")


def _where(world: World, who: User, surface: surfaces.Surface) -> Json:
    if isinstance(surface, View):
        return {
            "container": {"type": "view", "view_id": surface.id},
            "view": shapes.view(surface),
        }
    url = world.response_url(user=who.id, room=surface.room)
    url.message = surface
    fleeting = isinstance(surface, Ephemeral)
    container: Json = {
        "type": "message",
        "message_ts": surface.ts,
        "channel_id": surface.room.id,
        "is_ephemeral": fleeting,
    }
    if surface.thread_ts:
        container["thread_ts"] = surface.thread_ts
    room = surface.room
    made: Json = {
        "container": container,
        "channel": {"id": room.id, "name": HIDDEN.get(room.kind, room.name)},
        "state": {"values": copy(filled(world, who, surface))},
        "response_url": f"{world.base}/hooks/actions/{url.secret}",
    }
    if isinstance(surface, Message):
        made["message"] = shapes.message(surface)
    return made


def filled(world: World, who: User, surface: surfaces.Surface) -> dict[str, Json]:
    """What this person chose on this surface so far; every element that keeps something."""
    if isinstance(surface, View):
        return surface.filled
    key = (surface.ts, who.id)
    now = views.initial({"blocks": surfaces.blocks_of(surface)})
    kept = world.states.setdefault(key, {})
    for block, values in now.items():
        for action in values:
            values[action] = kept.get(block, {}).get(action, values[action])
    world.states[key] = now
    return now


def shortcut(world: World, who: User, callback: str, what: Message | None) -> Delivery:
    kind = "message" if what is not None else "global"
    if world.settings.shortcuts.get(callback) != kind or who.foreign:
        raise Impossible(f"the app has no {kind} shortcut {callback!r}")
    team = who.team if what is None else what.room.team
    payload, _ = envelope(world, who, "shortcut" if what is None else "message_action", team)
    payload |= {"callback_id": callback, "action_ts": world.ids.ts()}
    payload.pop("api_app_id")
    payload["user"].pop("name" if what is None else "username")
    if what is not None:
        url = world.response_url(user=who.id, room=what.room)
        url.message = what if what.bot_id == what.room.team.bot_id else None
        payload |= {
            "message_ts": what.ts,
            "message": shapes.message(what),
            "channel": {
                "id": what.room.id,
                "name": HIDDEN.get(what.room.kind, what.room.name),
            },
            "response_url": f"{world.base}/hooks/app/{url.secret}",
        }
    return deliver(world, payload, None)


def submitted(world: World, who: User, view: View) -> Delivery:
    payload, trigger = envelope(world, who, "view_submission", view.team, view.id)
    view.errors, view.trouble = {}, ""
    payload |= {"view": shapes.view(view), "response_urls": _chosen_rooms(world, who, view)}
    return deliver(world, payload, lambda out: answering.answered_view(world, view, trigger, out))


def _chosen_rooms(world: World, who: User, view: View) -> list[Json]:
    """Where a menu with `response_url_enabled` was used, the app may answer into that channel."""
    made: list[Json] = []
    for part in surfaces.parts(view):
        state = view.filled.get(part.block["block_id"], {}).get(part.element["action_id"], {})
        ident = state.get("selected_channel") or state.get("selected_conversation")
        if part.element.get("response_url_enabled") and ident in world.rooms:
            url = world.response_url(user=who.id, room=world.rooms[ident])
            made.append(
                {
                    "block_id": part.block["block_id"],
                    "action_id": part.element["action_id"],
                    "channel_id": ident,
                    "response_url": f"{world.base}/hooks/app/{url.secret}",
                }
            )
    return made


def left_open(world: World, who: User, view: View, *, whole: bool) -> Delivery | None:
    """Cancel (this view), or the cross in the corner (all of them)."""
    first = world.modals[who.id][0]
    told = first if whole else view
    wanted = told.body.get("notify_on_close", False)
    (answering.cleared if whole or view.body.get("clear_on_close") else answering.closed)(
        world, view
    )
    if not wanted:
        return None
    payload, _ = envelope(world, who, "view_closed", view.team)
    payload.pop("trigger_id")
    payload |= {"view": shapes.view(told), "is_cleared": whole}
    return deliver(world, payload, None)

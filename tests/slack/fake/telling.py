"""What happens becomes events, for an app that subscribed, was granted the scope, and is there."""

from collections.abc import Mapping

from tests.slack.fake import shapes
from tests.slack.fake.app import hears
from tests.slack.fake.delivery import Delivery
from tests.slack.fake.noise import disturb
from tests.slack.fake.things import Conversation, Group, Message, User, Workspace
from tests.slack.fake.wire import Json
from tests.slack.fake.world import World

PLURAL = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
EVERYWHERE = ("app_uninstalled", "tokens_revoked")  # still told when the app is gone


def tell(
    world: World,
    team: Workspace,
    inner: Mapping[str, object],
    room: Conversation | None = None,
    listen: str = "",
) -> Delivery | None:
    """Deliver an event, unless the app does not listen for it."""
    kind = str(inner["type"])
    if not hears(world.settings, listen or kind):
        return None
    if not team.installed and kind not in EVERYWHERE:
        return None
    outer: Json = {
        "token": world.verification_token,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": team.enterprise,
        "api_app_id": world.app_id,
        "event": dict(inner),
        "type": "event_callback",
        "event_id": world.ids.new("Ev"),
        "event_time": int(world.now()),
        "authorizations": [_authorization(world, team)],
        "is_ext_shared_channel": bool(room and room.shared_with),
        "event_context": "4-" + world.ids.hex(60),
    }
    faults = world.faults
    missing = faults.missing if kind in ("message", "app_mention") else 0.0
    noisy = disturb(outer, world.chance, unknown=faults.unknown, missing=missing)
    sent = Delivery("event", noisy)
    world.send(sent)
    return sent


def _authorization(world: World, team: Workspace) -> Json:
    return {
        "enterprise_id": team.enterprise,
        "team_id": team.id,
        "user_id": world.bot(team).id,
        "is_bot": True,
        "is_enterprise_install": False,
    }


def rate_limited(world: World, team: Workspace) -> Delivery:
    """The documented flat form, without an inner event."""
    sent = Delivery(
        "event",
        {
            "token": world.verification_token,
            "type": "app_rate_limited",
            "team_id": team.id,
            "minute_rate_limited": int(world.now()) // 60 * 60,
            "api_app_id": world.app_id,
        },
    )
    world.send(sent)
    return sent


def said(world: World, what: Message) -> None:
    """A message was posted."""
    room = what.room
    if not world.bot_in(room):
        return
    inner = _placed(world, what, shapes.message(what))
    if what.broadcast:
        root = room.messages.get(what.thread_ts or "")
        inner |= {"subtype": "thread_broadcast", "root": shapes.message(root) if root else {}}
    tell(world, room.team, inner, room, "message." + PLURAL[room.kind])
    bot = world.bot(room.team)
    if f"<@{bot.id}" in what.text and what.user != bot.id and not room.is_direct:
        mention = inner | {"type": "app_mention"}
        mention.pop("channel_type", None)
        tell(world, room.team, mention, room)


def _placed(world: World, what: Message, inner: Json) -> Json:
    """With where it was said; for a stranger in a shared channel, also who that is."""
    inner |= {
        "channel": what.room.id,
        "event_ts": what.ts,
        "channel_type": what.room.kind,
    }
    who = world.users.get(what.user)
    if who is not None and who.foreign:
        inner |= {
            "team": who.team.id,
            "user_team": who.team.id,
            "source_team": who.team.id,
            "user_profile": {"real_name": who.real_name, "team": who.team.id},
        }
    return inner


def changed(world: World, what: Message, before: Json) -> None:
    """A message was edited, or grew an unfurled link."""
    inner = {
        "type": "message",
        "subtype": "message_changed",
        "message": shapes.message(what) | {"source_team": what.room.team.id},
        "previous_message": before,
        "hidden": True,
    }
    _about(world, what.room, inner)


def deleted(world: World, what: Message, before: Json) -> None:
    """A message is gone; the first one of a thread leaves a tombstone."""
    inner: Json = {"type": "message", "previous_message": before, "hidden": True}
    if what.room.replies(what.ts):
        stone = before | {
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
        }
        stone = {k: v for k, v in stone.items() if k not in ("blocks", "files", "client_msg_id")}
        inner |= {"subtype": "message_changed", "message": stone}
    else:
        inner |= {"subtype": "message_deleted", "deleted_ts": what.ts}
    _about(world, what.room, inner)


def _about(world: World, room: Conversation, inner: Json) -> None:
    if not world.bot_in(room):
        return
    ts = world.ids.ts()
    inner |= {"channel": room.id, "ts": ts, "event_ts": ts, "channel_type": room.kind}
    tell(world, room.team, inner, room, "message." + PLURAL[room.kind])


def reacted(world: World, what: Message, who: str, name: str, *, added: bool) -> None:
    if not world.bot_in(what.room):
        return
    inner = {
        "type": "reaction_added" if added else "reaction_removed",
        "user": who,
        "reaction": name,
        "item": {"type": "message", "channel": what.room.id, "ts": what.ts},
        "item_user": what.user,
        "event_ts": world.ids.ts(),
    }
    tell(world, what.room.team, inner, what.room)


def joined(world: World, room: Conversation, who: User, inviter: str | None) -> None:
    if not world.bot_in(room) or room.kind == "im":
        return
    inner: Json = {"type": "member_joined_channel"} | _membership(world, room, who)
    tell(world, room.team, inner | ({"inviter": inviter} if inviter else {}), room)


def left(world: World, room: Conversation, who: User, by: str) -> None:
    """Somebody left; where it was the bot, it hears only that it is out."""
    if who.id == world.bot(room.team).id:
        kind = "channel_left" if room.kind == "channel" else "group_left"
        inner = {"type": kind, "channel": room.id, "actor_id": by, "event_ts": world.ids.ts()}
        tell(world, room.team, inner, room)
    elif world.bot_in(room) and room.kind != "im":
        gone = {"type": "member_left_channel"} | _membership(world, room, who)
        tell(world, room.team, gone, room)


def _membership(world: World, room: Conversation, who: User) -> Json:
    return {
        "user": who.id,
        "channel": room.id,
        "channel_type": "C" if room.kind == "channel" else "G",
        "team": who.team.id,
        "event_ts": world.ids.ts(),
    }


def place_changed(world: World, room: Conversation, deed: str, **more: object) -> None:
    """`archive`, `rename`, …: of every public channel, of private ones with the bot in them."""
    kind = ("channel_" if room.kind == "channel" else "group_") + deed
    if room.kind != "channel" and not world.bot_in(room):
        return
    inner = {"type": kind, "channel": room.id, **more, "event_ts": world.ids.ts()}
    tell(world, room.team, inner, room)


def user_changed(world: World, who: User, kind: str = "user_change") -> None:
    email = "users:read.email" in world.settings.scopes
    shown = shapes.user(who, now=world.now(), email=email, locale=True)
    for team in _homes(world, who):
        inner = {"type": kind, "user": shown, "cache_ts": who.updated, "event_ts": world.ids.ts()}
        tell(world, team, inner)


def _homes(world: World, who: User) -> list[Workspace]:
    """The workspaces that hear of a person: their own, or those a stranger is met in."""
    if who.team.app_id:
        return [who.team]
    met = {x.team.id for x in world.rooms.values() if who.id in x.members}
    return [world.teams[each] for each in sorted(met) if each in world.teams]


def group_changed(world: World, what: Group, added: list[str], removed: list[str]) -> None:
    inner = {
        "type": "subteam_members_changed",
        "subteam_id": what.id,
        "team_id": what.team.id,
        "date_previous_update": what.updated,
        "date_update": int(world.now()),
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": world.ids.ts(),
    }
    tell(world, what.team, inner)
    updated = {
        "type": "subteam_updated",
        "subteam": shapes.group(what),
        "event_ts": world.ids.ts(),
    }
    tell(world, what.team, updated)

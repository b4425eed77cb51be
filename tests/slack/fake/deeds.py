"""The changes themselves, the same whether a person or the app makes them."""

from tests.slack.fake import emoji, shapes, telling
from tests.slack.fake.things import Conversation, Ephemeral, File, Message, User
from tests.slack.fake.wire import Blocks, Json, copy
from tests.slack.fake.world import World


def say(world: World, what: Message) -> Message:
    """Put a message into its conversation and tell of it."""
    what.room.keep(what)
    for each in what.files:
        each.shares.append((what.room.id, what.ts))
    telling.said(world, what)
    for each in what.files:
        shared(world, each, what.room)
    return what


def shared(world: World, what: File, room: Conversation) -> None:
    if not world.bot_in(room):
        return
    inner = {
        "type": "file_shared",
        "file_id": what.id,
        "user_id": what.user,
        "file": {"id": what.id},
        "channel_id": room.id,
        "event_ts": world.ids.ts(),
    }
    telling.tell(world, room.team, inner, room)


def edit(world: World, what: Message, text: str, blocks: Blocks, *, mark: bool = True) -> None:
    before = shapes.message(what)
    what.drafts.append((what.text, what.blocks))
    what.text, what.blocks = text, blocks
    if mark:
        what.edited = {"user": what.user, "ts": world.ids.ts()}
    telling.changed(world, what, before)


def unfurl(world: World, what: Message, attachments: Blocks) -> None:
    """Slack fetched what a link shows; to the app that looks like an edit."""
    before = shapes.message(what)
    what.attachments = [*what.attachments, *copy(attachments)]
    telling.changed(world, what, before)


def delete(world: World, what: Message) -> None:
    before = shapes.message(what)
    what.deleted = True
    telling.deleted(world, what, before)


def react(world: World, what: Message, who: str, name: str) -> bool:
    users = what.reactions.setdefault(name, [])
    if who in users:
        return False
    users.append(who)
    telling.reacted(world, what, who, name, added=True)
    return True


def unreact(world: World, what: Message, who: str, name: str) -> bool:
    if who not in what.reactions.get(name, ()):
        return False
    what.reactions[name].remove(who)
    if not what.reactions[name]:
        del what.reactions[name]
    telling.reacted(world, what, who, name, added=False)
    return True


def join(world: World, room: Conversation, who: User, inviter: str | None = None) -> None:
    if who.id in room.members:
        return
    room.members.append(who.id)
    if not room.is_direct:
        notice(world, room, who, "channel_join", f"<@{who.id}> has joined the channel")
    telling.joined(world, room, who, inviter)


def leave(world: World, room: Conversation, who: User, by: str = "") -> None:
    if who.id not in room.members:
        return
    was_in = world.bot_in(room)
    room.members.remove(who.id)
    if not room.is_direct and was_in and world.bot_in(room):
        notice(world, room, who, "channel_leave", f"<@{who.id}> has left the channel")
    telling.left(world, room, who, by or who.id)


def notice(world: World, room: Conversation, who: User, subtype: str, text: str) -> None:
    """A line that Slack itself writes into the conversation."""
    say(world, Message(ts=world.ids.ts(), room=room, user=who.id, text=text, subtype=subtype))


def whisper(world: World, what: Ephemeral) -> Ephemeral:
    world.ephemerals.append(what)
    return what


def complain(world: World, user: str, room: Conversation, text: str) -> None:
    """What Slack shows somebody when the app failed them."""
    whisper(
        world,
        Ephemeral(ts=world.ids.ts(), room=room, user=user, text=text, blocks=[], by="USLACKBOT"),
    )


def standing(given: Blocks, world: World) -> Blocks:
    """Blocks as they are kept: each with an id, plain text with its flag for emoji."""
    return [_standing(each, world) for each in given]


def _standing(block: Json, world: World) -> Json:
    kept: Json = {"type": block["type"], "block_id": block.get("block_id") or world.ids.hex(5)}
    for key, value in block.items():
        if key not in kept:
            kept[key] = _kept(value, world)
    return kept


def _kept(value: object, world: World) -> object:
    if isinstance(value, list):
        return [_kept(each, world) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _kept(each, world) for key, each in value.items()}
    if kept.get("type") == "plain_text":
        kept.setdefault("emoji", True)
    elif kept.get("type") == "mrkdwn":
        kept.setdefault("verbatim", False)
    if kept.get("verbatim") is not None or kept.get("emoji"):
        kept["text"] = emoji.named(str(kept["text"]))
    return kept


INTERACTIVE = ("button", "overflow", "datepicker", "timepicker", "datetimepicker", "checkboxes")


def name_actions(blocks: Blocks, world: World) -> Blocks:
    """Elements without an action id get one, as Slack gives them."""
    for block in blocks:
        for element in elements(block):
            kind = str(element.get("type", ""))
            if kind.endswith(("_select", "_input", "_buttons")) or kind in INTERACTIVE:
                element.setdefault("action_id", world.ids.hex(5))
    return blocks


def elements(block: Json) -> list[Json]:
    """The interactive pieces of a block."""
    found = list(block.get("elements", ())) if block["type"] != "rich_text" else []
    found += [block[key] for key in ("accessory", "element") if key in block]
    return [each for each in found if isinstance(each, dict)]

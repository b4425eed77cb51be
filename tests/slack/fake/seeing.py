"""What stands before a person's eyes: channels, whispers, their home tab, their open modal."""

from dataclasses import dataclass, field
from typing import Literal

from tests.slack.fake import reading
from tests.slack.fake.mrkdwn import Live, Names, Reading
from tests.slack.fake.things import Conversation, Ephemeral, Message, User, View
from tests.slack.fake.wire import Blocks, Json
from tests.slack.fake.world import World


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing seen. `plain` is what it reads like, `live` what in it is more than letters.

    `notification` is `text` as a phone shows it; where there are no blocks it is the message.
    """

    kind: Literal["message", "ephemeral", "home", "modal"]
    where: str  # name of the channel, `@name` for a direct message, title of a view
    by: str  # id of who said it
    text: str
    blocks: Blocks
    plain: str
    live: tuple[Live, ...]
    controls: tuple[str, ...]
    notification: Reading
    source: Message | Ephemeral | View = field(repr=False)

    @property
    def ts(self) -> str:
        return "" if isinstance(self.source, View) else self.source.ts


def names(world: World) -> Names:
    def shown(ident: str) -> str:
        if ident in world.users:
            return world.users[ident].display_name or world.users[ident].real_name
        if ident in world.groups:
            return world.groups[ident].handle
        return world.rooms[ident].name if ident in world.rooms else ident

    def known(sign: str, name: str) -> str | None:
        if sign == "#":
            rooms = (x for x in world.rooms.values() if x.name == name and x.kind == "channel")
            return next((x.id for x in rooms), None)
        return next((x.id for x in world.groups.values() if x.handle == name), None)

    return Names(shown, known)


def seen_by(world: World, who: User) -> list[Sight]:
    """Everything, in order of time; the views last."""
    said = [_of_message(world, who, each) for each in world.messages() if sees(who, each.room)]
    whispered = [
        _of_whisper(world, who, each)
        for each in world.ephemerals
        if each.user == who.id and not each.deleted and shown(each)
    ]
    views = [world.homes[who.id]] if who.id in world.homes else []
    views += world.modals.get(who.id, [])[-1:]
    ordered = sorted(said + whispered, key=lambda each: each.ts)
    return ordered + [_of_view(world, each) for each in views]


def sees(who: User, room: Conversation) -> bool:
    """Members; and in a public channel every colleague who is not a guest."""
    if room.deleted or who.deleted:
        return False
    guest = who.is_restricted or who.is_ultra_restricted or who.foreign
    open_to = room.kind == "channel" and room.team is who.team and not guest
    return who.id in room.members or open_to


def shown(what: Ephemeral) -> bool:
    """A whisper into a thread is shown only where the thread is alive."""
    return what.thread_ts is None or bool(what.room.replies(what.thread_ts))


def _where(world: World, who: User, room: Conversation) -> str:
    if room.kind != "im":
        return room.name
    other = next((x for x in room.members if x != who.id), who.id)
    return "@" + world.users[other].name


def _of_message(world: World, who: User, what: Message) -> Sight:
    return _sight(world, "message", _where(world, who, what.room), what)


def _of_whisper(world: World, who: User, what: Ephemeral) -> Sight:
    return _sight(world, "ephemeral", _where(world, who, what.room), what)


def _sight(
    world: World,
    kind: Literal["message", "ephemeral"],
    where: str,
    what: Message | Ephemeral,
) -> Sight:
    known = names(world)
    said = reading.message_text(what.text, what.asked, known)
    made = reading.flat(what.blocks, known)
    reading.attachments(made, what.attachments)
    if not what.blocks:
        made.lines.insert(0, said.plain)
        made.live += said.live
    files = [f"[file: {each.title}]" for each in getattr(what, "files", ())]
    return Sight(
        kind,
        where,
        what.user if isinstance(what, Message) else what.by,
        what.text,
        what.blocks,
        "\n".join([*made.lines, *files]),
        tuple(made.live),
        tuple(made.controls),
        said,
        what,
    )


def _of_view(world: World, what: View) -> Sight:
    made = reading.flat(what.body["blocks"], names(world), what.errors)
    kind: Literal["home", "modal"] = "home" if what.body["type"] == "home" else "modal"
    title: Json = what.body.get("title") or {"type": "plain_text", "text": world.settings.name}
    if what.trouble:
        made.lines.append(f"! {what.trouble}")
    return Sight(
        kind,
        made.text(title),
        world.bot(what.team).id,
        "",
        what.body["blocks"],
        made.plain,
        tuple(made.live),
        tuple(made.controls),
        Reading("", ()),
        what,
    )

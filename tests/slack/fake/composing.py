"""What a person types, as their client sends it: escaped text, and the same as rich text."""

import re

from tests.slack.fake import emoji
from tests.slack.fake.mrkdwn import encode
from tests.slack.fake.things import User
from tests.slack.fake.wire import Blocks, Json
from tests.slack.fake.world import World

TYPED = re.compile(r"(?P<url>https?://\S+)|(?<!\w)(?P<name>[@#][\w.-]+)")
EVERYBODY = ("here", "channel", "everyone")


def composed(world: World, who: User, typed: str) -> tuple[str, Blocks]:
    """`@bob` becomes a mention, `#sales` a link, addresses links, the rest is escaped."""
    text: list[str] = []
    pieces: Blocks = []
    end = 0
    for found in TYPED.finditer(typed):
        piece = _piece(world, who, found)
        if piece is None:
            continue
        _plain(typed[end : found.start()], text, pieces)
        text.append(piece[0])
        pieces.append(piece[1])
        end = found.start() + len(found[0].rstrip(".,;:!?)"))
    _plain(typed[end:], text, pieces)
    section = {"type": "rich_text_section", "elements": pieces}
    block = {"type": "rich_text", "block_id": world.ids.hex(5), "elements": [section]}
    return "".join(text), [block] if typed else []


def _plain(words: str, text: list[str], pieces: Blocks) -> None:
    end = 0
    for found in emoji.FOUND.finditer(words):
        _words(words[end : found.start()], text, pieces)
        name = emoji.NAMES[found[0]]
        text.append(f":{name}:")
        pieces.append({"type": "emoji", "name": name})
        end = found.end()
    _words(words[end:], text, pieces)


def _words(words: str, text: list[str], pieces: Blocks) -> None:
    if words:
        text.append(encode(words))
        pieces.append({"type": "text", "text": words})


def _piece(world: World, who: User, found: "re.Match[str]") -> tuple[str, Json] | None:
    if found["url"]:
        url = found["url"].rstrip(".,;:!?)")
        return f"<{encode(url)}>", {"type": "link", "url": url}
    sign, name = found["name"][0], found["name"][1:].rstrip(".,")
    return _place(world, who, name) if sign == "#" else _someone(world, who, name)


def _someone(world: World, who: User, name: str) -> tuple[str, Json] | None:
    if name in EVERYBODY:
        return f"<!{name}>", {"type": "broadcast", "range": name}
    for each in world.users.values():
        if each.name.lower() == name.lower() and met(world, who, each):
            return f"<@{each.id}>", {"type": "user", "user_id": each.id}
    for group in world.groups.values():
        if group.handle == name and group.team is who.team:
            piece = {"type": "usergroup", "usergroup_id": group.id}
            return f"<!subteam^{group.id}>", piece
    return None


def met(world: World, who: User, other: User) -> bool:
    """Colleagues, or people who share a channel across companies."""
    if who.team is other.team:
        return True
    return any(who.id in x.members and other.id in x.members for x in world.rooms.values())


def _place(world: World, who: User, name: str) -> tuple[str, Json] | None:
    for room in world.rooms.values():
        if room.name == name and (room.team is who.team or who.id in room.members):
            label = world.chance.choice(("", name))
            return f"<#{room.id}|{label}>", {"type": "channel", "channel_id": room.id}
    return None


def escaped(world: World, who: User, typed: str) -> str:
    """The text of a slash command of an app that asked for escaping: ids with names."""

    def written(found: "re.Match[str]") -> str:
        sign, name = found["name"][0], found["name"][1:]
        piece = (_place if sign == "#" else _someone)(world, who, name)
        if piece is None or piece[0].startswith("<!") or sign == "#":
            return piece[0] if piece else found[0]
        return f"{piece[0][:-1]}|{name}>"

    return re.sub(r"(?<!\w)(?P<name>[@#][\w.-]+)", written, encode(typed))

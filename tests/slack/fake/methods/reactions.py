"""reactions.*: the bot's own reactions to messages."""

import re

from tests.slack.fake import deeds
from tests.slack.fake.call import TS, Call
from tests.slack.fake.rules import Refusal
from tests.slack.fake.things import Message
from tests.slack.fake.wire import Json

NAME = re.compile(r"[a-z0-9_+'-]+(?:::skin-tone-[2-6])?")
DISTINCT = 23  # emoji on one message


def _item(call: Call) -> tuple[Message, str]:
    if not call.text("channel") or not call.text("timestamp"):
        raise Refusal("no_item_specified", "Name the `channel` and the `timestamp`.")
    name = call.need("name")
    if not NAME.fullmatch(name):
        raise Refusal("invalid_name", "A reaction is named without colons, in small letters.")
    room = call.member_of(call.room())
    ts = call.text("timestamp")
    if not TS.fullmatch(ts):
        raise Refusal("bad_timestamp", "A timestamp looks like 1234567890.123456.")
    if room.archived:
        raise Refusal("is_archived", "Nobody reacts in an archived channel.")
    return call.message(room, ts), name


def add(call: Call) -> Json:
    what, name = _item(call)
    if name not in what.reactions and len(what.reactions) >= DISTINCT:
        raise Refusal("too_many_emoji", f"A message has at most {DISTINCT} different reactions.")
    if not deeds.react(call.world, what, call.bot.id, name):
        raise Refusal("already_reacted", "The bot reacted so already.")
    return {}


def remove(call: Call) -> Json:
    what, name = _item(call)
    if not deeds.unreact(call.world, what, call.bot.id, name):
        raise Refusal("no_reaction", "The bot did not react so.")
    return {}

"""chat.*: posting, changing, deleting, whispering, linking."""

import re

from tests.slack.fake import deeds, emoji, shapes
from tests.slack.fake.call import TS, Call
from tests.slack.fake.kit import check_attachments, check_message
from tests.slack.fake.rules import Refusal
from tests.slack.fake.things import Conversation, Ephemeral, Message
from tests.slack.fake.wire import Blocks, Json, copy, pack
from tests.slack.fake.world import SLACKBOT

LONGEST = 40_000  # characters of `text`; what is beyond is cut off
LONGEST_CHANGE = 4_000  # characters that chat.update and chat.postEphemeral accept
LONGEST_MARKDOWN = 12_000
METADATA = 8_000  # characters of metadata; Slack publishes no figure
BARE = re.compile(r"(<[^>]*>)|(https?://[^\s<>|]*[^\s<>|.,;:!?)])")
ASKED = ("parse", "link_names", "unfurl_links", "unfurl_media", "mrkdwn", "reply_broadcast")


def post_message(call: Call) -> Json:
    room = addressed(call)
    thread = thread_of(call, room)
    text, blocks, attachments = content(call)
    what = Message(
        ts=call.world.ids.ts(),
        room=room,
        user=call.bot.id,
        text=text[:LONGEST],
        blocks=blocks,
        attachments=attachments,
        thread_ts=thread,
        metadata=metadata(call),
        bot_id=call.team.bot_id,
        broadcast=thread is not None and call.flag("reply_broadcast"),
        asked=asked(call),
    )
    deeds.say(call.world, what)
    return {"channel": room.id, "ts": what.ts, "message": shapes.message(what)}


def addressed(call: Call) -> Conversation:
    """Where `channel` points: an id, a name, or a person, whose direct message it then is."""
    ident = call.need("channel")
    if ident == SLACKBOT or (ident[0] in "UW" and ident in call.world.users):
        room = _direct(call, ident)
    else:
        room = _by_name(call, ident)
    if room.archived:
        raise Refusal("is_archived", "Nothing can be posted to an archived channel.")
    public = room.kind == "channel" and "chat:write.public" in call.scopes
    if not public:
        call.member_of(room)
    if room.kind == "im" and not call.world.settings.messages_tab:
        raise Refusal("messages_tab_disabled", "The messages tab of the app is switched off.")
    return room


def _by_name(call: Call, name: str) -> Conversation:
    for room in call.world.rooms.values() if name not in call.world.rooms else ():
        named = room.name and room.name == name.removeprefix("#")
        if named and room.team is call.team and not room.deleted:
            call.args = {**call.args, "channel": room.id}
    return call.room()


def _direct(call: Call, ident: str) -> Conversation:
    return call.world.direct(call.team, call.addressee(ident).id)


def thread_of(call: Call, room: Conversation) -> str | None:
    ts = call.text("thread_ts")
    if not ts:
        return None
    if not TS.fullmatch(ts):
        raise Refusal("invalid_thread_ts", "`thread_ts` looks like 1234567890.123456.")
    root = room.messages.get(ts)
    if root is None:
        raise Refusal("thread_not_found", "There is no message to reply to in this conversation.")
    if root.thread_ts not in (None, root.ts):
        raise Refusal(
            "cannot_reply_to_message", "`thread_ts` must be the first message, not a reply."
        )
    return ts


def content(call: Call) -> tuple[str, Blocks, Blocks]:
    """Text, blocks and attachments, checked; one of them must say something."""
    markdown = call.text("markdown_text")
    text = call.text("text") or markdown
    blocks = call.json("blocks", "invalid_blocks_format") or []
    attachments = call.json("attachments", "invalid_attachments") or []
    if markdown and (blocks or call.text("text")):
        raise Refusal(
            "markdown_text_conflict", "`markdown_text` goes with neither `text` nor `blocks`."
        )
    if len(markdown) > LONGEST_MARKDOWN:
        raise Refusal("msg_too_long", f"`markdown_text` has at most {LONGEST_MARKDOWN} characters.")
    check_message(blocks, call.scopes)
    check_attachments(attachments, call.scopes)
    if not (text.strip() or blocks or attachments):
        raise Refusal("no_text", "A message needs `text`, `blocks` or `attachments`.")
    if blocks and not text:
        call.warn("missing_text_in_message", "Blocks without `text` leave notifications empty.")
    if len(text) > LONGEST:
        call.warn("message_truncated", f"`text` is cut off after {LONGEST} characters.")
    kept = deeds.name_actions(deeds.standing(blocks, call.world), call.world)
    return emoji.named(_linked(call, text)), kept, copy(attachments)


def _linked(call: Call, text: str) -> str:
    """Addresses come back in angle brackets, unless parsing was ruled out."""
    if call.text("parse") == "none":
        return text
    return BARE.sub(lambda found: found[0] if found[1] else f"<{found[2]}>", text)


def metadata(call: Call) -> Json | None:
    value = call.json("metadata", "invalid_metadata_format")
    if value is None or value == {}:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("event_type"), str):
        raise Refusal("invalid_metadata_format", "`metadata` has an `event_type` (a string).")
    payload = value.get("event_payload")
    if not isinstance(payload, dict) or value.keys() - {"event_type", "event_payload"}:
        raise Refusal("invalid_metadata_format", "`metadata` has an `event_payload` (an object).")
    if not value["event_type"].replace("_", "").isalnum() or _has_null(payload):
        raise Refusal(
            "invalid_metadata_schema",
            "`event_type` is alphanumeric; no value in `event_payload` is null.",
        )
    if len(pack(value)) > METADATA:
        raise Refusal("metadata_too_large", f"Metadata has at most {METADATA} characters.")
    kept: Json = copy(value)
    return kept


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    if isinstance(value, list):
        return any(map(_has_null, value))
    return value is None


def asked(call: Call) -> Json:
    return {name: call.args[name] for name in ASKED if call.args.get(name) is not None}


def update(call: Call) -> Json:
    room = call.room()
    if room.archived:
        raise Refusal("is_inactive", "Nothing can be changed in an archived channel.")
    what = call.own(room, call.need("ts"), "cant_update_message")
    call.member_of(room)
    if len(call.text("text")) > LONGEST_CHANGE:
        raise Refusal("msg_too_long", f"A changed text has at most {LONGEST_CHANGE} characters.")
    text, blocks = _changed(call, what)
    if call.args.get("metadata") is not None:
        what.metadata = metadata(call)
    what.asked = asked(call)
    deeds.edit(call.world, what, text, blocks, mark=text != what.text and not blocks)
    shown = shapes.message(what)
    return {"channel": room.id, "ts": what.ts, "text": what.text, "message": shown}


def _changed(call: Call, what: Message) -> tuple[str, Blocks]:
    """What was not given stays: text, and (as long as no empty list is given) blocks."""
    text, blocks, attachments = content(call)
    if call.args.get("blocks") is None:
        if what.blocks:
            call.warn("blocks_kept", "Blocks that a change does not mention stay as they were.")
        blocks = what.blocks
    if call.args.get("attachments") is not None:
        what.attachments = attachments
    return text or what.text, blocks


def delete(call: Call) -> Json:
    room = call.room()
    what = call.own(room, call.need("ts"), "cant_delete_message")
    deeds.delete(call.world, what)
    return {"channel": room.id, "ts": what.ts}


def post_ephemeral(call: Call) -> Json:
    ident = call.need("user")
    room = _by_name(call, call.need("channel"))
    if room.archived:
        raise Refusal("is_archived", "Nothing can be posted to an archived channel.")
    call.member_of(room)
    if ident not in call.world.users or ident not in room.members:
        raise Refusal("user_not_in_channel", "Whoever is to see it must be in the channel.")
    text, blocks, attachments = content(call)
    if len(text) > LONGEST_CHANGE:
        raise Refusal("msg_too_long", f"A whisper has at most {LONGEST_CHANGE} characters.")
    thread = thread_of(call, room)
    if thread is not None and not room.replies(thread):
        call.warn("no_active_thread", "A whisper into a thread without replies is not shown.")
    what = Ephemeral(
        ts=call.world.ids.ts(),
        room=room,
        user=ident,
        text=text,
        blocks=blocks,
        attachments=attachments,
        thread_ts=thread,
        by=call.bot.id,
        asked=asked(call),
    )
    deeds.whisper(call.world, what)
    return {"message_ts": what.ts}


def get_permalink(call: Call) -> Json:
    room = call.room()
    what = call.message(room, call.need("message_ts"))
    return {"channel": room.id, "permalink": permalink(what)}


def permalink(what: Message) -> str:
    room = what.room
    link = f"https://{room.team.domain}.slack.com/archives/{room.id}/p{what.ts.replace('.', '')}"
    if what.thread_ts and what.thread_ts != what.ts:
        link += f"?thread_ts={what.thread_ts}&cid={room.id}"
    return link

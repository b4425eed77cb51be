"""What an app may answer outside the Web API: `response_url`, and messages in acknowledgements."""

from typing import Any

from tests.slack.fake import deeds, emoji
from tests.slack.fake.kit import check_attachments, check_message
from tests.slack.fake.rules import Refusal
from tests.slack.fake.things import Ephemeral, Message, ResponseUrl
from tests.slack.fake.wire import Json, copy
from tests.slack.fake.world import World

USES = 5
OPEN = 30 * 60  # seconds
TRUE = (True, "true", "1", 1)


def respond(world: World, url: ResponseUrl | None, body: Any) -> None:
    """One post to a `response_url`."""
    if url is None:
        raise Refusal("invalid_url", "Slack gave nobody this `response_url`.")
    if world.now() - url.made > OPEN:
        raise Refusal("expired_url", "A `response_url` works for 30 minutes.")
    if url.uses >= USES:
        raise Refusal("used_url", f"A `response_url` works {USES} times.")
    url.uses += 1
    if not isinstance(body, dict):
        raise Refusal("invalid_payload", "A `response_url` takes a JSON object.")
    if body.get("delete_original") in TRUE:
        _delete(world, url)
        if not (body.get("text") or body.get("blocks")):
            return
    said = said_in(world, body)
    if _replaces(url, body):
        _replace(world, url, said)
    else:
        publish(world, url, body, said)


def said_in(world: World, body: Json) -> Json:
    """Text, blocks and attachments of a message that is not sent by a method, checked."""
    text, blocks = body.get("text") or "", body.get("blocks") or []
    attachments = body.get("attachments") or []
    if not isinstance(text, str):
        raise Refusal("invalid_payload", "`text` must be a string.")
    check_message(blocks, world.settings.scopes)
    check_attachments(attachments, world.settings.scopes)
    if not (text.strip() or blocks or attachments):
        raise Refusal("no_text", "A message needs `text`, `blocks` or `attachments`.")
    kept = deeds.name_actions(deeds.standing(blocks, world), world)
    return {"text": emoji.named(text), "blocks": kept, "attachments": copy(attachments)}


def _replaces(url: ResponseUrl, body: Json) -> bool:
    """Asked for; or, for a message in the channel, not ruled out."""
    if url.message is None or body.get("delete_original") in TRUE:
        return False
    if "replace_original" in body:
        return body["replace_original"] in TRUE
    return body.get("response_type") == "in_channel" and isinstance(url.message, Message)


def _replace(world: World, url: ResponseUrl, said: Json) -> None:
    what = url.message
    if isinstance(what, Message):
        what.attachments = said["attachments"]
        deeds.edit(world, what, said["text"], said["blocks"], mark=False)
    elif what is not None:
        what.text, what.blocks, what.attachments = (
            said["text"],
            said["blocks"],
            said["attachments"],
        )


def _delete(world: World, url: ResponseUrl) -> None:
    what = url.message
    if isinstance(what, Message) and not what.deleted:
        deeds.delete(world, what)
    elif isinstance(what, Ephemeral):
        what.deleted = True


def publish(world: World, url: ResponseUrl, body: Json, said: Json) -> None:
    """A new message: for everybody where `in_channel` was said, else for who acted."""
    team = url.room.team
    thread = body.get("thread_ts")  # not by itself where the button was
    ts, bot = world.ids.ts(), world.bot(team).id
    if body.get("response_type") == "in_channel":
        what = Message(ts=ts, room=url.room, user=bot, bot_id=team.bot_id, thread_ts=thread, **said)
        what.metadata = copy(body.get("metadata"))
        deeds.say(world, what)
    else:
        whisper = Ephemeral(ts=ts, room=url.room, user=url.user, by=bot, thread_ts=thread, **said)
        deeds.whisper(world, whisper)
        if url.message is None:
            url.message = whisper

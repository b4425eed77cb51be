"""files.*: uploads in three steps, and what is known of a file."""

from tests.slack.fake import deeds, shapes
from tests.slack.fake.call import Call
from tests.slack.fake.methods.chat import addressed, thread_of
from tests.slack.fake.rules import Refusal
from tests.slack.fake.things import Conversation, File, Message
from tests.slack.fake.wire import Json

ALT = 1000  # characters
CHANNELS = 100


def get_upload_url(call: Call) -> Json:
    name = call.need("filename")
    length = call.text("length")
    if not length.isdigit() or int(length) < 1:
        raise Refusal("missing_argument", "`length` is the size in bytes, at least 1.")
    if len(call.text("alt_txt")) > ALT:
        raise Refusal("alt_txt_too_large", f"`alt_txt` has at most {ALT} characters.")
    world = call.world
    ident = world.ids.new("F")
    made = File(
        id=ident,
        team=call.team,
        user=call.bot.id,
        name=name,
        title=name,
        content=b"",
        created=int(world.now()),
        length=int(length),
    )
    made.secret = f"{world.base}/files-pri/{call.team.id}-{ident}/{world.ids.hex(6)}"
    world.files[ident] = made
    return {"file_id": ident, "upload_url": f"{world.base}/upload/v1/{ident}"}


def complete_upload(call: Call) -> Json:
    given = call.json("files")
    if not isinstance(given, list) or not given:
        raise Refusal("invalid_arguments", "`files` is a list of objects with an `id`.")
    files = [_uploaded(call, each) for each in given]
    rooms = _rooms(call)
    threads = [thread_of(call, room) for room in rooms]
    for each, entry in zip(files, given, strict=True):
        each.ready = True
        each.title = str(entry.get("title") or each.name)
    for room, thread in zip(rooms, threads, strict=True):
        _share(call, room, thread, files)
    return {"files": [{"id": each.id, "title": each.title} for each in files]}


def _uploaded(call: Call, entry: object) -> File:
    ident = entry.get("id") if isinstance(entry, dict) else None
    found = call.world.files.get(str(ident))
    if found is None or found.ready or len(found.content) != found.length:
        raise Refusal(
            "file_not_found", "Each file was announced, uploaded in full, and not yet completed."
        )
    return found


def _rooms(call: Call) -> list[Conversation]:
    idents = call.listed("channels") or call.listed("channel_id")
    if len(idents) > CHANNELS:
        raise Refusal("channels_limit_exceeded", f"At most {CHANNELS} channels at once.")
    if call.text("thread_ts") and len(idents) != 1:
        raise Refusal("invalid_arguments", "With `thread_ts` goes exactly one channel.")
    if any(each[0] in "UW" for each in idents):
        raise Refusal("channel_not_found", "A file is shared to a channel id, not to a user id.")
    rooms = []
    for ident in idents:
        call.args = {**call.args, "channel": ident}
        rooms.append(addressed(call))
    return rooms


def _share(call: Call, room: Conversation, thread: str | None, files: list[File]) -> None:
    """The message that brings the files; it carries no metadata, and nobody is told its `ts`."""
    deeds.say(
        call.world,
        Message(
            ts=call.world.ids.ts(),
            room=room,
            user=call.bot.id,
            text=call.text("initial_comment"),
            subtype="file_share",
            files=files,
            thread_ts=thread,
            bot_id=call.team.bot_id,
        ),
    )


def info(call: Call) -> Json:
    found = call.world.files.get(call.need("file"))
    if found is None or found.team is not call.team or not found.ready:
        raise Refusal("file_not_found", "There is no file with this id.")
    if found.deleted:
        raise Refusal("file_deleted", "The file was deleted.")
    if not visible(call, found):
        raise Refusal("file_not_found", "The bot sees files of its own and of where it is.")
    view = shapes.file(found) | _shares(call, found)
    return {"file": view, "comments": [], "response_metadata": {"next_cursor": ""}}


def visible(call: Call, found: File) -> bool:
    rooms = [call.world.rooms[ident] for ident, _ in found.shares]
    inside = any(call.bot.id in room.members for room in rooms)
    return found.user == call.bot.id or found.granted or inside


def _shares(call: Call, found: File) -> Json:
    public: Json = {}
    private: Json = {}
    for ident, ts in found.shares:
        room = call.world.rooms[ident]
        place = public if room.kind == "channel" else private
        place.setdefault(ident, []).append({"ts": ts, "channel_name": room.name})
    shares = {key: each for key, each in (("public", public), ("private", private)) if each}
    return {
        "shares": shares,
        "channels": list(public),
        "groups": [x for x in private if not call.world.rooms[x].is_direct],
        "ims": [x for x in private if call.world.rooms[x].is_direct],
        "is_public": bool(public),
    }


def upload(call: Call) -> Json:
    del call
    raise Refusal("method_deprecated", "files.upload is no more; upload in three steps.")

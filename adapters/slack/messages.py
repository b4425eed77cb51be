"""What is said in Slack, read into events: posts, edits, deletions, mentions of us as commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from adapters.slack import keys
from adapters.slack.emojis import spelt_out
from adapters.slack.known import Known
from adapters.slack.slip import Slip, Unreadable, moment
from adapters.slack.text import GROUP, Said
from adapters.slack.text import read as plain
from bot.events import (
    Account,
    Attachment,
    CommandInvoked,
    Echoed,
    FileShared,
    Group,
    Happening,
    MessageChanged,
    MessagePosted,
    MessageRef,
    Place,
)
from bot.reporting import is_private

KEY = "key"  # of an effect, in the metadata of the message it became
EVENT_TYPE = "duly_card"
PERMALINK = re.compile(
    r"https://[\w.-]+/archives/([A-Z0-9]{2,})/p(\d{10})(\d{6})(?:\?[\w=&;.%-]*)?", re.ASCII
)
THREAD = re.compile(r"[?&;]thread_ts=(\d+\.\d+)")
SPOKEN = frozenset(  # subtypes that are somebody's words; the others are Slack's own notes
    (
        *("", "bot_message", "file_share", "thread_broadcast", "me_message", "channel_topic"),
        *("channel_purpose", "group_topic", "group_purpose", "file_comment", "reply_broadcast"),
        *("document_mention", "assistant_app_thread"),
    )
)
NOTES = frozenset(("channel_topic", "channel_purpose", "group_topic", "group_purpose"))
GONE = "tombstone"  # what is left of a deleted message that has a thread
SHORTLY = timedelta(minutes=10)  # an edit may overtake its post


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing follows from it; `why` is a name for counting."""

    why: str


Read = tuple[Happening, ...] | Ignored


def message(slip: Slip, known: Known) -> Read:
    """An event "message" of any subtype, or "app_mention", which tells of the same once more."""
    match slip.text("subtype"):
        case "message_changed":
            return changed(slip, known)
        case "message_deleted":
            return deleted(slip, known)
        case "message_replied":
            return Ignored("a reply, told as a message of its own")
        case subtype if subtype in SPOKEN:
            return said(slip, known)
        case subtype:
            return Ignored(f"a note of Slack's: {subtype[:40]}")


def said(slip: Slip, known: Known) -> Read:
    channel, ts = slip.id("channel"), slip.stamp("ts")
    user, bot = slip.text("user"), slip.text("bot_id")
    if known.is_us(user, bot):
        return _echo(slip, known, channel, ts)
    return tuple(_posted(slip, known, channel))


def _echo(slip: Slip, known: Known, channel: str, ts: str) -> Read:
    told = slip.at("metadata", "event_payload")
    if slip.at("metadata").text("event_type") != EVENT_TYPE or not told.text(KEY):
        return Ignored("our own message")
    if told.number("part"):
        return Ignored("a further part of our own message")
    ref = MessageRef(_place(slip, known, channel, ts), ts)
    key = keys.told(known.team, "echo", f"{known.place(channel).id}/{ts}")
    return (Echoed(key=key, at=moment(ts), message=ref, sent=told.text(KEY)),)


def _posted(slip: Slip, known: Known, channel: str) -> Iterator[Happening]:
    """What was said; a command where it calls on us, which is kept without being judged."""
    post = posted(slip, known, channel)
    command = _command(slip, known, post)
    if command is None or post.automatic:
        yield post
    elif slip.text("channel_type") == "im" or channel.startswith("D"):
        yield command
    else:
        yield replace(post, direct=True)
        yield command
    files = tuple(_files(slip))
    if files:
        key = keys.told(known.team, "files", f"{post.message.place.id}/{post.message.id}")
        yield FileShared(key=key, at=post.at, actor=post.author, message=post.message, files=files)


def posted(slip: Slip, known: Known, channel: str) -> MessagePosted:
    """Raises Unreadable where nobody said it."""
    ts = slip.stamp("ts")
    author = author_of(slip, known)
    words = plain(_text(slip), known.names)
    return MessagePosted(
        key=keys.posted(known.team, known.place(channel).id, ts),
        at=moment(ts),
        author=author,
        message=MessageRef(_place(slip, known, channel, ts), ts),
        text=spelt_out(words.text),
        mentions=tuple(known.account(each) for each in words.mentions),
        groups=groups(words, known),
        everyone=words.everyone,
        quotes=_quoted(slip, channel),
        automatic=_automatic(slip, known),
    )


def called_on(slip: Slip) -> tuple[list[str], list[str]]:
    """Accounts that it comes from or calls on, and groups; by their ids, known or not."""
    ids = [slip.text("user")] if slip.text("type") == "message" else []
    groups = []
    for part in slip.text("text").split("<")[1:]:
        what = part.partition(">")[0].partition("|")[0]
        if what.startswith("@"):
            ids.append(what[1:])
        elif what.startswith(f"!{GROUP}"):
            groups.append(what[1:].removeprefix(GROUP))
    return [x for x in ids if x.isalnum()], [x for x in groups if x.isalnum()]


def author_of(slip: Slip, known: Known) -> Account:
    """A bot without a user has an id of its own. Raises Unreadable."""
    return known.account(slip.id("user", "bot_id", "parent_user_id", "username"))


def _automatic(slip: Slip, known: Known) -> bool:
    subtype, user = slip.text("subtype"), slip.text("user")
    if subtype in ("bot_message", *NOTES) or user == "USLACKBOT":
        return True
    return bool(slip.text("bot_id")) or user in known.bots


def groups(words: Said, known: Known) -> tuple[Group, ...]:
    return tuple(
        Group(id, name, tuple(known.account(each) for each in known.groups.get(id, ())))
        for id, name in words.groups
    )


def _text(slip: Slip) -> str:
    """Bots often say everything in attachments."""
    if slip.text("text"):
        return slip.text("text")
    parts = (each.text("fallback") or each.text("text") for each in slip.all("attachments"))
    return "\n".join(part for part in parts if part)


def _place(slip: Slip, known: Known, channel: str, ts: str) -> Place:
    thread = slip.text("thread_ts")
    return known.place(channel, thread if thread and thread != ts else None)


def _quoted(slip: Slip, channel: str) -> str | None:
    """The message of this channel that was passed on with it."""
    for each in slip.all("attachments"):
        if each.text("channel_id") == channel and each.text("ts"):
            return each.text("ts")
    return None


def _files(slip: Slip) -> Iterator[Attachment]:
    for each in slip.all("files"):
        if each.text("id"):
            name = each.text("name") or each.text("title") or each.text("id")
            yield Attachment(name, each.text("id"), int(each.number("size")))


def _command(slip: Slip, known: Known, post: MessagePosted) -> CommandInvoked | None:
    """What follows our name at the beginning; in the chat with us, everything."""
    text = _text(slip).strip()
    mine = re.match(rf"<@{re.escape(known.bot_user)}(?:\|[^<>]*)?>[\s,:，：]*", text)
    alone = slip.text("channel_type") == "im" or post.message.place.id.startswith("D")
    if mine is None and not alone:
        return None
    return invoked(
        Spoken(text[mine.end() :] if mine else text, post.author, post.message.place),
        known,
        key=f"{post.key}/command",
        at=post,
    )


@dataclass(frozen=True, slots=True)
class Spoken:
    text: str
    actor: Account
    place: Place


def invoked(spoken: Spoken, known: Known, *, key: str, at: MessagePosted) -> CommandInvoked:
    words, people = command_words(spoken.text, known)
    return CommandInvoked(
        key=key,
        at=at.at,
        actor=spoken.actor,
        place=spoken.place,
        text=words,
        people=people,
        links=links(words, known),
    )


def command_words(text: str, known: Known) -> tuple[str, tuple[tuple[str, Account], ...]]:
    """A command's words, and whom each "@name" in them means; of two namesakes, their ids."""
    found = plain(text, known.names)
    called = {each: "@" + known.names.get(each, each).removeprefix("@") for each in found.mentions}
    twice = {name for name in called.values() if list(called.values()).count(name) > 1}
    if twice:
        kept = {id: name for id, name in known.names.items() if f"@{name}" not in twice}
        found = plain(re.sub(r"(<@\w+)\|[^<>]*>", r"\1>", text), kept)
        called = {each: "@" + kept.get(each, each) for each in found.mentions}
    else:
        called = {each: _as_read(each, text, known) for each in found.mentions}
    words = re.sub(r"^\s*[/／]duly\b", "", spelt_out(found.text), flags=re.IGNORECASE).strip()
    return words, tuple((name, known.account(each)) for each, name in called.items())


def _as_read(id: str, text: str, known: Known) -> str:
    """As it stands in the plain text: by our name for them, else by Slack's, else by the id."""
    found = re.search(rf"<@{re.escape(id)}(?:\|[^<>]*)?>", text)
    return plain(found.group(), known.names).text if found else f"@{id}"


def links(text: str, known: Known) -> tuple[tuple[str, MessageRef], ...]:
    """Links to messages of this workspace, as they stand in the text."""
    found = []
    for each in PERMALINK.finditer(text):
        ts = f"{each.group(2)}.{each.group(3)}"
        inside = THREAD.search(each.group())
        root = inside.group(1) if inside and inside.group(1) != ts else None
        found.append((each.group(), MessageRef(known.place(each.group(1), root), ts)))
    return tuple(found)


def changed(slip: Slip, known: Known) -> Read:
    """An edit, by its new words; links that Slack unfolded are none."""
    channel, new = slip.id("channel"), Slip({**slip.at("message").data})
    before = slip.at("previous_message")
    ts = new.stamp("ts")
    if known.is_us(new.text("user"), new.text("bot_id")):
        return Ignored("our own card, changed")
    if new.text("subtype") == GONE:
        return _gone(slip, known, before if before else new, ts)
    if before and _text(new) == _text(before):
        return Ignored("a change of no words")
    if channel.startswith("D"):
        return Ignored("a change of what was said to us alone")
    when = new.at("edited").text("ts") or slip.stamp("ts", "event_ts")
    edit = edit_of(new, known, channel, when)
    if asks_aside(new, known, channel):
        return Ignored("what asks for the reporting channel")
    return (*_overtaken(before, known, channel, edit), edit)


def asks_aside(new: Slip, known: Known, channel: str) -> bool:
    """It calls on us for the reporting channel: no edit of that is kept."""
    try:
        asked = _command(new, known, posted(new, known, channel))
    except Unreadable:
        return False
    return asked is not None and is_private(asked.text)


def edit_of(new: Slip, known: Known, channel: str, when: str) -> MessageChanged:
    ts = new.stamp("ts")
    words = plain(_text(new), known.names)
    return MessageChanged(
        key=keys.edited(known.team, known.place(channel).id, ts, when),
        at=moment(when),
        author=author_of(new, known),
        message=MessageRef(_place(new, known, channel, ts), ts),
        text=spelt_out(words.text),
        mentions=tuple(known.account(each) for each in words.mentions),
    )


def deleted(slip: Slip, known: Known) -> Read:
    before = slip.at("previous_message")
    return _gone(slip, known, before, slip.stamp("deleted_ts"))


def _gone(slip: Slip, known: Known, before: Slip, ts: str) -> Read:
    """Whose it was, where Slack still says so; a card of ours too, for an admin may take it."""
    channel, at = slip.id("channel"), slip.stamp("event_ts", "ts")
    author = Slip({"user": before.text("user") or before.text("bot_id") or "unknown"})
    gone = MessageChanged(
        key=keys.deleted(known.team, known.place(channel).id, ts),
        at=moment(at),
        author=known.account(author.id("user")),
        message=MessageRef(_place(before, known, channel, ts), ts),
        text=None,
    )
    return (*_overtaken(before, known, channel, gone), gone)


def _overtaken(
    before: Slip, known: Known, channel: str, change: MessageChanged
) -> tuple[Happening, ...]:
    """The post it speaks of, where that may still be on its way: Slack keeps no order."""
    if known.is_us(before.text("user"), before.text("bot_id")):
        return ()
    try:
        post = posted(before, known, channel)
    except Unreadable:
        return ()
    late = change.at - post.at > SHORTLY or post.message.id != change.message.id
    command = _command(before, known, post) is not None
    return () if late or command or post.automatic else (post,)

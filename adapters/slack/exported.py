"""One entry of an export's day as what happened: a message, an edit, somebody who came or left."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from adapters.slack import emojis, fields, keys
from adapters.slack.fields import ID, Ignored, Unusable
from adapters.slack.text import Said, read
from bot.events import (
    Account,
    FileShared,
    Group,
    Happening,
    MembershipChanged,
    MessageChanged,
    MessagePosted,
    MessageRef,
    Place,
    Platform,
    ReactionChanged,
)

SLACK = Platform("slack")
SLACKBOT = "USLACKBOT"
POSTS = (
    "",
    "bot_message",
    "thread_broadcast",
    "reply_broadcast",
    "file_share",
    "file_comment",
    "me_message",
)
CHANGED, DELETED = "message_changed", "message_deleted"
MOVES = {"channel_join": True, "group_join": True, "channel_leave": False, "group_leave": False}
LONGEST_TEXT = 40_000  # characters: Slack cuts off what is longer


@dataclass(frozen=True, slots=True)
class Setting:
    """What entries are read by: whose export it is, when, and who and what is called how."""

    team: str
    now: datetime
    names: Mapping[str, str]
    bots: frozenset[str]


@dataclass(frozen=True, slots=True)
class Spot:
    """A conversation; `direct`: a bot is one of the two in it."""

    id: str
    direct: bool = False


def time_of(entry: Mapping[str, Any], now: datetime) -> datetime:
    """Raises Unusable."""
    return fields.moment(fields.ts(entry, "ts"), now)


def happenings(entry: Mapping[str, Any], spot: Spot, setting: Setting) -> tuple[Happening, ...]:
    """What it tells, a post first. Raises Unusable, Ignored."""
    return tuple(_Entry(entry, spot, setting).told())


@dataclass(frozen=True, slots=True)
class _Entry:
    entry: Mapping[str, Any]
    spot: Spot
    setting: Setting

    def told(self) -> Iterator[Happening]:
        kind = self.entry.get("subtype") or ""
        if self.entry.get("type", "message") != "message":
            raise Ignored(fields.label(self.entry["type"]))
        if not isinstance(kind, str):
            raise Unusable("its kind is no text")
        if kind in POSTS:
            yield from self._said(self.entry)
        elif kind == CHANGED:
            yield from self._changed()
        elif kind == DELETED:
            yield from self._deleted()
        elif kind in MOVES:
            yield self._moved(joined=MOVES[kind])
        else:
            raise Ignored(fields.label(kind))

    def _said(self, post: Mapping[str, Any]) -> Iterator[Happening]:
        ts, author = fields.ts(post, "ts"), fields.author(post)
        at, said = fields.moment(ts, self.setting.now), self._text(post)
        message = MessageRef(self._place(fields.thread(post, ts)), ts)
        bot = author in self.setting.bots or bool(post.get("bot_id"))
        posted = MessagePosted(
            key=keys.posted(self.setting.team, self.spot.id, ts),
            at=at,
            author=self._account(author),
            message=message,
            text=said.text,
            mentions=tuple(map(self._account, said.mentions)),
            groups=tuple(Group(id, name, ()) for id, name in said.groups),
            everyone=said.everyone,
            direct=self.spot.direct,
            automatic=bot or post.get("subtype") == "bot_message",
        )
        yield posted
        yield from self._hung_on(post, posted)

    def _hung_on(self, post: Mapping[str, Any], posted: MessagePosted) -> Iterator[Happening]:
        """Its edit, its reactions (of which no time is known), its files."""
        if (edit := fields.edit(post, self.setting.now)) is not None:
            yield self._edited(posted, *edit)
        for name, users in fields.reactions(post):
            character = emojis.character(name)
            for user in users:
                yield ReactionChanged(
                    key=f"{posted.key}/reaction/{name}/{user}",
                    at=posted.at,
                    actor=self._account(user),
                    message=posted.message,
                    emoji=character,
                    added=True,
                )
        if files := tuple(fields.files(post)):
            key = f"{posted.key}/files"
            author, message = posted.author, posted.message
            yield FileShared(key=key, at=posted.at, actor=author, message=message, files=files)

    def _edited(self, posted: MessagePosted, ts: str, at: datetime) -> MessageChanged:
        return MessageChanged(
            key=keys.edited(self.setting.team, self.spot.id, posted.message.id, ts),
            at=at,
            author=posted.author,
            message=posted.message,
            text=posted.text,
            mentions=posted.mentions,
        )

    def _changed(self) -> Iterator[Happening]:
        """As logs of edits have it: what it was, and what it became."""
        new, old = fields.part(self.entry, "message"), fields.before(self.entry)
        whole = {**(old or {}), **(new or {})}
        if new is None or not whole:
            raise Unusable("an edit does not say of what")
        whole.setdefault("ts", self.entry.get("ts"))
        first = {**whole, **(old or {})}
        for event in self._said({**first, "edited": None, "reactions": None, "files": None}):
            assert isinstance(event, MessagePosted)
            yield event
            said, at = self._text(whole), time_of(self.entry, self.setting.now)
            ts = (fields.edit(whole, self.setting.now) or (fields.ts(self.entry, "ts"), at))[0]
            yield MessageChanged(
                key=keys.edited(self.setting.team, self.spot.id, event.message.id, ts),
                at=at,
                author=event.author,
                message=event.message,
                text=said.text,
                mentions=tuple(map(self._account, said.mentions)),
            )

    def _deleted(self) -> Iterator[Happening]:
        old, at = fields.before(self.entry), time_of(self.entry, self.setting.now)
        ts = fields.ts(self.entry if old is None else old, "deleted_ts" if old is None else "ts")
        place = self._place(fields.thread(old, ts) if old else None)
        message, author = MessageRef(place, ts), fields.author(old or self.entry)
        if old is not None:
            yield from (e for e in self._said(old) if isinstance(e, MessagePosted))
        yield MessageChanged(
            key=keys.deleted(self.setting.team, self.spot.id, ts),
            at=at,
            author=self._account(author),
            message=message,
            text=None,
        )

    def _moved(self, *, joined: bool) -> MembershipChanged:
        ts = fields.ts(self.entry, "ts")
        deed = "join" if joined else "leave"
        return MembershipChanged(
            key=f"slack/{self.setting.team}/{deed}/{self.spot.id}/{ts}",
            at=fields.moment(ts, self.setting.now),
            account=self._account(fields.author(self.entry)),
            place=self._place(None),
            joined=joined,
        )

    def _text(self, post: Mapping[str, Any]) -> Said:
        text = post.get("text")
        if text is not None and not isinstance(text, str):
            raise Unusable("its text is no text")
        text = text or fields.attached(post)
        if len(text) > LONGEST_TEXT:
            raise Unusable(f"its text is longer than {LONGEST_TEXT:,} characters")
        plain = read(text, self.setting.names)
        said = replace(plain, text=emojis.spelt_out(plain.text))
        wrong = next((id for id in said.mentions if not ID.fullmatch(id)), None)
        return said if wrong is None else Said(said.text, (), said.groups, said.everyone)

    def _account(self, id: str) -> Account:
        return Account(SLACK, self.setting.team, id)

    def _place(self, thread: str | None) -> Place:
        return Place(SLACK, self.setting.team, self.spot.id, thread)

"""What a Slack workspace is made of; plain state, without behaviour."""

from dataclasses import dataclass, field
from typing import Literal

from tests.slack.fake.wire import Blocks, Json

Kind = Literal["channel", "group", "im", "mpim"]


@dataclass(slots=True, eq=False, kw_only=True)
class Workspace:
    id: str
    name: str
    domain: str
    app_id: str
    bot_id: str
    token: str
    enterprise: str | None = None
    bot_user: str = ""  # id of the bot's account
    installed: bool = True
    revoked: bool = False
    created: int = 0


@dataclass(slots=True, eq=False, kw_only=True)
class User:
    id: str
    team: Workspace = field(repr=False)
    name: str
    real_name: str
    display_name: str = ""
    email: str = ""
    title: str = ""
    tz: str = "Asia/Shanghai"
    locale: str = "en-US"
    status_text: str = ""
    status_emoji: str = ""
    status_expiration: int = 0
    is_admin: bool = False
    is_bot: bool = False
    bot_id: str = ""
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    updated: int = 0

    @property
    def foreign(self) -> bool:
        """Of another company, where the app is not installed."""
        return not self.team.app_id


@dataclass(slots=True, eq=False, kw_only=True)
class File:
    id: str
    team: Workspace = field(repr=False)
    user: str
    name: str
    title: str
    content: bytes = field(repr=False)
    mimetype: str = "application/octet-stream"
    created: int = 0
    length: int = 0  # as announced; the upload has to match
    ready: bool = False  # completed, no longer a ticket
    deleted: bool = False
    public: bool = False  # anybody with the link
    granted: bool = False  # a person put it into a form of the app
    secret: str = ""
    shares: list[tuple[str, str]] = field(default_factory=list)  # channel, ts


@dataclass(slots=True, eq=False, kw_only=True)
class Message:
    ts: str
    room: "Conversation" = field(repr=False)
    user: str
    text: str
    blocks: Blocks = field(default_factory=list)
    attachments: Blocks = field(default_factory=list)
    thread_ts: str | None = None
    subtype: str | None = None
    metadata: Json | None = None
    files: list[File] = field(default_factory=list)
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    bot_id: str | None = None
    app_id: str | None = None  # whose bot, where it is not this app's
    client_msg_id: str | None = None
    broadcast: bool = False
    deleted: bool = False
    asked: Json = field(default_factory=dict)  # parse, link_names, unfurl_links, … as given
    drafts: list[tuple[str, Blocks]] = field(default_factory=list)  # what it said before


@dataclass(slots=True, eq=False, kw_only=True)
class Conversation:
    id: str
    team: Workspace = field(repr=False)
    name: str
    kind: Kind
    members: list[str] = field(default_factory=list)
    creator: str = ""
    created: int = 0
    topic: str = ""
    purpose: str = ""
    archived: bool = False
    deleted: bool = False
    general: bool = False
    shared_with: list[str] = field(default_factory=list)  # ids of foreign workspaces
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict, repr=False)  # by ts, deleted too
    threads: dict[str, list[Message]] = field(default_factory=dict, repr=False)

    @property
    def is_private(self) -> bool:
        return self.kind != "channel"

    @property
    def is_direct(self) -> bool:
        return self.kind in ("im", "mpim")

    def standing(self, ts: str) -> Message | None:
        found = self.messages.get(ts)
        return None if found is None or found.deleted else found

    def replies(self, ts: str) -> list[Message]:
        return [each for each in self.threads.get(ts, ()) if not each.deleted]

    def keep(self, what: Message) -> None:
        self.messages[what.ts] = what
        if what.thread_ts not in (None, what.ts):
            self.threads.setdefault(str(what.thread_ts), []).append(what)


@dataclass(slots=True, eq=False, kw_only=True)
class Ephemeral:
    """Seen by one person, in one place; gone when they say so, or when replaced."""

    ts: str
    room: Conversation = field(repr=False)
    user: str  # who sees it
    text: str
    blocks: Blocks
    attachments: Blocks = field(default_factory=list)
    thread_ts: str | None = None
    by: str = ""  # the bot, or USLACKBOT where Slack itself complains
    asked: Json = field(default_factory=dict)
    deleted: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class View:
    id: str
    team: Workspace = field(repr=False)
    user: str
    body: Json  # as given, with block ids filled in
    hash: str
    root: str
    previous: str | None = None
    errors: dict[str, str] = field(default_factory=dict)  # block id: what stands under it
    trouble: str = ""  # what Slack shows when the app did not answer, or nonsense
    filled: dict[str, Json] = field(default_factory=dict)  # block id: action id: state
    open: bool = True


@dataclass(slots=True, eq=False, kw_only=True)
class Group:
    id: str
    team: Workspace = field(repr=False)
    name: str
    handle: str
    members: list[str] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    disabled: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class Trigger:
    id: str
    user: str
    team: Workspace = field(repr=False)
    made: float
    used: bool = False
    view: str | None = None  # pressed inside this modal: only then may be pushed


@dataclass(slots=True, eq=False, kw_only=True)
class ResponseUrl:
    secret: str
    user: str
    room: Conversation = field(repr=False)
    made: float
    uses: int = 0
    message: Message | Ephemeral | None = None  # what may be replaced or deleted
    command: bool = False

"""The app as its settings page knows it: names, secrets, scopes, subscriptions, commands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.slack.fake.wire import Json

SCOPES = frozenset(
    (
        *("app_mentions:read", "channels:history", "channels:join", "channels:manage"),
        *("channels:read", "chat:write", "commands", "files:read", "files:write", "groups:history"),
        *("groups:read", "groups:write", "im:history", "im:read", "im:write", "mpim:history"),
        *("mpim:read", "mpim:write", "reactions:read", "reactions:write", "team:read"),
        *("usergroups:read", "users.profile:read", "users:read", "users:read.email"),
    )
)
EVENTS = frozenset(
    (
        *("app_home_opened", "app_mention", "app_uninstalled", "channel_archive"),
        *("channel_created", "channel_deleted", "channel_id_changed", "channel_left"),
        *("channel_rename", "channel_shared", "channel_unarchive", "channel_unshared"),
        *("file_public", "file_shared", "group_archive", "group_deleted", "group_left"),
        *("group_rename", "group_unarchive", "member_joined_channel", "member_left_channel"),
        *("message.channels", "message.groups", "message.im", "message.mpim", "reaction_added"),
        *("reaction_removed", "subteam_created", "subteam_members_changed", "subteam_updated"),
        *("team_join", "tokens_revoked", "user_change"),
    )
)
HISTORY = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}
NEEDS: dict[str, Sequence[str]] = {  # an event comes only to who was granted one of these
    **{name: (scope,) for name, scope in HISTORY.items()},
    "app_mention": ("app_mentions:read",),
    "channel_archive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_left": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "channel_shared": ("channels:read", "groups:read"),
    "channel_unshared": ("channels:read", "groups:read"),
    "file_public": ("files:read",),
    "file_shared": ("files:read",),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_left": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read", "mpim:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
}


@dataclass(slots=True)
class Settings:
    """What the makers of the app entered; a test may take them from the app's own manifest."""

    name: str = "Duly"
    scopes: frozenset[str] = SCOPES
    events: frozenset[str] = EVENTS
    commands: frozenset[str] = frozenset({"/duly"})
    escape: bool = True  # commands: mentions and channels arrive as ids
    shortcuts: dict[str, str] = field(default_factory=dict)  # callback id: global | message
    home: bool = True
    messages_tab: bool = True


def from_manifest(manifest: Json) -> Settings:
    """The settings that an app manifest (JSON) asks for, scopes granted as asked."""
    features = manifest.get("features", {})
    wanted = manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])
    listens = manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])
    commands = features.get("slash_commands", [])
    tabs = features.get("app_home", {})
    return Settings(
        name=manifest.get("display_information", {}).get("name", "Duly"),
        scopes=frozenset(wanted),
        events=frozenset(listens),
        commands=frozenset(each["command"] for each in commands),
        escape=any(each.get("should_escape", False) for each in commands),
        shortcuts={each["callback_id"]: each["type"] for each in features.get("shortcuts", [])},
        home=bool(tabs.get("home_tab_enabled", False)),
        messages_tab=bool(tabs.get("messages_tab_enabled", True)),
    )


def hears(settings: Settings, event: str) -> bool:
    """Whether the app is subscribed to this event, and was granted what it needs."""
    needs = NEEDS.get(event, ())
    granted = not needs or any(scope in settings.scopes for scope in needs)
    return event in settings.events and granted

"""The permissions the app asks for: what each is for, and which calls and events need it.

Scopes of methods and events are those that Slack's reference names on the page of each.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.slack.inbound import EVENTS

LISTED = ("users.conversations", "conversations.info", "conversations.members")
READ = ("conversations.history", "conversations.replies")
FREE = ("auth.test", "views.open", "views.publish", "apps.connections.open")  # of the bot's scopes
CONNECTING = "connections:write"  # the only scope of the app-level token
SAID = {  # a message is told under a name for each kind of place
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}
TOLD_TWICE = ("app_mention",)  # comes with the message as well, where we are a member
MEMBERS = ("member_joined_channel", "member_left_channel", "channel_shared", "channel_unshared")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    name: str
    what_for: str  # in one sentence, for who has to allow it
    methods: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


SCOPES = (
    Scope(
        name="channels:history",
        what_for="Sees what is asked and answered in public channels it was invited to, and fills "
        "what it missed while it was down.",
        methods=READ,
        events=("message.channels",),
    ),
    Scope(
        name="channels:read",
        what_for="Knows the names of public channels, who is in them, and when they change.",
        methods=(*LISTED, "conversations.list"),
        events=(
            *MEMBERS,
            *("channel_archive", "channel_deleted", "channel_left", "channel_rename"),
            "channel_unarchive",
        ),
    ),
    Scope(
        name="chat:write",
        what_for="Writes its nudges, cards and notices, and keeps them up to date.",
        methods=("chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete"),
    ),
    Scope(
        name="commands",
        what_for="Offers /duly and the shortcuts of the menus.",
        features=("slash_commands", "shortcuts"),
    ),
    Scope(
        name="files:read",
        what_for="Takes the files people add to a form, and notices when a file is made public.",
        methods=("files.info",),
        events=("file_public",),
    ),
    Scope(
        name="files:write",
        what_for="Sends the Excel report and the files of a request.",
        methods=("files.getUploadURLExternal", "files.completeUploadExternal"),
    ),
    Scope(
        name="groups:history",
        what_for="The same as channels:history, in private channels it was invited to.",
        methods=READ,
        events=("message.groups",),
    ),
    Scope(
        name="groups:read",
        what_for="The same as channels:read, of private channels it was invited to.",
        methods=LISTED,
        events=(
            *MEMBERS,
            *("group_archive", "group_deleted", "group_left", "group_rename", "group_unarchive"),
        ),
    ),
    Scope(
        name="im:history",
        what_for="Reads what people write to Duly itself; never what they write to each other.",
        methods=READ,
        events=("message.im",),
    ),
    Scope(
        name="im:read",
        what_for="Knows which of its own chats with people there are.",
        methods=LISTED,
    ),
    Scope(
        name="im:write",
        what_for="Opens its own chat with somebody, to nudge them where nobody else reads it.",
        methods=("conversations.open",),
    ),
    Scope(
        name="mpim:history",
        what_for="The same as channels:history, in group messages it was added to.",
        methods=READ,
        events=("message.mpim",),
    ),
    Scope(
        name="mpim:read",
        what_for="Knows who is in the group messages it was added to.",
        methods=LISTED,
    ),
    Scope(
        name="reactions:read",
        what_for="Takes a reaction as an answer, or as a mark that a message is important.",
        events=("reaction_added", "reaction_removed"),
    ),
    Scope(
        name="reactions:write",
        what_for="Marks a message it has taken note of, instead of writing another.",
        methods=("reactions.add", "reactions.remove"),
    ),
    Scope(
        name="usergroups:read",
        what_for="Knows who is asked when a group such as @sales-team is mentioned.",
        methods=("usergroups.list",),
        events=("subteam_created", "subteam_members_changed", "subteam_updated"),
    ),
    Scope(
        name="users:read",
        what_for="Knows people's names, languages, time zones, and that somebody is on leave.",
        methods=("users.list", "users.info"),
        events=("team_join", "user_change"),
    ),
    Scope(
        name="users:read.email",
        what_for="Finds each person of the directory by their e-mail address.",
        methods=("users.list", "users.info"),
    ),
)
NAMES = tuple(each.name for each in SCOPES)


def subscribed() -> list[str]:
    """The events Slack is to send: all that we can read, under the names it has for them."""
    kinds = [each for each in EVENTS if each != "message" and each not in TOLD_TWICE]
    return sorted([*SAID, *kinds])


def missing(granted: Iterable[str]) -> list[Scope]:
    there = set(granted)
    return [each for each in SCOPES if each.name not in there]

"""The menu of the Web API: each method with its scopes, its tier, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.slack.fake.call import Call
from tests.slack.fake.methods import chat, conversations, files, people, reactions, views
from tests.slack.fake.wire import Json

TIERS = {1: 1, 2: 20, 3: 50, 4: 100, 5: 600}  # calls a minute; 5 is special


@dataclass(frozen=True, slots=True)
class Method:
    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()  # all needed; where it depends on the channel, `run` looks
    tier: int = 3
    json: bool = True  # whether it reads a JSON body, else only a form
    deed: bool = False  # whether it changes something


METHODS = {
    "api.test": Method(people.api_test, tier=4),
    "auth.test": Method(people.auth_test, tier=5),
    "bots.info": Method(people.bots_info, ("users:read",), json=False),
    "chat.delete": Method(chat.delete, ("chat:write",), deed=True),
    "chat.getPermalink": Method(chat.get_permalink, tier=5, json=False),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",), 4, deed=True),
    "chat.postMessage": Method(chat.post_message, ("chat:write",), 5, deed=True),
    "chat.update": Method(chat.update, ("chat:write",), deed=True),
    "conversations.history": Method(conversations.history),
    "conversations.info": Method(conversations.info, json=False),
    "conversations.join": Method(conversations.join, ("channels:join",), deed=True),
    "conversations.leave": Method(conversations.leave, deed=True),
    "conversations.list": Method(conversations.list_all, tier=2, json=False),
    "conversations.members": Method(conversations.members, tier=4, json=False),
    "conversations.open": Method(conversations.open_direct, deed=True),
    "conversations.replies": Method(conversations.replies, json=False),
    "files.completeUploadExternal": Method(files.complete_upload, ("files:write",), 4, deed=True),
    "files.getUploadURLExternal": Method(
        files.get_upload_url, ("files:write",), 4, json=False, deed=True
    ),
    "files.info": Method(files.info, ("files:read",), 4, json=False),
    "files.upload": Method(files.upload, tier=2, json=False),
    "reactions.add": Method(reactions.add, ("reactions:write",), deed=True),
    "reactions.remove": Method(reactions.remove, ("reactions:write",), 2, deed=True),
    "team.info": Method(people.team_info, ("team:read",), json=False),
    "usergroups.list": Method(people.usergroups_list, ("usergroups:read",), 2, json=False),
    "usergroups.users.list": Method(
        people.usergroups_users_list, ("usergroups:read",), 2, json=False
    ),
    "users.conversations": Method(conversations.users_conversations, json=False),
    "users.info": Method(people.users_info, ("users:read",), 4, json=False),
    "users.list": Method(people.users_list, ("users:read",), 2, json=False),
    "users.lookupByEmail": Method(people.lookup_by_email, ("users:read.email",), json=False),
    "users.profile.get": Method(people.profile_get, ("users.profile:read",), 4, json=False),
    "views.open": Method(views.open_modal, tier=4, deed=True),
    "views.publish": Method(views.publish, tier=4, deed=True),
    "views.push": Method(views.push, tier=4, deed=True),
    "views.update": Method(views.update, tier=4, deed=True),
}

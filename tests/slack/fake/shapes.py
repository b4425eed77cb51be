"""How Slack's API shows users, conversations, messages and files as JSON."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.slack.fake.things import Conversation, File, Group, Message, User, View, Workspace
from tests.slack.fake.wire import Json, copy


def user(
    who: User, *, now: float, email: bool, locale: bool = False, stranger: bool = False
) -> Json:
    shown: Json = {
        "id": who.id,
        "team_id": who.team.id,
        "name": who.name,
        "deleted": who.deleted,
        "profile": profile(who, email=email),
        "is_bot": who.is_bot,
        "is_app_user": False,
        "updated": who.updated,
    }
    if stranger:  # of another company, and in no channel that the app sees
        shown["is_stranger"] = True
    if not who.deleted:  # a deactivated account has lost the rest
        shown |= _living(who, now)
    if locale and not who.foreign:
        shown["locale"] = who.locale
    return shown


def _living(who: User, now: float) -> Json:
    zone = ZoneInfo(who.tz)
    offset = datetime.fromtimestamp(now, UTC).astimezone(zone).utcoffset()
    return {
        "color": "9f69e7",
        "real_name": who.real_name,
        "tz": who.tz,
        "tz_label": who.tz.split("/")[-1].replace("_", " ") + " Time",
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": who.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": who.is_restricted,
        "is_ultra_restricted": who.is_ultra_restricted,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    }


def profile(who: User, *, email: bool) -> Json:
    shown: Json = {
        "title": who.title,
        "phone": "",
        "skype": "",
        "real_name": who.real_name,
        "real_name_normalized": who.real_name,
        "display_name": who.display_name,
        "display_name_normalized": who.display_name,
        "fields": None,
        "status_text": who.status_text,
        "status_emoji": who.status_emoji,
        "status_emoji_display_info": [],
        "status_expiration": who.status_expiration,
        "avatar_hash": "ge3b51ca72de",
        "first_name": who.real_name.split(" ")[0],
        "last_name": " ".join(who.real_name.split(" ")[1:]),
        "image_24": "https://avatars.slack.example/24.png",
        "image_512": "https://avatars.slack.example/512.png",
        "team": who.team.id,
    }
    if who.is_bot:
        shown |= {"bot_id": who.bot_id, "api_app_id": who.team.app_id, "always_active": False}
    elif email and who.email and not who.foreign:
        shown["email"] = who.email
    return shown


def conversation(room: Conversation, *, bot: str) -> Json:
    """As `conversations.info` shows it to the bot."""
    if room.kind == "im":
        return _direct(room, bot)
    shown: Json = {
        "id": room.id,
        "name": room.name,
        "name_normalized": room.name,
        "is_channel": room.kind == "channel",
        "is_group": room.kind != "channel",
        "is_im": False,
        "is_mpim": room.kind == "mpim",
        "is_private": room.is_private,
        "created": room.created,
        "updated": room.created * 1000,
        "creator": room.creator,
        "is_archived": room.archived,
        "is_general": room.general,
        "unlinked": 0,
        "is_member": bot in room.members,
        "topic": _said(room.topic, room.creator),
        "purpose": _said(room.purpose, room.creator),
        "previous_names": list(room.previous_names),
        "context_team_id": room.team.id,
    }
    return shown | _sharing(room)


def _said(value: str, by: str) -> Json:
    return {"value": value, "creator": by if value else "", "last_set": 0}


def _sharing(room: Conversation) -> Json:
    return {
        "is_shared": bool(room.shared_with),
        "is_ext_shared": bool(room.shared_with),
        "is_org_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "is_pending_ext_shared": False,
        "shared_team_ids": [room.team.id, *room.shared_with],
    }


def _direct(room: Conversation, bot: str) -> Json:
    other = next((each for each in room.members if each != bot), bot)
    return {
        "id": room.id,
        "created": room.created,
        "is_im": True,
        "is_archived": room.archived,
        "is_org_shared": False,
        "context_team_id": room.team.id,
        "user": other,
        "is_user_deleted": False,
        "priority": 0,
    }


def message(what: Message, *, metadata: bool = True) -> Json:
    shown: Json = {"type": "message"}
    if what.subtype:
        shown["subtype"] = what.subtype
    if what.subtype != "bot_message":
        shown |= {"user": what.user, "team": what.room.team.id}
    shown |= {"text": what.text, "ts": what.ts}
    if what.client_msg_id:
        shown["client_msg_id"] = what.client_msg_id
    if what.bot_id:
        shown |= bot(what)
    if what.blocks:
        shown["blocks"] = copy(what.blocks)
    if what.attachments:
        shown["attachments"] = copy(what.attachments)
    return shown | _in_thread(what) | _more(what, metadata)


def bot(what: Message) -> Json:
    team = what.room.team
    about = {
        "id": what.bot_id,
        "deleted": False,
        "name": "bot",
        "updated": team.created,
        "app_id": what.app_id or team.app_id,
        "icons": {"image_36": "https://avatars.slack.example/36.png"},
        "team_id": team.id,
    }
    return {"bot_id": what.bot_id, "app_id": about["app_id"], "bot_profile": about}


def _in_thread(what: Message) -> Json:
    if what.thread_ts is not None and what.thread_ts != what.ts:
        root = what.room.messages.get(what.thread_ts)
        return {
            "thread_ts": what.thread_ts,
            "parent_user_id": root.user if root else "USLACKBOT",
        }
    replies = what.room.replies(what.ts)
    if not replies:
        return {}
    who = list(dict.fromkeys(each.user for each in replies))
    return {
        "thread_ts": what.ts,
        "reply_count": len(replies),
        "reply_users_count": len(who),
        "latest_reply": replies[-1].ts,
        "reply_users": who,
        "is_locked": False,
        "subscribed": False,
    }


def _more(what: Message, metadata: bool) -> Json:
    shown: Json = {}
    if what.edited:
        shown["edited"] = dict(what.edited)
    if what.files:
        shared = bool(what.room.shared_with)
        shown |= {"files": [_carried(each, shared) for each in what.files], "upload": False}
    if what.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in what.reactions.items()
        ]
    if what.metadata is not None:
        shown["metadata"] = (
            copy(what.metadata) if metadata else {"event_type": what.metadata["event_type"]}
        )
    return shown


def file(what: File) -> Json:
    shown: Json = {
        "id": what.id,
        "created": what.created,
        "timestamp": what.created,
        "name": what.name,
        "title": what.title,
        "mimetype": what.mimetype,
        "filetype": what.name.rsplit(".", 1)[-1] if "." in what.name else "binary",
        "pretty_type": "File",
        "user": what.user,
        "user_team": what.team.id,
        "editable": False,
        "size": len(what.content),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": what.public,
        "display_as_bot": False,
        "username": "",
        "permalink": f"https://{what.team.domain}.slack.com/files/{what.user}/{what.id}/f",
        "has_rich_preview": False,
        "file_access": "visible",
    }
    return shown | links(what)


def _carried(what: File, shared: bool) -> Json:
    """A file in a message; where companies meet, only that there is one (ask `files.info`)."""
    if not shared:
        return file(what)
    return {
        "id": what.id,
        "created": what.created,
        "timestamp": what.created,
        "mode": "file_access",
        "user": what.user,
        "file_access": "check_file_info",
    }


def links(what: File) -> Json:
    return {"url_private": what.secret, "url_private_download": what.secret + "/download"}


def group(what: Group, *, users: bool = True, count: bool = True) -> Json:
    shown: Json = {
        "id": what.id,
        "team_id": what.team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": what.name,
        "description": "",
        "handle": what.handle,
        "is_external": False,
        "date_create": what.created,
        "date_update": what.updated,
        "date_delete": what.updated if what.disabled else 0,
        "auto_type": None,
        "created_by": "USLACKBOT",
        "updated_by": "USLACKBOT",
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if users:
        shown["users"] = list(what.members)
    if count:
        shown["user_count"] = len(what.members)
    return shown


def view(what: View) -> Json:
    given = copy(what.body)
    return {
        "id": what.id,
        "team_id": what.team.id,
        "type": given["type"],
        "blocks": given["blocks"],
        "private_metadata": given.get("private_metadata", ""),
        "callback_id": given.get("callback_id", ""),
        "state": {"values": copy(what.filled)},
        "hash": what.hash,
        "title": given.get("title"),
        "submit_disabled": given.get("submit_disabled", False),
        "clear_on_close": given.get("clear_on_close", False),
        "notify_on_close": given.get("notify_on_close", False),
        "close": given.get("close"),
        "submit": given.get("submit"),
        "previous_view_id": what.previous,
        "root_view_id": what.root,
        "app_id": what.team.app_id,
        "external_id": given.get("external_id", ""),
        "app_installed_team_id": what.team.id,
        "bot_id": what.team.bot_id,
    }


def team(what: Workspace) -> Json:
    shown: Json = {"id": what.id, "domain": what.domain}
    if what.enterprise:
        shown |= {"enterprise_id": what.enterprise, "enterprise_name": what.name + " Group"}
    return shown

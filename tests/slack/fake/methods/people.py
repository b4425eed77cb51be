"""users.*, usergroups.*, bots.*, team.*, auth.*: who is who."""

from tests.slack.fake import shapes
from tests.slack.fake.call import Call, slackbot
from tests.slack.fake.methods.paging import page
from tests.slack.fake.rules import Refusal
from tests.slack.fake.things import User
from tests.slack.fake.wire import Json

LARGE = 1000  # users, in one page or without pages


def shown(call: Call, who: User) -> Json:
    return shapes.user(
        who,
        now=call.world.now(),
        email="users:read.email" in call.scopes,
        locale=call.flag("include_locale"),
        stranger=call.stranger(who),
    )


def users_list(call: Call) -> Json:
    everybody = [slackbot(call.team)]
    everybody += [x for x in call.world.users.values() if x.team is call.team]
    if not call.text("limit") and len(everybody) > LARGE:
        raise Refusal("limit_required", "A large workspace is read page by page.")
    some, onward = page(call, everybody, default=LARGE, most=LARGE)
    return {
        "members": [shown(call, each) for each in some],
        "cache_ts": int(call.world.now()),
        "response_metadata": {"next_cursor": onward},
    }


def users_info(call: Call) -> Json:
    return {"user": shown(call, call.person(call.need("user")))}


def lookup_by_email(call: Call) -> Json:
    email = call.need("email").lower()
    for who in call.world.users.values():
        if who.team is call.team and who.email.lower() == email and not who.deleted:
            return {"user": shown(call, who)}
    raise Refusal("users_not_found", "Nobody active in this workspace has this address.")


def profile_get(call: Call) -> Json:
    who = call.person(call.text("user") or call.bot.id)
    return {"profile": shapes.profile(who, email="users:read.email" in call.scopes)}


def usergroups_list(call: Call) -> Json:
    groups = [
        each
        for each in call.world.groups.values()
        if each.team is call.team and (not each.disabled or call.flag("include_disabled"))
    ]
    users, count = call.flag("include_users"), call.flag("include_count")
    return {"usergroups": [shapes.group(each, users=users, count=count) for each in groups]}


def usergroups_users_list(call: Call) -> Json:
    group = call.world.groups.get(call.need("usergroup"))
    if group is None or group.team is not call.team:
        raise Refusal("no_such_subteam", "There is no user group with this id.")
    if group.disabled and not call.flag("include_disabled"):
        raise Refusal("no_such_subteam", "This user group is disabled.")
    return {"users": list(group.members)}


def bots_info(call: Call) -> Json:
    ident = call.need("bot")
    for who in call.world.users.values():
        if who.is_bot and who.bot_id == ident and who.team is call.team:
            return {
                "bot": {
                    "id": ident,
                    "deleted": who.deleted,
                    "name": who.real_name,
                    "updated": who.updated,
                    "app_id": call.team.app_id,
                    "user_id": who.id,
                    "icons": {"image_36": "https://avatars.slack.example/36.png"},
                }
            }
    raise Refusal("bot_not_found", f"There is no bot {ident!r}; its id begins with B.")


def team_info(call: Call) -> Json:
    asked = call.text("team")
    if asked and asked != call.team.id:
        raise Refusal("team_not_found", "The bot knows the workspace it is installed in.")
    team = call.team
    shown_: Json = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": ""}
    if team.enterprise:
        shown_ |= {"enterprise_id": team.enterprise, "enterprise_name": team.name + " Group"}
    return {"team": shown_ | {"icon": {"image_default": True}}}


def auth_test(call: Call) -> Json:
    team = call.team
    shown_: Json = {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.bot.name,
        "team_id": team.id,
        "user_id": call.bot.id,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }
    return shown_ | ({"enterprise_id": team.enterprise} if team.enterprise else {})


def api_test(call: Call) -> Json:
    if call.text("error"):
        raise Refusal(call.text("error"), "The caller asked for this error.")
    return {"args": call.args}

"""What Slack's refusals mean, and what somebody can do about them."""

from collections.abc import Mapping
from typing import Any

from bot.words import Code, Quoted, Say, say

SHUT_OUT = frozenset(  # of the token itself: nothing goes, until somebody mends it
    (
        *("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"),
        *("org_login_required", "team_access_not_granted", "ekm_access_denied"),
    )
)
BUSY = frozenset(("ratelimited", "rate_limited"))
FOR_NOW = frozenset(  # of the workspace or the place, while it lasts
    (
        *("message_limit_exceeded", "team_added_to_org", "external_channel_migrating"),
        "accesslimited",
    )
)
GONE = frozenset(("message_not_found", "cant_delete_message", "no_item_specified", "bad_timestamp"))
AWAY = frozenset(("not_in_channel", "channel_not_found", "user_not_in_channel"))
NOBODY = frozenset(("user_not_found", "user_disabled", "users_not_found", "cannot_dm_bot"))
NEVER = GONE | AWAY | NOBODY | {"is_archived", "missing_scope", "expired_trigger_id"}


def remedy(code: str, told: Mapping[str, Any]) -> Say | None:  # noqa: PLR0911
    """None where nobody can do anything, or nobody has to."""
    match code:
        case "missing_scope":
            return say(
                "Slack does not let me do this: the permission {scope} is missing. Add it under "
                "OAuth & Permissions of the app, and install the app again.",
                scope=Code(str(told.get("needed") or "?")),
            )
        case "not_in_channel" | "channel_not_found":
            return say(
                "I cannot write into a channel of Slack any more. Where I should, type there: "
                "{command}",
                command=Code("/invite @Duly"),
            )
        case "is_archived":
            return say("A channel of Slack that I should write into is archived.")
        case "user_disabled" | "user_not_found" | "users_not_found":
            return say(
                "An account of Slack that I should write to is deactivated. If its owner has "
                "left, say so: {command}",
                command=Code("./duly people import FILE"),
            )
        case (
            "restricted_action"
            | "restricted_action_read_only_channel"
            | "posting_to_channel_denied"
        ):
            return say(
                "Slack does not let me write into a channel: its settings say who may post there."
            )
        case "invalid_blocks" | "msg_too_long" | "msg_blocks_too_long" | "invalid_arguments":
            return say(
                "Slack refused a message of mine as badly made ({code}). Please report it.",
                code=Quoted(code),
            )
        case _:
            return None

"""Who is in a workspace and which rooms there are, as Slack tells of them, read into events."""

from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

from adapters.slack import keys
from adapters.slack.known import Known, Room
from adapters.slack.slip import Slip, print_of
from bot.events import AccountChanged, Away, PlaceChanged, PlaceKind

LANGUAGES = {"zh-CN": "zh_Hans", "zh-SG": "zh_Hans", "zh-TW": "zh_Hant", "zh-HK": "zh_Hant"}
ON_LEAVE = frozenset(  # statuses by which Slack's own choices say that somebody is not at work
    (
        *(":palm_tree:", ":face_with_thermometer:", ":airplane:", ":desert_island:", ":beach:"),
        *(":beach_with_umbrella:", ":thermometer:", ":hospital:", ":baby:", ":no_entry:"),
    )
)


def language(locale: str) -> str | None:
    """Of ours, the nearest; None where Slack does not say."""
    if not locale:
        return None
    return LANGUAGES.get(locale, "en")


def account(user: Slip, known: Known, at: datetime) -> AccountChanged:
    """What Slack says of somebody; the same words have the same key. Raises Unreadable.

    It vouches for the mail address of full members only: guests name their own.
    """
    id, profile, foreign = user.id("id"), user.at("profile"), _is_foreign(user, known)
    guest = user.flag("is_restricted") or user.flag("is_ultra_restricted")
    outsider = guest or foreign or user.flag("is_stranger")
    automatic = user.flag("is_bot") or user.flag("is_workflow_bot") or id == "USLACKBOT"
    facts: dict[str, Any] = {
        "name": name(user),
        "language": language(user.text("locale")),
        "zone": user.text("tz") or None,
        "automatic": automatic,
        "active": not user.flag("deleted"),
        "email": None if outsider or automatic else profile.text("email") or None,
        "outsider": outsider,
        "status": None if automatic else status(profile, at),
    }
    written = [id, user.number("updated"), {**facts, "status": str(facts["status"])}]
    key = keys.told(known.team, "account", f"{id}/{print_of(written)}")
    return AccountChanged(key=key, at=at, account=known.account(id), **facts)


def _is_foreign(user: Slip, known: Known) -> bool:
    """Of another company, which may be an enterprise of its own."""
    if user.text("team_id") in ("", known.team):
        return False
    theirs = user.at("enterprise_user").text("enterprise_id")
    return not known.enterprise or theirs != known.enterprise


def name(user: Slip) -> str:
    profile = user.at("profile")
    called = (
        profile.text("display_name"),
        profile.text("real_name"),
        user.text("real_name"),
        user.text("name"),
        user.text("id"),
    )
    return next((each for each in called if each.strip()), "?")


def status(profile: Slip, at: datetime) -> Any:
    """Away, where it is one of those that mean it and has not run out by itself."""
    if profile.text("status_emoji") not in ON_LEAVE:
        return "present"
    ends = profile.number("status_expiration")
    until = datetime.fromtimestamp(ends, UTC) if 0 < ends < 2**32 else None
    return "present" if until is not None and until <= at else Away(until)


def room(channel: Slip) -> Room:
    """A channel as the Web API tells of it. Raises Unreadable."""
    id = channel.id("id")
    shared = ("is_ext_shared", "is_pending_ext_shared")
    return Room(
        name=channel.text("name") or id,
        kind=kind(channel, id),
        archived=channel.flag("is_archived"),
        outside=any(channel.flag(each) for each in shared),
    )


def place(id: str, new: Room, known: Known, at: datetime, when: object) -> PlaceChanged:
    """`when` it became so, as Slack says: it may become so again."""
    key = keys.told(known.team, "place", f"{id}/{print_of([astuple(new), when])}")
    return PlaceChanged(
        key=key,
        at=at,
        place=known.place(id),
        name=new.name,
        kind=new.kind,
        archived=new.archived,
        outside=new.outside,
    )


def kind(channel: Slip, id: str) -> PlaceKind:
    if channel.flag("is_im") or id.startswith("D"):
        return "direct"
    return "group" if channel.flag("is_mpim") else "channel"

"""People and places as the lists of an export tell of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.slack.exported import SLACK, SLACKBOT, Spot
from adapters.slack.fields import ID
from bot.events import Account, AccountChanged, MembershipChanged, Place, PlaceChanged, PlaceKind
from bot.exported import Member, Room

LOCALE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Conversation:
    spot: Spot
    name: str
    kind: PlaceKind
    archived: bool
    members: tuple[str, ...]


def member(each: Mapping[str, Any], team: str, now: datetime) -> Member:
    """What `user` has made."""
    event = AccountChanged(
        key=f"slack/{team}/account/{each['id']}",
        at=now,
        account=Account(SLACK, team, each["id"]),
        name=each["name"],
        language=each["language"],
        zone=each["zone"],
        automatic=each["bot"],
        active=each["active"],
    )
    return Member(event, each["email"])


def room(each: Conversation, team: str, now: datetime) -> Room:
    place = Place(SLACK, team, each.spot.id)
    key = f"slack/{team}/place/{place.id}"
    event = PlaceChanged(
        key=key, at=now, place=place, name=each.name, kind=each.kind, archived=each.archived
    )
    inside = (
        MembershipChanged(
            key=f"{key}/member/{id}",
            at=now,
            account=Account(SLACK, team, id),
            place=place,
            joined=True,
        )
        for id in each.members
    )
    return Room(event, tuple(inside))


def has_id(each: Mapping[str, Any]) -> bool:
    id = each.get("id")
    return isinstance(id, str) and ID.fullmatch(id) is not None


def _word(each: Mapping[str, Any], *names: str) -> str:
    """The first of them that says anything."""
    found = (each.get(name) for name in names)
    return next((word.strip() for word in found if isinstance(word, str) and word.strip()), "")


def user(each: dict[str, Any]) -> dict[str, Any]:
    """What is needed of it; the rest, its pictures above all, is let go."""
    known = each.get("profile")
    profile: Mapping[str, Any] = known if isinstance(known, dict) else {}
    name = _word(profile, "display_name", "real_name") or _word(each, "real_name", "name")
    return {
        "id": each["id"],
        "team": _word(each, "team_id"),
        "name": name or each["id"],
        "email": _word(profile, "email"),
        "language": locale if LOCALE.fullmatch(locale := _word(each, "locale")) else None,
        "zone": _word(each, "tz") or None,
        "bot": bool(each.get("is_bot")) or each["id"] == SLACKBOT,
        "active": not each.get("deleted"),
    }


def conversation(each: Mapping[str, Any], kind: PlaceKind, bots: set[str]) -> Conversation:
    found = each.get("members")
    members = (
        tuple(m for m in found if isinstance(m, str) and ID.fullmatch(m))
        if isinstance(found, list)
        else ()
    )
    direct = kind == "direct" and not bots.isdisjoint(members)
    name = _word(each, "name") or each["id"]
    return Conversation(
        Spot(each["id"], direct), name, kind, bool(each.get("is_archived")), members
    )

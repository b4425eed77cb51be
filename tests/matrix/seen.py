"""What a person sees of a room: its messages, edits applied, what was taken back removed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
UNREADABLE = "m.room.encrypted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message. One that could not be read has the type m.room.encrypted and says why."""

    id: str
    sender: str
    type: str
    at: int  # milliseconds, by the server's clock
    content: Json  # the newest
    edits: int
    thread: str | None  # the event id of its root
    reply_to: str | None
    reactions: dict[str, list[str]]  # who reacted, by emoji, in the order in which they did
    secret: bool  # came encrypted, and was read
    trouble: str | None

    @property
    def body(self) -> str:
        return str(self.content.get("body", ""))

    @property
    def formatted_body(self) -> str | None:
        return self.content.get("formatted_body")

    @property
    def msgtype(self) -> str | None:
        return self.content.get("msgtype")

    @property
    def mentions(self) -> list[str]:
        found: list[str] = self.content.get("m.mentions", {}).get("user_ids", [])
        return found


def messages(events: Iterable[Json]) -> list[Seen]:
    """`events`: a room's, in their order, decrypted where that could be done."""
    there = list(events)
    gone = {target for event in there if (target := _redacted(event))}
    gone |= {event["event_id"] for event in there if "redacted_because" in _unsigned(event)}
    left = [event for event in there if event["event_id"] not in gone and "state_key" not in event]
    said = [event for event in left if _shown(event) and _relation(event)[0] != "m.replace"]
    return [_seen(event, left) for event in said]


def _shown(event: Json) -> bool:
    return event["type"] in ("m.room.message", "m.sticker", UNREADABLE)


def _seen(event: Json, events: list[Json]) -> Seen:
    content, edits, reactions = event["content"], 0, dict[str, list[str]]()
    for other in events:
        kind, target = _relation(other)
        if target != event["event_id"]:
            continue
        if kind == "m.replace" and _may_replace(other, event):
            content, edits = other["content"]["m.new_content"], edits + 1
        if kind == "m.annotation" and other["type"] == "m.reaction":
            who = reactions.setdefault(other["content"]["m.relates_to"]["key"], [])
            who.extend([] if other["sender"] in who else [other["sender"]])
    kind, target = _relation(event)
    return Seen(
        id=event["event_id"],
        sender=event["sender"],
        type=event["type"],
        at=event["origin_server_ts"],
        content=content,
        edits=edits,
        thread=target if kind == "m.thread" else None,
        reply_to=_replied(event),
        reactions=reactions,
        secret=event.get("secret", False),
        trouble=event.get("trouble"),
    )


def _may_replace(edit: Json, event: Json) -> bool:
    """An edit in clear of a message that was secret is none."""
    same = edit["sender"] == event["sender"] and edit["type"] == event["type"]
    clearer = event.get("secret", False) and not edit.get("secret", False)
    return same and not clearer and isinstance(edit["content"].get("m.new_content"), dict)


def _relation(event: Json) -> tuple[str | None, str | None]:
    relates = event["content"].get("m.relates_to")
    if not isinstance(relates, dict):
        return None, None
    return relates.get("rel_type"), relates.get("event_id")


def _replied(event: Json) -> str | None:
    """In a thread it is real only where it is not just for those who know no threads."""
    relates = event["content"].get("m.relates_to")
    if not isinstance(relates, dict) or relates.get("is_falling_back"):
        return None
    replied = relates.get("m.in_reply_to")
    return replied.get("event_id") if isinstance(replied, dict) else None


def _redacted(event: Json) -> str | None:
    """Since room version 11 the content says it, before it the event did."""
    if event["type"] != "m.room.redaction":
        return None
    target: str | None = event["content"].get("redacts") or event.get("redacts")
    return target


def _unsigned(event: Json) -> Json:
    found: Json = event.get("unsigned", {})
    return found

"""What stands in an entry of an export, looked at before it is believed."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.events import Attachment

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
TS = re.compile(r"[0-9]{9,11}\.[0-9]{1,6}")
FIRST = datetime(2010, 1, 1, tzinfo=UTC)  # nothing in Slack is older
AHEAD = timedelta(days=1)  # another clock may be before ours by less


class Unusable(Exception):
    """An entry that should tell something and cannot: says why in the middle of a sentence."""


class Ignored(Exception):
    """An entry that tells nothing of what we keep: says what it is."""


def author(post: Mapping[str, Any]) -> str:
    comment = post.get("comment")
    told = (post.get("user"), post.get("bot_id"), comment and part(post, "comment"))
    for each in told:
        id = each.get("user") if isinstance(each, dict) else each
        if isinstance(id, str) and ID.fullmatch(id):
            return id
    raise Unusable("it does not say whose it is")


def ts(entry: Mapping[str, Any], name: str) -> str:
    ts = entry.get(name)
    if isinstance(ts, int | float) and not isinstance(ts, bool) and 0 < ts < 10**11:
        ts = f"{ts:.6f}"  # as some tools write it
    if not isinstance(ts, str) or not TS.fullmatch(ts):
        raise Unusable("its time is no time of Slack")
    return ts


def moment(ts: str, now: datetime) -> datetime:
    seconds, _, micros = ts.partition(".")
    at = datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(f"{micros:0<6}"))
    if not FIRST <= at <= now + AHEAD:
        raise Unusable("its time cannot be true")
    return at


def thread(post: Mapping[str, Any], ts: str) -> str | None:
    """The message a thread began with is in none."""
    root = post.get("thread_ts")
    return root if isinstance(root, str) and TS.fullmatch(root) and root != ts else None


def edit(post: Mapping[str, Any], now: datetime) -> tuple[str, datetime] | None:
    edit = part(post, "edited")
    if edit is None:
        return None
    try:
        when = ts(edit, "ts")
        return when, moment(when, now)
    except Unusable:
        return None


def reactions(post: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    found = post.get("reactions")
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            users = each.get("users")
            known = users if isinstance(users, list) else []
            yield each["name"], [id for id in known if isinstance(id, str) and ID.fullmatch(id)]


def files(post: Mapping[str, Any]) -> Iterator[Attachment]:
    found = post.get("files") or [post.get("file")]
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict) and isinstance(each.get("id"), str):
            size = each.get("size")
            name = each.get("name") or each.get("title") or each["id"]
            yield Attachment(str(name), each["id"], size if isinstance(size, int) else 0)


def attached(post: Mapping[str, Any]) -> str:
    """What integrations say in their attachments, where the text itself is empty."""
    found = post.get("attachments")
    parts = [
        each.get("text") or each.get("fallback")
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, dict)
    ]
    return "\n".join(each for each in parts if isinstance(each, str))


def before(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return part(entry, "original") or part(entry, "previous_message")


def part(entry: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    found = entry.get(name)
    return found if isinstance(found, dict) else None


def label(kind: object) -> str:
    """A name that can be printed and counted."""
    found = str(kind)[:40]
    return found if found.isprintable() else "unprintable"

"""Addresses of people and messages: https://matrix.to/#/… and matrix:…, read and written."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

LONGEST = 255  # bytes of an id
USER = re.compile(r"@[!-9;-~]*:[A-Za-z0-9.:\[\]-]+")
EVENT = re.compile(r"\$[!-~]+")
ROOM = re.compile(r"[!#][!-~]+")
SERVER = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?"
NAMED = re.compile(rf"(?<![\w.+@/%:=-])@[a-zA-Z0-9._=/+-]+:{SERVER}", re.ASCII)  # in free words

SITE = r"https?://(?:www\.)?matrix\.to/#/"
PART = r"[A-Za-z0-9!$@:._~%=+-]+"
END = r"[A-Za-z0-9_~%=+-]"  # a sentence that goes on with "." or ")" is not of it
QUERY = rf"(?:\?(?:[A-Za-z0-9=&:._~%\[\]+-]*{END})?)?"
PERSON = re.compile(rf"(?:{SITE}((?:@|%40){PART})/?|matrix:u(?:ser)?/({PART})){QUERY}", re.I)
MESSAGE = re.compile(
    rf"(?:{SITE}(?P<room>(?:[!#]|%2[13]){PART})/(?P<event>(?:\$|%24)(?:{PART[:-2]}/]*{END}))"
    rf"|matrix:(?P<kind>r|room|roomid)/(?P<bare>{PART})/e(?:vent)?/(?P<id>{PART[:-1]}*{END}))"
    rf"{QUERY}",
    re.IGNORECASE,
)
Link = tuple[str, str, str]


def person(address: str) -> str | None:
    """Whose page it is, by their id."""
    found = PERSON.fullmatch(address.strip())
    if found is None:
        return None
    whole, bare = found.groups()
    return user(unquote(whole) if whole else f"@{unquote(bare)}")


def links(text: str) -> Iterator[Link]:
    """To messages: as they stand in the text, the room, the event.

    The room is named by its id, or by an alias ("#…") where whoever linked to it did so.
    """
    for found in MESSAGE.finditer(text):
        room, event = unquote(found["room"] or ""), unquote(found["event"] or "")
        if found["kind"]:
            sigil = "!" if found["kind"].lower() == "roomid" else "#"
            room, event = f"{sigil}{unquote(found['bare'])}", f"${unquote(found['id'])}"
        if _is(ROOM, room) and _is(EVENT, event):
            yield found.group(), room, event


def user(id: object) -> str | None:
    """`id`, if it can be an account's."""
    return id if isinstance(id, str) and _is(USER, id) else None


def event(id: object) -> str | None:
    """`id`, if it can be an event's."""
    return id if isinstance(id, str) and _is(EVENT, id) else None


def _is(form: re.Pattern[str], id: str) -> bool:
    return len(id) <= LONGEST and form.fullmatch(id) is not None


def permalink(room: str, event: str, via: Iterable[str] = ()) -> str:
    """`via`: servers that are in the room, for whoever is not in it yet."""
    servers = "&".join(f"via={quote(each, safe='')}" for each in via)
    address = f"https://matrix.to/#/{quote(room, safe='')}/{quote(event, safe='')}"
    return f"{address}?{servers}" if servers else address

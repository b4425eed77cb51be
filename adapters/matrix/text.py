"""What somebody says in Matrix as plain words: whom it calls on, what it answers, what it changes.

Names lie, so a name stands for the account behind its link only. Any part of a content may be
missing, huge or of another kind than it should be: then it is not there.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from adapters.matrix.addresses import NAMED, Link, event, links, user
from adapters.matrix.formatted import Piece, Pill, read
from bot.words import seen

LONGEST = 65_536  # characters; no event has more bytes
CALLED = 255  # characters of a person's name
HTML = "org.matrix.custom.html"
CAPTIONED = ("m.image", "m.file", "m.audio", "m.video")
SILENT = "m.key.verification.request"  # between devices, though it looks like a message
POLLS = ("m.poll", "m.poll.start", "org.matrix.msc3381.poll.start")
TEXTS = ("m.text", "org.matrix.msc1767.text", "body")
PLACES = ("m.location", "org.matrix.msc3488.location")
QUOTING = re.compile(r"> (?:\* )?<@[^\n>]*>.*(?:\n>(?: .*)?)*\n*")  # the fallback of a reply
ROOM = re.compile(r"(?<!\w)@room(?!\w)", re.ASCII)
MARKS = re.compile(r"[\s!-/:-@\[-`{-~]+")  # what people type for looks, and what parts words
DULY = re.compile(r"[!！/／]\s*(?:duly|ｄｕｌｙ)(?![A-Za-z0-9_])[\s,:，：]*", re.IGNORECASE)
NAMED_US = re.compile(r"(?![A-Za-z0-9_])[\s,:，：、;；]*")
CALLED_US = re.compile(r"\s*[,:，：][\s,:，：]*")


@dataclass(frozen=True, slots=True)
class Said:
    """`names` are what stands in the text for a person, and whose id it is.

    `links` to messages: as they stand in the text, the room's id (or alias, "#…"), the event's id.
    """

    text: str = ""
    mentions: tuple[str, ...] = ()
    room: bool = False  # it calls on everybody in the room
    names: tuple[tuple[str, str], ...] = ()
    replies_to: str | None = None
    thread: str | None = None
    replaces: str | None = None  # it is an edit of that event
    links: tuple[Link, ...] = ()
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of us: the words behind "duly". `bare`: said without naming us."""

    text: str
    bare: bool = False


def said(content: object, kind: str = "m.room.message", author: str = "") -> Said:
    """`kind` is the event's type. `author`: who "waves" in "* Ann waves"."""
    whole = _dict(content)
    relation = _dict(whole.get("m.relates_to"))
    answered = event(_dict(relation.get("m.in_reply_to")).get("event_id"))
    target, how = event(relation.get("event_id")), relation.get("rel_type")
    edit = target if how == "m.replace" else None
    thread = target if how == "m.thread" else None
    told = _new(whole) if edit else whole
    pieces = _pieces(told, kind, replying=answered is not None)
    if told.get("msgtype") == "m.emote":
        pieces = [f"* {_line(author)} " if author else "* ", *pieces]
    text, names, called = _joined(pieces)
    mentions, room = _mentions(told, text, called)
    return Said(
        text=text,
        mentions=mentions,
        room=room,
        names=names,
        replies_to=None if thread and relation.get("is_falling_back") is True else answered,
        thread=thread,
        replaces=edit,
        links=tuple(links(text)),
        automatic=told.get("msgtype") in ("m.notice", "m.server_notice"),
    )


def _new(whole: Mapping[str, object]) -> Mapping[str, object]:
    """What an edit makes of a message; where it does not say, its words behind "* "."""
    new = whole.get("m.new_content")
    if isinstance(new, dict):
        return new
    plain = {name: each for name, each in whole.items() if name != "formatted_body"}
    return {**plain, "body": _text(whole.get("body")).removeprefix("* ")}


def _pieces(told: Mapping[str, object], kind: str, *, replying: bool) -> list[Piece]:
    poll = next((_dict(told[name]) for name in POLLS if isinstance(told.get(name), dict)), None)
    if poll is not None:
        return [_poll(poll)]
    sort = told.get("msgtype")
    if sort == SILENT:
        return []
    if sort == "m.location" or kind == "m.location":
        return [_location(told)]
    body = _text(told.get("body"))
    if sort in CAPTIONED and told.get("filename") in (None, body):
        return []  # the body is the file's name
    plain = QUOTING.sub("", body, count=1) if replying and QUOTING.match(body) else body
    html = _text(told.get("formatted_body")) if told.get("format") == HTML else ""
    return _chosen(plain, read(html))


def _chosen(plain: str, formatted: list[Piece]) -> list[Piece]:
    """The plain body as it was typed, unless people are shown other words, or links to people."""
    shown = "".join(each if isinstance(each, str) else each.name for each in formatted)
    pills = any(isinstance(each, Pill) for each in formatted)
    same = MARKS.sub("", seen(shown)) == MARKS.sub("", seen(plain))
    return formatted if pills or (shown.strip() and not (same and plain.strip())) else [plain]


def _poll(poll: Mapping[str, object]) -> str:
    answers = poll.get("answers")
    each = [_written(one) for one in answers] if isinstance(answers, list) else []
    lines = (f"- {' '.join(one.split())}" for one in each[:20] if one.strip())
    return "\n".join([_written(poll.get("question")), *lines])


def _written(block: object) -> str:
    """The plain words of what may also be there in other forms."""
    for name in TEXTS:
        match _dict(block).get(name):
            case str(words):
                return words[:LONGEST]
            case [*forms]:
                found = (_text(_dict(each).get("body")) for each in forms)
                return next((each for each in found if each), "")
    return ""


def _location(told: Mapping[str, object]) -> str:
    place = next((_dict(told[name]) for name in PLACES if name in told), {})
    where = _text(told.get("geo_uri")) or _text(place.get("uri"))
    words = _text(told.get("body")) or _text(place.get("description")) or _written(told)
    return words if where in words else f"{words} ({where})" if words else where


def _joined(
    pieces: list[Piece],
) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The text, what stands in it for whom, and everybody it names, in order."""
    free = "".join(each for each in pieces if isinstance(each, str))
    labels = {each: f"@{_line(each.name).removeprefix('@')}" for each in _pills(pieces)}
    ids = Counter(label for label, _ in {(label, each.id) for each, label in labels.items()})
    words: list[str] = []
    names: dict[str, str] = {}
    called: dict[str, None] = {}
    for each in pieces:
        if isinstance(each, Pill):
            label = labels[each]
            unclear = ids[label] > 1 or label in free or NAMED.search(label) or label == "@"
            words.append(each.id if unclear else label)
            names[words[-1]] = each.id
            called[each.id] = None
        else:
            words.append(seen(each.replace("\r\n", "\n")))
            typed = dict.fromkeys(NAMED.findall(words[-1]))
            names |= {id: id for id in typed}
            called |= typed
    return "".join(words), tuple(names.items()), tuple(called)


def _pills(pieces: list[Piece]) -> Iterator[Pill]:
    return (each for each in pieces if isinstance(each, Pill))


def _mentions(
    told: Mapping[str, object], text: str, called: tuple[str, ...]
) -> tuple[tuple[str, ...], bool]:
    """Whom its author means to call on; where their client does not say, whoever is named."""
    meant = told.get("m.mentions")
    if not isinstance(meant, dict):
        return called, ROOM.search(text) is not None
    ids = meant.get("user_ids")
    found = (user(each) for each in ids) if isinstance(ids, list) else iter(())
    return tuple(dict.fromkeys(each for each in found if each)), meant.get("room") is True


def _line(name: str) -> str:
    return " ".join(seen(name).split())[:CALLED]


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _dict(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def command(said: Said, names: Collection[str], *, direct: bool) -> Asked | None:
    """`names`: ours, and our id. Of a direct chat, everything is said to us."""
    rest = _behind_our_name(said, names, direct=direct)
    text = said.text.strip() if rest is None else rest
    if typed := DULY.match(text):
        return Asked(text[typed.end() :].strip())
    if rest is not None:
        return Asked(rest)
    return Asked(text, bare=True) if direct else None


def _behind_our_name(said: Said, names: Collection[str], *, direct: bool) -> str | None:
    """Where it begins with us, and not with somebody else who took our name."""
    text, ids = said.text.strip(), {each for each in names if user(each)}
    ours = {words: NAMED_US for words, id in said.names if id in ids}
    if ids.intersection(said.mentions):
        ours |= dict.fromkeys([*names, *(f"@{each}" for each in names)], NAMED_US)
    elif direct:
        ours |= dict.fromkeys(names, CALLED_US)
    for each in sorted(filter(None, ours), key=len, reverse=True):
        behind = ours[each].match(text, len(each))
        if behind and text[: len(each)].casefold() == each.casefold():
            return text[behind.end() :].strip()
    return None

"""Cards and published texts as messages of Matrix: HTML, and a plain body that says the same.

There are no buttons: each is a line with the command to type, and the emoji to react with.
"""

import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.matrix.limits import BUTTON, ROOM, SEEDS, TITLE, cut, size
from adapters.matrix.markup import (
    Kind,
    Piece,
    Run,
    body,
    colon,
    command,
    cost,
    fact,
    html,
    line,
    literal,
    paragraph,
    small,
)
from bot.card import Button, Card, Tone
from bot.effects import Publish
from bot.events import MessageRef
from bot.words import Code, Reader, Ref, Say, Value, say, say_many, seen

ABOUT = say("Go to the message")
REACT = say("React with an emoji, or type:")
TYPE = say("Type your answer:")
WEIGHTY = say("Too important for a reaction. Type:")
TONES: dict[Tone, str] = {"plain": "", "good": "✅", "bad": "⚠️"}
WORTH_CUTTING = 400  # less of a paragraph than this is left out whole
COUNTED = 400  # what "Part 1 of 3" takes, in any language
PLAIN = "\ufe0e\ufe0f"  # whether an emoji is in colour makes no other emoji of it


@dataclass(frozen=True, slots=True)
class Message:
    """`seeds`: what to react with ourselves, in order, so that people need only tap."""

    body: str
    html: str
    seeds: tuple[str, ...] = ()


class Links(Protocol):
    def to(self, ref: MessageRef) -> str | None:
        """A message's address."""


def content(message: Message) -> dict[str, object]:
    """As an event holds it.

    The specification means m.notice for bots; but the default push rule .m.rule.suppress_notices
    comes before the rules of direct chats and of mentions, so that nobody hears of a notice. A
    nudge that nobody hears is none: what is said to somebody is m.text.

    m.mentions is always there, and empty: else servers look for names in the words, and a quoted
    "@room" calls everybody. No effect knows whom it should call: a card for one goes to them alone.
    """
    return {
        "msgtype": "m.text",
        "body": message.body,
        "format": "org.matrix.custom.html",
        "formatted_body": message.html,
        "m.mentions": {},
    }


def edited(message: Message, of: str) -> dict[str, object]:
    """What puts it in the place of the event `of`; old clients are told the first line of it."""
    new = content(message)
    title = cut(message.body.partition("\n")[0], TITLE)
    return {
        "msgtype": new["msgtype"],
        "body": f"* {title}",
        "m.new_content": new,
        "m.mentions": {},
        "m.relates_to": {"rel_type": "m.replace", "event_id": of},
    }


def message(
    card: Card, reader: Reader, links: Links, typed: Container[str], room: int = ROOM
) -> Message:
    """`typed`: first words of commands that count only where they are typed.

    Its buttons are never left out: what is said in it is cut first.
    """
    top = _title(line(card.title, reader), card.tone)
    end, seeds = _buttons(card.buttons, reader, typed)
    end += [small(card.why, reader)] if card.why else []
    url = links.to(card.about) if card.about else None
    link = [Piece((Run(line(ABOUT, reader), "link", url),))] if url else []
    left = room - cost([*top, *end]) - WORTH_CUTTING
    facts = [piece for name, value in _untold(card) for piece in fact(name, value, reader)]
    said = [paragraph(each, reader) for each in card.body]
    known, fewer = _fit(facts, max(left // 3, left - cost(said)))
    told, less = _fit(said, left - cost([*known, *link]))
    more = [_more(fewer + less, reader)] if fewer + less else []
    pieces = [*top, *told, *known, *more, *link, *end]
    return Message(body(pieces) or "…", html(pieces) or "<p>…</p>", seeds)


def published(effect: Publish, reader: Reader, room: int = ROOM) -> list[Message]:
    """Word for word; what one message cannot hold goes on in the next, and each says so."""
    text, title = seen(effect.text), _title(line(effect.title, reader), "plain")
    parts = _parts(text, room - COUNTED - cost(title))
    messages: list[Message] = []
    for number, part in enumerate(parts, 1):
        pieces = [*(title if number == 1 else ()), Piece(literal(part))]
        if len(parts) > 1:
            count = say("Part {number} of {all}", number=number, all=len(parts))
            pieces.append(small(count, reader))
        messages.append(Message(body(pieces) or "…", html(pieces) or "<p>…</p>"))
    return messages


def _untold(card: Card) -> list[tuple[Say, Say | Value]]:
    """The facts without the number that the title says already."""
    said = [each for _, each in card.title.values if isinstance(each, Ref)]
    return [(name, value) for name, value in card.facts if value not in said]


def _title(title: str, tone: Tone) -> list[Piece]:
    plain = not title or unicodedata.category(title[0]) == "So"  # it begins with an emoji
    words = title if plain else f"{TONES[tone]} {title}".strip()
    return [Piece(literal(cut(words, TITLE)), "title")] if words else []


def _fit(pieces: Sequence[Piece], room: int) -> tuple[list[Piece], int]:
    """What there is room for, and how many are not there or not whole."""
    kept: list[Piece] = []
    for done, piece in enumerate(pieces):
        if piece.cost > room:
            begun = [piece.within(room)] if room >= WORTH_CUTTING else []
            return [*kept, *begun], len(pieces) - done
        kept.append(piece)
        room -= piece.cost
    return kept, 0


def _more(count: int, reader: Reader) -> Piece:
    sentence = say_many(
        "… and {count} more: {command}",
        "… and {count} more: {command}",
        count,
        command=Code("/duly web"),
    )
    return paragraph(sentence, reader)


def _buttons(
    buttons: Sequence[Button], reader: Reader, typed: Container[str]
) -> tuple[list[Piece], tuple[str, ...]]:
    """The lines, and the emojis in front of those that may be reacted to."""
    seeds: dict[str, str] = {}
    light: list[Piece] = []
    weighty: list[Piece] = []
    for each in buttons:
        if each.action.partition(" ")[0] in typed:
            weighty.append(_button(each, reader, "typed"))
            continue
        bare = each.emoji.strip(PLAIN)
        fresh = bool(bare) and bare not in seeds and len(seeds) < SEEDS
        if fresh:
            seeds[bare] = each.emoji
        light.append(_button(each, reader, "choice", f"{each.emoji} " if fresh else ""))
    how = Piece((Run(line(REACT if seeds else TYPE, reader)),), "choice")
    why = Piece((Run(line(WEIGHTY, reader)),), "typed")
    lines = [*([how, *light] if light else ()), *([why, *weighty] if weighty else ())]
    return lines, tuple(seeds.values())


def _button(button: Button, reader: Reader, kind: Kind, emoji: str = "") -> Piece:
    if size(button.action) > BUTTON:
        raise ValueError(f"an action of {size(button.action)} bytes: at most {BUTTON} fit")
    label = cut(line(button.label, reader), BUTTON)
    words = Run(f"{emoji}{label}{colon(reader)}")
    return Piece((words, command(f"/duly {button.action}")), kind)


def _parts(text: str, room: int) -> list[str]:
    """Together they are `text`; each ends with a line where a line ends in its second half."""
    parts: list[str] = []
    while Piece(literal(text)).cost > room:
        part = _first(text, room)
        end = part.rfind("\n") + 1
        part = part[:end] if end > len(part) // 2 else part
        parts.append(part)
        text = text[len(part) :]
    return [*parts, text]


def _first(text: str, room: int) -> str:
    """As many characters as there is room for, at least one."""
    low, high = 1, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        fits = Piece(literal(text[:middle])).cost <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low]

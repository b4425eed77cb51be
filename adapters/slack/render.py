"""Cards, published texts and a person's own page as Slack's blocks. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.slack.limits import (
    ACTION,
    BLOCK,
    BUTTON,
    BUTTONS,
    ELEMENT,
    HEADER,
    ROOM,
    TEXT,
    VIEW_BLOCKS,
    cut,
    first,
    units,
)
from adapters.slack.rich import (
    Block,
    Element,
    Piece,
    bold,
    cost,
    fact,
    fallback,
    label,
    line,
    literal,
    paragraph,
    plain,
    rich,
)
from bot.card import Button, Card, Tone
from bot.effects import Publish
from bot.events import MessageRef
from bot.words import Code, Reader, Ref, Say, Value, say, say_many, seen

PARAGRAPHS = 20  # blocks of a message's body; where there are more, they share blocks
HOME_ROOM, HOME_PARAGRAPHS = 3_000, 3  # for each card of a person's own page
LONG_TITLE, SMALL_PRINT = 1_000, 1_000
WORTH_CUTTING = 200  # less of a paragraph than this is left out whole
ABOUT = say("Go to the message")
TONES: dict[Tone, str] = {"plain": "", "good": "✅", "bad": "⚠️"}
DIVIDER: tuple[Block, ...] = ({"type": "divider"},)
STYLES: dict[Tone, Element] = {
    "plain": {},
    "good": {"style": "primary"},
    "bad": {"style": "danger"},
}


@dataclass(frozen=True, slots=True)
class Message:
    """What chat.postMessage takes; to be sent with parse none, link_names and mrkdwn false."""

    text: str
    blocks: tuple[Block, ...]


class Links(Protocol):
    def to(self, ref: MessageRef) -> str | None:
        """A message's address."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """How much of a page or message one card may take, and how its buttons are numbered."""

    room: int
    paragraphs: int
    pressed: int = 0  # buttons before it


def message(card: Card, reader: Reader, links: Links, room: int = ROOM) -> Message:
    """With less `room` it says less, for when Slack still finds it too long."""
    blocks = _card(card, reader, links, _Frame(room, PARAGRAPHS))
    return Message(fallback(_words(card, reader)), tuple(blocks))


def published(effect: Publish, reader: Reader, room: int = ROOM) -> tuple[Message, ...]:
    """Word for word; what one message cannot hold goes on in the next, and each says so."""
    text, title = seen(effect.text), line(effect.title, reader)
    space = room - 2 * BLOCK - LONG_TITLE - ELEMENT * (2 + room // TEXT)
    parts = _parts(text, max(space, WORTH_CUTTING))
    messages: list[Message] = []
    for number, part in enumerate(parts, 1):
        blocks = _title(title, "plain") if number == 1 else []
        blocks += rich([Piece(tuple(literal(part)))])
        if len(parts) > 1:
            blocks += _small(say("Part {number} of {all}", number=number, all=len(parts)), reader)
        words = f"{title}\n{part}" if number == 1 else part
        messages.append(Message(fallback(words), tuple(blocks)))
    return tuple(messages)


def home(cards: Sequence[Card], reader: Reader, links: Links) -> tuple[Block, ...]:
    blocks: list[Block] = []
    pressed = 0
    for done, card in enumerate(cards):
        frame = _Frame(HOME_ROOM, HOME_PARAGRAPHS, pressed)
        shown = [*DIVIDER[: len(blocks)], *_card(card, reader, links, frame)]
        if len(blocks) + len(shown) >= VIEW_BLOCKS:
            return (*blocks, *rich([_more(len(cards) - done, reader)]))
        blocks += shown
        pressed += len(card.buttons)
    if not blocks:
        return tuple(rich([paragraph(say("Nothing is here yet."), reader)]))
    return tuple(blocks)


def _card(card: Card, reader: Reader, links: Links, frame: _Frame) -> list[Block]:
    """Its buttons are never left out: what is said in it is cut first."""
    top = _title(line(card.title, reader), card.tone)
    end = _buttons(card.buttons, reader, frame.pressed)
    end += _small(card.why, reader) if card.why else []
    url = links.to(card.about) if card.about else None
    link = _link(url, reader) if url else []
    room = frame.room - cost([*top, *end]) - BLOCK - WORTH_CUTTING
    facts = [piece for name, value in _untold(card) for piece in fact(name, value, reader)]
    body = [paragraph(each, reader) for each in card.body]
    known, fewer = _fit(facts, max(room // 3, room - sum(each.cost for each in body)))
    told, less = _fit(body, room - sum(each.cost for each in (*known, *link)), frame.paragraphs)
    more = [_more(fewer + less, reader)] if fewer + less else []
    return [*top, *_paragraphs(told, frame.paragraphs), *rich([*known, *more, *link]), *end]


def _untold(card: Card) -> list[tuple[Say, Say | Value]]:
    """The facts without the number that the title says already."""
    said = [each for _, each in card.title.values if isinstance(each, Ref)]
    return [(name, value) for name, value in card.facts if value not in said]


def _title(title: str, tone: Tone) -> list[Block]:
    marked = f"{TONES[tone]} {title}".strip() if title and not _emoji(title) else title
    if not marked:
        return []
    if units(marked) <= HEADER:
        return [{"type": "header", "text": label(marked, HEADER)}]
    return rich([Piece((bold(cut(marked, LONG_TITLE)),))])


def _emoji(title: str) -> bool:
    return unicodedata.category(title[0]) == "So"


def _paragraphs(pieces: Sequence[Piece], most: int) -> list[Block]:
    """A block each, as blocks stand apart; several in one where that would be too many."""
    each = -(-len(pieces) // most) if pieces else 1
    shared = (rich(pieces[start : start + each]) for start in range(0, len(pieces), each))
    return [block for blocks in shared for block in blocks]


def _fit(pieces: Sequence[Piece], room: int, blocks: int = 0) -> tuple[list[Piece], int]:
    """What there is room for in so many blocks, and how many are not there or not whole."""
    kept: list[Piece] = []
    for done, piece in enumerate(pieces):
        room -= BLOCK if done < blocks else 0
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


def _link(url: str, reader: Reader) -> list[Piece]:
    return [Piece(({"type": "link", "url": url, "text": line(ABOUT, reader)},))]


def _buttons(buttons: Sequence[Button], reader: Reader, before: int) -> list[Block]:
    shown = [_button(each, reader, before + at) for at, each in enumerate(buttons)]
    rows = (shown[start : start + BUTTONS] for start in range(0, len(shown), BUTTONS))
    return [{"type": "actions", "elements": each} for each in rows]


def _button(button: Button, reader: Reader, number: int) -> Element:
    if units(button.action) > ACTION:
        raise ValueError(f"an action of {units(button.action)} characters: at most {ACTION} fit")
    return {
        "type": "button",
        "action_id": f"press/{number}",
        "text": label(f"{button.emoji} {line(button.label, reader)}", BUTTON, emoji=True),
        "value": button.action,
    } | STYLES[button.tone]


def _small(text: Say, reader: Reader) -> list[Block]:
    return [{"type": "context", "elements": [label(plain(text, reader), SMALL_PRINT)]}]


def _words(card: Card, reader: Reader) -> str:
    """All of it in plain words, the title first: a notification shows no more than a line."""
    said = [line(card.title, reader), *(plain(each, reader) for each in card.body)]
    for name, value in _untold(card):
        said += [
            "".join(str(each["text"]) for each in one.elements) for one in fact(name, value, reader)
        ]
    return "\n".join(each for each in said if each.strip())


def _parts(text: str, longest: int) -> list[str]:
    """Together they are `text`; each ends with a line where a line ends in its second half."""
    parts: list[str] = []
    while units(text) > longest:
        part = first(text, longest)
        end = part.rfind("\n") + 1
        part = part[:end] if end > len(part) // 2 else part
        parts.append(part)
        text = text[len(part) :]
    return [*parts, text]

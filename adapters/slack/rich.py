"""Sentences as Slack's rich text. Pure; words of people stand only where nothing is markup.

In a `text` element of rich text, and in a plain_text object without emoji, Slack shows what is
written: no mention, link, emoji code or asterisk in it means anything.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from adapters.slack.limits import BLOCK, ELEMENT, FALLBACK, TEXT, cut, first, units
from bot.words import Code, Link, Quoted, Reader, Rows, Say, Value, clean, render, seen

Element = dict[str, object]
Block = dict[str, object]

# Characters nobody can type stand around the number of what is set apart from its sentence.
OPEN, CLOSE = "\ue000", "\ue001"
UNMARK = {ord(OPEN): None, ord(CLOSE): None}
APART = re.compile(f"{OPEN}(\\d+){CLOSE}")
ALL = re.compile("@(?=channel|here|everyone)", re.IGNORECASE)
JOINER = "\u2060"  # seen by nobody, and what it parts calls nobody


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph or a line, put into blocks later."""

    elements: tuple[Element, ...]
    kind: Literal["section", "quote"] = "section"

    @property
    def cost(self) -> int:
        """With what joins it to others."""
        return 3 * ELEMENT + sum(units(str(each["text"])) + ELEMENT for each in self.elements)

    def within(self, room: int) -> "Piece":
        """Its beginning, for less room than it costs."""
        kept: list[Element] = []
        for each in self.elements:
            left = room - ELEMENT - replace(self, elements=tuple(kept)).cost
            if left <= 1:
                break
            kept.append(each | {"text": cut(str(each["text"]), left)})
            if kept[-1] != each:
                break
        return replace(self, elements=tuple(kept))


def elements(text: Say | Value, reader: Reader) -> tuple[Element, ...]:
    apart: list[Element] = []
    words = APART.split(render(_set_apart(text, reader, apart), reader, _unmarked))
    found: list[Element] = []
    for place, part in enumerate(words):
        found += [apart[int(part)]] if place % 2 else literal(part)
    return tuple(found)


def literal(text: str) -> list[Element]:
    """In parts that are each within a text object's length."""
    parts: list[Element] = []
    while text:
        part = first(text, TEXT)
        parts.append({"type": "text", "text": part})
        text = text[len(part) :]
    return parts


def bold(text: str) -> Element:
    return {"type": "text", "text": text, "style": {"bold": True}}


def _set_apart(text: Say | Value, reader: Reader, apart: list[Element]) -> Say | Value:
    """Whatever is more than words becomes an element of its own. A new kind of value goes here."""
    match text:
        case Code(words):
            shown = seen(words)
            if not shown:
                return Code("")
            apart.append({"type": "text", "text": cut(shown, TEXT), "style": {"code": True}})
            return Code(f"{OPEN}{len(apart) - 1}{CLOSE}")
        case Link(url, words):
            told = " ".join(render(words, reader, _unmarked).split()) if words else ""
            apart.append({"type": "link", "url": url, "text": cut(told or url, TEXT)})
            return Code(f"{OPEN}{len(apart) - 1}{CLOSE}")
        case Say(_, values, _):
            return replace(
                text, values=tuple((name, _set_apart(each, reader, apart)) for name, each in values)
            )
        case Rows(each):
            return Rows(tuple(_set_apart(one, reader, apart) for one in each))
        case _:
            return text


def _unmarked(words: str) -> str:
    return words.translate(UNMARK)


def paragraph(text: Say | Value, reader: Reader) -> Piece:
    return Piece(elements(text, reader), "quote" if isinstance(text, Quoted) else "section")


def fact(name: Say, value: Say | Value, reader: Reader) -> list[Piece]:
    """On one line; lines of a person's are quoted below it, lest they pass for facts of ours."""
    comma = "：" if reader.language.startswith("zh") else ": "
    label = (bold(f"{line(name, reader)}{comma}"),)
    if isinstance(value, Quoted) and "\n" in clean(value.text, value.longest).strip():
        return [Piece(label), Piece(elements(value, reader), "quote")]
    return [Piece((*label, *elements(value, reader)))]


def rich(pieces: Iterable[Piece]) -> list[Block]:
    """One block, or none where there is nothing to see."""
    parts: list[tuple[str, list[Element]]] = []
    for piece in pieces:
        if not any(str(each["text"]).strip() for each in piece.elements):
            continue
        if parts and parts[-1][0] == piece.kind == "section":
            parts[-1][1].extend(({"type": "text", "text": "\n"}, *piece.elements))
        else:
            parts.append((piece.kind, list(piece.elements)))
    shown = [{"type": f"rich_text_{kind}", "elements": found} for kind, found in parts]
    return [{"type": "rich_text", "elements": shown}] if shown else []


def plain(text: Say | Value, reader: Reader) -> str:
    return "".join(str(each["text"]) for each in elements(text, reader))


def line(text: Say | Value, reader: Reader) -> str:
    return " ".join(plain(text, reader).split())


def label(text: str, longest: int, *, emoji: bool = False) -> Element:
    """A plain_text object, which may not be empty."""
    return {"type": "plain_text", "text": cut(text.strip(), longest) or "–", "emoji": emoji}


def fallback(text: str, longest: int = FALLBACK) -> str:
    """For notifications and screen readers: nothing in it is live, however it is parsed."""
    whole = ALL.sub(f"@{JOINER}", text).strip()
    shown = whole
    while units(_escaped(shown)) > longest:
        shown = cut(whole, min(units(shown) - 1, units(shown) * longest // units(_escaped(shown))))
    return _escaped(shown) or "…"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cost(blocks: Sequence[Block]) -> int:
    """What blocks take of a message's room."""
    return sum(BLOCK + _cost(each) for each in blocks)


def _cost(part: object) -> int:
    if isinstance(part, list):
        return sum(ELEMENT + _cost(each) for each in part)
    if isinstance(part, dict):
        words = (
            each for name, each in part.items() if name in ("text", "value", "url", "elements")
        )
        return sum(_cost(each) for each in words)
    return units(part) if isinstance(part, str) else 0

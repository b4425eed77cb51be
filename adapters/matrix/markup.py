"""Sentences as HTML and as plain words. The only place with markup; words of people are escaped.

Tags are of those that the specification permits ("m.room.message msgtypes"), and few.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import Literal

from adapters.matrix.limits import CODE, cut, ended, size
from bot.words import Code, Link, Quoted, Reader, Rows, Say, Value, clean, render, seen

# Characters nobody can type stand around people's words, and the number of what is set apart.
OPEN, CLOSE, BEGIN, END = "\ue000", "\ue001", "\ue002", "\ue003"
UNMARK = dict.fromkeys(map(ord, (OPEN, CLOSE, BEGIN, END)), "\ufffd")
MARKED = re.compile(f"{OPEN}(\\d+){CLOSE}|{BEGIN}([^{END}]*){END}")
TYPED = re.compile(r"(?<![\w./:-])/duly\b")
WEB = re.compile(r"https?://", re.IGNORECASE)
KEPT = re.compile("(?<= ) |^ |\t", re.MULTILINE)  # spaces that HTML would not show
GREY = "#737d8c"  # to be read on white and on black
PAGE = {
    "title": ("<h4>", "</h4>"),
    "text": ("<p>", "</p>"),
    "fact": ("<p>", "</p>"),
    "choice": ("<p>", "</p>"),
    "typed": ("<p>", "</p>"),
    "quote": ("<blockquote>", "</blockquote>"),
    "small": (f'<p><span data-mx-color="{GREY}">', "</span></p>"),
}
LINES = ("fact", "choice", "typed")
Kind = Literal["title", "text", "fact", "choice", "typed", "quote", "small"]


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    kind: Literal["words", "strong", "code", "link"] = "words"
    url: str = ""

    @property
    def html(self) -> str:
        words = _literal(self.text)
        match self.kind:
            case "words":
                return words
            case "link":
                return f'<a href="{escape(self.url)}">{words}</a>'
            case tag:
                return f"<{tag}>{words}</{tag}>"

    @property
    def plain(self) -> str:
        shown = self.kind == "link" and self.text != self.url
        return f"{self.text} {self.url}" if shown else self.text


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph; of `LINES`, those of a kind that follow each other are one together."""

    runs: tuple[Run, ...]
    kind: Kind = "text"

    @property
    def html(self) -> str:
        return "".join(each.html for each in self.runs)

    @property
    def plain(self) -> str:
        words = "".join(each.plain for each in self.runs)
        if self.kind != "quote":
            return words
        return "\n".join(f"> {each}" for each in words.split("\n"))

    @property
    def cost(self) -> int:
        """Bytes of both, with what joins it to others."""
        return size(self.plain) + size(self.html) + size("".join(PAGE[self.kind])) + size("\n\n")

    def within(self, room: int) -> "Piece":
        """Its beginning, for less room than it costs."""
        low, high = 0, sum(len(each.text) for each in self.runs)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self._begun(middle).cost <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return self._begun(low)

    def _begun(self, characters: int) -> "Piece":
        kept: list[Run] = []
        for each in self.runs:
            if characters < len(each.text):
                return replace(
                    self, runs=(*kept, replace(each, text=ended(each.text[:characters])))
                )
            kept.append(each)
            characters -= len(each.text)
        return self


def html(pieces: Iterable[Piece]) -> str:
    parts: list[str] = []
    for kind, group in groupby(_visible(pieces), lambda each: each.kind):
        begin, end = PAGE[kind]
        told = [each.html for each in group]
        told = ["<br>".join(told)] if kind in LINES else told
        parts += [f"{begin}{each}{end}" for each in told]
    return "".join(parts)


def body(pieces: Iterable[Piece]) -> str:
    said, before = "", None
    for each in _visible(pieces):
        gap = "\n" if each.kind in LINES and each.kind == before else "\n\n"
        said += f"{gap if said else ''}{each.plain}"
        before = each.kind
    return said


def _visible(pieces: Iterable[Piece]) -> list[Piece]:
    return [each for each in pieces if any(run.text.strip() for run in each.runs)]


def runs(text: Say | Value, reader: Reader) -> tuple[Run, ...]:
    apart: list[Run] = []
    words = render(_set_apart(text, reader, apart), reader, _fenced)
    found: list[Run] = []
    done = 0
    for each in MARKED.finditer(words):
        number, quoted = each.groups()
        found.append(_ours(words[done : each.start()]))
        found.append(apart[int(number)] if number else Run(quoted))
        done = each.end()
    return tuple(each for each in (*found, _ours(words[done:])) if each.text)


def literal(text: str) -> tuple[Run, ...]:
    return (Run(text),) if text else ()


def paragraph(text: Say | Value, reader: Reader) -> Piece:
    return Piece(runs(text, reader), "quote" if isinstance(text, Quoted) else "text")


def small(text: Say, reader: Reader) -> Piece:
    return Piece(runs(text, reader), "small")


def fact(name: Say, value: Say | Value, reader: Reader) -> list[Piece]:
    """On one line; lines of a person's are quoted below it, lest they pass for facts of ours."""
    label = tuple(_label(runs(name, reader), colon(reader)))
    if isinstance(value, Quoted) and "\n" in clean(value.text, value.longest).strip():
        return [Piece(label, "fact"), Piece(runs(value, reader), "quote")]
    return [Piece((*label, *runs(value, reader)), "fact")]


def _label(name: tuple[Run, ...], behind: str) -> Iterator[Run]:
    """Bold, but for commands, which stand out already."""
    strong = [replace(each, kind="strong") if each.kind == "words" else each for each in name]
    if strong and strong[-1].kind == "strong":
        *strong, last = strong
        yield from (*strong, replace(last, text=f"{last.text}{behind}"))
    else:
        yield from (*strong, Run(behind))


def colon(reader: Reader) -> str:
    return "：" if reader.language.startswith("zh") else ": "


def line(text: Say | Value, reader: Reader) -> str:
    return " ".join("".join(each.text for each in runs(text, reader)).split())


def command(words: str) -> Run:
    return Run(cut(_typed(" ".join(seen(words).split())), CODE), "code")


def _set_apart(text: Say | Value, reader: Reader, apart: list[Run]) -> Say | Value:
    """Whatever is more than words becomes a run of its own. A new kind of value goes here."""
    match text:
        case Code(words):
            apart.append(command(words))
            return Code(f"{OPEN}{len(apart) - 1}{CLOSE}")
        case Link(url, words):
            told = line(words, reader) if words else url
            web = WEB.match(url)
            apart.append(Run(told, "link", url) if web else Run(f"{told} {url}" if words else url))
            return Code(f"{OPEN}{len(apart) - 1}{CLOSE}")
        case Say(_, values, _):
            return replace(
                text, values=tuple((name, _set_apart(each, reader, apart)) for name, each in values)
            )
        case Rows(each):
            return Rows(tuple(_set_apart(one, reader, apart) for one in each))
        case _:
            return text


def _fenced(words: str) -> str:
    return f"{BEGIN}{words.translate(UNMARK)}{END}"


def _ours(words: str) -> Run:
    return Run(_typed(words))


def _typed(words: str) -> str:
    """Clients keep what begins with "/" for themselves; so we say "!duly"."""
    return TYPED.sub("!duly", words)


def _literal(text: str) -> str:
    escaped = KEPT.sub(_kept, escape(text, quote=False))
    return escaped.replace("\n", "<br>")


def _kept(space: re.Match[str]) -> str:
    return "\u00a0" * (4 if space.group() == "\t" else 1)


def cost(pieces: Sequence[Piece]) -> int:
    return sum(each.cost for each in pieces)

"""HTML of people as plain words, with whom they name. What a reader does not see is not there."""

import re
from dataclasses import dataclass, field

from adapters.matrix.addresses import person
from adapters.matrix.tags import Tag, parts

SPACE = re.compile(r"[ \t\n\r\f]+")
PARAGRAPHS = frozenset(["p", "blockquote", "pre", "table", "hr", *(f"h{n}" for n in range(1, 7))])
BLOCKS = PARAGRAPHS | frozenset(["div", "ul", "ol", "li", "tr", "details", "summary", "caption"])
QUOTED = 3  # depth beyond which quotations and lists look the same
ADDED = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
OPEN = re.compile(r"(?:https?|mailto|matrix):", re.IGNORECASE)  # an address that leads somewhere


@dataclass(frozen=True, slots=True)
class Pill:
    """A link to a person. The name is what its author wants it to be."""

    id: str
    name: str


Piece = str | Pill


def read(html: str) -> list[Piece]:
    """Its words; people stand in them as pills. Quoted fallback of a reply is left out."""
    page = _Page()
    for each in parts(html):
        if isinstance(each, Tag):
            page.tag(each)
        elif not page.hidden:
            page.words(each)
    page.end_link()
    return page.pieces


@dataclass(slots=True)
class _Page:
    pieces: list[Piece] = field(default_factory=list)
    breaks: int = 0  # owed before the next words
    space: bool = False  # likewise
    marker: str = ""  # of a list's item, likewise
    quotes: int = 0
    lists: list[int | None] = field(default_factory=list)  # the number of each one's last item
    literal: int = 0  # depth of <pre>
    hidden: int = 0  # depth of what nobody sees
    cells: int = 0  # in this row
    link: str | None = None
    label: list[str] = field(default_factory=list)

    def tag(self, tag: Tag) -> None:
        if tag.name == "mx-reply":
            self.hidden = max(self.hidden + (1 if tag.opens else -1), 0)
        elif self.hidden:
            return
        elif tag.name == "a":
            self._link(tag)
        elif tag.name in BLOCKS:
            self._block(tag)
        elif tag.opens:
            self._inline(tag)

    def words(self, text: str) -> None:
        if self.link is not None:
            self.label.append(text)
        elif self.literal:
            for number, each in enumerate(text.replace("\r\n", "\n").split("\n")):
                self.breaks += 1 if number else 0
                self._put(each)
        else:
            words = SPACE.sub(" ", text)
            self.space = self.space or words.startswith(" ")
            self._put(words.strip(" "))
            self.space = self.space or (len(words) > 1 and words.endswith(" "))

    def end_link(self) -> None:
        if self.link is None:
            return
        address, label = self.link.strip(), "".join(self.label)
        self.link, self.label = None, []
        shown = " ".join(label.split())
        who = person(address)
        self.space = self.space or label[:1].isspace()
        self._put(Pill(who, shown) if who else _leading(address, shown))
        self.space = self.space or label[-1:].isspace()

    def _put(self, piece: Piece) -> None:
        if not piece:
            return
        if not self.pieces or self.breaks:
            begun = "\n" * self.breaks if self.pieces else ""
            self.pieces.append(f"{begun}{'> ' * min(self.quotes, QUOTED)}{self.marker}")
            self.marker = ""
        elif self.space:
            self.pieces.append(" ")
        self.breaks, self.space = 0, False
        self.pieces.append(piece)

    def _link(self, tag: Tag) -> None:
        self.end_link()
        if tag.opens and "href" in tag.attributes:
            self.link = tag.attributes["href"]

    def _inline(self, tag: Tag) -> None:
        match tag.name:
            case "br" if self.link is None:
                self.breaks = min(self.breaks + 1, 2) if not self.literal else self.breaks + 1
            case "br":
                self.label.append(" ")
            case "img":
                self.words(tag.attributes.get("alt") or tag.attributes.get("title") or "")
            case "span" if reason := tag.attributes.get("data-mx-spoiler"):
                self.words(f"({reason}) ")
            case "td" | "th":
                self.words(" | " if self.cells else "")
                self.cells += 1

    def _block(self, tag: Tag) -> None:
        if self.link is not None:
            self.label.append(" ")
            return
        self.breaks = max(self.breaks, 2 if tag.name in PARAGRAPHS and not self.lists else 1)
        step = 1 if tag.opens else -1
        match tag.name:
            case "blockquote":
                self.quotes = max(self.quotes + step, 0)
            case "pre":
                self.literal = max(self.literal + step, 0)
            case "ul" | "ol":
                self._list(tag)
            case "li" if tag.opens:
                self._item()
            case "tr":
                self.cells = 0

    def _list(self, tag: Tag) -> None:
        if tag.opens:
            start = tag.attributes.get("start", "1")
            first = int(start) if re.fullmatch("[0-9]{1,6}", start) else 1
            self.lists.append(None if tag.name == "ul" else first - 1)
        elif self.lists:
            self.lists.pop()
        self.breaks = max(self.breaks, 1 if self.lists else 2)

    def _item(self) -> None:
        number = self.lists[-1] if self.lists else None
        indent = "  " * min(max(len(self.lists) - 1, 0), QUOTED)
        if number is not None:
            self.lists[-1] = number + 1
        self.marker = f"{indent}- " if number is None else f"{indent}{number + 1}. "


def _leading(address: str, label: str) -> str:
    """What it is called and where it leads, once where that is the same."""
    if not label or not OPEN.match(address):
        return label
    if _bare(label) == _bare(address):
        return address if address.lower().startswith("http") else label
    return f"{label} ({address})"


def _bare(address: str) -> str:
    return ADDED.sub("", address, count=1).rstrip("/").casefold()

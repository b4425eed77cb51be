"""Words of people as a cell can hold them: all of them kept or visibly marked, none of them live.

What XML forbids becomes a visible sign (U+2407 for a bell), so that nothing is lost unseen.
"""

import re
import unicodedata
from collections.abc import Collection

SHORT = 1_000  # characters, far from being too long
LONGEST = 32_767  # UTF-16 units in one cell: Excel's limit
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
LINE_END = re.compile("\r\n?")
PICTURES = 0x2400  # where the signs for control characters begin
BLANKS = {"\t": "␉", "\n": "␊"}
SHEET_NAME = 31
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
WIDE, NARROW, NONE = 2, 1, 0
UNSEEN = ("Mn", "Me", "Cf")  # categories that take no room
TENTHS = 10  # of the room of a digit
SIGNS = {  # in tenths, as the widest of the usual fonts has them
    **dict.fromkeys("ijlIJ',-.:; ", 6),
    **dict.fromkeys('frt!"()/[]\\_`', 8),
    **dict.fromkeys("0123456789cksvxyzaeLFEST?$*{|}", 10),
    **dict.fromkeys("wDGHNOQU#&+<=>^~", 13),
    **dict.fromkeys("mMW%@", 15),
}
ROOMS = {2: 19, 1: 11, 0: 0}  # of any other, wide, narrow or unseen
ONE_BY_ONE = "\u2e80-\ud7ff\uf900-\uffef"  # signs a line may end after
PIECES = re.compile(rf"\s*(?:[{ONE_BY_ONE}]|[^\s{ONE_BY_ONE}]+)")


def visible(text: str) -> str:
    """What a reader of the cell is to see; the same again for what it returned."""
    if text.isprintable() and text.strip():
        return text
    text = FORBIDDEN.sub(_sign, LINE_END.sub("\n", text))
    return text if text.strip() else "".join(BLANKS.get(each, "␠") for each in text)


def stored(text: str, more: str = "… (+{count})") -> str:
    """As it is written into the file: `_x000D_` stays what it says; cut to what a cell holds."""
    whole = escaped(visible(text))
    return whole if fits(whole) else cut(text, more)


def fits(escaped: str) -> bool:
    """Whether a cell holds all of it."""
    return len(escaped) <= LONGEST // 2 or units(escaped) <= LONGEST


def cut(text: str, more: str) -> str:
    """`more` is the mark of a cut; {count} in it becomes the number of characters left off."""
    seen, kept = visible(text), LONGEST
    while True:
        left = seen[:kept]
        mark = more.replace("{count}", f"{len(seen) - len(left):,}")
        excess = units(escaped(left)) + units(mark) - LONGEST
        if excess <= 0:
            return escaped(left) + mark
        kept = len(left) - max(1, excess // 12)  # 12: the most that dropping a character may free


def escaped(text: str) -> str:
    """What reads like an escape of the file format is one no more."""
    return ESCAPE.sub("_x005F_", text) if "_x" in text else text


def units(text: str) -> int:
    """Its length as Excel counts it: in UTF-16."""
    return len(text) + sum(each > "\uffff" for each in text)


def width(text: str) -> int:
    """Of its longest line, in digits: a Chinese character takes the room of two."""
    if text.isascii():
        return max(map(len, text.split("\n")))
    return max(sum(map(_room, line)) for line in text.split("\n"))


def drawn(text: str) -> float:
    """The room that one line takes on paper, in digits: no letter is as wide as another."""
    return _tenths(text) / TENTHS


def lines(text: str, room: int) -> int:
    """How many it takes in a column of that width, broken between words."""
    return sum(_broken(line, max(room, 1) * TENTHS) for line in text.split("\n"))


def sheet_name(wish: str, taken: set[str]) -> str:
    """`wish`, as Excel accepts it and as no other sheet is called, whatever the case."""
    clean = NOT_IN_NAMES.sub("-", visible(wish).replace("\n", " ")).strip("' ") or "-"
    clean = "History_" if clean.casefold() == "history" else clean
    known = {each.casefold() for each in taken}
    name, count = _cut(clean, SHEET_NAME), 1
    while name.casefold() in known:
        count += 1
        tail = f" ({count})"
        name = _cut(clean, SHEET_NAME - len(tail)) + tail
    return name


def unlike(wish: str, others: Collection[str]) -> str:
    """`wish`, with a number where one of `others` is called the same, whatever the case."""
    known = {each.casefold() for each in others}
    name, count = wish, 1
    while name.casefold() in known:
        count += 1
        name = f"{wish} {count}"
    return name


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(PICTURES + code) if code < ord(" ") else "\ufffd"


def _cut(text: str, most: int) -> str:
    while units(text) > most:
        text = text[:-1]
    return text.rstrip("' ")


def _broken(line: str, room: int) -> int:
    """Lines of one line of the text. `room`: in tenths of a digit's."""
    count, used = 1, 0
    for piece in PIECES.findall(line):
        needed = _tenths(piece)
        if used and used + needed > room:
            count, used, needed = count + 1, 0, _tenths(piece.lstrip())
        more, used = divmod(used + needed, room)
        count += more if used else max(more - 1, 0)
        used = used or room
    return count


def _tenths(text: str) -> int:
    return sum(SIGNS.get(each) or ROOMS[_room(each)] for each in text)


def _room(character: str) -> int:
    if unicodedata.category(character) in UNSEEN:
        return NONE
    return WIDE if unicodedata.east_asian_width(character) in "WF" else NARROW

"""Inputs by seeded chance: what is known to be read, cut up, joined and swollen."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, Literal

from tests.slack.samples import mutated

Kind = Literal["text", "json", "zip"]
LONGEST = 4096  # bytes, as a rule
TIMES = (2, 9, 60, 700)  # as often a piece is said again
ODD = (
    *("\u202e", "\u200b", "\ufeff", "\u2066", "\x00", "\r\n", "\n\n", "\t", "\u2028", "\x85"),
    *("１２", "二十一", "𝟘", "²", "Ⅷ", "İ", "ß", "ﬁ", "👍🏽", "\U000e0041", "\u0301" * 9, "\ud800"),
    *("@", "<@U2BOB>", "<!channel>", "&amp;", "](", "](javascript:a)", "{}", "%s", "{0}", "=1+1"),
    *(
        "..",
        "/",
        "\\",
        '"',
        "'",
        "“",
        "」",
        ":",
        "：",
        "-",
        "--",
        "#",
        "＃",
        "-1",
        "1e999",
        "9" * 5000,
    ),
    *("0001-01-01", "9999-12-31 23:59", "2026-02-30", "24:00", "00:60", "+99:99", "Asia/Shanghai"),
    *(
        "in 99999999 years",
        "明天",
        "下周五",
        "EOB",
        "by Thu 17:00",
        "前",
        "半",
        "nan",
        "inf",
        "null",
    ),
)


def surrogates(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def read(data: bytes) -> str:
    """As text, lone surrogates and all: JSON can bring them anywhere."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def inputs(kind: Kind, seeds: Sequence[bytes], chance: Random) -> Iterator[bytes]:
    """Without end; the seeds themselves come first."""
    yield from seeds
    while True:
        yield changed(kind, chance.choice(seeds), seeds, chance)[: LONGEST * 16]


def changed(kind: Kind, data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    """Something like it."""
    if chance.random() < 0.2:
        return _bytes(data, seeds, chance)
    return MUTATORS[kind](data, seeds, chance)


def _bytes(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 9))):
        at = chance.randint(0, len(made))
        till = min(len(made), at + chance.choice((1, 1, 4, 30)))
        match chance.randrange(6):
            case 0 if made:
                made[at % len(made)] ^= 1 << chance.randrange(8)
            case 1:
                del made[at:till]
            case 2:
                made[at:at] = chance.randbytes(chance.choice((1, 2, 8)))
            case 3:
                made[at:at] = bytes(made[at:till]) * chance.choice(TIMES)
            case 4:
                other = chance.choice(seeds)
                made[at:] = other[chance.randint(0, len(other)) :]
            case _:
                made[at:till] = surrogates(chance.choice(ODD))
    return bytes(made)


def _text(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    """Word by word, so that most of it stays what it was."""
    words = _words(read(data))
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        at = chance.randint(0, len(words))
        match chance.randrange(6):
            case 0:
                words[at : at + 1] = []
            case 1:
                words.insert(at, chance.choice(ODD))
            case 2:
                words.insert(at, chance.choice(_words(read(chance.choice(seeds))) or [""]))
            case 3:
                words[at : at + 1] *= chance.choice(TIMES)
            case 4:
                other = chance.randint(0, len(words))
                words[at : at + 1], words[other : other + 1] = (
                    words[other : other + 1],
                    words[at : at + 1],
                )
            case _:
                words.insert(at, _characters(chance))
    return surrogates("".join(words))


def _words(text: str) -> list[str]:
    """With the spaces between them."""
    made: list[str] = []
    for each in text:
        joins = made and each.isalnum() and each.isascii() and made[-1][-1].isalnum()
        if joins and made[-1][-1].isascii():
            made[-1] += each
        else:
            made.append(each)
    return made


def _characters(chance: Random) -> str:
    tops = (128, 0x500, 0x3100, 0x10000, 0x110000)
    signs = (chr(chance.randrange(chance.choice(tops))) for _ in range(chance.choice((1, 2, 20))))
    return "".join(signs)


def _json(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        return _bytes(data, seeds, chance)
    if not isinstance(whole, Mapping):
        return _bytes(data, seeds, chance)
    made = mutated(whole, chance)
    if chance.random() < 0.5:
        _say(made, seeds, chance)
    return json.dumps(made).encode()


def _say(part: Any, seeds: Sequence[bytes], chance: Random) -> None:
    """Other words in one place."""
    spots = [spot for spot in _spots(part) if isinstance(spot[0][spot[1]], str)]
    if spots:
        held, key = chance.choice(spots)
        held[key] = read(_text(surrogates(held[key]), seeds, chance))


def _spots(part: Any) -> Iterator[tuple[Any, Any]]:
    keys = (
        list(part) if isinstance(part, dict) else range(len(part) if isinstance(part, list) else 0)
    )
    for key in keys:
        yield part, key
        yield from _spots(part[key])


def _zip(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    """One of its files is another; it is packed anew, so that its checksums are right."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            files = {name: old.read(name) for name in old.namelist()}
    except Exception:  # whatever: it is no archive any more
        return _bytes(data, seeds, chance)
    if not files:
        return data
    name = chance.choice(sorted(files))
    change = chance.choice((_bytes, _text, _json, _lines))
    files[name] = change(files[name], list(files.values()), chance)
    if chance.random() < 0.1:
        files[read(_text(surrogates(name), [b"../a", name.encode()], chance))] = files.pop(name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", chance.choice((0, 8))) as new:
        for each, body in files.items():
            new.writestr(each.encode("utf-8", "replace").decode() or "x", body)
    return packed.getvalue()


def _lines(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    """JSON line by line."""
    lines = data.splitlines() or [b""]
    at = chance.randrange(len(lines))
    lines[at] = _json(lines[at], seeds, chance)
    return b"\n".join(lines)


MUTATORS: Mapping[Kind, Callable[[bytes, Sequence[bytes], Random], bytes]] = {
    "text": _text,
    "json": _json,
    "zip": _zip,
}

"""How what was said is chained, so that nothing can be changed unseen. Policy 3.3.3.

Needs nothing but Python 3.10: a bundle of evidence carries this file as its own verifier.

    python verify.py BUNDLE.zip [--key HEX]     0: all of it holds; 1: the first bad places, named
"""

import base64
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, unquote

START = bytes(32)  # what the first record of a chain has before it
HEADER = (  # of a record, in the order in which it is hashed; `at`: microseconds since 1970 UTC
    "id",
    "conversation",
    "seq",
    "kind",
    "thread",
    "message",
    "author",
    "class",
    "at",
)
WORD = "duly-checkpoint-1"
UNREADABLE = (  # of a bundle that somebody made with care, or cut off
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    EOFError,
    RuntimeError,  # locked with a password, packed otherwise, or deep without end
    zipfile.BadZipFile,
    zlib.error,
)
_canonical = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_quoted = json.encoder.encode_basestring_ascii
_sha256 = hashlib.sha256


# Chains


def canonical(header: Sequence[Any]) -> str:
    """A list in JSON, without spaces, in ASCII; written out, as millions are."""
    id, conversation, seq, kind, thread, message, author, class_name, at = header
    said = "null" if thread is None else _quoted(thread)
    where = f"{_quoted(id)},{_quoted(conversation)},{seq:d},{_quoted(kind)},{said}"
    return f"[{where},{_quoted(message)},{_quoted(author)},{_quoted(class_name)},{at:d}]"


def leaf(header: Sequence[Any], sealed: bytes) -> bytes:
    """SHA-256 over the canonical header and the hash of the sealed body.

    It tells nothing of a record to who has not its sealed body: that begins with chance.
    """
    return _sha256(canonical(header).encode() + _sha256(sealed).digest()).digest()


def link(previous: bytes, leaf: bytes) -> bytes:
    """The hash of a record: over the hash before it, and its leaf."""
    return _sha256(previous + leaf).digest()


# Trees over the ends of all chains, as in RFC 6962: a leaf is never taken for a branch


def head_leaf(conversation: str, seq: int, hash: bytes) -> bytes:
    return _sha256(b"\0" + _canonical([conversation, seq, hash.hex()]).encode()).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Of leaves in the order of their conversations' names, by code point."""
    level = list(leaves)
    if not level:
        return _sha256(b"").digest()
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [_branch(left, right) for left, right in pairs] + odd
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """What is needed beside a leaf to reach the root: each on the left or on the right."""
    found, level = [], list(leaves)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            found.append(("right" if beside > index else "left", level[beside]))
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level, index = [_branch(left, right) for left, right in pairs] + odd, index // 2
    return found


def climb(leaf: bytes, steps: Sequence[tuple[str, bytes]]) -> bytes:
    for side, other in steps:
        leaf = _branch(other, leaf) if side == "left" else _branch(leaf, other)
    return leaf


def _branch(left: bytes, right: bytes) -> bytes:
    return _sha256(b"\1" + left + right).digest()


# Checkpoints: one line of text each, signed, and kept outside


class Checkpoint:
    """What was there at a time: how many records, in how many chains, and the root over all."""

    def __init__(self, company: str, number: int, at: int, counts: tuple[int, int]) -> None:
        self.company, self.number, self.at = company, number, at
        self.records, self.conversations = counts
        self.root = self.previous = START
        self.signature = b""

    @property
    def text(self) -> str:
        """What is signed."""
        counts = (self.number, self.at, self.records, self.conversations)
        hashes = map(_short, (self.root, self.previous))
        return " ".join([WORD, quote(self.company, safe=""), *map(str, counts), *hashes])

    @property
    def line(self) -> str:
        return f"{self.text} {_short(self.signature)}"

    @property
    def hash(self) -> bytes:
        return _sha256(self.line.encode()).digest()


def checkpoint_in(line: str) -> "Checkpoint | None":
    """None: this line has none."""
    words = line.split()
    if WORD not in words:
        return None
    found = words[words.index(WORD) + 1 :][:8]
    try:
        company, *counts = found[:5]
        number, at, records, conversations = map(int, counts)
        made = Checkpoint(unquote(company), number, at, (records, conversations))
        made.root, made.previous, made.signature = map(_long, found[5:])
    except ValueError:
        return None
    return made


def _short(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _long(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# Ed25519 signatures, checked as in RFC 8032, 5.1.7

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    if (len(public), len(signature)) != (32, 64):
        return False
    key, ahead = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or ahead is None or scalar >= ORDER:
        return False
    mixed = hashlib.sha512(signature[:32] + public + message).digest()
    factor = int.from_bytes(mixed, "little") % ORDER
    left, right = _times(scalar, BASE), _add(ahead, _times(factor, key))
    return (
        not (left[0] * right[2] - right[0] * left[2]) % P
        and not (left[1] * right[2] - right[1] * left[2]) % P
    )


def _add(a: Point, b: Point) -> Point:
    low, high = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    third, second = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = high - low, second - third, second + third, high + low
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    made: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            made = _add(made, point)
        point, factor = _add(point, point), factor >> 1
    return made


def _point(data: bytes) -> "Point | None":
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    x = _abscissa(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _abscissa(y: int, sign: int) -> "int | None":
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return x if x & 1 == sign else P - x


_y = 4 * pow(5, P - 2, P) % P
_x = _abscissa(_y, 0) or 0
BASE: Point = (_x, _y, 1, _x * _y % P)


# AES-256-GCM, to open what is disclosed (NIST SP 800-38D); slow, and enough for that


class Wrong(ValueError):
    """A byte was changed, or the key is another."""


def unsealed(key: bytes, sealed: bytes, slot: str) -> bytes:
    """What Duly closed with that key, for that slot. Raises Wrong."""
    nonce, body, tag = sealed[:12], sealed[12:-16], sealed[-16:]
    keys = _expanded(key)
    mark = int.from_bytes(_block(keys, bytes(16)), "big")
    bound, total = slot.encode(), 0
    lengths = (len(bound) * 8).to_bytes(8, "big") + (len(body) * 8).to_bytes(8, "big")
    for part in _padded(bound) + _padded(body) + [lengths]:
        total = _product(total ^ int.from_bytes(part, "big"), mark)
    first = int.from_bytes(_block(keys, nonce + b"\0\0\0\1"), "big")
    if (total ^ first).to_bytes(16, "big") != tag:
        raise Wrong
    stream = b"".join(
        _block(keys, nonce + number.to_bytes(4, "big"))
        for number in range(2, 2 + (len(body) + 15) // 16)
    )
    return bytes(a ^ b for a, b in zip(body, stream, strict=False))


def _padded(data: bytes) -> list[bytes]:
    return [data[n : n + 16].ljust(16, b"\0") for n in range(0, len(data), 16)]


def _product(x: int, y: int) -> int:
    made = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            made ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return made


def _double(x: int) -> int:
    return (x << 1 ^ (0x11B if x & 0x80 else 0)) & 0xFF


def _table() -> bytes:
    made, p, q = bytearray(256), 1, 1
    while True:
        p ^= _double(p)
        for shift in (1, 2, 4):
            q = (q ^ q << shift) & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        turned = q << 1 ^ q << 2 ^ q << 3 ^ q << 4
        made[p] = (q ^ turned ^ turned >> 8) & 0xFF ^ 0x63
        if p == 1:
            made[0] = 0x63
            return bytes(made)


BOX = _table()


def _expanded(key: bytes) -> list[bytes]:
    words, constant = [key[n : n + 4] for n in range(0, 32, 4)], 1
    for n in range(8, 60):
        last = words[-1]
        if n % 8 == 0:
            turned = bytes(BOX[each] for each in last[1:] + last[:1])
            last, constant = bytes([turned[0] ^ constant]) + turned[1:], _double(constant)
        elif n % 4 == 0:
            last = bytes(BOX[each] for each in last)
        words.append(bytes(a ^ b for a, b in zip(words[n - 8], last, strict=True)))
    return [b"".join(words[n : n + 4]) for n in range(0, 60, 4)]


def _block(keys: Sequence[bytes], block: bytes) -> bytes:
    state = bytes(a ^ b for a, b in zip(block, keys[0], strict=True))
    for key in keys[1:]:
        state = bytes(BOX[state[(n + 4 * (n % 4)) % 16]] for n in range(16))
        if key is not keys[-1]:
            state = b"".join(_mixed(state[n : n + 4]) for n in range(0, 16, 4))
        state = bytes(a ^ b for a, b in zip(state, key, strict=True))
    return state


def _mixed(column: bytes) -> bytes:
    whole = column[0] ^ column[1] ^ column[2] ^ column[3]
    return bytes(column[n] ^ whole ^ _double(column[n] ^ column[(n + 1) % 4]) for n in range(4))


# A bundle


def faults(bundle: zipfile.ZipFile, key: "str | None" = None) -> Iterator[str]:
    """Every bad place; of each conversation the first. `key`: the one that must have signed."""
    manifest = json.loads(bundle.read("manifest.json"))
    yield from _files(bundle, manifest)
    public = bytes.fromhex(key or manifest["public_key"])
    if key and key != manifest["public_key"]:
        yield f"the bundle names another key than {key}"
    known = {}
    for found in _checkpoints(bundle, public):
        if isinstance(found, str):
            yield found
        else:
            known[found.number] = found
    ends: dict[str, dict[int, bytes]] = {}
    yield from _chains(bundle, str(manifest["company"]), ends)
    covered: dict[str, int] = {}
    yield from _anchors(bundle, known, ends, covered)
    for name, hashes in ends.items():
        if max(hashes) > covered.get(name, 0):
            yield f"{name}, record {max(hashes)}: no checkpoint covers it"


def _files(bundle: zipfile.ZipFile, manifest: "dict[str, dict[str, str]]") -> Iterator[str]:
    names = set(bundle.namelist()) - {"manifest.json"}
    for name in sorted(names | set(manifest["files"])):
        if name not in names:
            yield f"{name} is missing"
        elif name not in manifest["files"]:
            yield f"{name} is not in the manifest"
        elif _sha256(bundle.read(name)).hexdigest() != manifest["files"][name]:
            yield f"{name} was changed: its checksum is another"


def _checkpoints(bundle: zipfile.ZipFile, public: bytes) -> "Iterator[Checkpoint | str]":
    """They follow one another, and the last is signed: so all before it are."""
    last = None
    for line in _lines(bundle, "checkpoints.txt"):
        found = checkpoint_in(line)
        if found is None:
            yield f"checkpoints.txt: this is no checkpoint: {line[:60]}"
            continue
        if last and (found.number, found.previous) != (last.number + 1, last.hash):
            yield f"checkpoint {found.number} does not follow the one before it"
        yield found
        last = found
    if last and not is_signed(public, last.text.encode(), last.signature):
        yield f"checkpoint {last.number} is not signed with the key {public.hex()}"


def _chains(
    bundle: zipfile.ZipFile, company: str, ends: "dict[str, dict[int, bytes]]"
) -> Iterator[str]:
    """`ends` gets the hashes that records were found to have."""
    broken: set[str] = set()
    at: dict[str, tuple[int, bytes]] = {}
    for line in _lines(bundle, "records.jsonl"):
        said = json.loads(line)
        name, seq = str(said["conversation"]), int(said["seq"])
        if name in broken:
            continue
        if name not in at:
            at[name] = (seq - 1, bytes.fromhex(said["previous"]))
        why = _why(said, company, at[name])
        if why:
            broken.add(name)
            yield f"{name}, record {seq}: {why}"
            continue
        at[name] = (seq, bytes.fromhex(said["hash"]))
        ends.setdefault(name, {})[seq] = at[name][1]


def _why(said: "dict[str, object]", company: str, before: tuple[int, bytes]) -> str:
    seq, previous = before
    if said["seq"] != seq + 1:
        return "the one before it is missing"
    if seq == 0 and previous != START:
        return "it is not the first"
    own = bytes.fromhex(str(said["leaf"]))
    if "header" in said:
        header: Any = said["header"]
        sealed = base64.b64decode(str(said["body"]))
        if not _is_of(header, said) or leaf(header, sealed) != own:
            return "it was changed"
        if "key" in said and not _opens(said, sealed, f"records|{company}/{header[0]}|body"):
            return "what it is said to say is not what was sealed"
    if link(previous, own) != bytes.fromhex(str(said["hash"])):
        return "it does not follow the record before it"
    return ""


def _is_of(header: Any, said: "dict[str, object]") -> bool:
    whole = isinstance(header, list) and len(header) == len(HEADER)
    return whole and bool(header[1:3] == [said["conversation"], said["seq"]])


def _opens(said: "dict[str, object]", sealed: bytes, slot: str) -> bool:
    try:
        plain = unsealed(base64.b64decode(str(said["key"])), sealed, slot)
    except (Wrong, IndexError):
        return False
    return bool(json.loads(plain) == said["plain"])


def _anchors(
    bundle: zipfile.ZipFile,
    known: "dict[int, Checkpoint]",
    ends: "dict[str, dict[int, bytes]]",
    covered: "dict[str, int]",
) -> Iterator[str]:
    for line in _lines(bundle, "anchors.jsonl"):
        said = json.loads(line)
        name, seq, number = said["conversation"], said["seq"], said["checkpoint"]
        hash = bytes.fromhex(said["hash"])
        steps = [(side, bytes.fromhex(other)) for side, other in said["path"]]
        if number not in known:
            yield f"checkpoint {number} is missing"
        elif climb(head_leaf(name, seq, hash), steps) != known[number].root:
            yield f"{name}, record {seq}: it is not the one of checkpoint {number}"
        elif name in ends and ends[name].get(seq) != hash:
            yield f"{name}, record {seq}: checkpoint {number} knew it otherwise"
        else:
            covered[name] = max(seq, covered.get(name, 0))


def _lines(bundle: zipfile.ZipFile, name: str) -> Iterator[str]:
    if name not in bundle.namelist():
        return
    with bundle.open(name) as file:
        for line in file:
            if line.strip():
                yield line.decode()


def main(words: Sequence[str]) -> int:
    if not words or len(words) not in (1, 3):
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    key = words[2] if len(words) == 3 else None  # noqa: PLR2004
    try:
        with zipfile.ZipFile(words[0]) as bundle:
            found = list(faults(bundle, key))
            count = sum(1 for _ in _lines(bundle, "records.jsonl"))
    except UNREADABLE as error:
        found, count = [f"it cannot be read: {error}"], 0
    for each in found:
        print(f"Broken: {each}.")  # noqa: T201
    if not found:
        print(f"All of it holds: {count} records.")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

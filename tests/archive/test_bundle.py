"""A bundle of evidence is checked with nothing but Python, and every change of it is named."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot import bundle, evidence
from tests.archive.tampering import archive
from tests.desk import Desk
from tests.needs import seed, share

BOARD, LOBBY = "paper/home/board", "paper/home/lobby"
RFC_8032 = (  # 7.1: public key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
        "b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
        "1d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
        "c6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.fixture(scope="module")
def whole() -> Iterator[Desk]:
    desk = archive()
    yield desk
    desk.close()


def made(desk: Desk, out: Path, chosen: bundle.Chosen | None = None) -> bundle.Made:
    with desk.store.reading() as tx:
        return bundle.write(tx, out, chosen, disclose=True)


def faults(file: Path | io.BytesIO) -> list[str]:
    with zipfile.ZipFile(file) as found:
        return list(evidence.faults(found))


def parts_of(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as found:
        return {name: found.read(name) for name in found.namelist()}


def put_together(parts: Mapping[str, bytes]) -> io.BytesIO:
    """With checksums that fit: whoever edits a bundle can make those, too."""
    out, manifest = io.BytesIO(), json.loads(parts["manifest.json"])
    for name in parts:
        if name != "manifest.json":
            manifest["files"][name] = evidence._sha256(parts[name]).hexdigest()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in parts.items():
            file.writestr(name, json.dumps(manifest) if name == "manifest.json" else data)
    return out


def test_everything_is_exported_and_holds(whole: Desk, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"

    out = made(whole, file)

    assert (out.shown, out.bare, out.conversations, out.left_out) == (28, 0, 4, 0)
    assert faults(file) == []


def test_of_a_case_only_what_was_chosen_is_shown(whole: Desk, tmp_path: Path) -> None:
    file = tmp_path / "case.zip"

    out = made(whole, file, {LOBBY: [2, 4, 7, 8], BOARD: [6], "paper/home/unknown": [1]})

    assert (out.shown, out.conversations, out.left_out) == (5, 2, 1)
    assert faults(file) == []
    said = [json.loads(line) for line in parts_of(file)["records.jsonl"].splitlines()]
    shown = {line["seq"]: "header" in line for line in said if line["conversation"] == LOBBY}
    assert shown == {seq: seq in (2, 4, 7, 8) for seq in range(2, 12)}
    # The key of the lobby's fourth was destroyed with its month.
    words = [line["plain"]["text"] for line in said if "plain" in line]
    assert words == ["word 17", "word 3", "word 18", "word 21"]
    assert all(
        set(line) == {"conversation", "seq", "previous", "leaf", "hash"}
        for line in said
        if "header" not in line
    )


def test_the_file_checks_itself_without_duly(whole: Desk, tmp_path: Path) -> None:
    file, script = tmp_path / "all.zip", tmp_path / "verify.py"
    made(whole, file)
    script.write_bytes(parts_of(file)["verify.py"])
    with whole.store.reading() as tx:
        key = tx.checkpoints.public().hex()
    plain = [sys.executable, "-I", "-S", str(script), str(file)]

    fine = subprocess.run([*plain, "--key", key], check=False, capture_output=True, text=True)
    other = subprocess.run(
        [*plain, "--key", "00" * 32], check=False, capture_output=True, text=True
    )

    assert (fine.returncode, fine.stdout) == (0, "All of it holds: 28 records.\n")
    assert other.returncode == 1
    assert "is not signed with the key" in other.stdout


def changed_line(name: str, change: Callable[[dict[str, object]], None]) -> Callable[..., bytes]:
    def edit(data: bytes, chance: Random) -> bytes:
        lines = data.splitlines()
        at = chance.randrange(len(lines))
        said = json.loads(lines[at])
        change(said)
        lines[at] = json.dumps(said).encode()
        return b"\n".join(lines) + b"\n"

    edit.__name__ = name
    return edit


def author(said: dict[str, object]) -> None:
    header = said["header"]
    assert isinstance(header, list)
    header[6] = "paper/home/eve?"


def body(said: dict[str, object]) -> None:
    said["body"] = "AAAA" + str(said["body"])[4:]


def plain(said: dict[str, object]) -> None:
    said["plain"] = {"text": "I never said that"}
    said.setdefault("key", "AAAA")


def without_a_line(data: bytes, chance: Random) -> bytes:
    """But for where a chain begins: what begins later is a smaller bundle, and nothing false."""
    lines = data.splitlines(keepends=True)
    begins = [n for n, line in enumerate(lines) if n == 0 or b'"seq":1,' in line]
    del lines[chance.choice([n for n in range(len(lines)) if n not in begins])]
    return b"".join(lines)


def a_flipped_bit(data: bytes, chance: Random) -> bytes:
    out = bytearray(data)
    out[chance.randrange(len(out))] ^= 1
    return bytes(out)


EDITS = (
    ("records.jsonl", changed_line("author", author)),
    ("records.jsonl", changed_line("body", body)),
    ("records.jsonl", changed_line("plain", plain)),
    ("records.jsonl", without_a_line),
    ("records.jsonl", a_flipped_bit),
    ("checkpoints.txt", without_a_line),
    ("checkpoints.txt", a_flipped_bit),
    ("anchors.jsonl", without_a_line),
    ("anchors.jsonl", a_flipped_bit),
)


@pytest.mark.parametrize(("name", "edit"), EDITS, ids=lambda each: getattr(each, "__name__", each))
def test_whatever_is_changed_in_a_bundle_is_found(
    whole: Desk, tmp_path: Path, name: str, edit: Callable[[bytes, Random], bytes]
) -> None:
    """Also by somebody who makes the checksums fit."""
    file, chance = tmp_path / "all.zip", Random(seed())
    made(whole, file)
    parts = parts_of(file)
    for _ in range(max(2, share(200))):
        spoilt = {**parts, name: edit(parts[name], chance)}
        try:
            found = faults(put_together(spoilt))
        except (ValueError, KeyError):
            continue  # it cannot even be read, and the verifier says so
        assert found != []


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signatures_are_checked_as_the_rfc_has_them(
    public: str, message: str, signature: str
) -> None:
    given = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)

    assert evidence.is_signed(*given)
    for at in range(0, 64, 7):
        spoilt = bytearray(given[2])
        spoilt[at] ^= 1
        assert not evidence.is_signed(given[0], given[1], bytes(spoilt))


def test_signatures_and_seals_are_read_as_our_library_writes_them() -> None:
    chance = Random(seed())
    for size in (0, 1, 15, 16, 17, 300):
        key, nonce, text = (chance.randbytes(each) for each in (32, 12, size))
        signer = Ed25519PrivateKey.from_private_bytes(key)
        public = signer.public_key().public_bytes_raw()
        assert evidence.is_signed(public, text, signer.sign(text))
        assert not evidence.is_signed(public, text + b"x", signer.sign(text))
        sealed = nonce + AESGCM(key).encrypt(nonce, text, b"slot")
        assert evidence.unsealed(key, sealed, "slot") == text
        with pytest.raises(evidence.Wrong):
            evidence.unsealed(key, sealed, "another")


def test_every_leaf_has_its_way_to_the_root() -> None:
    chance = Random(seed())
    for size in range(1, 18):
        leaves = [chance.randbytes(32) for _ in range(size)]
        for at, leaf in enumerate(leaves):
            assert evidence.climb(leaf, evidence.path(leaves, at)) == evidence.root(leaves)

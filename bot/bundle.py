"""Records handed out as evidence: whoever gets the file checks it without Duly. Policy 3.3.3.

What is chosen is shown; of the rest of its conversation only leaves are, which tell nothing. The
chain, and the path from its end to a signed checkpoint, prove the whole.
"""

import base64
import hashlib
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import evidence
from bot.store import Transaction
from bot.store.disclosing import Entry

FORMAT = "duly bundle 1"
Chosen = Mapping[str, Collection[int]]  # positions of records, by conversation
READ_ME = """What was said, as it was kept by Duly, and the proof that nobody changed it since.

    python verify.py THIS_FILE.zip --key KEY

checks all of it with nothing but Python. KEY is the company's public key; have it from somebody
other than whoever gave you this file (`./duly verify --key` prints it). It compares checkpoints.txt
with the key; compare its lines with those that were posted at the time, too.

records.jsonl      one record a line: header, body (sealed), hashes; where it is disclosed, its key
                   and what it says. A line with a leaf alone is a record that is not shown.
checkpoints.txt    signed lines, each over everything that was there at the time
anchors.jsonl      the way from the end of each conversation to the root of a checkpoint
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What a bundle holds."""

    shown: int
    bare: int
    conversations: int
    left_out: int  # records that no checkpoint covers yet, or that are not there


def write(tx: Transaction, out: Path, chosen: Chosen | None, *, disclose: bool) -> Made:
    """`chosen`: None: everything. `disclose`: what they say, too; that somebody looked is for
    whoever asks to keep. What was said since the last checkpoint is left out: take one before.
    """
    files: dict[str, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        writer = _Writer(bundle, files)
        made = _records(tx, writer, chosen, disclose=disclose)
        lines = "".join(f"{each.line}\n" for each in tx.checkpoints.all())
        writer.text("checkpoints.txt", lines)
        writer.text("README.txt", READ_ME)
        writer.text("verify.py", Path(evidence.__file__).read_text(encoding="utf-8"))
        manifest = {
            "format": FORMAT,
            "company": tx.rows.company,
            "public_key": tx.checkpoints.public().hex(),
            "made_at": tx.clock.now().isoformat(),
            "files": files,
        }
        bundle.writestr("manifest.json", json.dumps(manifest, indent=1))
    return made


class _Writer:
    """Files of a bundle, and their checksums."""

    def __init__(self, bundle: zipfile.ZipFile, files: dict[str, str]) -> None:
        self._bundle, self._files = bundle, files

    def text(self, name: str, text: str) -> None:
        self.lines(name, iter([text]))

    def lines(self, name: str, parts: Iterator[str]) -> None:
        """As they come: there may be millions."""
        sum_ = hashlib.sha256()
        with self._bundle.open(name, "w", force_zip64=True) as file:
            for part in parts:
                data = part.encode()
                sum_.update(data)
                file.write(data)
        self._files[name] = sum_.hexdigest()


def _records(tx: Transaction, writer: _Writer, chosen: Chosen | None, *, disclose: bool) -> Made:
    counts, spans = {True: 0, False: 0}, tx.disclosing.spans(chosen)

    def parts() -> Iterator[str]:
        for span in spans:
            wanted = None if chosen is None else set(chosen[span.conversation])
            for entry in tx.disclosing.entries(span, disclose=disclose):
                shown = wanted is None or entry.seq in wanted
                counts[shown] += 1
                yield _line(entry, shown=shown)

    writer.lines("records.jsonl", parts())
    writer.lines("anchors.jsonl", map(_json, tx.disclosing.anchors(spans)))
    asked = None if chosen is None else sum(len(set(each)) for each in chosen.values())
    left = 0 if asked is None else asked - counts[True]
    return Made(counts[True], counts[False], len(spans), left)


def _line(entry: Entry, *, shown: bool) -> str:
    said: dict[str, Any] = {"conversation": entry.conversation, "seq": entry.seq}
    said |= {"previous": entry.previous.hex(), "leaf": entry.leaf.hex(), "hash": entry.hash.hex()}
    if shown:
        said |= {"header": entry.header, "body": _base64(entry.body)}
        if entry.key is not None:
            said |= {"key": _base64(entry.key), "plain": json.loads(entry.plain)}
    return _json(said)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()

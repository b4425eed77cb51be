"""What a bundle of evidence needs of the archive: chains in part, and ways to a checkpoint.

Policy 3.3.3.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.evidence import head_leaf, leaf, path
from bot.store.checkpoints import Checkpoints, Ends
from bot.store.records import JOINED, WRAP, canonical
from bot.store.rings import Destroyed
from bot.store.rows import Rows
from bot.store.schema import records, wraps
from bot.store.wrapping import Wraps

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """Of a conversation, from a record to another. `checkpoint`: it covers the last one."""

    conversation: str
    first: int
    last: int
    checkpoint: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with all that can be shown of it. `key`, `plain`: what opens it, what it says."""

    conversation: str
    seq: int
    previous: bytes
    leaf: bytes
    hash: bytes
    header: list[object]
    body: bytes
    key: bytes | None
    plain: bytes


@dataclass(frozen=True, slots=True)
class Disclosing:
    rows: Rows

    def spans(self, chosen: Mapping[str, Collection[int]] | None) -> list[Span]:
        """Whole conversations, as the last checkpoint knew them; or from the first record that is
        chosen to the end of the first checkpoint after the last.

        What no checkpoint covers yet is left out: take one before.
        """
        of, found = Checkpoints(self.rows), []
        last, ends = of.last(), of.ends()
        if last is None:
            return []
        for name in sorted(ends if chosen is None else set(chosen) & set(ends)):
            if chosen is None:
                found.append(Span(name, 1, ends[name][0], last.number))
                continue
            wanted = [seq for seq in chosen[name] if 1 <= seq <= ends[name][0]]
            number = of.covering(name, max(wanted)) if wanted else None
            if number is not None:
                end = of.ends(number)[name][0]
                found.append(Span(name, min(wanted), end, number))
        return found

    def entries(self, span: Span, *, disclose: bool) -> Iterator[Entry]:
        c, seq = records.c, span.first - 1
        both = sa.select(records, *WRAP).join(wraps, JOINED, isouter=True)
        here = c.company == self.rows.company, c.conversation == span.conversation
        while seq < span.last:
            next_ones = c.seq > seq, c.seq <= span.last
            page = both.where(*here, *next_ones).order_by(c.seq).limit(PAGE)
            rows = self.rows.conn.execute(page).all()
            if not rows:
                return
            for row in rows:
                yield self._entry(row, disclose=disclose)
            seq = rows[-1].seq

    def anchors(self, spans: Iterable[Span]) -> Iterator[dict[str, Any]]:
        """From the end of a conversation, as a checkpoint knew it, to that checkpoint's root."""
        of, trees = Checkpoints(self.rows), dict[int, tuple[Ends, list[str], list[bytes]]]()
        for span in spans:
            if span.checkpoint not in trees:
                ends = of.ends(span.checkpoint)
                names = sorted(ends)
                leaves = [head_leaf(name, *ends[name]) for name in names]
                trees[span.checkpoint] = ends, names, leaves
            ends, names, leaves = trees[span.checkpoint]
            seq, hash = ends[span.conversation]
            steps = path(leaves, bisect_left(names, span.conversation))
            yield {
                "checkpoint": span.checkpoint,
                "conversation": span.conversation,
                "seq": seq,
                "hash": hash.hex(),
                "path": [(side, other.hex()) for side, other in steps],
            }

    def _entry(self, row: Any, *, disclose: bool) -> Entry:
        header, key, plain = canonical(row._mapping), None, b""
        if disclose and row.wrapped is not None:
            try:
                own = Wraps(self.rows).open(row)
                key, plain = own.key, own.open(row.body, *self.rows.slot(records.c.body, row.id))
            except Destroyed:
                key = None
        own_leaf = leaf(header, row.body)
        place = row.conversation, row.seq, row.previous
        return Entry(*place, own_leaf, row.hash, header, row.body, key, plain)

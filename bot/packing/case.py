"""A case: what a search with a reason found, as a file that others can check. Policy 3.3.2."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from bot import bundle, evidence
from bot.command import Refusal, Words, name_of
from bot.events import account_of
from bot.handlers import inquiring, seeking
from bot.handlers.classes import CLASSES
from bot.handlers.inquiring import Reason
from bot.handlers.seeking import KINDS, Hit
from bot.handlers.sight import Sight
from bot.packing import page
from bot.packing.labels import LABELS
from bot.packing.packed import Packed, lines, zipped
from bot.policy.lookup.query import LONGEST as LONGEST_QUERY
from bot.policy.lookup.query import read
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.looks import Look
from bot.store.search import Opened
from bot.words import Quoted, Reader, Ref, Say, say, say_many


def pack(tx: Transaction, order: Any) -> Packed:
    """All that the search finds now. Raises Refusal where they may no longer look."""
    look, person = _asked(tx, order)
    book, reader = tx.policies.current(), tx.people.reader(account_of(order.account), tx.home())
    words = Words(
        text=look.words,
        now=tx.clock.now(),
        zone=reader.zone,
        directory=tx.people.snapshot().directory,
    )
    search = seeking.prepared(Sight(tx, person, wide=True), read(look.words), words)
    most = book.search.bundle_most
    hits = list(seeking.every(search, most))
    whole = Bundle(look, person, hits, full=len(hits) >= most)
    notes = (
        say_many("It has {count} record.", "It has {count} records.", len(hits)),
        *(
            (say("There may be more: no bundle has more than {count}.", count=most),)
            if whole.full
            else ()
        ),
    )
    return Packed(
        name=f"duly-case-{look.number}.zip",
        title=say("What was found by search {number}, as a file.", number=Ref(look.number)),
        body=zipped(whole.files(tx, reader)),
        keep=book.search.bundle_keep,
        notes=notes,
        record=lambda after: inquiring.record(
            after, person, "bundle", Reason(look.why, look.words, look), hits
        ),
    )


def _asked(tx: Transaction, order: Any) -> tuple[Look, Person]:
    look = tx.looks.get(order.look or "")
    person = tx.people.snapshot().directory.people.get(order.person)
    if look is None or person is None or look.by != person.id:
        raise Refusal(say("This search is over."))
    inquiring.checked(tx, person, look.why)
    return look, person


class Bundle:
    def __init__(self, look: Look, person: Person, hits: list[Hit], *, full: bool) -> None:
        self.look, self.person, self.hits, self.full = look, person, hits, full

    def files(self, tx: Transaction, reader: Reader) -> Mapping[str, bytes]:
        rows = tx.search.opened([each.id for each in self.hits])
        records = [_line(hit, rows[hit.id]) for hit in self.hits if hit.id in rows]
        intro = self._intro(tx)
        title = say("Case of search {number}", number=Ref(self.look.number))
        parts = [page.Part(say("Records, the newest first"), [_shown(each) for each in self.hits])]
        made = page.Page(title, intro, parts, LABELS, say("Nothing."))
        out = io.BytesIO()
        bundle.write(tx, cast(Path, out), self._chosen(rows), disclose=True)
        return {
            "evidence.zip": out.getvalue(),
            "verify.py": Path(evidence.__file__).read_bytes(),
            "README.txt": page.text((title, *intro), reader),
            "index.html": made.html(reader),
            "records.jsonl": lines(records),
            "manifest.json": lines([self._manifest(tx)]),
        }

    def _chosen(self, rows: Mapping[str, Opened]) -> dict[str, list[int]]:
        """Their places in the chains: of the records between them only leaves are given away."""
        chosen: dict[str, list[int]] = {}
        for each in rows.values():
            chosen.setdefault(each.row.conversation, []).append(each.row.seq)
        return chosen

    def _intro(self, tx: Transaction) -> tuple[Say, ...]:
        directory = tx.people.snapshot().directory
        return (
            say(
                "Taken by {who} at {at}. Why: “{why}”",
                who=name_of(directory, self.person.id),
                at=tx.clock.now(),
                why=Quoted(self.look.why, inquiring.LONGEST),
            ),
            say("Searched for: {words}", words=Quoted(self.look.words, LONGEST_QUERY)),
            say(
                "evidence.zip proves that nobody changed these records since: "
                "python verify.py evidence.zip"
            ),
            say("SHA256SUMS has the checksum of each file: sha256sum -c SHA256SUMS"),
            say(
                "That it was taken is kept, and read by who oversees such looks. Keep it safe, "
                "and delete it when the case is closed."
            ),
        )

    def _manifest(self, tx: Transaction) -> Mapping[str, Any]:
        return {
            "company": tx.rows.company,
            "search": self.look.number,
            "words": self.look.words,
            "why": self.look.why,
            "by": self.person.id,
            "at": tx.clock.now(),
            "records": [each.id for each in self.hits],
            "complete": not self.full,
        }


def _line(hit: Hit, one: Opened) -> Mapping[str, Any]:
    row = one.row
    names = ("id", "conversation", "seq", "kind", "thread", "message", "author", "at")
    kept = {name: getattr(row, name) for name in names}
    now = {"class": hit.class_name, "since": hit.since.sentence if hit.since else None}
    return {**kept, **now, "person": hit.author, "place": hit.place, "body": dict(one.body)}


def _shown(hit: Hit) -> Mapping[str, Any]:
    return {
        "at": hit.at,
        "person": hit.who.name,
        "place": hit.place,
        "kind": KINDS.get(hit.kind, hit.kind),
        "class_name": CLASSES.get(hit.class_name, hit.class_name),
        "state": hit.since,
        "text": hit.text,
        "message": hit.id,
    }

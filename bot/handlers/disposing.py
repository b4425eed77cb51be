"""Disposes of what two people have consented to: what must stay is wrapped anew, the rest is gone.

Policy 3.3.1. Whether something stays is asked once more in the transaction that ends it: a hold
that was set until then wins, and one that comes later is told that it is too late. The certificate
is the truth: keys that it names are destroyed until they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.card import Card
from bot.effects import Send
from bot.handlers import custody, holds
from bot.policy import retention
from bot.policy.retention import Month, Version
from bot.store import Transaction
from bot.store.disposals import CHAIN, Certificate, Count, Disposal, Why
from bot.store.records import Saying
from bot.words import Code, Ref, Say, say, say_many

US = "duly"
FILE = "file/"  # before the id of a file, where its key is named
SHOWN = 12  # lines of a card


@dataclass(frozen=True, slots=True)
class Sorted:
    """What lies under a key and stays: by hold, and because it is still needed."""

    held: Mapping[str, Sequence[str]]
    needed: Sequence[str]

    @property
    def stays(self) -> dict[Why, int]:
        counts: dict[Why, int] = {"held": sum(map(len, self.held.values()))}
        counts["needed"] = len(self.needed)
        return {why: count for why, count in counts.items() if count}


def sort(tx: Transaction, ring: str) -> Sorted:
    """Holds first."""
    directory = tx.people.snapshot().directory
    held = tx.expiring.held(ring, tx.holds.active(), directory)
    caught = {id for ids in held.values() for id in ids}
    return Sorted(held, [id for id in tx.expiring.needed(ring) if id not in caught])


def due(tx: Transaction) -> dict[str, Count]:
    """What lies under each key whose month is past its term, as it is now; only what can go."""
    versions, found = tx.policies.history(), dict[str, Count]()
    for ring, month, whole in _past(tx, versions):
        stays = sort(tx, ring).stays
        goes = whole - sum(stays.values())
        if goes > 0:
            shorter = retention.term(month, versions).promised
            found[ring] = Count(goes=goes, stays=stays, shorter=shorter)
    return found


def _past(tx: Transaction, versions: Sequence[Version]) -> Iterator[tuple[str, Month, int]]:
    """Keys there are whose month is past its term, and how much lies under each."""
    now, gone = tx.clock.now(), _gone(tx)
    for ring, whole in sorted(tx.expiring.rings().items()):
        month = retention.month_named(ring)
        if month is not None and ring not in gone and retention.is_due(month, versions, now):
            yield ring, month, whole


@dataclass(frozen=True, slots=True)
class PastTerm:
    """Of one class, what was past its term: how much is gone by certificate. K24."""

    disposed: int = 0
    left: int = 0  # still there when this was asked, and no hold keeps it
    held: int = 0

    def __add__(self, other: "PastTerm") -> "PastTerm":
        return PastTerm(
            self.disposed + other.disposed, self.left + other.left, self.held + other.held
        )


def past_term(tx: Transaction, start: datetime, end: datetime) -> dict[str, PastTerm]:
    """By class: certified from `start` on and before `end`, against what is there now."""
    found: dict[str, PastTerm] = {}

    def count(ring: str | None, part: PastTerm) -> None:
        month = retention.month_named(ring or "")
        name = month.class_name if month else ""
        found[name] = found.get(name, PastTerm()) + part

    for each in tx.disposals.certificates():
        if start <= each.at < end:
            count(each.ring, PastTerm(disposed=each.disposed))
    for ring, _, whole in _past(tx, tx.policies.history()):
        held = sum(map(len, sort(tx, ring).held.values()))
        count(ring, PastTerm(left=whole - held, held=held))
    for home, kept in tx.expiring.moved().items():
        count(home, PastTerm(held=kept))
    return found


def _gone(tx: Transaction) -> set[str]:
    """Keys that were destroyed, or are about to be."""
    return tx.expiring.gone() | {each.ring for each in tx.disposals.certificates()}


def carry_out(tx: Transaction, disposal: Disposal) -> Disposal:
    """In one transaction; a key under which nothing is left to go is not destroyed for that."""
    tx.journal.alone()
    gone = _gone(tx)
    rings = [each for each in disposal.rings if each not in gone]
    certified = [each for ring in rings if (each := _one(tx, disposal, ring)) is not None]
    for each in certified:
        tx.disposals.certify(each)
        tx.records.add(_chained(each))
    done = replace(disposal, state="done" if certified else "empty")
    tx.disposals.save(done)
    _tell(tx, done, certified)
    return done


def _one(tx: Transaction, disposal: Disposal, ring: str) -> Certificate | None:
    """None: nobody may destroy it any more; a newer policy keeps it longer, say."""
    month = retention.month_named(ring)
    versions, now = tx.policies.history(), tx.clock.now()
    if month is None or not retention.is_due(month, versions, now):
        return None
    found = sort(tx, ring)
    for hold, ids in found.held.items():
        tx.expiring.hold(ids, custody.HOLD + hold)
    tx.expiring.move(found.needed)
    count, digest = tx.expiring.digest(ring)
    _forget(tx, ring)
    return Certificate(
        ring=ring,
        disposal=disposal.id,
        at=now,
        policy=versions[-1].book.version,
        proposed_by=disposal.proposed_by or "",
        consented_by=disposal.decided_by or "",
        disposed=count,
        digest=digest,
        kept=found.stays,
    )


def _forget(tx: Transaction, ring: str) -> None:
    """What was derived from it goes with it: the index by which it is searched, pieces of files."""
    for some in tx.expiring.ids(ring):
        tx.files.drop(each.removeprefix(FILE) for each in some if each.startswith(FILE))
        tx.search.forget([each for each in some if "/" not in each])


def _chained(certificate: Certificate) -> Saying:
    """Its fingerprint stands in the chain's header, which outlives what is sealed."""
    return Saying(
        kind="disposal",
        conversation=CHAIN,
        thread=None,
        message=certificate.fingerprint,
        author=US,
        class_name="work",
        at=certificate.at,
        body={"ring": certificate.ring, "disposal": certificate.disposal},
    )


def _tell(tx: Transaction, disposal: Disposal, certified: Sequence[Certificate]) -> None:
    """Both who consented, each once."""
    card = certificate_card(disposal, certified)
    for each in dict.fromkeys((disposal.proposed_by, disposal.decided_by)):
        account = tx.people.reached_at(each) if each else None
        if account is not None:
            tx.outbox.add(Send(account, card), f"disposed/{disposal.id}/{each}")


def certificate_card(disposal: Disposal, certified: Sequence[Certificate]) -> Card:
    number = Ref(disposal.number)
    if not certified:
        return Card(
            say("Nothing was disposed of: {number}. All of it has to stay by now.", number=number)
        )
    gone = sum(each.disposed for each in certified)
    kept = sum(sum(each.kept.values()) for each in certified)
    lines = tuple(_line(each) for each in certified[:SHOWN])
    more = len(certified) - SHOWN
    rest = (say_many("… and {count} more", "… and {count} more", more),) if more > 0 else ()
    backup = say("Make a backup now: in older ones what was kept of these months cannot be read.")
    return Card(
        say_many(
            "Disposed of for good: {count} record, by certificate {number}",
            "Disposed of for good: {count} records, by certificate {number}",
            gone,
            number=number,
        ),
        body=(*lines, *rest, *((backup,) if kept else ())),
        facts=((say("Kept"), kept),),
        why=say("See it again: {command}", command=Code(f"/duly disposal {disposal.number}")),
        tone="good",
    )


def _line(certificate: Certificate) -> Say:
    return say(
        "{what}: {count} gone; fingerprint {digest}",
        what=holds.named(certificate.ring),
        count=certificate.disposed,
        digest=Code(certificate.fingerprint[:12]),
    )

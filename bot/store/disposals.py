"""Lists of what is due, their way to two people's consent, and the certificates of what is gone.

Policy 3.3.1. A certificate is the truth: what it names has been disposed of from its commit on,
and the key is destroyed until it is.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

from bot.store.rows import Rows, Where
from bot.store.schema_retention import disposal_certificates, disposals

State = Literal["open", "proposed", "agreed", "done", "refused", "empty"]
Why = Literal["held", "needed"]  # why something stays
CHAIN = "duly/duly/disposals"  # the conversation whose chain every certificate stands in
WAITING: tuple[State, ...] = ("open", "proposed", "agreed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How much of what lies under a key goes, and how much stays, and why. Records."""

    goes: int = 0
    stays: Mapping[Why, int] | None = None
    shorter: int | None = None  # months an older policy promised, where that was more

    @property
    def kept(self) -> int:
        return sum((self.stays or {}).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """A list of keys that are to be destroyed, and what becomes of it."""

    id: str
    number: int
    at: datetime
    policy: int
    counts: Mapping[str, Count]  # by key, as it was when it was last counted
    counted_at: datetime
    state: State = "open"
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str = ""

    @property
    def rings(self) -> tuple[str, ...]:
        return tuple(self.counts)

    def agreed(self, proposed_by: str, consented_by: str, at: datetime) -> "Disposal":
        return replace(
            self, state="agreed", proposed_by=proposed_by, decided_by=consented_by, decided_at=at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was under one key, and is gone. `digest`: SHA-256 over the ids of the records."""

    ring: str
    disposal: str
    at: datetime
    policy: int
    proposed_by: str
    consented_by: str
    disposed: int
    digest: bytes
    kept: Mapping[Why, int]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all it says: it stands in a chain of its own."""
        said = {name: getattr(self, name) for name in CERTIFIED}
        said |= {"at": self.at.isoformat(), "digest": self.digest.hex(), "kept": dict(self.kept)}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


MOVING = ("state", "proposed_by", "proposed_at", "decided_by", "decided_at", "counted_at")
SAME = ("id", "number", "at", "policy", *MOVING)
CERTIFIED = tuple(each.name for each in fields(Certificate) if each.name != "kept")


@dataclass(frozen=True, slots=True)
class Disposals:
    rows: Rows

    def add(self, disposal: Disposal) -> Disposal:
        """With its id given here."""
        kept = replace(disposal, id=self.rows.clock.new_id())
        values = {name: getattr(kept, name) for name in SAME}
        self.rows.add(disposals, **values, **_counted(kept))
        return kept

    def save(self, disposal: Disposal) -> None:
        note = disposal.note
        values: dict[str, Any] = {name: getattr(disposal, name) for name in MOVING}
        values["note"] = self.rows.close(disposals.c.note, disposal.id, note) if note else None
        self.rows.change(disposals, disposals.c.id == disposal.id, **values, **_counted(disposal))

    def find(self, number: int) -> Disposal | None:
        return self._first(disposals.c.number == number)

    def get(self, id: str) -> Disposal | None:
        return self._first(disposals.c.id == id)

    def waiting(self, *states: State) -> list[Disposal]:
        """Those nobody has refused or carried out."""
        return self._all(disposals.c.state.in_(states or WAITING))

    def latest(self, limit: int) -> list[Disposal]:
        rows = self.rows.all(disposals, order=[disposals.c.id.desc()], limit=limit)
        return [self._disposal(row) for row in rows]

    def certify(self, certificate: Certificate) -> None:
        values = {name: getattr(certificate, name) for name in CERTIFIED}
        kept = json.dumps(certificate.kept, sort_keys=True)
        self.rows.add(disposal_certificates, **values, kept=kept)

    def certificates(self, rings: Collection[str] | None = None) -> list[Certificate]:
        """All, or of some keys."""
        c = disposal_certificates.c
        where = () if rings is None else (c.ring.in_(list(rings)),)
        return [_certificate(row) for row in self.rows.all(disposal_certificates, *where)]

    def of(self, disposal: str) -> list[Certificate]:
        found = self.rows.all(disposal_certificates, disposal_certificates.c.disposal == disposal)
        return [_certificate(row) for row in found]

    def certificate(self, ring: str) -> Certificate | None:
        found = self.certificates((ring,))
        return found[0] if found else None

    def _first(self, *where: Where) -> Disposal | None:
        """Nobody else changes it before we commit."""
        found = self._all(*where)
        return found[0] if found else None

    def _all(self, *where: Where) -> list[Disposal]:
        rows: Sequence[Any] = self.rows.all(disposals, *where, to_change=True)
        return [self._disposal(row) for row in rows]

    def _disposal(self, row: Any) -> Disposal:
        counts = {ring: Count(**each) for ring, each in json.loads(row.counts).items()}
        note = self.rows.open(disposals.c.note, row.id, row.note) if row.note else ""
        return Disposal(
            **{name: getattr(row, name) for name in SAME}, counts=counts, note=str(note)
        )


def _counted(disposal: Disposal) -> dict[str, str]:
    counts = {
        ring: {"goes": each.goes, "stays": dict(each.stays or {}), "shorter": each.shorter}
        for ring, each in disposal.counts.items()
    }
    return {"counts": json.dumps(counts)}


def _certificate(row: Any) -> Certificate:
    values = {name: getattr(row, name) for name in CERTIFIED}
    return Certificate(**values, kept=json.loads(row.kept))

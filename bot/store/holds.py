"""Legal holds, and what was done to each. Policy 3.3.1. Whom and what they name is sealed."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bot.policy.holds import Hold, Scope
from bot.store.rows import Rows, Where
from bot.store.schema_retention import hold_deeds, holds

Deed = Literal["set", "asked", "kept", "released"]
SAME = ("id", "number", "set_by", "at", "state", "asked_by", "released_by", "released_at")


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a hold."""

    at: datetime
    actor: str
    deed: Deed
    note: str


@dataclass(frozen=True, slots=True)
class Holds:
    rows: Rows

    def add(self, hold: Hold) -> Hold:
        """With its id given here."""
        kept = replace(hold, id=self.rows.clock.new_id())
        said = {"scope": asdict(kept.scope), "reason": kept.reason}
        values = {name: getattr(kept, name) for name in SAME}
        self.rows.add(holds, **values, body=self.rows.close(holds.c.body, kept.id, said))
        self._note(kept, kept.set_by, "set", kept.reason)
        return kept

    def find(self, number: int) -> Hold | None:
        """Nobody else changes it before we commit."""
        found = self._all(holds.c.number == number, to_change=True)
        return found[0] if found else None

    def get(self, id: str) -> Hold | None:
        found = self._all(holds.c.id == id)
        return found[0] if found else None

    def active(self) -> list[Hold]:
        return self._all(holds.c.state != "released")

    def all(self) -> list[Hold]:
        """The newest first."""
        return list(reversed(self._all()))

    def released(self) -> list[str]:
        """Their ids."""
        return [row.id for row in self.rows.all(holds, holds.c.state == "released")]

    def move(self, hold: Hold, actor: str, deed: Deed, note: str = "") -> None:
        """To its new state."""
        names = ("state", "asked_by", "released_by", "released_at")
        values = {name: getattr(hold, name) for name in names}
        self.rows.change(holds, holds.c.id == hold.id, **values)
        self._note(hold, actor, deed, note)

    def deeds(self, hold: str) -> list[Done]:
        c = hold_deeds.c
        return [
            Done(row.at, row.actor, row.deed, self._opened(row))
            for row in self.rows.all(hold_deeds, c.hold == hold)
        ]

    def _opened(self, row: Any) -> str:
        slot = f"{row.hold}/{row.number}"
        return str(self.rows.open(hold_deeds.c.note, slot, row.note)) if row.note else ""

    def _note(self, hold: Hold, actor: str, deed: Deed, note: str) -> None:
        number = self.rows.count(hold_deeds, hold_deeds.c.hold == hold.id) + 1
        slot = f"{hold.id}/{number}"
        sealed = self.rows.close(hold_deeds.c.note, slot, note) if note else None
        now = self.rows.clock.now()
        values = {"hold": hold.id, "number": number, "at": now, "actor": actor, "deed": deed}
        self.rows.add(hold_deeds, **values, note=sealed)

    def _all(self, *where: Where, to_change: bool = False) -> list[Hold]:
        return [self._hold(row) for row in self.rows.all(holds, *where, to_change=to_change)]

    def _hold(self, row: Any) -> Hold:
        said = self.rows.open(holds.c.body, row.id, row.body)
        values = {name: getattr(row, name) for name in SAME}
        scope: dict[str, Any] = said["scope"]
        lists = {name: tuple(scope[name]) for name in ("people", "places", "words")}
        return Hold(**values, scope=Scope(**scope | lists), reason=said["reason"])

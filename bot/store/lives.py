"""What is needed to tell the life of a duty: what hung on it, and what became of its message."""

from dataclasses import dataclass
from datetime import datetime

from bot.events import MessageRef, conversation
from bot.policy.duties import Duty
from bot.store.duties import _duty as duty_of
from bot.store.rows import Rows, Where
from bot.store.schema import duties, policies, records, seats


@dataclass(frozen=True, slots=True)
class Lives:
    rows: Rows

    def children(self, duty: Duty) -> list[Duty]:
        """What came from it, open or settled; all of it belongs to its conversation."""
        c, about = duties.c, duty.about
        here = c.conversation == conversation(about.place) if about else c.conversation.is_(None)
        return self._duties(here, c.parent == duty.id)

    def of_request(self, request: str) -> list[Duty]:
        """To decide on it: everybody's who was asked, step by step."""
        asked = self.rows.all(seats, seats.c.request == request)
        return self._duties(duties.c.id.in_([row.duty for row in asked if row.duty]))

    def latest(self, count: int) -> list[Duty]:
        """The last that were opened, the newest first."""
        rows = self.rows.all(duties, order=[duties.c.id.desc()], limit=count)
        return list(map(duty_of, rows))

    def changes(self, message: MessageRef) -> list[tuple[datetime, bool]]:
        """When a message was changed, and whether that was its deletion."""
        c = records.c
        here = c.conversation == conversation(message.place), c.message == message.id
        rows = self.rows.all(records, *here, c.kind.in_(("edit", "deletion")), order=[c.seq])
        return [(row.at, row.kind == "deletion") for row in rows]

    def in_force(self, version: int) -> datetime | None:
        """Since when a version of the policy has been in force."""
        row = self.rows.one(policies, policies.c.version == version)
        return row.since if row else None

    def _duties(self, *where: Where) -> list[Duty]:
        return [duty_of(row) for row in self.rows.all(duties, *where)]

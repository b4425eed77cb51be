"""What lies under a key, which of it is caught by a hold, and which is still needed. 3.3.1."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from bot.events import account_key
from bot.policy.holds import Hold, Said, blind, catches, near
from bot.policy.people import Directory
from bot.policy.retention import month_named
from bot.store.beside import Beside, strings
from bot.store.records import JOINED, WRAP, Records
from bot.store.rows import Rows
from bot.store.schema import LIVE, duties, findings, records, wraps
from bot.store.schema_findings import cases
from bot.store.wrapping import Belonging, Wraps

AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Expiring:
    rows: Rows

    def rings(self) -> dict[str, int]:
        """How much lies under each key there is something under."""
        c = wraps.c
        counted = sa.select(c.ring, sa.func.count()).where(c.company == self.rows.company)
        return {row[0]: row[1] for row in self.rows.conn.execute(counted.group_by(c.ring))}

    def by_class(self) -> dict[str, int]:
        """How much lies under the keys of each class, and what holds keep of it."""
        found = Counter[str]()
        for ring, count in (*self.rings().items(), *self.moved().items()):
            if (month := month_named(ring)) is not None:
                found[month.class_name] += count
        return found

    def moved(self) -> dict[str, int]:
        """How much lies under keys of holds, by the key it came from."""
        c = wraps.c
        counted = sa.select(c.home, sa.func.count()).where(
            c.company == self.rows.company, c.home.is_not(None)
        )
        return {row[0]: row[1] for row in self.rows.conn.execute(counted.group_by(c.home))}

    def empty(self, ring: str) -> bool:
        return self.rows.one(wraps, wraps.c.ring == ring) is None

    def erased(self, ring: str) -> bool:
        """All or nothing of it is: the first tells of the rest."""
        first = self.rows.one(wraps, wraps.c.ring == ring)
        return first is None or not first.wrapped

    def gone(self) -> set[str]:
        """Keys that were destroyed, whatever this database knows of it: it may be an old copy."""
        return {each.name for each in self.rows.rings.known() if each.destroyed_at is not None}

    def ids(self, ring: str) -> Iterator[Sequence[str]]:
        """Of everything under a key, in order, some at a time."""
        c, last, more = wraps.c, "", True
        while more:
            some = sa.select(c.record).where(c.company == self.rows.company, c.ring == ring)
            next_ones = some.where(c.record > last).order_by(c.record).limit(AT_ONCE)
            ids = self.rows.conn.execute(next_ones).scalars().all()
            more = len(ids) == AT_ONCE
            if ids:
                yield ids
                last = ids[-1]

    def digest(self, ring: str) -> tuple[int, bytes]:
        """How much lies under a key, and SHA-256 over the ids of it, in order."""
        count, digest = 0, hashlib.sha256()
        for some in self.ids(ring):
            count += len(some)
            digest.update("".join(some).encode())
        return count, digest.digest()

    def hold(self, ids: Iterable[str], ring: str) -> None:
        """Under the hold's own key, made at its first use."""
        self.rows.rings.named(ring)
        Wraps(self.rows).hold(ids, ring)

    def move(self, ids: Iterable[str]) -> None:
        """From a key that is to be destroyed to the next of their month."""
        Wraps(self.rows).belong(ids, Belonging())

    def let_go(self, ring: str) -> int:
        """What a hold has kept goes back to where it belongs; how much that was."""
        known, count = Wraps(self.rows), 0
        while some := known.under(ring):
            count += known.release(some)
        return count

    def needed(self, ring: str) -> list[str]:
        """What somebody still owes something for, is to look at or to decide on."""
        beside = Beside(self.rows)
        things = ((each, beside.of(each)) for each in self._others(ring))
        found = [id for id, thing in things if thing is None or thing.needed]
        return [*self._needed(ring), *found]

    def _others(self, ring: str) -> Sequence[str]:
        """What lies under a key and is no record: "request/…", "file/…"."""
        c = wraps.c
        mine = sa.select(c.record).where(c.company == self.rows.company, c.ring == ring)
        found = self.rows.conn.execute(mine.where(c.record.contains("/")).order_by(c.record))
        return found.scalars().all()

    def _needed(self, ring: str) -> list[str]:
        r, d, f = records.c, duties.c, findings.c
        owed = sa.exists().where(
            d.company == r.company, d.conversation == r.conversation, d.message == r.message, LIVE
        )
        looked = sa.exists().where(
            f.company == r.company,
            f.conversation == r.conversation,
            f.message == r.message,
            f.state == "open",
        )
        k = cases.c
        brought = sa.exists().where(
            k.company == r.company,
            k.conversation == r.conversation,
            k.message == r.message,
            k.state != "done",
        )
        needed = owed | looked | brought
        mine = sa.select(r.id).join(wraps, JOINED).where(*self._here(ring), needed)
        return list(self.rows.conn.execute(mine).scalars())

    def held(self, ring: str, holds: Sequence[Hold], directory: Directory) -> dict[str, list[str]]:
        """Records under a key that holds catch: by the id of the first hold that does.

        A message is caught as a whole, whichever of its versions says the word.
        """
        found: dict[str, list[str]] = {}
        if not holds:
            return found
        known = {account_key(each): person for each, person in directory.accounts.items()}
        for rows in self._messages(ring, holds):
            hold = self._first(rows, holds, known)
            mine = [row.id for row in rows if row.ring == ring]
            if hold is not None and mine:
                found.setdefault(hold.id, []).extend(mine)
        beside = Beside(self.rows)
        for each in self._others(ring):
            thing = beside.of(each)
            caught = (one for one in holds if thing is not None and catches(one, thing.said))
            if (hold := next(caught, None)) is not None:
                found.setdefault(hold.id, []).append(each)
        return found

    def _first(
        self, rows: Sequence[Any], holds: Sequence[Hold], known: Mapping[str, str]
    ) -> Hold | None:
        """What is said is only opened where its words or its people matter."""
        place, times = rows[0].conversation, [row.at for row in rows]
        here = [each for each in holds if near(each, place, times)]
        if not here or any(map(blind, here)):
            return next(filter(blind, here), None)
        bodies = [body for _, body in Records(self.rows).readable(rows)]
        said = Said(
            place=place,
            times=times,
            people=_people(rows, bodies, known),
            texts=tuple(text for body in bodies for text in strings(body)),
        )
        return next((each for each in here if catches(each, said)), None)

    def _messages(self, ring: str, holds: Sequence[Hold]) -> Iterator[Sequence[Any]]:
        """All there is of each message of which something lies under a key; not other rooms'."""
        r = records.c
        here = sa.select(r.conversation, r.message).join(wraps, JOINED).where(*self._here(ring))
        rooms = {place for each in holds for place in each.scope.places}
        if all(each.scope.places for each in holds):
            here = here.where(r.conversation.in_(rooms))
        these = here.distinct().subquery()
        whole = (
            sa.select(records, *WRAP)
            .join(wraps, JOINED)
            .join(
                these,
                sa.and_(these.c.conversation == r.conversation, these.c.message == r.message),
            )
            .where(r.company == self.rows.company)
            .order_by(r.conversation, r.message, r.seq)
        )
        rows = self.rows.conn.execute(whole)
        for _, group in groupby(rows, key=lambda row: (row.conversation, row.message)):
            yield list(group)

    def _here(self, ring: str) -> tuple[Any, Any]:
        return records.c.company == self.rows.company, wraps.c.ring == ring


def _people(
    rows: Sequence[Any], bodies: Iterable[Mapping[str, Any]], known: Mapping[str, str]
) -> frozenset[str]:
    """Who wrote it and who is named in it; an account that was nobody's then, by whose it is."""
    found = {row.author for row in rows}
    for body in bodies:
        found |= {str(body.get("who")), *map(str, body.get("mentions") or ())}
    return frozenset(found | {known[each] for each in found if each in known})

"""Every row about requests, as it lies in the database. Policy 3.2."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from bot.store import Store

KEPT = ("trail", "versions", "certificates")  # nothing of them may ever change
QUERIES = {
    "requests": "SELECT * FROM requests ORDER BY number",
    "seats": "SELECT * FROM seats ORDER BY request, round, step, person",
    "trail": "SELECT * FROM trail ORDER BY request, number",
    "versions": "SELECT * FROM versions ORDER BY request, round",
    "certificates": "SELECT * FROM certificates ORDER BY request",
    "duties": "SELECT id, owed_by, subject FROM duties "
    "WHERE kind = 'decide' AND state IN ('open', 'promised')",
    "parked": "SELECT id FROM journal WHERE error IS NOT NULL",
}


@cache
def _shape(table: str, names: tuple[str, ...]) -> Any:
    return NamedTuple(table, [(each, Any) for each in names])


@dataclass(frozen=True)
class Picture:
    requests: Mapping[str, Any]
    seats: Mapping[tuple[str, int, int, str], Any]
    kept: Mapping[str, Mapping[tuple[Any, ...], Any]]
    duties: Mapping[str, list[Any]]  # those that live, by request
    parked: int

    def sitting(self, request: str, round: int, step: int) -> list[Any]:
        return self.by_request.get(request, {}).get((round, step), [])

    @property
    def by_request(self) -> Mapping[str, dict[tuple[int, int], list[Any]]]:
        found: dict[str, dict[tuple[int, int], list[Any]]] | None = self.__dict__.get("_found")
        if found is None:
            found = {}
            for (request, round, step, _), seat in self.seats.items():
                found.setdefault(request, {}).setdefault((round, step), []).append(seat)
            self.__dict__["_found"] = found
        return found

    def trail(self, request: str) -> list[Any]:
        return [line for (id, _), line in self.kept["trail"].items() if id == request]

    def news(self, before: "Picture") -> Sequence[Any]:
        """The lines of the trail that were not there before."""
        known = before.kept["trail"]
        return [line for key, line in self.kept["trail"].items() if key not in known]


def taken(store: Store) -> Picture:
    with store.db.connect() as conn:
        found = {name: _rows(conn, name, text) for name, text in QUERIES.items()}
        conn.rollback()
    duties: dict[str, list[Any]] = defaultdict(list)
    for duty in found["duties"]:
        duties[duty.subject.removeprefix("request/")].append(duty)
    second = {"trail": "number", "versions": "round", "certificates": "code"}
    return Picture(
        requests={row.id: row for row in found["requests"]},
        seats={(s.request, s.round, s.step, s.person): s for s in found["seats"]},
        kept={
            name: {(row.request, getattr(row, second[name])): row for row in found[name]}
            for name in KEPT
        },
        duties=duties,
        parked=len(found["parked"]),
    )


def _rows(conn: sa.Connection, name: str, text: str) -> list[Any]:
    result = conn.exec_driver_sql(text)
    columns = list(result.keys())
    names = tuple("class_name" if each == "class" else each for each in columns)
    shape = _shape(name, names)
    return [shape(*row) for row in islice(result, None)]

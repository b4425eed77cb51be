"""What browsers have posted: kept until the core has it, known for ever after."""

from dataclasses import dataclass
from datetime import datetime

from adapters.playground.shelf import Row, Shelf

COLUMNS = "id, at, message, body, settled"


@dataclass(frozen=True, slots=True)
class Delivery:
    id: str
    at: datetime  # of the first receipt
    message: str  # the id of the line it makes, if it makes one
    payload: bytes  # JSON as it came; empty once settled
    settled: bool


class Deliveries:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def get(self, id: str) -> Delivery | None:
        row = self._shelf.one(f"select {COLUMNS} from deliveries where id = ?", id)
        return None if row is None else self._read(row)

    def add(self, id: str, at: datetime, message: str, payload: bytes) -> Delivery:
        body = self._shelf.seal.close(payload, *slot(id))
        sql = "insert into deliveries (id, at, message, body) values (?, ?, ?, ?)"
        self._shelf.run(sql, id, at.isoformat(), message, body)
        return Delivery(id, at, message, payload, settled=False)

    def settle(self, id: str) -> None:
        """The core has it: only its id stays."""
        with self._shelf.writing():
            self._shelf.run("update deliveries set settled = 1, body = null where id = ?", id)

    def owed(self) -> list[Delivery]:
        """Those the core has not confirmed, in the order they came."""
        sql = f"select {COLUMNS} from deliveries where settled = 0 order by number"
        return [self._read(row) for row in self._shelf.rows(sql)]

    def _read(self, row: Row) -> Delivery:
        id, at, message, body, settled = row
        payload = b"" if body is None else self._shelf.seal.open(body, *slot(id))
        return Delivery(id, datetime.fromisoformat(at), message, payload, bool(settled))


def slot(id: str) -> tuple[str, str, str]:
    return ("playground.deliveries", id, "body")

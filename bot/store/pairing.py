"""Which store of keys belongs to this database. Policy 3.3.3."""

from dataclasses import dataclass

from bot.store.rows import Rows
from bot.store.schema_archive import key_store


@dataclass(frozen=True, slots=True)
class Pairing:
    rows: Rows

    def known(self) -> str | None:
        row = self.rows.one(key_store)
        return str(row.id) if row else None

    def note(self, id: str, public: bytes) -> None:
        """The first that is noted stays."""
        values = {"company": self.rows.company, "id": id, "public": public}
        self.rows.conn.execute(self.rows.unless_known(key_store), values)

"""Edits of the archive that nobody was meant to make, and whether they are found and located.

An edit is made by raw SQL with the triggers gone, on a small archive with everything in it; the
whole is verified; the edit is undone by rolling back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from bot.events import MessageChanged, MessageRef, Place
from bot.evidence import leaf, link
from bot.store import Store
from bot.store.disposals import Certificate
from bot.store.rings import SETTLED
from bot.store.triggers import RULES
from bot.store.verifying import ERASING, Broken, Checked
from tests.desk import LOBBY, PAPER, Desk, account

KEYS = {  # of each table of the archive: how a row is found again
    "records": ("company", "id"),
    "wraps": ("company", "record"),
    "heads": ("company", "conversation"),
    "checkpoints": ("company", "number"),
    "checkpoint_heads": ("company", "number", "conversation"),
    "key_store": ("company",),
}
Row = dict[str, Any]
ROOMS = ("lobby", "kitchen", "board")


class Impossible(Exception):
    """The database itself refuses this edit, or it changes nothing: another is drawn."""


@dataclass(frozen=True)
class Edit:
    """What was done, and where it may be found first: records by place, checkpoints by number."""

    what: str
    records: frozenset[tuple[str, int]] = frozenset()
    checkpoints: frozenset[int] = frozenset()


def archive(db: sa.Engine | None = None) -> Desk:
    """Three rooms, edits, a deletion, classes, a decision, a hold, a destroyed month."""
    desk = Desk(db=db)
    for number in range(24):
        room = Place(PAPER, "home", ROOMS[number % 3])
        event = desk.message("ann", f"word {number}", f"x{number}")
        desk.take(replace(event, message=replace(event.message, place=room)))
        if number in (8, 16):
            checkpoint(desk)
            desk.now += timedelta(days=20)
    first = MessageRef(LOBBY, "x0")
    for key, text in (("e1", "another word"), ("e2", None)):
        desk.take(
            MessageChanged(
                key=key, at=desk.now, author=account("ann"), message=first, text=text, mentions=()
            )
        )
    desk.says("ann", "class msg:x3 material it is about money")
    desk.says("ann", "request notice Closed on Friday")
    desk.says("sam", "approve 1 fine")
    with desk.store.transaction() as tx:
        row, _ = tx.records.message("paper/home/kitchen", "x1") or (None, None)
        assert row is not None
        desk.store.rings.named("hold/1")
        tx.wraps.hold([row.id], "hold/1")
    checkpoint(desk)
    desk.store.rings.close("work/2026-03")
    desk.now += SETTLED
    desk.store.rings.destroy("work/2026-03")
    with desk.store.transaction() as tx:
        gone = tx.wraps.erase("work/2026-03")
        tx.disposals.certify(certificate(desk, gone))
    desk.now += 2 * ERASING
    return desk


def certificate(desk: Desk, count: int) -> Certificate:
    return Certificate(
        ring="work/2026-03",
        disposal="d1",
        at=desk.now,
        policy=1,
        proposed_by="hana",
        consented_by="grace",
        disposed=count,
        digest=bytes(32),
        kept={},
    )


def checkpoint(desk: Desk) -> None:
    """Unless the ticker has just taken it."""
    with desk.store.transaction() as tx:
        drawn = tx.checkpoints.draw()
        assert drawn is None or tx.checkpoints.take(drawn)


def unguarded(store: Store) -> None:
    """As whoever owns the database can have it."""
    with store.db.begin() as conn:
        for table, deed, *_ in RULES:
            on = "" if store.db.dialect.name == "sqlite" else f" ON {table}"
            conn.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{deed.lower()}{on}")


@dataclass
class Tampering:
    desk: Desk
    chance: Random
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unguarded(self.desk.store)
        with self.desk.store.db.connect() as conn:
            for table, keys in KEYS.items():
                order = ", ".join(keys)
                rows = conn.exec_driver_sql(f"SELECT * FROM {table} ORDER BY {order}")
                self.tables[table] = [dict(row._mapping) for row in rows]
            conn.rollback()
        self.place = {
            row["id"]: (row["conversation"], row["seq"]) for row in self.tables["records"]
        }
        self.ends = {row["conversation"]: row["seq"] for row in self.tables["heads"]}
        self.deeds: tuple[Callable[[sa.Connection], Edit], ...] = (
            self.change,
            self.change,
            self.change,
            self.swap,
            self.delete,
            self.copy,
            self.truncate,
            self.reorder,
            self.rewrite,
            self.forget,
        )

    def once(self) -> tuple[Edit, list[Broken | Checked]]:
        """One edit, and what verifying says of it."""
        while True:
            deed = self.chance.choice(self.deeds)
            with self.desk.store.transaction() as tx:
                conn = tx.rows.conn
                try:
                    with conn.begin_nested():
                        edit = deed(conn)
                except (Impossible, sa.exc.IntegrityError):
                    continue
                found = [step for step in tx.verifying.steps() if not isinstance(step, int)]
                conn.rollback()
                return edit, found

    # One row

    def change(self, conn: sa.Connection) -> Edit:
        """Any column of any row."""
        table, row = self.some_row()
        column = self.chance.choice(list(row))
        value = self.another(table, column, row[column])
        self.update(conn, table, row, {column: value})
        return self.told(f"{table}.{column}", table, row, {**row, column: value})

    def swap(self, conn: sa.Connection) -> Edit:
        """What two rows say in some column."""
        table, one = self.some_row()
        other = self.chance.choice(self.tables[table])
        column = self.chance.choice([name for name in one if name not in KEYS[table]] or ["id"])
        if one[column] == other[column] or one is other:
            raise Impossible
        self.update(conn, table, one, {column: self.aside(one[column])})
        self.update(conn, table, other, {column: one[column]})
        self.update(conn, table, one, {column: other[column]})
        first = self.told("", table, one, {**one, column: other[column]})
        second = self.told("", table, other, {**other, column: one[column]})
        return Edit(
            f"swap {table}.{column}",
            first.records | second.records,
            first.checkpoints | second.checkpoints,
        )

    def delete(self, conn: sa.Connection) -> Edit:
        table, row = self.some_row()
        where = " AND ".join(f"{key} = :{key}" for key in KEYS[table])
        conn.execute(sa.text(f"DELETE FROM {table} WHERE {where}"), row)
        return self.told(f"delete {table}", table, row, row)

    def copy(self, conn: sa.Connection) -> Edit:
        """A row once more, under another key."""
        table, row = self.some_row()
        key = self.chance.choice([name for name in KEYS[table] if name != "company"] or [""])
        if not key:
            raise Impossible
        new = {**row, key: self.another(table, key, row[key])}
        if table == "records":
            new["seq"] = self.ends[row["conversation"]] + 1
        names = ", ".join(f'"{name}"' for name in new)
        values = ", ".join(f":v{number}" for number in range(len(new)))
        given = {f"v{number}": value for number, value in enumerate(new.values())}
        conn.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), given)
        return self.told(f"copy {table}", table, new, new)

    # A conversation

    def truncate(self, conn: sa.Connection) -> Edit:
        """The last records, with their keys or without, and the head put right or not."""
        name = self.chance.choice(list(self.ends))
        left = self.chance.randrange(self.ends[name])
        self.cut(conn, name, left)
        if left and self.chance.random() < 0.7:
            last = next(r for r in self.of(name) if r["seq"] == left)
            self.head(conn, name, left, last["hash"])
        return Edit("truncate", frozenset({(name, left + 1)}))

    def reorder(self, conn: sa.Connection) -> Edit:
        """Two records change places."""
        name = self.chance.choice([each for each, end in self.ends.items() if end > 1])
        one, other = self.chance.sample(self.of(name), 2)
        self.update(conn, "records", one, {"seq": -1})
        self.update(conn, "records", other, {"seq": one["seq"]})
        self.update(conn, "records", one, {"seq": other["seq"]})
        return Edit("reorder", frozenset({(name, min(one["seq"], other["seq"]))}))

    def rewrite(self, conn: sa.Connection) -> Edit:
        """A record is changed, and the whole chain after it is made to fit."""
        name = self.chance.choice(list(self.ends))
        rows, at = self.of(name), self.chance.randrange(self.ends[name])
        previous = rows[at]["previous"]
        for row in rows[at:]:
            new = {**row, "previous": previous}
            if row is rows[at]:
                new["author"] = "paper/home/eve?"
            header = ["id", "conversation", "seq", "kind", "thread", "message", "author", "class"]
            names = [new[each] for each in (*header, "at")]
            previous = new["hash"] = link(previous, leaf(names, new["body"]))
            changed = {each: new[each] for each in ("author", "previous", "hash")}
            self.update(conn, "records", row, changed)
        self.head(conn, name, len(rows), previous)
        marks = [m["seq"] for m in self.tables["checkpoint_heads"] if m["conversation"] == name]
        return Edit("rewrite", frozenset({(name, min(n for n in marks if n > at))}))

    def forget(self, conn: sa.Connection) -> Edit:
        """A whole conversation, as if it had never been."""
        name = self.chance.choice(list(self.ends))
        self.cut(conn, name, 0, keys=True)
        conn.execute(sa.text("DELETE FROM heads WHERE conversation = :name"), {"name": name})
        return Edit("forget", frozenset({(name, 1)}))

    def cut(self, conn: sa.Connection, name: str, left: int, *, keys: bool = False) -> None:
        gone = "SELECT id FROM records WHERE conversation = :name AND seq > :left"
        values = {"name": name, "left": left}
        if keys or self.chance.random() < 0.5:
            conn.execute(sa.text(f"DELETE FROM wraps WHERE record IN ({gone})"), values)
        where = "conversation = :name AND seq > :left"
        conn.execute(sa.text(f"DELETE FROM records WHERE {where}"), values)

    def head(self, conn: sa.Connection, name: str, seq: int, hash: bytes) -> None:
        moved = sa.text("UPDATE heads SET seq = :seq, hash = :hash WHERE conversation = :name")
        conn.execute(moved, {"name": name, "seq": seq, "hash": hash})

    # What is needed for that

    def of(self, conversation: str) -> list[Row]:
        rows = [row for row in self.tables["records"] if row["conversation"] == conversation]
        return sorted(rows, key=lambda row: int(row["seq"]))

    def some_row(self) -> tuple[str, Row]:
        table = self.chance.choice(list(KEYS))
        return table, self.chance.choice(self.tables[table])

    def another(self, table: str, column: str, value: Any) -> Any:
        """Some other value: a neighbour's, or the same with something changed in it."""
        others = [row[column] for row in self.tables[table] if row[column] != value]
        if others and self.chance.random() < 0.4:
            return self.chance.choice(others)
        match value:
            case bytes():
                return self.spoilt(value)
            case int():
                return value + self.chance.choice([-1000, -1, 1, 7, 10**6])
            case str():
                return self.respelt(value)
        return self.chance.choice(["x", "work/2026-03", "x0"])

    def spoilt(self, value: bytes) -> bytes:
        if not value:  # of what was erased
            return b"x"
        made, at = bytearray(value), self.chance.randrange(len(value))
        match self.chance.randrange(4):
            case 0:
                del made[at]
            case 1:
                made.insert(at, self.chance.randrange(256))
            case _:
                made[at] ^= 1 << self.chance.randrange(8)
        return bytes(made)

    def respelt(self, value: str) -> str:
        at = self.chance.randrange(len(value) + 1)
        made = self.chance.choice([value[:at] + "~" + value[at:], value[:at], value + " "])
        if made == value:
            raise Impossible
        return made

    def aside(self, value: Any) -> Any:
        """For a moment: no two rows may have the same."""
        match value:
            case bytes():
                return b"-"
            case int():
                return -(10**9)
        return "-"

    def update(self, conn: sa.Connection, table: str, row: Row, new: Row) -> None:
        sets = ", ".join(f'"{name}" = :v{number}' for number, name in enumerate(new))
        where = " AND ".join(f"{key} = :{key}" for key in KEYS[table])
        values = {f"v{number}": value for number, value in enumerate(new.values())}
        keys = {key: row[key] for key in KEYS[table]}
        conn.execute(sa.text(f"UPDATE {table} SET {sets} WHERE {where}"), {**values, **keys})

    def told(self, what: str, table: str, old: Row, new: Row) -> Edit:
        """Where an edit of one row may be found first."""
        match table:
            case "records":
                places = {(each["conversation"], max(1, each["seq"])) for each in (old, new)}
                if old["conversation"] != new["conversation"]:  # it stands there alone, or too much
                    name = new["conversation"]
                    places |= {(name, 1), (name, self.ends.get(name, 0) + 1)}
                    places |= {(name, min(new["seq"], self.ends.get(name, 0) + 1))}
                return Edit(what, frozenset(places | lone(old, new)))
            case "wraps":
                ids = {each["record"] for each in (old, new)}
                places = {self.place.get(id, (id, 0)) for id in ids}
                places |= {(f"wraps/{id}", 0) for id in ids}
                return Edit(what, frozenset(places))
            case "heads":
                names = {each["conversation"] for each in (old, new)}
                return Edit(what, frozenset((n, self.ends.get(n, 0) + 1) for n in names))
            case "key_store":
                return Edit(what, checkpoints=frozenset({0}))
            case "checkpoint_heads":
                places = {(each["conversation"], seq) for each in (old, new) for seq in range(99)}
                numbers = frozenset(each["number"] for each in (old, new))
                return Edit(what, frozenset(places), numbers)
        return Edit(what, checkpoints=frozenset(each["number"] for each in (old, new)))


def lone(old: Row, new: Row) -> set[tuple[str, int]]:
    """The key of a record that has another id now is a key without a record."""
    return {(f"wraps/{each['id']}", 0) for each in (old, new)}


def located(edit: Edit, found: list[Broken | Checked]) -> bool:
    """Every bad place that is named is one that was touched; of checkpoints the first."""
    records = {(each.conversation, each.seq) for each in found if isinstance(each, Broken)}
    numbers = [each.number for each in found if isinstance(each, Checked)]
    lone = {place for place in records if place[0].startswith("wraps/")}
    if not records and not numbers:
        return False
    return (records - lone) <= edit.records and (not numbers or numbers[0] in edit.checkpoints)


def edits(desk: Desk, count: int, seed: int) -> Iterator[tuple[Edit, list[Broken | Checked]]]:
    tampering = Tampering(desk, Random(seed))
    for _ in range(count):
        yield tampering.once()

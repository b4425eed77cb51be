"""By which words each record is found: keyed hashes of pairs of characters. Policy 3.3.2, 3.3.3.

SQLite has them in FTS5, PostgreSQL in a tsvector under GIN. Either gives candidates, the newest
first; whether the words really stand there is seen in the opened record, so both find the same.
Whoever has the rows without the key reads no word in them.
"""

import base64
import hmac
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bot.seal import InvalidTag
from bot.store import blocks
from bot.store.records import CLASSED, Records
from bot.store.rows import Rows
from bot.store.schema import records
from bot.store.schema_search import WORDS, lookup_state, lookups, prepare

SHIFT = 16  # bits of a number that count within a second
TOKEN = 5  # characters of base32, of 5 bits each
SPOKEN = ("post", "edit", "deletion")
CURSOR, WIPING = "cursor", "wiping"
LATE = timedelta(seconds=120)  # lease time: so late a record may be committed after a newer one
AT_ONCE = 500  # ids in one statement
STEP = 300  # pages that one step of wiping goes through


@dataclass(frozen=True, slots=True)
class Entry:
    """A record, when it was said, and by what it is found."""

    record: str
    at: datetime | None  # None where nothing is found of it
    grams: Collection[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """All of `grams`, and of each of `any_of` at least one; said from `start` on, before `end`."""

    grams: Sequence[str]
    any_of: Sequence[Collection[str]] = ()
    start: datetime | None = None
    end: datetime | None = None
    before: int | None = None  # only what has a lower number: a page after another

    @property
    def low(self) -> int:
        return first_of(self.start) if self.start else 0

    @property
    def high(self) -> int:
        """The highest number that is meant."""
        ends = [first_of(self.end)] if self.end else []
        return min([*ends, *([self.before] if self.before is not None else []), 1 << 62]) - 1


def first_of(at: datetime) -> int:
    return max(0, int(at.timestamp())) << SHIFT


def time_of(number: int) -> datetime:
    return datetime.fromtimestamp(number >> SHIFT, UTC)


@dataclass(frozen=True, slots=True)
class Opened:
    """A record that could be read."""

    row: Any
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a message stands now: by which of its records, and of which class it is in force."""

    seq: int | None
    kind: str
    class_name: str | None


@dataclass(frozen=True, slots=True)
class Search:
    rows: Rows
    records: Records

    def find(self, wanted: Wanted) -> Iterator[tuple[int, str]]:
        """Numbers and ids of records that may be meant, the newest first, as long as asked for."""
        token = self._token()
        groups = [sorted(map(token, each)) for each in wanted.any_of]
        tokens = sorted(map(token, wanted.grams))
        if not tokens and not groups:
            raise ValueError("nothing is looked for")
        if all(groups):
            yield from (self._in_blocks if self.rows.shared else self._in_words)(
                tokens, groups, wanted
            )

    def _in_words(
        self, tokens: list[str], groups: list[list[str]], wanted: Wanted
    ) -> Iterator[tuple[int, str]]:
        parts = [*_quoted(tokens), *(f"({' OR '.join(_quoted(each))})" for each in groups)]
        statement = (
            f"SELECT l.number, l.record FROM {WORDS} w CROSS JOIN lookups l "
            "ON l.company = ? AND l.number = w.rowid "
            f"WHERE {WORDS} MATCH ? AND w.rowid BETWEEN ? AND ? ORDER BY w.rowid DESC"
        )
        values = (self.rows.company, " AND ".join(parts), wanted.low, wanted.high)
        found = self.rows.conn.exec_driver_sql(statement, values)
        try:
            while row := found.fetchone():
                yield row.number, row.record
        finally:
            found.close()

    def _in_blocks(
        self, tokens: list[str], groups: list[list[str]], wanted: Wanted
    ) -> Iterator[tuple[int, str]]:
        """An index of PostgreSQL has no order: what is common is looked for a block at a time."""
        ends = self._ends()
        if ends is None:
            return
        low, high = max(wanted.low, ends[0]), min(wanted.high, ends[1])
        parts = [*_lexemes(tokens), *(f"({' | '.join(_lexemes(each))})" for each in groups)]
        for block in blocks.back(low >> SHIFT, high >> SHIFT):
            query = " & ".join([*parts, *_lexemes([block] if block else [])])
            bound = {"company": self.rows.company, "query": query, "low": low, "high": high}
            found = self.rows.conn.execute(BLOCK, bound).all()
            yield from ((row.number, row.record) for row in found)
            high = min([high, *(row.number - 1 for row in found[-1:])])

    def _ends(self) -> tuple[int, int] | None:
        c = lookups.c
        here = sa.select(sa.func.min(c.number), sa.func.max(c.number))
        low, high = self.rows.conn.execute(here.where(c.company == self.rows.company)).one()
        return None if low is None else (low, high)

    def standing(self, messages: Collection[tuple[str, str]]) -> dict[tuple[str, str], Standing]:
        """Of each conversation and message: the last that was said of it, and its class."""
        found = {each: Standing(None, "", None) for each in messages}
        places, some = {each for each, _ in messages}, {each for _, each in messages}
        bound = {"ours": self.rows.company, "places": sorted(places), "messages": sorted(some)}
        rows = self.rows.conn.execute(STANDING, bound).all() if messages else ()
        for row in sorted(rows, key=lambda row: row.seq):  # here: no engine goes by seq for it
            key = row.conversation, row.message
            if key not in found:
                continue
            before = found[key]
            seq, kind = (row.seq, row.kind) if row.kind in SPOKEN else (before.seq, before.kind)
            class_name = row.class_name if row.kind in CLASSED else before.class_name
            found[key] = Standing(seq, kind, class_name)
        return found

    def words_before(self, conversation: str, message: str) -> str:
        """What a message said before it was deleted."""
        c = records.c
        where = c.conversation == conversation, c.message == message
        found = self.records._open(*where, limit=1, kinds=("post", "edit"))
        return str(found[0][1]["text"] or "") if found else ""

    def conversations(self, ids: Sequence[str]) -> dict[str, str]:
        """Where each record is kept, unopened."""
        c = records.c
        ours = sa.select(c.id, c.conversation).where(c.company == self.rows.company, c.id.in_(ids))
        return {row.id: row.conversation for row in self.rows.conn.execute(ours)}

    # Kept up

    def pending(self, limit: int) -> list[str]:
        """Ids of records nobody went through yet, the oldest first."""
        c = records.c
        same = (lookups.c.company == c.company) & (lookups.c.record == c.id)
        missing = sa.select(c.id).join(lookups, same, isouter=True)
        newer = c.company == self.rows.company, c.id > self._floor(), lookups.c.record.is_(None)
        return list(
            self.rows.conn.execute(missing.where(*newer).order_by(c.id).limit(limit)).scalars()
        )

    def opened(self, ids: Sequence[str]) -> dict[str, Opened]:
        """Those that can be read, by id: not what was disposed of, nor what was damaged."""
        try:
            return {row.id: Opened(row, body) for row, body in self._open(ids)}
        except (InvalidTag, ValueError, LookupError):
            if len(ids) == 1:
                return {}
            halves = ids[: len(ids) // 2], ids[len(ids) // 2 :]
            return {id: one for half in halves for id, one in self.opened(half).items()}

    def _open(self, ids: Sequence[str]) -> list[tuple[Any, Mapping[str, Any]]]:
        ours = records.c.company == self.rows.company, records.c.id.in_(ids)
        kinds = self.rows.conn.execute(sa.select(records.c.kind).where(*ours).distinct()).scalars()
        return self.records._open(*ours, limit=len(ids), kinds=list(kinds))

    def of_message(self, conversation: str, message: str) -> list[str]:
        """Ids of everything that is kept of a message."""
        c = records.c
        where = c.company == self.rows.company, c.conversation == conversation, c.message == message
        return list(self.rows.conn.execute(sa.select(c.id).where(*where)).scalars())

    def behind(self, most: int) -> int:
        """How many records nobody went through yet, counted up to `most`."""
        c = records.c
        newer = sa.select(c.id).where(c.company == self.rows.company, c.id > self._cursor())
        counted = sa.select(sa.func.count()).select_from(newer.limit(most).subquery())
        return int(self.rows.conn.execute(counted).scalar_one())

    def enter(self, entries: Sequence[Entry], last: str) -> None:
        """`last`: the newest record that was gone through."""
        known = self._known([each.record for each in entries])
        fresh = [each for each in entries if each.record not in known]
        number, token = self._numbers(), self._token()
        made = [
            (
                each,
                number(each.at) if each.at and each.grams else None,
                sorted(set(map(token, each.grams))),
            )
            for each in fresh
        ]
        rows = [{"record": each.record, "number": at} for each, at, _ in made]
        if self.rows.shared:
            self._enter_vectors(made)
        else:
            self.rows.add_all(lookups, rows)
            words = [(at, " ".join(tokens)) for _, at, tokens in made if at is not None]
            if words:
                entered = f"INSERT INTO {WORDS} (rowid, tokens) VALUES (?, ?)"
                self.rows.conn.exec_driver_sql(entered, words)
        if last > self._cursor():
            self.rows.put(lookup_state, {"name": CURSOR}, value=last)

    def _enter_vectors(self, made: Sequence[tuple[Entry, int | None, list[str]]]) -> None:
        for each, at, words in made:
            tokens = [*words, *blocks.of(at >> SHIFT)] if at is not None else []
            vector = sa.func.array_to_tsvector(sa.cast(tokens, sa.ARRAY(sa.Text)))
            values = {"record": each.record, "number": at, "tokens": vector if tokens else None}
            unless = self.rows.unless_known(lookups, "record")
            self.rows.conn.execute(unless.values(company=self.rows.company, **values))

    def anew(self, entries: Sequence[Entry]) -> None:
        """These are found by something else now, such as another class."""
        ids = [each.record for each in entries]
        self._take_out(ids)
        self.rows.remove(lookups, lookups.c.record.in_(ids))
        self.enter(entries, "")

    def forget(self, ids: Collection[str]) -> None:
        """Records that were disposed of: nothing leads to them. That they were stays known.

        Also of those nobody went through yet: whoever has just read one does not enter it.
        """
        unless = self.rows.unless_known(lookups, "record")
        known = [{"company": self.rows.company, "record": each, "number": None} for each in ids]
        if known:
            self.rows.conn.execute(unless, known)
        self._take_out(ids)

    def _take_out(self, ids: Collection[str]) -> None:
        every = list(ids)
        for start in range(0, len(every), AT_ONCE):
            ours = (
                lookups.c.record.in_(every[start : start + AT_ONCE]),
                lookups.c.number.is_not(None),
            )
            if not self.rows.shared:
                numbers = [(row.number,) for row in self.rows.all(lookups, *ours)]
                if numbers:
                    gone = f"DELETE FROM {WORDS} WHERE rowid = ?"
                    self.rows.conn.exec_driver_sql(gone, numbers)
            self.rows.change(lookups, *ours, number=None, tokens=None)
        if every and not self.rows.shared:
            self.rows.put(lookup_state, {"name": WIPING}, value="")

    def wipe(self) -> bool:
        """One step of writing over what was deleted; False: nothing is left to be.

        FTS5 only marks what is deleted until it merges its parts; PostgreSQL's vacuum does it.
        """
        if self.rows.shared or self._said(WIPING) is None:
            return False
        count = sa.text("SELECT total_changes()")
        before = self.rows.conn.execute(count).scalar_one()
        step = f"INSERT INTO {WORDS} ({WORDS}, rank) VALUES ('merge', ?)"
        first = -STEP if self._said(WIPING) == "" else STEP
        self.rows.conn.exec_driver_sql(step, (first,))
        after = self.rows.conn.execute(count).scalar_one()
        if after - before < 2:  # noqa: PLR2004  (as SQLite tells that there was nothing to merge)
            self.rows.remove(lookup_state, lookup_state.c.name == WIPING)
        else:
            self.rows.put(lookup_state, {"name": WIPING}, value="begun")
        return True

    def clear(self) -> None:
        """All of it, to be made anew."""
        ours = sa.select(lookups.c.number).where(lookups.c.company == self.rows.company)
        others = sa.select(sa.exists().where(lookups.c.company != self.rows.company))
        if self.rows.shared:
            pass
        elif self.rows.conn.execute(others).scalar_one():
            rid = sa.delete(sa.table(WORDS, sa.column("rowid")))
            self.rows.conn.execute(rid.where(sa.column("rowid").in_(ours)))
        else:
            self.rows.conn.exec_driver_sql(f"DROP TABLE {WORDS}")
            prepare(self.rows.conn)
        self.rows.remove(lookups)
        self.rows.remove(lookup_state)

    def _known(self, ids: list[str]) -> set[str]:
        return {row.record for row in self.rows.all(lookups, lookups.c.record.in_(ids))}

    def _numbers(self) -> Callable[[datetime], int]:
        """The next free number of each second."""
        last: dict[int, int] = {}

        def number(at: datetime) -> int:
            first = first_of(at)
            while (one := last.get(first, self._last(first)) + 1) >= first + (1 << SHIFT):
                first += 1 << SHIFT  # that second is full
            last[first] = one
            return one

        return number

    def _last(self, first: int) -> int:
        """The highest number of a second that is taken; SQLite's stand for all companies."""
        end = first + (1 << SHIFT)
        if self.rows.shared:
            c = lookups.c
            here = c.company == self.rows.company, c.number >= first, c.number < end
            found = self.rows.conn.execute(sa.select(sa.func.max(c.number)).where(*here))
        else:
            newest = f"SELECT max(id) FROM {WORDS}_content WHERE id >= ? AND id < ?"
            found = self.rows.conn.exec_driver_sql(newest, (first, end))
        highest = found.scalar_one()
        return first - 1 if highest is None else int(highest)

    def _said(self, name: str) -> str | None:
        row = self.rows.one(lookup_state, lookup_state.c.name == name)
        return str(row.value) if row else None

    def _cursor(self) -> str:
        return self._said(CURSOR) or ""

    def _floor(self) -> str:
        """Whatever has a lower id was gone through: ids begin with their time in milliseconds."""
        cursor = self._cursor()
        if not cursor:
            return ""
        millis = int(cursor[:12], 16) - int(LATE.total_seconds() * 1000)
        return f"{max(millis, 0):012x}"

    def _token(self) -> Callable[[str], str]:
        return _tokens(self.rows.seal.key, self.rows.company)


@lru_cache(maxsize=8)
def _tokens(key: bytes, company: str) -> Callable[[str], str]:
    own = hmac.digest(key, f"search/{company}".encode("utf-8", "surrogatepass"), "sha256")

    @lru_cache(maxsize=65_536)
    def token(gram: str) -> str:
        hashed = hmac.digest(own, gram.encode("utf-8", "surrogatepass"), "sha256")
        return base64.b32encode(hashed[:5]).decode()[:TOKEN].lower()

    return token


def _quoted(tokens: Sequence[str]) -> list[str]:
    return [f'"{each}"' for each in tokens]


def _lexemes(tokens: Sequence[str]) -> list[str]:
    return [f"'{each}'" for each in tokens]


STANDING = (
    sa.select(
        *(records.c[name] for name in ("conversation", "message", "seq", "kind", "class_name"))
    )
    .where(records.c.company == sa.bindparam("ours"))
    .where(records.c.conversation.in_(sa.bindparam("places", expanding=True)))
    .where(records.c.message.in_(sa.bindparam("messages", expanding=True)))
)
# What is asked of the index stands alone: without statistics PostgreSQL would go by the numbers.
BLOCK = sa.text(
    "WITH found AS MATERIALIZED (SELECT company, number, record FROM lookups "
    "WHERE tokens @@ CAST(:query AS tsquery)) SELECT number, record FROM found "
    "WHERE company = :company AND number BETWEEN :low AND :high ORDER BY number DESC"
)

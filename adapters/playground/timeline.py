"""Everything said on the platform, who may see it, and every change to it under a number."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from adapters.playground.cast import Cast
from adapters.playground.lines import Body, Change, Draft, Line
from adapters.playground.shelf import Row, Shelf, marks

COLUMNS = (
    "l.id, l.n, l.place, l.thread, l.author, l.at, l.only_for, l.quotes, l.key, l.body,"
    " l.edited, l.gone"
)
BATCH = 500  # changes told at once
PAGE = 300  # lines a page begins with


class Timeline:
    """Methods that write want `shelf.writing()` around them, so that they can share a commit."""

    def __init__(self, shelf: Shelf, cast: Cast) -> None:
        self._shelf = shelf
        self.cast = cast

    # ---- writing

    def add(self, draft: Draft, key: str | None = None) -> Line:
        n = self._log("line", draft.place, draft.only_for, draft.id)
        values = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
        line = Line(**values, n=n, key=key)
        self._shelf.run(
            "insert into lines (id, n, place, thread, author, at, only_for, quotes, key, body)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(line.id, n, line.place, line.thread, line.author, line.at.isoformat()),
            *(line.only_for, line.quotes, key, self._closed(line.id, line.body)),
        )
        if line.body.file:
            self._shelf.run(
                "insert or replace into uploads values (?, ?, ?)",
                *(line.body.file[0], line.place.partition(":")[2], line.id),
            )
        return line

    def amend(self, line: Line, body: Body) -> None:
        sealed = self._closed(line.id, body)
        self._shelf.run("update lines set body = ?, edited = 1 where id = ?", sealed, line.id)
        self._log("amend", line.place, line.only_for, line.id)

    def withdraw(self, line: Line) -> None:
        """What it said is forgotten; that something was said is not."""
        sealed = self._closed(line.id, Body(text=""))
        self._shelf.run("update lines set body = ?, gone = 1 where id = ?", sealed, line.id)
        self._shelf.run("delete from uploads where line = ?", line.id)
        self._log("withdraw", line.place, line.only_for, line.id)

    def react(self, line: Line, who: str, emoji: str, *, on: bool) -> None:
        sql = (
            "insert or ignore into reactions values (?, ?, ?)"
            if on
            else "delete from reactions where line = ? and emoji = ? and account = ?"
        )
        self._shelf.run(sql, line.id, emoji, who)
        self._log("reaction", line.place, line.only_for, line.id)

    def show_home(self, who: str, body: Body) -> None:
        sealed = self._shelf.seal.close(_written(body), *_home_slot(who))
        self._shelf.run("insert or replace into homes values (?, ?)", who, sealed)
        self._log("home", "", who)

    def clock_moved(self) -> None:
        self._log("clock", "", None)

    def deliver(self, key: str, line: Line | None) -> None:
        """An outbox key is carried out once."""
        id = None if line is None else line.id
        self._shelf.run("insert into delivered values (?, ?)", key, id)

    def see(self, who: str, place: str) -> None:
        self._shelf.run("insert or replace into seen values (?, ?, ?)", who, place, self.last())

    def _log(self, kind: str, place: str, only_for: str | None, line: str | None = None) -> int:
        sql = "insert into changes (kind, line, place, only_for) values (?, ?, ?, ?)"
        return self._shelf.run(sql, kind, line, place, only_for)

    # ---- reading

    def line(self, id: str) -> Line | None:
        row = self._shelf.one(f"select {COLUMNS} from lines l where id = ?", id)
        return None if row is None else self._read(row)

    def delivered(self, key: str) -> tuple[bool, Line | None]:
        """Whether this outbox key was carried out, and the line it made."""
        row = self._shelf.one("select line from delivered where key = ?", key)
        if row is None:
            return False, None
        return True, self.line(row[0]) if row[0] else None

    def last(self) -> int:
        row = self._shelf.one("select coalesce(max(n), 0) from changes")
        return int(row[0]) if row else 0

    def changes(self, who: str, after: int) -> list[Change]:
        """The next of what this person may see, oldest first."""
        places = self.cast.places_of(who)
        rows = self._shelf.rows(
            f"select c.n, c.kind, {COLUMNS} from changes c left join lines l on l.id = c.line"
            f" where c.n > ? and (c.place = '' or c.place in ({marks(places)}))"
            " and (c.only_for is null or c.only_for = ?) order by c.n limit ?",
            *(after, *places, who, BATCH),
        )
        return [Change(n, kind, self._read(rest) if rest[0] else None) for n, kind, *rest in rows]

    def page(self, who: str, place: str, thread: str | None = None) -> list[Line]:
        """The latest lines of a place, or a thread with its root; nothing of other people's."""
        if place not in self.cast.places_of(who):
            return []
        part = "l.thread is null" if thread is None else "(l.thread = ? or l.id = ?)"
        rows = self._shelf.rows(
            f"select {COLUMNS} from lines l where l.place = ? and {part}"
            " and (l.only_for is null or l.only_for = ?) order by l.n desc limit ?",
            *(place, *([] if thread is None else [thread, thread]), who, PAGE),
        )
        return [self._read(row) for row in reversed(rows)]

    def reactions(self, lines: Sequence[str]) -> dict[str, dict[str, list[str]]]:
        """By line and emoji, who."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        sql = f"select line, emoji, account from reactions where line in ({marks(lines)})"
        for line, emoji, who in self._shelf.rows(sql, *lines):
            found[line][emoji].append(who)
        return found

    def replies(self, who: str, lines: Sequence[str]) -> dict[str, int]:
        rows = self._shelf.rows(
            "select thread, count(*) from lines where gone = 0 and"
            f" (only_for is null or only_for = ?) and thread in ({marks(lines)}) group by thread",
            *(who, *lines),
        )
        return {str(thread): int(count) for thread, count in rows}

    def unread(self, who: str) -> dict[str, int]:
        """By place, how many lines of others this person has not seen."""
        places = self.cast.places_of(who)
        rows = self._shelf.rows(
            "select l.place, count(*) from lines l left join seen s"
            " on s.account = ? and s.place = l.place"
            f" where l.place in ({marks(places)}) and l.n > coalesce(s.n, 0) and l.author <> ?"
            " and l.gone = 0 and (l.only_for is null or l.only_for = ?) group by l.place",
            *(who, *places, who, who),
        )
        return {str(place): int(count) for place, count in rows}

    def home(self, who: str) -> Body | None:
        row = self._shelf.one("select body from homes where account = ?", who)
        return None if row is None else _body(self._shelf.seal.open(row[0], *_home_slot(who)))

    def upload(self, file: str, who: str) -> Line | None:
        """The line that gave this person the file."""
        row = self._shelf.one("select line from uploads where file = ? and account = ?", file, who)
        return None if row is None else self.line(row[0])

    def _closed(self, id: str, body: Body) -> bytes:
        return self._shelf.seal.close(_written(body), *_slot(id))

    def _read(self, row: Row) -> Line:
        id, n, place, thread, author, at, only_for, quotes, key, sealed, edited, gone = row
        return Line(
            id=id,
            n=n,
            place=place,
            thread=thread,
            author=author,
            at=datetime.fromisoformat(at),
            only_for=only_for,
            quotes=quotes,
            key=key,
            body=_body(self._shelf.seal.open(sealed, *_slot(id))),
            edited=bool(edited),
            gone=bool(gone),
        )


def _slot(id: str) -> tuple[str, str, str]:
    return ("playground.lines", id, "body")


def _home_slot(who: str) -> tuple[str, str, str]:
    return ("playground.homes", who, "body")


def _written(body: Body) -> bytes:
    return json.dumps(asdict(body), ensure_ascii=False).encode()


def _body(written: bytes) -> Body:
    found: dict[str, Any] = json.loads(written)
    actions = tuple((action, label) for action, label in found.pop("actions"))
    file = found.pop("file")
    return replace(Body(**found), actions=actions, file=tuple(file) if file else None)

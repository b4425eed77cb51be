"""Every key figure a third time, with pandas over raw rows: no code of Duly's takes part.

Working time is read off one rising line, the working time since January; `plain` adds up stretches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import chinese_calendar
import numpy as np
import pandas as pd

ZONE = "Asia/Shanghai"
OFFICE = ((540, 720), (810, 1080))  # minutes of a day
OUT = ("dropped", "excused", "passed")
MICROS = 1_000_000
TABLES = (
    *("duties", "nudges", "people", "absences", "requests", "trail", "notices", "audience"),
    *("receipts", "meetings", "invitees", "minutes", "minutes_items", "minutes_responses"),
    *("findings", "finding_trail", "gaps", "places"),
)
Figure = float | str | None  # a rate, minutes; "few", "beyond"; None: of nothing
Frame = Any  # pandas is not typed here


def read(connection: Any, tables: Iterable[str]) -> dict[str, Frame]:
    """`connection`: of sqlite3."""
    return {name: _table(name, connection) for name in tables}


def _table(name: str, connection: Any) -> Frame:
    """Columns of whole numbers are numbers, also where there is nothing in them."""
    found = pd.read_sql_query(f'SELECT * FROM "{name}"', connection)
    kinds = {row[1]: row[2] for row in connection.execute(f'PRAGMA table_info("{name}")')}
    whole = [each for each, kind in kinds.items() if "INT" in kind or kind == "BOOLEAN"]
    return found.astype({each: float for each in whole if found[each].dtype == object})


@lru_cache(maxsize=8)
def line(first: str, last: str) -> tuple[Any, Any]:
    """Moments in microseconds, and how many had been worked by then: straight in between."""
    days = [day for day in pd.date_range(first, last) if chinese_calendar.is_workday(day.date())]
    midnight = pd.DatetimeIndex(days).tz_localize(ZONE).as_unit("us").asi8
    edges = np.concatenate([midnight + m * 60 * MICROS for span in OFFICE for m in span])
    lengths = np.concatenate(
        [np.full(len(days), step * 60 * MICROS) for a, b in OFFICE for step in (0, b - a)]
    )
    order = np.argsort(edges, kind="stable")
    return edges[order], np.cumsum(lengths[order])


def rate(met: Any) -> Figure:
    return float(met.mean()) if len(met) else None


def inclusive(values: Any, percent: int, least: int) -> Figure:
    """Infinite where one of the two neighbours is."""
    if not len(values):
        return None
    if len(values) < least:
        return "few"
    high = np.percentile(values, percent, method="higher")
    if np.isinf(high):
        return "beyond"
    known = np.minimum(values, values[np.isfinite(values)].max())  # 0 times infinity is no number
    return float(np.percentile(known, percent))


@dataclass
class Frames:
    """`tables`: raw rows by table. From `start` until `end`, as known at `now`: microseconds."""

    tables: Mapping[str, Frame]
    start: int
    end: int
    now: int

    def figures(self) -> dict[str, Figure]:
        due, asked = self.due, self.turnarounds()
        return {
            "K1": rate(due.answered),
            "K2": rate(due.punctual),
            "K3": inclusive(due.took, 50, 1),
            "K4": inclusive(due.took, 90, 20),
            "K5": rate(due.id.isin(self.escalated())),
            "K6": rate(due.promised_for.notna()),
            "K7": self.kept(),
            "K8": rate(due[due.owed_to.isin(self.partners)].punctual),
            "K9": inclusive(asked, 50, 1),
            "K9b": inclusive(asked, 90, 20),
            "K10": rate(due[due.kind == "decide"].punctual),
            **self.released(),
            "K13": rate(due[due.kind == "acknowledge"].punctual),
            "K14": self.understood(),
            "K15": rate(due[due.kind == "minutes"].punctual),
            "K16": self.confirmed(),
            "K26": self.outside_hours(),
            "K27": self.load(),
            "K28": self.seen(),
        }

    @property
    def closes(self) -> int:
        return min(self.end, self.now)

    def within(self, at: Frame) -> Frame:
        return (at >= self.start) & (at < self.closes)

    @property
    def partners(self) -> Frame:
        people = self.tables["people"]
        return people[people.partner == 1].id

    @cached_property
    def away(self) -> Frame:
        """Stretches of leave that do not touch, by person."""
        found = self.tables["absences"]
        found = found[found.kind.isin(("leave", "status"))].sort_values(["person", "start"])
        reach = found.groupby("person").end.cummax().groupby(found.person).shift()
        fresh = reach.isna() | (found.start > reach)
        found = found.assign(stretch=fresh.cumsum()).groupby(["person", "stretch"])
        return found.agg(gone=("start", "min"), back=("end", "max")).reset_index()

    def worked(self, rows: Frame, free: Frame | None = None) -> Frame:
        """Microseconds from `since` to `until`, by row; without the leave of each `person`.

        `free`: more stretches, by `id` of a row, that count as leave.
        """
        total = self.clock(rows.until) - self.clock(rows.since)
        off = rows.merge(self.away, on="person")[["id", "since", "until", "gone", "back"]]
        if free is not None:
            off = pd.concat([off, rows.merge(free, on="id")[off.columns]])
        off = off.assign(
            gone=off[["gone", "since"]].max(axis=1), back=off[["back", "until"]].min(axis=1)
        )
        off = off[off.gone < off.back].sort_values(["id", "gone"])
        reach = off.groupby("id").back.cummax().groupby(off.id).shift()
        off = off.assign(gone=np.maximum(off.gone, reach.fillna(0)))
        off = off[off.gone < off.back]
        lost = (self.clock(off.back) - self.clock(off.gone)).groupby(off.id).sum()
        return total - rows.id.map(lost).fillna(0)

    @staticmethod
    def clock(at: Frame) -> Frame:
        edges, done = line("2025-12-01", "2026-12-31")
        return pd.Series(np.interp(at.astype(float), edges, done), index=at.index)

    @cached_property
    def due(self) -> Frame:
        rows = self.tables["duties"]
        rows = rows[self.within(rows.due) & ~rows.state.isin(OUT) & rows.held.isna()].copy()
        rows["answered"] = (rows.state == "done") & (rows.closed <= self.now)
        rows["punctual"] = rows.answered & (rows.closed <= rows.due)
        spans = rows.assign(since=rows.start, until=rows.closed, person=rows.owed_by)
        minutes = (self.worked(spans[rows.answered]) - rows.stood * MICROS).clip(lower=0) / 6e7
        rows["took"] = minutes.where(rows.answered, np.inf).astype(float)
        return rows

    def escalated(self) -> Frame:
        sent = self.tables["nudges"]
        sent = sent[sent.sent == 1][["duty", "person", "at"]]
        told = sent.merge(self.due[["id", "owed_by"]].dropna(), left_on="duty", right_on="id")
        leave = self.tables["absences"]
        leave = leave[leave.kind.isin(("leave", "status"))][["person", "start", "end", "delegate"]]
        stood = told.reset_index().merge(leave, left_on="owed_by", right_on="person")
        stood = stood[(stood.start <= stood["at"]) & (stood["at"] < stood.end)]
        stand_in = stood.drop_duplicates("index").set_index("index").delegate
        others = (told.person != told.owed_by) & (told.person != told.index.map(stand_in))
        return told[others].duty

    def kept(self) -> Figure:
        rows = self.due[self.due.promised_for.notna()]
        moved, met = rows.repromised != "", rows.answered & (rows.closed <= rows.promised_for)
        ripe = moved | rows.answered | (rows.promised_for < self.now)
        return rate((met & ~moved)[ripe])

    def turnarounds(self) -> Frame:
        rows = self.tables["requests"]
        rows = rows[self.within(rows["at"]) & (rows.state != "recalled")]
        decided = rows.decided_at <= self.now
        spans = rows.assign(since=rows["at"], until=rows.decided_at, person=rows.decided_by)
        took = self.worked(spans[decided], self.with_asker()) / 6e7
        return took.reindex(rows.index).where(decided, np.inf)

    def with_asker(self) -> Frame:
        """From each return until who asked had revised or recalled it, or until now."""
        rows = self.tables["trail"]
        rows = rows[rows.deed.isin(("return", "revise", "recall"))].sort_values(
            ["request", "number"]
        )
        back = rows.deed == "return"
        first = back & ~back.groupby(rows.request).shift(fill_value=False)
        rows = rows[first | ~back]
        until = rows.groupby("request")["at"].shift(-1).fillna(self.now)
        rows = rows.assign(id=rows.request, gone=rows["at"], back=until)
        return rows[rows.deed == "return"][["id", "gone", "back"]]

    def released(self) -> dict[str, Figure]:
        done, found = self.tables["trail"], self.tables["findings"]
        right = int((self.within(done["at"]) & (done.deed == "released")).sum())
        told = found.state.isin(("open", "settled")) & ~found.how.isin(("again", "fine", "false"))
        rules = found[told & self.within(found["at"])].rule.value_counts()
        other, none = int(rules.get("differs", 0)), int(rules.get("unapproved", 0))
        everything = right + other + none
        return {
            "K11": none / everything if everything else None,
            "K12": right / (right + other) if right + other else None,
        }

    def understood(self) -> Figure:
        notices = self.tables["notices"]
        ours = notices[(notices.published_at >= self.start) & (notices.published_at < self.end)].id
        tries = self.tables["receipts"].merge(self.tables["audience"], on=["notice", "person"])
        tries = tries[tries.notice.isin(ours)].sort_values("number")
        return rate(tries.drop_duplicates(["notice", "person"]).right.astype(bool))

    def confirmed(self) -> Figure:
        held = self.tables["meetings"]
        held = held[(held.state == "held") & self.within(held.end)].id
        papers = self.tables["minutes"]
        papers = papers[papers.meeting.isin(held)].sort_values("version")
        last = papers.drop_duplicates("meeting", keep="last")
        items = self.tables["minutes_items"].merge(
            last[["id", "meeting"]], left_on="minutes", right_on="id", suffixes=("", "_paper")
        )
        readers = self.readers()
        asked = items[["meeting", "number", "since"]].merge(readers, on="meeting")
        said = self.tables["minutes_responses"].sort_values("id")
        said = said[(said.late == 0) & (said.said != "accept")]
        words = asked.merge(
            said[["meeting", "item", "person", "version", "said"]],
            left_on=["meeting", "number", "person"], right_on=["meeting", "item", "person"],
        )  # fmt: skip
        words = words[words.version >= words.since]
        words = words.drop_duplicates(["meeting", "number", "person"], keep="last")
        yes = words[words.said == "confirm"].groupby(["meeting", "person"]).size()
        all_of_them = asked.groupby(["meeting", "person"]).size()
        return rate(yes.reindex(all_of_them.index, fill_value=0) == all_of_them)

    def readers(self) -> Frame:
        """Who was there or, where nobody said, who had not declined."""
        rows = self.tables["invitees"]
        rows = rows[rows.person.notna()]
        everybody = self.tables["invitees"]
        told = everybody[everybody.attended.notna()].meeting
        there = (rows.attended == 1) | (rows.attested == 1)
        wanted = there.where(rows.meeting.isin(told), rows.answer != "declined")
        return rows[wanted][["meeting", "person"]]

    def outside_hours(self) -> Figure:
        rows = self.due
        rows = rows[rows.level.isin(("important", "emergency"))]
        rows = rows[rows.owed_by.notna() & rows.owed_to.notna()]
        soon = rows.start + 1  # a microsecond later: at an opening the line begins to rise
        present = self.clock(soon) > self.clock(rows.start)
        leave = rows.merge(self.away, left_on="owed_by", right_on="person")
        gone = leave[(leave.gone <= leave.start) & (leave.start < leave.back)].id
        return rate(~present | rows.id.isin(gone))

    def load(self) -> Figure:
        people, sent = self.tables["people"], self.tables["nudges"]
        staff = people[(people.partner == 0) & (people.active == 1)].id
        first, last = (
            pd.to_datetime(at, unit="us", utc=True).tz_convert(ZONE).tz_localize(None).normalize()
            for at in (self.start, self.closes - 1)
        )
        days = sum(chinese_calendar.is_workday(day.date()) for day in pd.date_range(first, last))
        everybody = days * len(staff)
        if everybody < 20:
            return "few" if everybody else None
        sent = sent[(sent.sent == 1) & sent.person.isin(staff)]
        sent = sent[(sent["at"] >= self.start) & (sent["at"] < self.end)]
        if sent.empty and self.due.empty:
            return None
        day = pd.to_datetime(sent["at"], unit="us", utc=True).dt.tz_convert(ZONE).dt.date
        counts = sent.groupby([sent.person, day]).size().to_numpy()
        quiet = np.zeros(max(everybody - len(counts), 0))
        return float(np.percentile(np.concatenate([quiet, counts]), 95))

    def seen(self) -> Figure:
        """By sweeping over all moments at which something begins or ends, room by room."""
        rows, lost, blind = self.tables["gaps"], 0, 0
        for _, mine in rows.groupby("place"):
            inside = mine[(mine.until > self.start) & (mine.since < self.end)]
            blind += bool(len(inside))
            edges = np.unique(inside[["since", "until"]].clip(self.start, self.end).to_numpy())
            for left, right in pairwise(edges):
                whole = (inside.since <= left) & (inside.until >= right)
                lost += int(right - left) * bool(whole.any())
        rooms = max(len(self.tables["places"]), blind, 1)
        return 1 - lost / ((self.end - self.start) * rooms)

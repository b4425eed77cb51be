"""The key figures of who looks after all this, with pandas over raw rows: K17 to K25.

What each counts is said in the definitions: what was upheld, how often rules are right, samples,
signed days, the reporting channel, the archive and what was disposed of.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

import chinese_calendar
import numpy as np
import pandas as pd

from tests.reports.frames import MICROS, ZONE, Figure, Frame, Frames, line, rate

TABLES = (
    *("samples", "drawn", "verdicts", "dailies", "records", "unreadable", "journal", "wraps"),
    *("heads", "holds", "disposal_certificates", "sealed_cases"),
)
KEPT = {
    **{"work": 36, "notice": 60, "material": 120, "personal": 60},
    **{"work!": 60, "notice!": 120, "material!": 180, "personal!": 60},
}
RIGHT = ("upheld", "settled", "edited", "deleted")
WRONG = ("false", "fine")
FEW = 5  # people, or reports of a breach
HELD = "playground/acme/room0"  # what a hold names is sealed; here it is always this room
SAID = ("post", "edit", "deletion")


def local(at: Frame) -> Frame:
    """Microseconds as days and times in Shanghai."""
    return pd.to_datetime(at, unit="us", utc=True).dt.tz_convert(ZONE)


@lru_cache(maxsize=1)
def workdays() -> Any:
    days = pd.date_range("2025-12-01", "2026-12-31")
    return days[[chinese_calendar.is_workday(day.date()) for day in days]]


@dataclass
class Watched:
    """`books`: what the other key figures are read from, with more tables."""

    books: Frames

    def figures(self) -> dict[str, Figure]:
        ends, both = self.ended(), self.both
        month = self.books.start, self.books.end
        return {
            "K17": self.violations(),
            "K18": rate(ends.right),
            **{f"K18 {rule}": rate(right) for rule, right in ends.groupby("rule").right},
            "K19": rate(self.drawn.looked),
            "K19 of all": self.of_all(),
            "K20": rate(both.same),
            "K20 kappa": self.kappa(both),
            "K21": self.signed(),
            "K22": self.acknowledged(*month),
            "K23": self.proved(),
            "K23b": rate(self.rooms()),
            "K24": self.disposed(),
            "K25": rate(self.attested()),
        }

    def table(self, name: str) -> Frame:
        return self.books.tables[name]

    def of_period(self, name: str, column: str) -> Frame:
        rows = self.table(name)
        return rows[self.books.within(rows[column])]

    # Violations

    def violations(self) -> Figure:
        """For each 100 of the staff, in one month."""
        people, rows, lines = map(self.table, ("people", "findings", "finding_trail"))
        staff = int(((people.active == 1) & (people.partner == 0)).sum())
        if staff < FEW:
            return "few"
        said = lines[["finding", "round", "deed"]].drop_duplicates().assign(there=1)
        said = said.pivot(index=["finding", "round"], columns="deed", values="there")
        said = said.reindex(columns=["contested", "stays"]).fillna(0)
        rows = rows.join(said, on=["id", "round"])
        again = (rows.contested == 1) & (rows.stays != 1)
        ours = (rows.state == "settled") & (rows.how == "upheld") & ~again
        return 100 * int((ours & self.books.within(rows.settled_at)).sum()) / staff

    def ended(self) -> Frame:
        """Of each rule the last 50 that were decided."""
        rows = self.table("findings")
        rows = rows[(rows.state == "settled") & (rows.settled_at < self.books.closes)]
        rows = rows[rows.how.isin(RIGHT + WRONG)].sort_values(["settled_at", "id"])
        last = rows.groupby("rule").tail(50)
        return last.assign(right=last.how.isin(RIGHT))

    def attested(self) -> Frame:
        rows = self.books.due
        rows = rows[rows.kind == "attest"]
        return rows.punctual & (rows.how == "confirmed")

    # Samples

    @cached_property
    def drawn(self) -> Frame:
        """Every message of the samples, with what somebody said of it."""
        ours = self.of_period("samples", "drawn_at")
        rows = self.table("drawn").merge(ours, left_on="sample", right_on="id")
        looked = self.said[self.said.verdict != "skip"]
        keys = pd.MultiIndex.from_frame(looked[["sample", "number"]])
        mine = pd.MultiIndex.from_frame(rows[["sample", "number_x"]])
        return rows.assign(looked=mine.isin(keys))

    @cached_property
    def said(self) -> Frame:
        """The last word of each on each message."""
        rows = self.table("verdicts")
        rows = rows[rows["at"] <= self.books.now].sort_values("round")
        return rows.drop_duplicates(["sample", "number", "person"], keep="last")

    def of_all(self) -> Figure:
        population = int(self.of_period("samples", "drawn_at").population.sum())
        return int(self.drawn.looked.sum()) / population if population else None

    @cached_property
    def both(self) -> Frame:
        """What the first reader said, and the second."""
        ours = self.of_period("samples", "drawn_at")[["id", "reviewer", "seconder"]]
        said = self.said[self.said.verdict != "skip"][["sample", "number", "person", "verdict"]]
        said = said.merge(ours, left_on="sample", right_on="id")
        first, second = (said[said.person == said[who]] for who in ("reviewer", "seconder"))
        pairs = first.merge(second, on=["sample", "number"], suffixes=("", "_second"))
        return pairs.assign(same=pairs.verdict == pairs.verdict_second)

    @staticmethod
    def kappa(pairs: Frame) -> Figure:
        if len(pairs) < 30:
            return "few" if len(pairs) else None
        square = pd.crosstab(pairs.verdict, pairs.verdict_second, normalize=True)
        chance = float(
            square.sum(axis=1).mul(square.sum(axis=0), fill_value=0).sum()  # of both at once
        )
        return 1.0 if chance == 1 else (float(pairs.same.mean()) - chance) / (1 - chance)

    # IT's days

    def signed(self) -> Figure:
        rows = self.table("dailies")
        if rows.empty:
            return None
        first, end = local(pd.Series([self.books.start, self.books.closes])).dt.tz_localize(None)
        first = max(first.normalize(), pd.Timestamp(rows.day.min()))
        days = pd.date_range(first, end.normalize(), inclusive="left")
        days = days[[chinese_calendar.is_workday(day.date()) for day in days]]
        there = rows[rows.signed_at.notna()]
        on = there.day == local(there.signed_at).dt.strftime("%Y-%m-%d")
        return rate(days.strftime("%Y-%m-%d").isin(there[on].day))

    # Reports of breaches

    def acknowledged(self, start: int, end: int) -> Figure:
        """Of a quarter that is over; of a month of it where none of the three is small."""
        zone = local(pd.Series([start])).dt.tz_localize(None)[0].to_period("Q")
        bounds = [zone.start_time, *pd.date_range(zone.start_time, periods=4, freq="MS")[1:]]
        edges = pd.DatetimeIndex(bounds).tz_localize(ZONE).as_unit("us").asi8
        if edges[-1] > self.books.now:
            return None
        whole = (start, end) == (edges[0], edges[-1])
        cuts = edges[[0, -1]] if whole else edges
        parts = pd.cut(self.first_looks.due, cuts, right=False)
        found = self.first_looks.in_time.groupby(parts, observed=False).agg(["sum", "count"])
        met, late = found["sum"], found["count"] - found["sum"]
        small = (found["count"] < FEW) | (met < FEW) | ((late > 0) & (late < FEW))
        if small.any():
            return None
        mine = found.loc[[each for each in found.index if each.left == start]].iloc[0]
        return float(mine["sum"] / mine["count"])

    @cached_property
    def first_looks(self) -> Frame:
        """When each was to be looked at, and whether it was: the second working day is the last."""
        rows = self.table("sealed_cases")
        days, edges = workdays(), line("2025-12-01", "2026-12-31")[0]
        day = local(rows["at"]).dt.tz_localize(None).dt.normalize()
        time = local(rows["at"]).dt.tz_localize(None) - day
        second = pd.Series(days[days.searchsorted(day, side="right") + 1], index=rows.index)
        then = (second + time).dt.tz_localize(ZONE).dt.as_unit("us").astype("int64")
        place = np.searchsorted(edges, then, side="right")
        due = np.where(place % 2, then, edges[place])  # between an opening and a closing
        return rows.assign(due=due, in_time=rows.assessed_at <= due)

    def days_to_the_end(self, start: int, end: int) -> Figure:
        """Of a quarter that is over."""
        if end > self.books.now:
            return None
        rows = self.table("sealed_cases")
        rows = rows[(rows.closed_at >= start) & (rows.closed_at < end)]
        took = (rows.closed_at - rows["at"]) / (24 * 3600 * MICROS)
        return float(np.rint(took.median())) if len(rows) >= FEW else None

    # The archive

    def proved(self) -> Figure:
        """Where anything was changed, nothing is proved."""
        rows, unread = self.of_period("records", "at"), self.of_period("unreadable", "at")
        failed = self.of_period("journal", "taken_at")
        kept = int(rows.kind.isin(SAID).sum())
        lost = int(unread.read_at.isna().sum()) + int(failed.error.notna().sum())
        intact = all(self.chains())
        return kept * intact / (kept + lost) if kept + lost else None

    def chains(self) -> Iterator[bool]:
        """Each follows from the one before, each chain is as long as it was, each has its key."""
        rows, heads = self.table("records"), self.table("heads")
        rows = rows.sort_values(["conversation", "seq"], ignore_index=True)
        chain = rows.groupby("conversation")
        before = [old if isinstance(old, bytes) else bytes(32) for old in chain.hash.shift()]
        whole = [
            sha256(old + leaf).digest() for old, leaf in zip(before, leaves(rows), strict=True)
        ]
        yield bool((rows.seq == chain.cumcount() + 1).all())
        yield before == list(rows.previous)
        yield whole == list(rows.hash)
        ends = rows.drop_duplicates("conversation", keep="last").merge(
            heads, on=["conversation", "seq", "hash"]
        )
        yield len(ends) == len(heads) == chain.ngroups
        yield bool(rows.id.isin(self.table("wraps").record).all())

    def rooms(self) -> Frame:
        """In use, and more than a chat of two; seen just before the period ended."""
        rows, gaps = self.table("places"), self.table("gaps")
        rows = rows[(rows.archived == 0) & (rows.kind != "direct")]
        blind = gaps[(gaps.since < self.books.closes) & (gaps.until >= self.books.closes)].place
        return ~(rows.platform + "/" + rows.realm + "/" + rows.id).isin(blind)

    def disposed(self) -> Figure:
        gone = self.of_period("disposal_certificates", "at").disposed.sum()
        left = self.past_term() & ~self.kept_by_hold()
        return int(gone) / (int(gone) + int(left.sum())) if gone + left.sum() else None

    def past_term(self) -> Frame:
        """What is still there, and was to be kept until a month that has begun."""
        wraps = self.table("wraps")
        names = wraps.ring.str.extract(r"^(?P<kind>[a-z]+!?)/(?P<year>\d{4})-(?P<month>\d\d)")
        month = names.year.astype(float) * 12 + names.month.astype(float)
        today = pd.Timestamp(self.books.now, unit="us")
        over = month + 1 + names.kind.map(KEPT) <= today.year * 12 + today.month
        return over & ~wraps.ring.isin(self.table("disposal_certificates").ring)

    def kept_by_hold(self) -> Frame:
        wraps, holds = self.table("wraps"), self.table("holds")
        if not (holds.state != "released").any():
            return pd.Series(False, index=wraps.index)
        rows = self.table("records")
        return wraps.record.isin(rows[rows.conversation == HELD].id)


def leaves(rows: Frame) -> Iterator[bytes]:
    """Of the header in JSON without spaces, and of the sealed body's hash. docs/archive.md"""
    names = ["id", "conversation", "seq", "kind", "thread", "message", "author", "class", "at"]
    heads = rows[names].astype(object).where(rows[names].notna(), None)
    for head, body in zip(heads.itertuples(index=False, name=None), rows.body, strict=True):
        said = json.dumps(head, separators=(",", ":")).encode()
        yield sha256(said + sha256(body).digest()).digest()

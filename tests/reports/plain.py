"""Every key figure once more, in plain Python over raw rows: no code of Duly's takes part."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = ((time(9), time(12)), (time(13, 30), time(18)))
OUT = ("dropped", "excused", "passed")
Row = Mapping[str, Any]
Figure = float | str | None  # a rate, minutes; "few", "beyond"; None: of nothing


def moment(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


@lru_cache(maxsize=4096)
def office(day: date) -> tuple[tuple[datetime, datetime], ...]:
    if not chinese_calendar.is_workday(day):
        return ()
    return tuple(
        (datetime.combine(day, opens, SHANGHAI), datetime.combine(day, closes, SHANGHAI))
        for opens, closes in OFFICE
    )


def worked(start: datetime, end: datetime, away: Sequence[tuple[datetime, datetime]]) -> float:
    """Minutes at work between two moments, stretch by stretch."""
    day, last, total = start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date(), 0.0
    while day <= last:
        for opens, closes in office(day):
            pieces = [(max(start, opens), min(end, closes))]
            for gone, back in away:
                pieces = [
                    part
                    for a, b in pieces
                    for part in ((a, min(b, gone)), (max(a, back), b))
                    if part[0] < part[1]
                ]
            total += sum((b - a) / timedelta(minutes=1) for a, b in pieces if a < b)
        day += timedelta(days=1)
    return total


def rate(part: int, whole: int) -> Figure:
    return part / whole if whole else None


def inclusive(values: Sequence[float], percent: int, least: int) -> Figure:
    if not values:
        return None
    if len(values) < least:
        return "few"
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    if math.isinf(high):
        return "beyond"
    return low + (high - low) * (place - math.floor(place))


@dataclass
class Books:
    """`tables`: raw rows by table. From `start` until `end`, as known at `now`: microseconds."""

    tables: Mapping[str, Sequence[Row]]
    start: int
    end: int
    now: int

    @cached_property
    def partners(self) -> set[str]:
        return {row["id"] for row in self.tables["people"] if row["partner"]}

    @cached_property
    def due(self) -> list[Row]:
        end = min(self.end, self.now)
        return [
            row
            for row in self.tables["duties"]
            if self.start <= row["due"] < end and row["state"] not in OUT and row["held"] is None
        ]

    @cached_property
    def away(self) -> dict[str, list[tuple[datetime, datetime]]]:
        found: dict[str, list[tuple[datetime, datetime]]] = {}
        for row in self.tables["absences"]:
            if row["kind"] in ("leave", "status"):
                gone = moment(row["start"]), moment(row["end"])
                found.setdefault(row["person"], []).append(gone)
        return found

    def answered(self, row: Row) -> bool:
        return row["state"] == "done" and row["closed"] is not None and row["closed"] <= self.now

    def punctual(self, row: Row) -> bool:
        return self.answered(row) and bool(row["closed"] <= row["due"])

    def on_time(self, which: Callable[[Row], bool]) -> Figure:
        rows = [row for row in self.due if which(row)]
        return rate(sum(map(self.punctual, rows)), len(rows))

    def took(self) -> list[float]:
        return [
            worked(moment(row["start"]), moment(row["closed"]), self.away.get(row["owed_by"], []))
            if self.answered(row)
            else math.inf
            for row in self.due
        ]

    def figures(self) -> dict[str, Figure]:
        due, took, asked = self.due, self.took(), self.turnarounds()
        return {
            "K1": rate(sum(map(self.answered, due)), len(due)),
            "K2": self.on_time(lambda row: True),
            "K3": inclusive(took, 50, 1),
            "K4": inclusive(took, 90, 20),
            "K6": rate(sum(row["promised_for"] is not None for row in due), len(due)),
            "K7": self.kept(),
            "K8": self.on_time(lambda row: row["owed_to"] in self.partners),
            "K9": inclusive(asked, 50, 1),
            "K9b": inclusive(asked, 90, 20),
            "K10": self.on_time(lambda row: row["kind"] == "decide"),
            "K13": self.on_time(lambda row: row["kind"] == "acknowledge"),
            "K14": self.understood(),
            "K15": self.on_time(lambda row: row["kind"] == "minutes"),
            "K16": self.confirmed(),
            "K17": self.violations(),
            "K25": self.attested(),
            "K26": self.outside_hours(),
        }

    def violations(self) -> Figure:
        """October is a whole month. Not what somebody is to look at once more."""
        staff = sum(bool(row["active"]) and not row["partner"] for row in self.tables["people"])
        said = {(r["finding"], r["round"], r["deed"]) for r in self.tables["finding_trail"]}
        upheld = [
            row
            for row in self.tables["findings"]
            if row["state"] == "settled" and row["how"] == "upheld"
            if self.start <= row["settled_at"] < self.end
            if (row["id"], row["round"], "contested") not in said
            or (row["id"], row["round"], "stays") in said
        ]
        return 100 * len(upheld) / staff if staff >= 5 else "few"

    def attested(self) -> Figure:
        due = [row for row in self.due if row["kind"] == "attest"]
        met = [row for row in due if self.punctual(row) and row["how"] == "confirmed"]
        return rate(len(met), len(due))

    def kept(self) -> Figure:
        kept = over = 0
        for row in self.due:
            if row["promised_for"] is None:
                continue
            if row["repromised"]:
                over += 1
            elif self.answered(row):
                over += 1
                kept += row["closed"] <= row["promised_for"]
            else:
                over += row["promised_for"] < self.now
        return rate(kept, over)

    def turnarounds(self) -> list[float]:
        found = []
        for row in self.tables["requests"]:
            if not self.start <= row["at"] < min(self.end, self.now) or row["state"] == "recalled":
                continue
            decided = row["decided_at"]
            if decided is None or decided > self.now:
                found.append(math.inf)
                continue
            gone = [*self.away.get(row["decided_by"], []), *self.with_asker(row["id"])]
            found.append(worked(moment(row["at"]), moment(decided), gone))
        return found

    def with_asker(self, request: str) -> list[tuple[datetime, datetime]]:
        lines = [row for row in self.tables["trail"] if row["request"] == request]
        found, since = [], None
        for row in sorted(lines, key=lambda row: row["number"]):
            if row["deed"] == "return" and since is None:
                since = moment(row["at"])
            elif row["deed"] in ("revise", "recall") and since is not None:
                found.append((since, moment(row["at"])))
                since = None
        return [*found, (since, moment(self.now))] if since else found

    def understood(self) -> Figure:
        """Of who is still counted, and has answered a check question at all."""
        asking = {
            row["id"]
            for row in self.tables["notices"]
            if self.start <= row["published_at"] < self.end
        }
        owed = {row["id"]: row for row in self.tables["duties"]}
        first: dict[tuple[str, str], Row] = {}
        for row in sorted(self.tables["receipts"], key=lambda row: row["number"]):
            first.setdefault((row["notice"], row["person"]), row)
        members = {(row["notice"], row["person"]) for row in self.tables["audience"]}
        known = [row for key, row in first.items() if key[0] in asking and key in members and owed]
        return rate(sum(bool(row["right"]) for row in known), len(known))

    def confirmed(self) -> Figure:
        explicit = people = 0
        for meeting in self.tables["meetings"]:
            held = meeting["state"] == "held" and self.start <= meeting["end"] < min(
                self.end, self.now
            )
            versions = [v for v in self.tables["minutes"] if v["meeting"] == meeting["id"]]
            if not held or not versions:
                continue
            last = max(versions, key=lambda row: row["version"])
            items = [i for i in self.tables["minutes_items"] if i["minutes"] == last["id"]]
            said = [r for r in self.tables["minutes_responses"] if r["meeting"] == meeting["id"]]
            for person in self.readers(meeting["id"]):
                words = [self.word(item, said, person) for item in items]
                people += 1
                explicit += all(word == "confirm" for word in words)
        return rate(explicit, people)

    def readers(self, meeting: str) -> list[str]:
        asked = [row for row in self.tables["invitees"] if row["meeting"] == meeting]
        told = any(row["attended"] is not None for row in asked)
        return [
            row["person"]
            for row in asked
            if row["person"]
            and ((row["attended"] or row["attested"]) if told else row["answer"] != "declined")
        ]

    def word(self, item: Row, said: Sequence[Row], person: str) -> str:
        """The last that counts: not what came late, nor what was said of earlier words."""
        word = "nothing"
        for row in sorted(said, key=lambda row: row["id"]):
            counts = row["person"] == person and row["item"] == item["number"] and not row["late"]
            if counts and row["version"] >= item["since"] and row["said"] != "accept":
                word = row["said"]
        return word

    def outside_hours(self) -> Figure:
        important = [
            row
            for row in self.due
            if row["level"] in ("important", "emergency") and row["owed_by"] and row["owed_to"]
        ]
        off = [
            row
            for row in important
            if not any(
                opens <= moment(row["start"]) < closes
                and not any(
                    gone <= moment(row["start"]) < back
                    for gone, back in self.away.get(row["owed_by"], [])
                )
                for opens, closes in office(moment(row["start"]).astimezone(SHANGHAI).date())
            )
        ]
        return rate(len(off), len(important))

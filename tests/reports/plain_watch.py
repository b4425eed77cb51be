"""Who looks after all this, in plain Python over raw rows: K18 to K24."""

import json
import math
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from statistics import median

from tests.reports.plain import SHANGHAI, Books, Figure, Row, moment, office, rate

MONTHS = {"work": 36, "notice": 60, "material": 120, "personal": 60}
IMPORTANT = {"work": 60, "notice": 120, "material": 180, "personal": 60}
HELD = "playground/acme/room0"  # what a hold names is sealed; here it is always this room
HEADER = ("id", "conversation", "seq", "kind", "thread", "message", "author", "class", "at")
ENDS = ("settled", "edited", "deleted", "upheld", "false", "fine")
Verdicts = dict[tuple[str, int, str], str]


def two_days_on(at: datetime) -> datetime:
    """The same time of day two working days later; then, or when work begins again."""
    day, left = at.date(), 2
    while left:
        day += timedelta(days=1)
        left -= bool(office(day))
    then = datetime.combine(day, at.timetz())
    for opens, closes in office(day):
        if then < closes:
            return max(then, opens)
    while not office(day := day + timedelta(days=1)):
        pass
    return office(day)[0][0]


@dataclass
class Watched:
    books: Books

    def figures(self) -> dict[str, Figure]:
        by_rule = self.decided
        right, ended = (sum(each[at] for each in by_rule.values()) for at in (0, 1))
        return {
            "K18": rate(right, ended),
            **{f"K18 {rule}": rate(*each) for rule, each in by_rule.items() if each[1]},
            **self.looked_at(),
            **self.alike(),
            "K21": self.signed(),
            "K22": self.acknowledged(date(2026, 10, 1), 1),
            "K23": self.proved(),
            "K23b": self.rooms(),
            "K24": self.disposed(),
        }

    def within(self, table: str, column: str) -> list[Row]:
        end = min(self.books.end, self.books.now)
        rows = self.books.tables[table]
        return [row for row in rows if self.books.start <= row[column] < end]

    @property
    def decided(self) -> dict[str, tuple[int, int]]:
        """Of the last 50 findings of each rule: how many were right, of how many."""
        found = {}
        for rule in {row["rule"] for row in self.books.tables["findings"]}:
            ended = [
                row
                for row in self.books.tables["findings"]
                if row["rule"] == rule and row["state"] == "settled" and row["how"] in ENDS
                if row["settled_at"] < self.books.end
            ]
            ended.sort(key=lambda row: (row["settled_at"], row["id"]), reverse=True)
            wrong = sum(row["how"] in ("false", "fine") for row in ended[:50])
            found[rule] = len(ended[:50]) - wrong, len(ended[:50])
        return found

    # Samples

    @cached_property
    def samples(self) -> dict[str, Row]:
        return {row["id"]: row for row in self.within("samples", "drawn_at")}

    @cached_property
    def verdicts(self) -> Verdicts:
        """The last of each on each message."""
        found: Verdicts = {}
        for row in sorted(self.books.tables["verdicts"], key=lambda row: row["round"]):
            if row["sample"] in self.samples and row["at"] <= self.books.now:
                found[row["sample"], row["number"], row["person"]] = row["verdict"]
        return found

    def looked_at(self) -> dict[str, Figure]:
        planned = [row for row in self.books.tables["drawn"] if row["sample"] in self.samples]
        seen = {key[:2] for key, verdict in self.verdicts.items() if verdict != "skip"}
        everything = sum(row["population"] for row in self.samples.values())
        return {"K19": rate(len(seen), len(planned)), "K19 of all": rate(len(seen), everything)}

    def alike(self) -> dict[str, Figure]:
        pairs = Counter[tuple[str, str]]()
        for (sample, number, person), verdict in self.verdicts.items():
            row = self.samples[sample]
            first = self.verdicts.get((sample, number, row["reviewer"]))
            if person == row["seconder"] and first and "skip" not in (first, verdict):
                pairs[first, verdict] += 1
        both, same = pairs.total(), sum(n for (one, other), n in pairs.items() if one == other)
        return {"K20": rate(same, both), "K20 kappa": kappa(pairs, same / both if both else 0)}

    # IT's days

    def signed(self) -> Figure:
        rows = {row["day"]: row for row in self.books.tables["dailies"]}
        if not rows:
            return None
        start, now = moment(self.books.start), moment(min(self.books.end, self.books.now))
        day = max(date.fromisoformat(min(rows)), start.astimezone(SHANGHAI).date())
        worked_on = signed_on = 0
        while day < now.astimezone(SHANGHAI).date():
            if office(day):
                worked_on += 1
                at = rows[day.isoformat()]["signed_at"] if day.isoformat() in rows else None
                signed_on += at is not None and moment(at).astimezone(SHANGHAI).date() == day
            day += timedelta(days=1)
        return rate(signed_on, worked_on)

    # The archive

    def proved(self) -> Figure:
        """Where anything was changed, nothing is proved."""
        kept = [
            r for r in self.within("records", "at") if r["kind"] in ("post", "edit", "deletion")
        ]
        unread = [row for row in self.within("unreadable", "at") if row["read_at"] is None]
        failed = [row for row in self.within("journal", "taken_at") if row["error"] is not None]
        proved = len(kept) if self.intact() else 0
        return rate(proved, len(kept) + len(unread) + len(failed))

    def intact(self) -> bool:
        """Record by record, from the first of each conversation to where its head says."""
        ends: dict[str, tuple[int, bytes]] = {}
        keys = {row["record"] for row in self.books.tables["wraps"]}
        for row in sorted(self.books.tables["records"], key=lambda row: row["seq"]):
            seq, before = ends.get(row["conversation"], (0, bytes(32)))
            said = json.dumps([row[name] for name in HEADER], separators=(",", ":")).encode()
            leaf = sha256(said + sha256(row["body"]).digest()).digest()
            follows = row["seq"] == seq + 1 and row["previous"] == before
            if (
                not follows
                or sha256(before + leaf).digest() != row["hash"]
                or row["id"] not in keys
            ):
                return False
            ends[row["conversation"]] = row["seq"], row["hash"]
        heads = self.books.tables["heads"]
        return ends == {row["conversation"]: (row["seq"], row["hash"]) for row in heads}

    def rooms(self) -> Figure:
        """In use, and more than a chat of two; seen just before the period ended."""
        last = min(self.books.end, self.books.now) - 1
        blind = {
            row["place"] for row in self.books.tables["gaps"] if row["since"] <= last < row["until"]
        }
        names = {
            f"{row['platform']}/{row['realm']}/{row['id']}"
            for row in self.books.tables["places"]
            if not row["archived"] and row["kind"] != "direct"
        }
        return rate(len(names - blind), len(names))

    def disposed(self) -> Figure:
        gone = {row["ring"] for row in self.books.tables["disposal_certificates"]}
        held = self.held()
        left = sum(
            row["ring"] not in gone and row["record"] not in held and self.is_over(row["ring"])
            for row in self.books.tables["wraps"]
        )
        done = sum(row["disposed"] for row in self.within("disposal_certificates", "at"))
        return rate(done, done + left)

    def held(self) -> set[str]:
        if all(row["state"] == "released" for row in self.books.tables["holds"]):
            return set()
        return {r["id"] for r in self.books.tables["records"] if r["conversation"] == HELD}

    def is_over(self, ring: str) -> bool:
        """Kept for so many months after the end of its own, in UTC; what a hold keeps never is."""
        name, _, month = ring.partition("/")
        if name == "hold":
            return False
        months = (IMPORTANT if name.endswith("!") else MONTHS)[name.removesuffix("!")]
        year, number = map(int, month[:7].split("-"))
        years, first = divmod(year * 12 + number + months, 12)  # of the month after the last
        now = moment(self.books.now)
        return (years, first + 1) <= (now.year, now.month)

    # The reporting channel

    def acknowledged(self, first: date, months: int) -> Figure:
        """Of a quarter that is over, or of one of its months where none of the three is small."""
        start = first.month - (first.month - 1) % 3
        starts = [
            date(first.year + (n - 1) // 12, (n - 1) % 12 + 1, 1) for n in range(start, start + 4)
        ]
        if midnight(starts[-1]) > moment(self.books.now):
            return None
        if months == 3:
            found = [self.looks(starts[0], starts[-1])]
        else:
            found = [self.looks(starts[at], starts[at + 1]) for at in range(3)]
        if any(min(n, met) < 5 or 0 < late < 5 for met, n, late in found):
            return None
        met, n, _ = found[0 if months == 3 else first.month - start]
        return rate(met, n)

    def looks(self, start: date, end: date) -> tuple[int, int, int]:
        """Those that were to be looked at then: in time, in all, and late."""
        received = in_time = 0
        for row in self.books.tables["sealed_cases"]:
            due = two_days_on(moment(row["at"]).astimezone(SHANGHAI))
            if start <= due.date() < end:
                at = row["assessed_at"]
                received += 1
                in_time += at is not None and moment(at) <= due
        return in_time, received, received - in_time

    def days_to_the_end(self, start: date, end: date) -> Figure:
        took = [
            (row["closed_at"] - row["at"]) / (24 * 3600 * 1_000_000)
            for row in self.books.tables["sealed_cases"]
            if row["closed_at"] is not None
            and midnight(start) <= moment(row["closed_at"]) < midnight(end)
        ]
        over = midnight(end) <= moment(self.books.now)
        return float(round(median(took))) if over and len(took) >= 5 else None


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def kappa(pairs: Counter[tuple[str, str]], agreed: float) -> Figure:
    n = pairs.total()
    if n < 30:
        return "few" if n else None
    firsts, seconds = Counter[str](), Counter[str]()
    for (first, second), count in pairs.items():
        firsts[first] += count
        seconds[second] += count
    chance = math.fsum(count / n * seconds[verdict] / n for verdict, count in firsts.items())
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)

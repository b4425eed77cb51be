"""The rest of the key figures in plain Python over raw rows: what was sent, released and seen."""

from collections import Counter
from datetime import date, timedelta

import chinese_calendar

from tests.reports.plain import SHANGHAI, Books, Figure, inclusive, moment, rate

LEAVE = ("leave", "status")


def figures(books: Books) -> dict[str, Figure]:
    return {
        "K5": escalated(books),
        "K11": released(books, "unapproved"),
        "K12": released(books, "differs"),
        "K27": load(books),
        "K28": seen(books),
    }


def escalated(books: Books) -> Figure:
    owners = {row["id"]: row["owed_by"] for row in books.due}
    told = set()
    for nudge in books.tables["nudges"]:
        owner = owners.get(nudge["duty"])
        if not nudge["sent"] or owner is None or nudge["person"] == owner:
            continue
        stand_ins = [
            row["delegate"]
            for row in books.tables["absences"]
            if row["person"] == owner
            and row["kind"] in LEAVE
            and row["start"] <= nudge["at"] < row["end"]
        ]
        if nudge["person"] not in stand_ins[:1]:
            told.add(nudge["duty"])
    return rate(len(told), len(books.due))


def released(books: Books, rule: str) -> Figure:
    """Without an approval, of everything; as approved, of what was approved."""
    end = min(books.end, books.now)
    right = sum(
        row["deed"] == "released" and books.start <= row["at"] < end
        for row in books.tables["trail"]
    )
    wrong = Counter(
        row["rule"]
        for row in books.tables["findings"]
        if books.start <= row["at"] < end
        and row["state"] in ("open", "settled")
        and row["how"] not in ("again", "fine", "false")
    )
    approved = right + wrong["differs"]
    if rule == "differs":
        return rate(right, approved)
    return rate(wrong["unapproved"], approved + wrong["unapproved"])


def load(books: Books) -> Figure:
    people = books.tables["people"]
    staff = {row["id"] for row in people if row["active"] and not row["partner"]}
    day, days = moment(books.start).astimezone(SHANGHAI).date(), 0
    last = moment(min(books.end, books.now) - 1).astimezone(SHANGHAI).date()
    while day <= last:
        days += chinese_calendar.is_workday(day)
        day += timedelta(days=1)
    got: Counter[tuple[str, date]] = Counter()
    for row in books.tables["nudges"]:
        if row["sent"] and row["person"] in staff and books.start <= row["at"] < books.end:
            got[row["person"], moment(row["at"]).astimezone(SHANGHAI).date()] += 1
    if not got and not books.due:
        return None
    quiet = [0.0] * (days * len(staff) - len(got))
    return inclusive([*quiet, *got.values()], 95, 20)


def seen(books: Books) -> Figure:
    """Minute by minute would take long: stretch by stretch, each room's in order."""
    by_room: dict[str, list[tuple[int, int]]] = {}
    for row in books.tables["gaps"]:
        since, until = max(row["since"], books.start), min(row["until"], books.end)
        if since < until:
            by_room.setdefault(row["place"], []).append((since, until))
    lost = 0
    for gaps in by_room.values():
        covered = books.start
        for since, until in sorted(gaps):
            lost += max(until - max(since, covered), 0)
            covered = max(covered, until)
    rooms = max(len(books.tables["places"]), len(by_room), 1)
    return 1 - lost / ((books.end - books.start) * rooms)

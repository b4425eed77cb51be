"""What the report on a month of a large company costs, from the store to the finished file.

Run: python -m bench.month [--people 3000] [--records 500000] [--duties 60000] [--months 1]

`--months`: as many months before it are as full, for the lines over time.
"""

import argparse
import hashlib
import os
import random
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from bot.cli.common import open_store
from bot.policy import hours, periods
from bot.policy.people import Absence, Department, Person
from bot.policy.periods import Period
from bot.policy.reading import default_rulebook
from bot.settings import Settings
from bot.store import Store
from bot.store.migrating import upgrade
from bot.store.schema import duties, heads, nudges, records, requests, wraps

ZONE, UNITS, ROOMS, BATCH = "Asia/Shanghai", 60, 400, 5_000
OFFICE = default_rulebook().calendars["office"]
FATES = ("done", "open", "dropped", "excused", "passed", "lapsed")
ODDS = (88, 3, 3, 3, 1, 2)
NEVER = {
    "promised_for": None, "promised_at": None, "closed": None, "answer": None, "held": None,
    "parent": None, "responded": None, "responded_at": None, "authorised_by": None,
    "marked_by": None, "thread": None,
}  # fmt: skip


def main() -> None:
    wanted = argparse.ArgumentParser()
    for name, count in (("people", 3_000), ("records", 500_000), ("duties", 60_000), ("months", 1)):
        wanted.add_argument(f"--{name}", type=int, default=count)
    args = wanted.parse_args()
    period = periods.last(datetime.now(UTC), ZONE)
    with TemporaryDirectory(prefix="duly-bench-") as folder:
        filling = get_context("spawn").Process(target=company, args=(Path(folder), period, args))
        filling.start()
        filling.join()
        report(Path(folder), period)


def company(folder: Path, period: Period, args: argparse.Namespace) -> None:
    """In a process of its own: what it needs is not to be counted with what a report needs."""
    begun = perf_counter()
    store = open_store(Settings(data=folder), new=True)
    upgrade(store.db)
    fill(store, period, args)
    store.db.dispose()
    size = (folder / "duly.db").stat().st_size / 1e6
    print(
        f"{args.people:,} people, {args.records:,} records, {args.months} × {args.duties:,} "
        f"duties: {size:,.0f} MB, made in {perf_counter() - begun:.0f} s"
    )


def report(folder: Path, period: Period) -> None:
    """Linux says of a process that it had at least what its parent had when it began."""
    out, ours = folder / "report.xlsx", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    command = [sys.executable, "-m", "bot", "report", "--data", str(folder), "--out", str(out)]
    begun = perf_counter()
    made = subprocess.Popen([*command, "--month", period.label])
    _, status, used = os.wait4(made.pid, 0)
    spent = perf_counter() - begun
    assert not status, "it was not made"
    assert used.ru_maxrss > ours, "its memory is not known"
    print(
        f"./duly report: {spent:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of processor, "
        f"{used.ru_maxrss / 1024:.0f} MB at most, {out.stat().st_size / 1e6:.1f} MB file"
    )


def fill(store: Store, period: Period, args: argparse.Namespace) -> None:
    dice = random.Random(1)
    months = [period]
    while len(months) < args.months:
        months.append(periods.previous(months[-1]))
    with store.transaction() as tx:
        tx.policies.adopt("")
        _settle(tx, args.people, period, dice)
        number = 0
        for month in months:
            rows = list(_duties(month, args, dice, number))
            number += len(rows)
            _add(tx.rows, duties, rows)
            _add(tx.rows, nudges, _nudges(rows, dice))
        _add(tx.rows, requests, _sealed(tx.rows, _requests(period, args, dice, number)))
        _records(tx.rows, period, args, dice)


def _settle(tx: Any, people: int, period: Period, dice: random.Random) -> None:
    tx.people.save_departments(
        Department(id=f"u{n}", name=f"Department {n} 部门", head=f"p{n}") for n in range(UNITS)
    )
    tx.people.save(
        Person(
            id=f"p{n}",
            name=f"Person {n} 员工",
            department=f"u{n % UNITS}",
            manager=f"p{n % UNITS}",
            roles=frozenset({"hr"} if n == min(UNITS, people - 1) else ()),
        )
        for n in range(people)
    )
    for n in dice.sample(range(people), people // 5):
        start = period.start + timedelta(days=dice.randrange(28))
        tx.people.absent(
            Absence(person=f"p{n}", start=start, end=start + timedelta(days=3), delegate="p1")
        )


def _duties(
    month: Period, args: argparse.Namespace, dice: random.Random, first: int
) -> Iterator[dict[str, Any]]:
    minutes = int((month.end - month.start) / timedelta(minutes=1))
    for number in range(first + 1, first + 1 + args.duties):
        start = month.start + timedelta(minutes=dice.randrange(minutes), seconds=number % 60)
        due = hours.add(start, timedelta(hours=4), OFFICE)
        state = dice.choices(FATES, ODDS)[0]
        took = timedelta(minutes=round(dice.lognormvariate(4.6, 0.9)))
        closed = None if state == "open" else hours.add(start, took, OFFICE)
        promised = dice.random() < 0.15
        row = {
            "id": f"{number:032x}", "number": number, "kind": "reply",
            "owed_by": f"p{dice.randrange(args.people)}",
            "owed_to": f"p{dice.randrange(args.people)}",
            "conversation": f"bench/home/room{dice.randrange(ROOMS)}", "message": f"17{number:014}",
            "seq": number, "subject": "", "clause": "2.2.1-reply", "rule": "question-to-person",
            "level": "normal", "policy": 1, "calendar": "office", "start": start, "due": due,
            "first_due": due, "state": state, "how": "answered", "step": 0, "held_why": "",
            "stood": 0, "repromised": "",
        }  # fmt: skip
        given = {"closed": closed}
        if promised:
            given |= {"promised_for": due, "promised_at": start}
        yield row | NEVER | given


def _nudges(owed: Iterable[dict[str, Any]], dice: random.Random) -> Iterator[dict[str, Any]]:
    for row in owed:
        for step in range(dice.choice((0, 0, 0, 1, 1, 2))):
            person = row["owed_to"] if step else row["owed_by"]
            at = row["first_due"] + timedelta(minutes=step)
            yield {
                "duty": row["id"], "step": step, "person": person, "parcel": f"{row['id']}/{step}",
                "at": at, "sent": True, "rule": row["rule"], "asker": row["owed_to"], "label": None,
            }  # fmt: skip


def _requests(
    month: Period, args: argparse.Namespace, dice: random.Random, first: int
) -> Iterator[dict[str, Any]]:
    for number in range(first + 1, first + 1 + args.people):
        at = month.start + timedelta(minutes=dice.randrange(27 * 24 * 60))
        yield {
            "id": f"{number:032x}", "number": number, "kind": "leave", "class_name": "notice",
            "requester": f"p{dice.randrange(args.people)}", "clause": "3.2.2", "policy": 1,
            "digest": hashlib.sha256(b"%d" % number).hexdigest(), "state": "approved",
            "step": 0, "round": 0, "recalls": None, "at": at, "place": None, "comment": None,
            "decided_by": f"p{number % UNITS}",
            "decided_at": hours.add(at, timedelta(minutes=dice.randrange(900)), OFFICE),
        }  # fmt: skip


def _sealed(rows: Any, found: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Leave is looked at in its form, which says nothing here."""
    for each in found:
        yield each | {"body": rows.close(requests.c.body, each["id"], {})}


def _records(rows: Any, month: Period, args: argparse.Namespace, dice: random.Random) -> None:
    """As long as real ones; what is sealed in them, nobody reads here."""
    step = (month.end - month.start) / max(args.records, 1)
    for start in range(0, args.records, BATCH):
        numbers = range(start, min(start + BATCH, args.records))
        rows.add_all(records, [_record(n, month.start + n * step, dice) for n in numbers])
        wrapped = ({"record": f"{n:032x}", "ring": "main"} for n in numbers)
        rows.add_all(wraps, [each | {"wrapped": dice.randbytes(60)} for each in wrapped])
    rooms = range(min(ROOMS, args.records))
    rows.add_all(heads, [_head(room, len(range(room, args.records, ROOMS))) for room in rooms])


def _record(number: int, at: datetime, dice: random.Random) -> dict[str, Any]:
    return {
        "id": f"{number:032x}", "conversation": f"bench/home/room{number % ROOMS}",
        "seq": number // ROOMS + 1, "kind": "post", "thread": None, "message": f"17{number:014}",
        "author": f"bench/home/p{number % 3000}", "class_name": "internal", "at": at,
        "body": dice.randbytes(180), "previous": dice.randbytes(32), "hash": dice.randbytes(32),
    }  # fmt: skip


def _head(room: int, seq: int) -> dict[str, Any]:
    """So many that nobody looks through them for a report: `bot.gathering.watching.FEW`."""
    return {"conversation": f"bench/home/room{room}", "seq": seq, "hash": bytes(32)}


def _add(rows: Any, table: sa.Table, values: Iterable[dict[str, Any]]) -> None:
    left = iter(values)
    while batch := list(islice(left, BATCH)):
        rows.add_all(table, batch)


if __name__ == "__main__":
    main()

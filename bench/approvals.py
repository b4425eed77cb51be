"""Requests at size: `python -m bench.approvals [--count 10000]`.

So many open requests of 3,000 people; every list, and a decision with its cards and its commit,
beside the bare limit: the same rows read, or written, by plain SQL on the same file in one run.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from time import perf_counter

import sqlalchemy as sa

from bot.clock import Clock
from bot.command import Call
from bot.events import Account, Place, Platform
from bot.handlers import approvals, lists, requestlists
from bot.handlers.approvals import Act
from bot.policy.people import Department, Person
from bot.seal import Seal
from bot.store import Store, Transaction
from bot.store.connecting import connect, create, sqlite_url

PEOPLE, UNITS = 3_000, 60
HERE = Place(Platform("paper"), "home", "lobby")


def company(store: Store) -> None:
    heads = {f"u{n}": f"p{n}" for n in range(UNITS)}
    with store.transaction() as tx:
        tx.policies.adopt("")
        tx.people.save(
            Person(
                id=f"p{n}",
                name=f"Person {n}",
                email=f"p{n}@acme.example",
                department=f"u{n % UNITS}",
                manager=None if n == 0 else "p0" if n < UNITS else f"p{n % UNITS}",
                roles=frozenset({"executive"} if n == 0 else set()),
                zone="Asia/Shanghai",
            )
            for n in range(PEOPLE)
        )
        tx.people.save_departments(
            Department(id=id, name=id, head=head, parent=None if id == "u0" else "u0")
            for id, head in heads.items()
        )
        for n in range(PEOPLE):
            tx.people.link(account(f"p{n}"), f"p{n}")


def account(person: str) -> Account:
    return Account(Platform("paper"), "home", person)


def call(tx: Transaction, person: str, key: str) -> Call:
    directory = tx.people.snapshot().directory
    return Call(
        tx=tx,
        key=key,
        account=account(person),
        person=directory.people[person],
        place=HERE,
        now=tx.clock.now(),
        directory=directory,
        book=tx.policies.current(),
    )


def ask(store: Store, count: int) -> list[int]:
    """A fifth of them wait for one head."""
    chance, numbers = Random(1), []
    for start in range(0, count, 500):
        with store.transaction() as tx:
            for n in range(start, min(count, start + 500)):
                row = chance.randrange(1, PEOPLE // UNITS)
                who = f"p{UNITS * row + (1 if n % 5 == 0 else chance.randrange(1, UNITS))}"
                made = call(tx, who, f"ask {n}")
                form = {"text": f"The office is closed on day {n}."}
                numbers.append(approvals.make(made, "notice", form).number)
    return numbers


def timed(name: str, rounds: int, deed: Callable[[int], object], limit: float, bare: float) -> None:
    spent = []
    for n in range(rounds):
        began = perf_counter()
        deed(n)
        spent.append((perf_counter() - began) * 1000)
    middle, worst = statistics.median(spent), sorted(spent)[int(len(spent) * 0.99) - 1]
    sys.stdout.write(
        f"{name:<44} p50 {middle:6.1f} ms  p99 {worst:6.1f} ms  of {limit:.0f} ms"
        f"   bare {bare:5.1f} ms, ratio {middle / bare:.1f}\n"
    )


def bare_reading(db: sa.Engine) -> float:
    """Fifty whole rows of requests, by their key."""
    spent = []
    for n in range(50):
        began = perf_counter()
        with db.connect() as conn:
            query = "SELECT * FROM requests WHERE requester = ? ORDER BY id DESC LIMIT 50"
            conn.exec_driver_sql(query, (f"p{UNITS + n}",)).all()
        spent.append((perf_counter() - began) * 1000)
    return statistics.median(spent)


def bare_writing(db: sa.Engine) -> float:
    """As many rows as a decision writes, in one commit as safe."""
    spent = []
    with db.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")
    for _ in range(50):
        began = perf_counter()
        with db.begin() as conn:
            for _row in range(12):
                conn.exec_driver_sql("INSERT INTO bare (body) VALUES (?)", (bytes(600),))
        spent.append((perf_counter() - began) * 1000)
    return statistics.median(spent)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=10_000)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = connect(sqlite_url(Path(folder)))
        create(db)
        clock = Clock()
        store = Store(db, "acme", Seal(bytes(32), clock.random), clock)
        company(store)
        began = perf_counter()
        numbers = ask(store, asked.count)
        sys.stdout.write(f"{len(numbers):,} requests made in {perf_counter() - began:.1f} s\n")
        measure(store, numbers)
        db.dispose()


def measure(store: Store, numbers: list[int]) -> None:
    reading, writing = bare_reading(store.db), bare_writing(store.db)
    with store.reading() as tx:
        people = tx.people.snapshot().directory.people

    def listed(which: str, who: str, words: str = "") -> Callable[[int], object]:
        def look(_: int) -> object:
            with store.reading() as tx:
                return requestlists.card(tx, people[who], which, words)

        return look

    def waiting(_: int) -> object:
        with store.reading() as tx:
            return lists.waiting(tx, people["p1"])

    for name, deed in {
        "mine": listed("mine", "p61"),
        "mine, searched by words": listed("mine", "p61", "day 1"),
        "waiting for a head with a fifth of them": listed("waiting", "p1"),
        "the same, searched by words": listed("waiting", "p1", "day 10"),
        "a department's": listed("department", "p1"),
        "of all, for who leads everybody": listed("department", "p0"),
        "/duly waiting": waiting,
    }.items():
        timed(name, 100, deed, 50, reading)

    def decide(n: int) -> object:
        with store.transaction() as tx:
            request = tx.requests.find(numbers[n])
            assert request is not None
            (seat,) = tx.requests.seats(request.id)
            made = replace(call(tx, seat.person, f"decide {n}"))
            return approvals.act(made, numbers[n], Act(deed="approve"))

    timed("a decision, with its cards and its commit", 300, decide, 20, writing)


if __name__ == "__main__":
    main()

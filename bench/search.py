"""How long it takes to find words among a million records, beside LIKE and FTS5 on plain text.

    python -m bench.search [--records 1000000] [--database postgresql://…] [--queries 300]

The talk is made: words and Chinese characters as often as people use them, in 400 rooms over a
year. Each query is asked by somebody who sees 40 rooms, and, with a reason, by an auditor who sees
them all; with filters, too. Beside them the same words are looked for in plain text in the same
run: by LIKE through the newest first, and by an FTS5 with three characters to a token. These see
neither who asks nor whether a message was edited, and hold everything in the clear.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.company import account, store_in
from bot.clock import Clock
from bot.command import Words
from bot.events import MembershipChanged, Place, PlaceChanged, Platform
from bot.handlers import seeking
from bot.handlers.sight import Sight
from bot.indexing import Indexer
from bot.policy.lookup.query import read
from bot.policy.people import Person
from bot.seal import Seal
from bot.store import Store, Transaction
from bot.store.codec import pack
from bot.store.connecting import connect
from bot.store.keystore import connect_keys, join
from bot.store.migrating import upgrade
from bot.store.rings import Ring
from bot.store.schema import records

BENCH = Platform("bench")
PEOPLE, ROOMS, SEEN = 300, 400, 40
PAGE = 5000
START = datetime(2026, 1, 1, tzinfo=UTC)
TALK = (
    "the of to and a in for is on that by this with you it not or be are from at as your all "
    "have new more was we will can us about if my has but our one other do no they he up may "
    "what which their out use any there see only so when here who also now help get am been "
    "would how were me some these click its like than find date back top people had list name "
    "just over year day into email two next used work last most buy data make them should "
    "product post her city add policy number such please available copyright support message "
    "after best software then good well where info rights public contract meeting report "
    "supplier customer invoice delivery price "
)
ENDS = "tion ing er ly ment ness able ist ous ive al ed es or an el is ar"
COMMON = TALK.split()


def vocabulary(chance: random.Random) -> tuple[list[str], list[str]]:
    """Words and pairs of Chinese characters, the most common first."""
    ends = ENDS.split()
    made = {
        "".join(chance.choice("bcdfghklmnprstvw") + chance.choice("aeiou") for _ in range(n))
        + chance.choice(ends)
        for n in (1, 2, 2, 2, 3, 3, 4)
        for _ in range(4000)
    }
    signs = [chr(0x4E00 + n) for n in chance.sample(range(6000), 2500)]
    pairs = {
        a + b
        for a, b in zip(
            chance.choices(signs[:900], k=9000), chance.choices(signs, k=9000), strict=True
        )
    }
    return [*COMMON, *sorted(made, key=lambda _: chance.random())], sorted(
        pairs, key=lambda _: chance.random()
    )


def talk(count: int, chance: random.Random) -> Iterator[str]:
    words, pairs = vocabulary(chance)
    ranks = [1 / (n + 2) for n in range(len(words))]
    signs = [1 / (n + 5) for n in range(len(pairs))]
    sums, sums_of_signs = _summed(ranks), _summed(signs)
    for n in range(count):
        length = min(40, int(chance.expovariate(1 / 9)) + 2)
        if n % 3:
            said = " ".join(chance.choices(words, cum_weights=sums, k=length))
        else:
            said = "".join(chance.choices(pairs, cum_weights=sums_of_signs, k=length)) + "。"
        yield f"{said} {n:07}" if n % 20 == 0 else said


def _summed(weights: Sequence[float]) -> list[float]:
    total, found = 0.0, []
    for each in weights:
        total += each
        found.append(total)
    return found


def fill(store: Store, texts: Sequence[str], plain: sqlite3.Connection) -> None:
    """Kept as records are, page by page; only the chain over them is left out."""
    step = timedelta(days=365) / len(texts)
    plain.execute("CREATE TABLE said (id INTEGER PRIMARY KEY, words TEXT)")
    plain.execute("CREATE VIRTUAL TABLE found USING fts5(words, tokenize='trigram')")
    for start in range(0, len(texts), PAGE):
        part = [(n, texts[n]) for n in range(start, min(start + PAGE, len(texts)))]
        with store.transaction() as tx:
            tx.rows.conn.execute(
                records.insert(), [_record(tx, n, said, START + n * step) for n, said in part]
            )
        plain.executemany("INSERT INTO said VALUES (?, ?)", part)
        plain.executemany("INSERT INTO found (rowid, words) VALUES (?, ?)", part)
        plain.commit()


def _record(tx: Transaction, n: int, said: str, at: datetime) -> dict[str, Any]:
    id, own = tx.clock.new_id(), tx.rows.seal.fresh()
    room = n * 7919 % ROOMS
    who = f"p{n * 31 % PEOPLE}"
    body = {
        "who": who,
        "text": said,
        "mentions": (),
        "names": (),
        "quotes": None,
        "automatic": False,
    }
    tx.wraps.add(id, own, Ring.of("work", at))
    return {
        "company": tx.rows.company,
        "id": id,
        "conversation": f"bench/home/room{room}",
        "seq": n,
        "kind": "post",
        "thread": None,
        "message": f"m{n}",
        "author": f"bench/home/{who}",
        "class_name": "work",
        "at": at,
        "body": own.close(pack(body), *tx.rows.slot(records.c.body, id)),
        "previous": b"",
        "hash": b"",
    }


def queries(texts: Sequence[str], count: int, chance: random.Random) -> dict[str, list[str]]:
    """Of each kind so many."""

    def word(text: str) -> str:
        return chance.choice([each for each in text.split() if len(each) > 2] or ["the"])

    latin = [each for each in texts[-200_000:] if each.isascii()]
    chinese = [each for each in texts[-200_000:] if not each.isascii() and len(each) > 8]
    pick = chance.choice
    return {
        "common words": [pick(COMMON) for _ in range(count)],
        "words of a message": [word(pick(latin)) for _ in range(count)],
        "two words": [f"{word(t)} {word(t)}" for t in (pick(latin) for _ in range(count))],
        "two Chinese characters": [
            t[n : n + 2]
            for t in (pick(chinese) for _ in range(count))
            for n in [chance.randrange(0, 6)]
        ],
        "one Chinese character": [pick(chinese)[2] for _ in range(count)],
        "a phrase": [
            '"' + " ".join(t.split()[:3]) + '"' for t in (pick(latin) for _ in range(count))
        ],
        "a number": [
            f"{n * 20:07}" for n in (chance.randrange(len(texts) // 20) for _ in range(count))
        ],
        "nothing found": [f"{word(pick(latin))}zqx{n}" for n in range(count)],
        "two that never meet": [f"{pick(COMMON)} {pick(chinese)[:2]}" for _ in range(count)],
        "in a room": [f"{pick(COMMON)} in:room{chance.randrange(SEEN) * 10}" for _ in range(count)],
        "from somebody": [f"{pick(COMMON)} from:p{chance.randrange(PEOPLE)}" for _ in range(count)],
        "of a month": [
            f"{word(pick(latin))} since:2026-0{m} until:2026-0{m}"
            for m in (chance.randrange(1, 10) for _ in range(count))
        ],
    }


def settle_in(store: Store) -> Person:
    """Rooms, and somebody who is in every tenth of them."""
    with store.transaction() as tx:
        for n in range(ROOMS):
            place = Place(BENCH, "home", f"room{n}")
            tx.people.settle_in(PlaceChanged(key="", at=START, place=place, name=f"room{n}"))
            for who in {"p1" if n % (ROOMS // SEEN) == 0 else "p2", f"p{n % PEOPLE}"}:
                account = tx.people.snapshot().directory.accounts_of(who)[0]
                tx.people.move(
                    MembershipChanged(key="", at=START, account=account, place=place, joined=True)
                )
        person = tx.people.snapshot().directory.people["p1"]
        tx.people.save([replace(person, roles=frozenset({"auditor"}))])
        return tx.people.snapshot().directory.people["p1"]


Spent = tuple[float, float]  # milliseconds, and those of our own processor


def spent(asked: Sequence[str], ask: Callable[[str], int]) -> tuple[list[Spent], int]:
    """Of each, and how much was found. On a busy machine the processor's tell more."""
    times, found = [], 0
    for each in asked:
        start, own = time.perf_counter(), time.process_time()
        found += ask(each)
        ends = time.perf_counter() - start, time.process_time() - own
        times.append((ends[0] * 1000, ends[1] * 1000))
    return times, found


def line(name: str, times: Sequence[Spent], found: int) -> str:
    def figures(each: Sequence[float]) -> str:
        ordered = sorted(each)
        late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        return f"p50 {statistics.median(ordered):7.2f} p99 {late:7.2f} ms"

    whole, own = figures([each for each, _ in times]), figures([each for _, each in times])
    return f"  {name:38} {whole}  (own time {own})  {found:5} found"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--queries", type=int, default=100)
    options.add_argument("--database", default="")
    options.add_argument("--seed", type=int, default=1)
    args = options.parse_args()
    chance = random.Random(args.seed)
    with tempfile.TemporaryDirectory(prefix="duly-search-") as name:
        folder = Path(name)
        store = store_on(args.database, folder)
        plain = sqlite3.connect(folder / "plain.db")
        start = time.perf_counter()
        texts = list(talk(args.records, chance))
        fill(store, texts, plain)
        print(f"{args.records} records kept in {time.perf_counter() - start:.0f} s")
        start = time.perf_counter()
        count = Indexer(store).rebuild()
        took = time.perf_counter() - start
        print(f"gone through in {took:.0f} s, {count / took:.0f} a second; {size(store, folder)}")
        person = settle_in(store)
        asked = queries(texts, args.queries, chance)
        with store.reading() as tx:
            everything: list[Spent] = []
            for wide in (False, True):
                print("with a reason, in all rooms" if wide else f"somebody's own {SEEN} rooms")
                times = ours(tx, person, asked, wide=wide)
                everything += times
            print(line("ALL OF THEM", everything, len(everything)))
        print("plain text in SQLite, all rooms, the newest 10")
        theirs(plain, {name: each[:30] for name, each in asked.items() if ":" not in each[0]})
        store.db.dispose()


def store_on(url: str, folder: Path) -> Store:
    if not url:
        return store_in(folder, PEOPLE)
    clock = Clock()
    db = connect(url)
    upgrade(db)
    join(db, connect_keys(f"sqlite:///{folder / 'keys.db'}"))
    store = Store(db, "main", Seal(bytes(32), clock.random), clock)
    with store.transaction() as tx:
        tx.policies.adopt("")
        tx.people.save(Person(id=f"p{n}", name=f"Person {n}") for n in range(PEOPLE))
        for n in range(PEOPLE):
            tx.people.link(account(n), f"p{n}")
    return store


def size(store: Store, folder: Path) -> str:
    if store.db.dialect.name == "sqlite":
        with store.db.connect().execution_options(duly_reads=True) as conn:
            pages = (
                "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'lookup%' OR name LIKE '%lookups%'"
            )
            try:
                index = conn.exec_driver_sql(pages).scalar()
            except sa.exc.DatabaseError:
                index = None
        whole = (folder / "duly.db").stat().st_size
        return f"{whole / 1e6:.0f} MB in all" + (
            f", {index / 1e6:.0f} MB of it the index" if index else ""
        )
    with store.db.begin() as conn:
        conn.exec_driver_sql("ANALYZE lookups")
        index = conn.exec_driver_sql("SELECT pg_total_relation_size('lookups')").scalar_one()
    return f"{index / 1e6:.0f} MB of index"


def ours(
    tx: Transaction, person: Person, asked: dict[str, list[str]], *, wide: bool
) -> list[Spent]:
    every: list[Spent] = []
    directory = tx.people.snapshot().directory

    def ask(text: str) -> int:
        words = Words(text=text, now=tx.clock.now(), zone="UTC", directory=directory)
        search = seeking.prepared(Sight(tx, person, wide=wide), read(text), words)
        return len(seeking.find(search).hits)

    for name, some in asked.items():
        times, found = spent(some, ask)
        every += times
        print(line(name, times, found), flush=True)
    return every


def theirs(plain: sqlite3.Connection, asked: dict[str, list[str]]) -> None:
    def like(text: str) -> int:
        parts = text.strip('"').split() if '"' not in text else [text.strip('"')]
        where = " AND ".join("words LIKE ?" for _ in parts)
        found = plain.execute(
            f"SELECT id FROM said WHERE {where} ORDER BY id DESC LIMIT 10",
            [f"%{p}%" for p in parts],
        )
        return len(found.fetchall())

    def match(text: str) -> int:
        parts = text.strip('"').split() if '"' not in text else [text.strip('"')]
        if any(len(each) < 3 for each in parts):  # it has no shorter tokens
            return 0
        query = " AND ".join(f'"{each}"' for each in parts)
        found = plain.execute(
            "SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid DESC LIMIT 10", (query,)
        )
        return len(found.fetchall())

    for name, some in asked.items():
        print(line(f"LIKE: {name}", *spent(some, like)), flush=True)
        print(line(f"FTS5 trigram: {name}", *spent(some, match)), flush=True)


if __name__ == "__main__":
    main()

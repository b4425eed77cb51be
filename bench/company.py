"""A company of any size to measure with, and what its people say."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import Clock
from bot.events import Account, MessagePosted, MessageRef, Place, Platform
from bot.policy.people import Department, Person
from bot.seal import Seal
from bot.store import Store
from bot.store.connecting import connect, sqlite_url
from bot.store.migrating import upgrade

BENCH = Platform("bench")
TALK = (
    "@{other} can you send me the figures of last week?",
    "the supplier called again, they want to move the date",
    "ok",
    "@{other} I have put the new version in the folder, it has all the changes we discussed",
    "does anybody know who keeps the key of the meeting room?",
    "thanks",
    "明天的会议改到下午三点，请大家准时参加",
    "@{other} 请问合同什么时候能签？",
)


def account(number: int) -> Account:
    return Account(BENCH, "home", f"p{number}")


def store_in(folder: Path, people: int = 300) -> Store:
    """A SQLite store on disk, as `duly serve` makes it."""
    clock = Clock()
    db = connect(sqlite_url(folder))
    upgrade(db)
    store = Store(db, "main", Seal(bytes(32), clock.random), clock)
    settle(store, people)
    return store


def settle(store: Store, people: int) -> None:
    """A policy, and people in it."""
    with store.transaction() as tx:
        tx.policies.adopt("")
        boss = {n: f"p{n // 10 * 10}" for n in range(people)}
        tx.people.save(
            Person(id=f"p{n}", name=f"Person {n}", department="all", manager=boss[n])
            for n in range(people)
        )
        tx.people.save_departments([Department(id="all", name="All", head="p0")])
        for n in range(people):
            tx.people.link(account(n), f"p{n}")


def messages(count: int, *, people: int = 300, rooms: int = 40) -> Iterator[MessagePosted]:
    """Talk in many rooms: about a quarter of it asks somebody something."""
    at = datetime.now(UTC)
    for n in range(count):
        author, other = n * 7 % people, n * 13 % people
        words = TALK[n % len(TALK)]
        named = (account(other),) if "{other}" in words else ()
        yield MessagePosted(
            key=f"bench/{n}",
            at=at,
            author=account(author),
            message=MessageRef(Place(BENCH, "home", f"room{n % rooms}"), f"m{n}"),
            text=words.format(other=f"p{other}"),
            mentions=named,
        )

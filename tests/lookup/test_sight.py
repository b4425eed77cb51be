"""Whoever searches finds what they may see, all of it and nothing else, on either database."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest

from bot.command import Words
from bot.events import MembershipChanged, MessageChanged, MessageRef, Place, PlaceChanged
from bot.handlers import classes, seeking
from bot.handlers.sight import Sight
from bot.policy.lookup.grams import fold
from bot.policy.lookup.query import read
from bot.store.rings import Ring
from bot.store.schema import wraps
from bot.store.search import Wanted
from tests.desk import PAPER, STAFF, Desk, account, person
from tests.needs import seed, share

WORDS = ("contract", "price", "合同", "审批", "plan", "b", "茶", "4711", "ready", "secret")
KINDS = ("channel", "group", "direct")
ROLES = ("", "auditor", "hr", "department_head", "executive", "it")


@dataclass(frozen=True)
class Said:
    who: str
    place: Place
    id: str
    text: str


class Company:
    """Rooms with some people in each, and what they say, change, delete and class."""

    def __init__(self, desk: Desk, chance: Random) -> None:
        self.desk, self.chance = desk, chance
        self.kinds: dict[str, str] = {}
        self.members: dict[str, set[str]] = {}
        self.said: dict[str, Said] = {}  # as it stands now
        self.gone: list[Said] = []  # what stood before
        self.personal: set[str] = set()
        with desk.store.transaction() as tx:
            tx.people.save(
                replace(person(name), roles=frozenset(chance.choice(ROLES).split()))
                for name in STAFF
            )
        for number in range(5):
            self.room(f"room{number}")
        for number in range(30):
            self.happens(number)
        while desk.bot.indexer.work():
            pass

    def room(self, name: str) -> None:
        kind, place = self.chance.choice(KINDS), Place(PAPER, "home", name)
        self.kinds[name] = kind
        self.members[name] = set(self.chance.sample(sorted(STAFF), self.chance.randint(1, 4)))
        at = self.desk.now
        self.desk.take(
            PlaceChanged(key=name, at=at, place=place, name=name, kind=kind),  # type: ignore[arg-type]
            *(
                MembershipChanged(
                    key=f"{name} {who}", at=at, account=account(who), place=place, joined=True
                )
                for who in self.members[name]
            ),
        )

    def happens(self, number: int) -> None:
        text = " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 4)))
        name = self.chance.choice(sorted(self.members))
        known = [each for each in self.said.values() if each.place.id == name]
        deed = self.chance.random()
        if not known or deed < 0.6:
            who = self.chance.choice(sorted(self.members[name]))
            one = Said(who, Place(PAPER, "home", name), f"n{number}", text)
            posted = self.desk.message(who, text, one.id)
            self.desk.take(replace(posted, message=MessageRef(one.place, one.id)))
            self.said[one.id] = one
        elif deed < 0.9:
            self.change(number, self.chance.choice(known), text if deed < 0.8 else None)
        else:
            one = self.chance.choice(known)
            with self.desk.store.transaction() as tx:
                _class(tx, one)
            self.personal.add(one.id)

    def change(self, number: int, one: Said, text: str | None) -> None:
        ref = MessageRef(one.place, one.id)
        self.desk.take(
            MessageChanged(
                key=f"c{number}", at=self.desk.now, author=account(one.who), message=ref, text=text
            )
        )
        self.gone.append(self.said.pop(one.id))
        if text is not None:
            self.said[one.id] = replace(one, text=text)

    def may_see(self, who: str, one: Said, *, now: bool) -> bool:
        if who not in self.members[one.place.id]:
            return False
        return who == one.who or (now and one.id not in self.personal)

    def may_look(self, who: str, one: Said) -> bool:
        with self.desk.store.transaction() as tx:
            roles = tx.people.snapshot().directory.people[who].roles
        if not roles & {"auditor", "hr"} or self.kinds[one.place.id] == "direct":
            return False
        return "hr" in roles or one.id not in self.personal


def _class(tx: Any, one: Said) -> None:
    classes._give(
        tx, classes.Wanted(MessageRef(one.place, one.id), "personal", ""), "author", one.who
    )


def finds(company: Company, who: str, words: str, *, wide: bool) -> list[tuple[str, str]]:
    """Message and words of all that is found, page after page."""
    with company.desk.store.transaction() as tx:
        directory = tx.people.snapshot().directory
        sight = Sight(tx, directory.people[who], wide=wide)
        typed = Words(text=words, now=tx.clock.now(), zone="UTC", directory=directory)
        search = seeking.prepared(sight, read(words), typed)
        found, before = [], None
        while True:
            page = seeking.find(search, before, most=3)
            found += [(hit.about.id, hit.text) for hit in page.hits if hit.about]
            if page.more is None:
                return found
            before = page.more


@pytest.mark.parametrize("scene", range(share(200) + 1))
def test_all_that_somebody_may_see_is_found_and_nothing_else(desk: Desk, scene: int) -> None:
    company = Company(desk, Random(seed() + scene))
    every = [(one, True) for one in company.said.values()] + [(one, False) for one in company.gone]
    for words in ("contract", "合同", "b", "plan price", "茶"):
        query = read(words)
        for who in STAFF:
            fits = [each for each in every if _fits(query, each[0].text)]
            own = {(o.id, o.text) for o, now in fits if company.may_see(who, o, now=now)}
            assert set(finds(company, who, words, wide=False)) == own, (who, words)
            looked = {(o.id, o.text) for o, _ in fits if company.may_look(who, o)}
            assert set(finds(company, who, words, wide=True)) == looked, (who, words)


def _fits(query: Any, text: str) -> bool:
    return bool(query.fits(fold(text)))


def test_what_was_disposed_of_or_cannot_be_read_stops_nobody(desk: Desk) -> None:
    for number in range(6):
        desk.posts("ann", f"item {number} of the list")
    with desk.store.transaction() as tx:
        name = Ring.of("work", desk.now).name
        gone = tx.wraps.under(name)[2]
        tx.rows.change(wraps, wraps.c.record == gone, wrapped=bytes(60))
    assert desk.bot.indexer.work() == 6
    with desk.store.transaction() as tx:
        found = [id for _, id in tx.search.find(Wanted(read("item").grams))]
        assert len(found) == 5
        assert gone not in found
        assert tx.search.behind(10) == 0
        tx.search.forget(found[:2])
        assert tx.search.pending(10) == []
    while desk.bot.indexer.work():
        pass
    with desk.store.transaction() as tx:
        assert len(list(tx.search.find(Wanted(read("item").grams)))) == 3


def test_no_word_stands_in_the_index(desk: Desk) -> None:
    desk.posts("ann", "Zitronenfalter zz")
    while desk.bot.indexer.work():
        pass
    with desk.store.transaction() as tx:
        table = "lookup_words" if desk.store.db.dialect.name == "sqlite" else "lookups"
        rows = tx.rows.conn.exec_driver_sql(f"SELECT tokens FROM {table}").scalars().all()
        tokens = " ".join(map(str, rows)).replace("'", "").split()
    assert len(tokens) > 10
    assert {"zi", "it", "zz", "zitronenfalter"} & set(tokens) == set()

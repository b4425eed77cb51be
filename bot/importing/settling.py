"""People and places of an export, as far as the bot does not know them better by now."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from bot.exported import Export, Member, Room
from bot.importing.outcome import Outcome
from bot.store import Store, Transaction
from bot.store.importing import gather

T = TypeVar("T")
AT_ONCE = 500  # accounts, places in one transaction


def settle_in(store: Store, export: Export, strange: frozenset[str], outcome: Outcome) -> None:
    """`strange`: the ids of places of which nothing was known when the import began."""
    for members in batches(export.members(), AT_ONCE):
        with store.transaction() as tx:
            _meet(tx, members, outcome)
    for rooms in batches(export.rooms(), AT_ONCE):
        with store.transaction() as tx:
            _furnish(tx, rooms, strange, outcome)


def seat(store: Store, export: Export, strange: frozenset[str]) -> None:
    """Whoever came and left meanwhile: in the end those are there whom the export says so of."""
    for rooms in batches(export.rooms(), AT_ONCE):
        with store.transaction() as tx:
            for room in _of(rooms, strange):
                gather(tx.rows, room.event.place, (each.account.id for each in room.members))


def places(tx: Transaction, platform: str, realm: str) -> frozenset[str]:
    """The ids of those that are known."""
    known = tx.people.snapshot().places
    return frozenset(id for at, of, id in known if (at, of) == (platform, realm))


def _meet(tx: Transaction, members: Iterable[Member], outcome: Outcome) -> None:
    """Linked by address where exactly one person has it; who is linked stays so."""
    shot = tx.people.snapshot()
    persons = by_address(tx)
    for each in members:
        known = shot.logins.get(each.event.account)
        if known is None or known.name == each.event.account.id:
            tx.people.meet(each.event)
            outcome.accounts += known is None
        person = persons.get(each.email.strip().casefold())
        if person and not each.event.automatic and (known is None or known.person is None):
            tx.people.link(each.event.account, person)
            outcome.linked += 1


def by_address(tx: Transaction) -> Mapping[str, str | None]:
    """The id of the one person with each address; None where several have it."""
    found: dict[str, str | None] = {}
    for person in tx.people.snapshot().directory.people.values():
        address = person.email.strip().casefold()
        if address:
            found[address] = None if address in found else person.id
    return found


def _furnish(
    tx: Transaction, rooms: Iterable[Room], strange: frozenset[str], outcome: Outcome
) -> None:
    known = tx.people.snapshot().places
    for room in _of(rooms, strange):
        place = room.event.place
        if (place.platform, place.realm, place.id) not in known:
            tx.people.settle_in(room.event)
            gather(tx.rows, place, (each.account.id for each in room.members))
            outcome.places += 1


def _of(rooms: Iterable[Room], strange: frozenset[str]) -> Iterator[Room]:
    return (room for room in rooms if room.event.place.id in strange)


def batches(all: Iterator[T], size: int) -> Iterator[list[T]]:
    while some := list(islice(all, size)):
        yield some

"""Destroys keys: of what two people have consented to, and of holds that were released. 3.3.1.

First nothing more is wrapped under them, on any machine; minutes later what must stay is wrapped
anew and the certificate written, in one transaction; then the key goes. Whatever stops us between
two of these steps, the next look goes on from there.
"""

from collections.abc import Mapping
from datetime import timedelta

from bot.clock import fault_point
from bot.handlers import disposing
from bot.handlers.custody import HOLD
from bot.store import Store
from bot.store.rings import SETTLED, Known

LATELY = timedelta(days=31)  # lease time: as long what lay under a key is looked for


def work(store: Store) -> int:
    """How many lists were carried out."""
    with store.transaction() as tx:
        agreed = tx.disposals.waiting("agreed")
        certified = {each.ring for each in tx.disposals.certificates()}
        released = {HOLD + each for each in tx.holds.released()}
    if not (agreed or certified or released):
        return 0
    done = sum(_carry_out(store, each.number, each.rings) for each in agreed)
    if done:
        with store.transaction() as tx:
            certified = {each.ring for each in tx.disposals.certificates()}
    _destroy(store, certified, released)
    return done


def _carry_out(store: Store, number: int, rings: tuple[str, ...]) -> bool:
    """False: its keys were closed too lately, or it was stopped."""
    known = _known(store)
    open_yet = [ring for ring in rings if not _closed(store, known, ring)]
    if open_yet:
        return False
    with store.transaction() as tx:
        disposal = tx.disposals.find(number)
        if disposal is None or disposal.state != "agreed":
            return False
        disposing.carry_out(tx, disposal)
        fault_point("what is disposed of was certified")
    return True


def _known(store: Store) -> Mapping[str, Known]:
    return {each.name: each for each in store.rings.known()}


def _closed(store: Store, known: Mapping[str, Known], ring: str) -> bool:
    """Long enough for every process to have noticed."""
    found = known.get(ring)
    if found is None or found.destroyed_at is not None:
        return True
    if found.closed_at is None:
        store.rings.close(ring)
        return False
    return found.closed_at <= store.clock.lease() - SETTLED


def _destroy(store: Store, certified: set[str], released: set[str]) -> None:
    known = _known(store)
    left = [each for each in known.values() if each.destroyed_at is None]
    for each in left:
        ended = each.name in certified or (each.name in released and _empty(store, each.name))
        if ended and _closed(store, known, each.name):
            store.rings.destroy(each.name)
            fault_point("what lay under a key is to be erased")
    lately = store.clock.lease() - LATELY
    gone = [e.name for e in _known(store).values() if e.destroyed_at and e.destroyed_at > lately]
    with store.transaction() as tx:
        for ring in certified.intersection(gone):
            if not tx.expiring.erased(ring):
                tx.wraps.erase(ring)


def _empty(store: Store, ring: str) -> bool:
    with store.reading() as tx:
        return tx.expiring.empty(ring)

"""How reports can be made at this moment: whose keys there are, and who is near to whom. 5.1.3."""

from bot.policy.reporting import INVESTIGATOR, Channel, Holder, Keeper
from bot.store import Transaction
from bot.store.sealed import Kept


def channel(tx: Transaction) -> Channel:
    """Only keys of people who are here and have the role today."""
    directory, book = tx.people.snapshot().directory, tx.policies.current()
    rules = book.reporting
    kept = tx.sealed.holders()
    found = [_holder(tx, each, rules.outside) for each in kept if each.person is not None]
    recovery = next((each for each in kept if each.person is None), None)
    return Channel(
        company=tx.rows.company,
        holders=tuple(sorted(filter(None, found), key=lambda each: (each.name, each.id))),
        recovery=_recovery(recovery) if recovery else None,
        keepers=_keepers(tx, recovery),
        directory=directory,
        address=tx.links.address(),
        elsewhere=rules.elsewhere,
        file_bytes=rules.file_bytes,
        per_hour=rules.per_hour,
    )


def _recovery(kept: Kept) -> Holder:
    return Holder(id=kept.id, person="", name="", public=kept.public, outside=True)


def _keepers(tx: Transaction, recovery: Kept | None) -> tuple[Keeper, ...]:
    directory = tx.people.snapshot().directory
    found = []
    for name in recovery.keepers if recovery else ():
        meant = directory.named(name)
        found.append(Keeper(name, meant[0].id if len(meant) == 1 else None))
    return tuple(found)


def _holder(tx: Transaction, kept: Kept, outside: str) -> Holder | None:
    person = tx.people.snapshot().directory.people.get(kept.person or "")
    if person is None or not person.active or person.partner:
        return None
    if INVESTIGATOR not in person.roles and outside not in person.roles:
        return None
    return Holder(
        id=kept.id,
        person=person.id,
        name=person.name,
        public=kept.public,
        outside=INVESTIGATOR not in person.roles,
    )

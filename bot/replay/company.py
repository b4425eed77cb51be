"""The people, accounts and places of a store, settled into another one for a replay."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.events import Account, AccountChanged, MembershipChanged, Place, PlaceChanged, Platform
from bot.store import Transaction
from bot.store.people import Snapshot


@dataclass(frozen=True, slots=True)
class Company:
    """As it is today."""

    shot: Snapshot
    members: Sequence[Any]
    here: frozenset[str]  # who spoke or was named: they had not left then

    def settle_in(self, tx: Transaction) -> None:
        directory = self.shot.directory
        tx.people.save(
            replace(each, active=each.active or each.id in self.here)
            for each in directory.people.values()
        )
        tx.people.save_departments(directory.departments.values())
        for absences in directory.absences.values():
            for absence in absences:
                tx.people.absent(absence)
        for calendar, days in self.shot.holidays.items():
            tx.people.hear_hr(calendar, dict(days))
        self._accounts(tx)
        self._places(tx)

    def _accounts(self, tx: Transaction) -> None:
        for account, login in self.shot.logins.items():
            tx.people.meet(
                AccountChanged(
                    key="",
                    at=tx.clock.now(),
                    account=account,
                    name=login.name,
                    language=login.language,
                    zone=login.zone,
                    automatic=login.automatic,
                    active=login.active or login.person in self.here,
                )
            )
            tx.people.link(account, login.person)

    def _places(self, tx: Transaction) -> None:
        now = tx.clock.now()
        for row in self.shot.places.values():
            place = Place(Platform(row.platform), row.realm, row.id)
            tx.people.settle_in(
                PlaceChanged(key="", at=now, place=place, name=row.name, kind=row.kind)
            )
        for row in self.members:
            place = Place(Platform(row.platform), row.realm, row.place)
            who = Account(place.platform, place.realm, row.account)
            tx.people.move(
                MembershipChanged(key="", at=now, account=who, place=place, joined=row.joined)
            )

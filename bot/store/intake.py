"""Takes many people in at once, in a few statements, as `bot.intake` wants them kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from bot.events import Account
from bot.policy.people import Absence, Department, Person
from bot.store import Transaction
from bot.store.people import COPIED
from bot.store.rows import Rows
from bot.store.schema import absences, accounts, departments, people, roles

T = TypeVar("T")
AT_ONCE = 500  # values in one statement
LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Register:
    """What a plan of `bot.intake` asks of the store; all of it in the one transaction."""

    tx: Transaction

    @property
    def rows(self) -> Rows:
        return self.tx.rows

    def elsewhere(self) -> set[tuple[str, str, datetime, datetime, str | None]]:
        """The days known on which somebody works remotely or travels."""
        found = self.rows.all(absences, absences.c.kind != LEAVE)
        return {(one.person, one.kind, one.start, one.end, one.delegate) for one in found}

    def save(self, each: Iterable[Person]) -> None:
        everybody = list(each)
        self.tx.oversight.grant(everybody)
        for some in _parts([one.id for one in everybody]):
            self.rows.remove(roles, roles.c.person.in_(some))
            self.rows.remove(people, people.c.id.in_(some))
        self.rows.add_all(people, [_values(one) for one in everybody])
        granted = [{"person": one.id, "role": role} for one in everybody for role in one.roles]
        self.rows.add_all(roles, granted)
        self.tx.people.changed()

    def save_departments(self, units: Iterable[Department]) -> None:
        self.tx.people.save_departments(units)

    def link(self, links: Mapping[Account, str]) -> None:
        """Accounts a platform has told of keep what it said; the others are not yet seen."""
        known = self.tx.people.snapshot().logins
        now = self.rows.clock.lease()
        fresh = {"automatic": False, "active": True, "seen_at": now}
        new = [
            {**_keys(account), "name": account.id, "person": person, **fresh}
            for account, person in links.items()
            if account not in known
        ]
        self.rows.add_all(accounts, new)
        for account, person in links.items():
            if account in known:
                keys = [accounts.c[name] == value for name, value in _keys(account).items()]
                self.rows.change(accounts, *keys, person=person)
        self.tx.people.changed()

    def absent(self, spells: Iterable[tuple[Absence, str]]) -> None:
        """The same time of the same person again means: somebody else answers meanwhile."""
        for one, kind in spells:
            values = {"person": one.person, "kind": kind, "start": one.start, "end": one.end}
            same = [absences.c[name] == value for name, value in values.items()]
            if not self.rows.change(absences, *same, delegate=one.delegate):
                self.tx.people.absent(one, kind)
        self.tx.people.changed()

    def keep_mail(self, keepers: Mapping[str, str | None]) -> None:
        for unit, keeper in keepers.items():
            self.rows.change(departments, departments.c.id == unit, mail_keeper=keeper)

    def override(self, days: Mapping[str, Mapping[date, bool]]) -> None:
        """HR's word on single days, by calendar."""
        for calendar, some in days.items():
            self.tx.people.hear_hr(calendar, some)


def _values(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in ("id", *COPIED, "partner", "active")}


def _keys(account: Account) -> dict[str, str]:
    return {"platform": account.platform, "realm": account.realm, "id": account.id}


def _parts(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]

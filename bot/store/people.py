"""The directory: people, departments, accounts, absences. Kept in memory, by version."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa

from bot.events import (
    Account,
    AccountChanged,
    MembershipChanged,
    Place,
    PlaceChanged,
    Platform,
    account_key,
)
from bot.policy.people import Absence, Department, Directory, Person
from bot.store.oversight import Oversight
from bot.store.rows import Rows
from bot.store.schema import (
    absences,
    accounts,
    departments,
    holidays,
    members,
    numbers,
    people,
    places,
    roles,
)
from bot.store.schema_findings import blocked
from bot.store.sessions import WEB
from bot.words import Reader, clean

VERSION = "directory"
NAME = 200  # characters of a name
AT_ONCE = 10_000  # values in one statement
COPIED = ("name", "email", "department", "manager", "zone", "language", "calendar")
SEEN = ("name", "language", "zone", "automatic", "active", "outsider")

IN = members.c  # built once: they run for every card about a message
THERE = (
    sa.select(IN.account)
    .where(IN.company == sa.bindparam("ours"), IN.platform == sa.bindparam("platform"))
    .where(IN.realm == sa.bindparam("realm"), IN.place == sa.bindparam("place"))
    .limit(1)
)
JOINED = THERE.where(IN.account.in_(sa.bindparam("own", expanding=True)), IN.joined.is_(True))


@dataclass(frozen=True, slots=True)
class Login:
    """What a platform says of an account."""

    account: Account
    name: str
    language: str | None
    zone: str | None
    automatic: bool
    active: bool
    person: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is asked about people, as it was at a version."""

    version: int
    directory: Directory = field(default_factory=Directory)
    logins: Mapping[Account, Login] = field(default_factory=dict)
    places: Mapping[tuple[str, str, str], Any] = field(default_factory=dict)
    holidays: Mapping[str, tuple[tuple[date, bool], ...]] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()  # domains that IT has added to those of the policy


@dataclass(slots=True)
class Shelf:
    """Where a process keeps the last snapshot it read."""

    last: Snapshot = field(default_factory=lambda: Snapshot(-1))


@dataclass(slots=True)
class People:
    rows: Rows
    shelf: Shelf
    _seen: Snapshot | None = None  # by this transaction

    def snapshot(self) -> Snapshot:
        """As it was when this transaction first looked, and with what it changed itself."""
        if self._seen is None:
            row = self.rows.one(numbers, numbers.c.name == VERSION)
            version = int(row.last) if row else 0
            shot = self.shelf.last  # once: another thread may forget it meanwhile
            if shot.version != version:
                shot = self.shelf.last = self._read(version)
            self._seen = shot
        return self._seen

    def changed(self) -> None:
        """To be called after every change to what the snapshot holds."""
        self.rows.count_up(numbers, VERSION, 1)
        self.forget()

    def forget(self) -> None:
        """What was read may have been undone."""
        self.shelf.last, self._seen = Snapshot(-1), None

    def save(self, each: Iterable[Person]) -> None:
        everybody = tuple(each)
        Oversight(self.rows).grant(everybody)
        for person in everybody:
            values = {name: getattr(person, name) for name in (*COPIED, "partner", "active")}
            self.rows.put(people, {"id": person.id}, **values)
            self.rows.remove(roles, roles.c.person == person.id)
            granted = [{"person": person.id, "role": role} for role in sorted(person.roles)]
            self.rows.add_all(roles, granted)
        self.changed()

    def save_departments(self, each: Iterable[Department]) -> None:
        for one in each:
            values = {name: getattr(one, name) for name in ("name", "head", "parent", "subsidiary")}
            self.rows.put(departments, {"id": one.id}, **values)
        self.changed()

    def link(self, account: Account, person: str | None) -> None:
        keys = _keys(account)
        if not self.rows.change(accounts, *self._is(account), person=person):
            now = self.rows.clock.lease()
            fresh = {"name": account.id, "automatic": False, "active": True, "seen_at": now}
            self.rows.add(accounts, **keys, person=person, **fresh)
        self.changed()

    def is_open(self, account: Account) -> bool:
        """It is known, and was not closed. Asked for everybody there is: by the row alone."""
        row = self.rows.one(accounts, *self._is(account))
        return row is not None and bool(row.active)

    def asks(self, account: Account) -> Person | None:
        """Who may give commands by it: nobody by one that was closed, whose it may still be."""
        shot = self.snapshot()
        known = shot.logins.get(account)
        return None if known is None or not known.active else shot.directory.behind(account)

    def may_be_linked(self, account: Account) -> bool:
        """By a code: no guest's, no bot's, and none that is closed."""
        row = self.rows.one(accounts, *self._is(account))
        return row is None or bool(row.active and not row.automatic and not row.outsider)

    def is_outsider(self, account: Account) -> bool:
        """A guest, or somebody of a partner; a stranger of whom nothing is known is not."""
        person = self.snapshot().directory.behind(account)
        row = self.rows.one(accounts, *self._is(account))
        return bool(person and person.partner) or bool(row is not None and row.outsider)

    def meet(self, event: AccountChanged) -> None:
        """What the platform says of an account; unknown ones are kept apart as strangers."""
        values = {name: getattr(event, name) for name in SEEN} | {"name": clean(event.name, NAME)}
        if event.zone not in zones():
            values["zone"] = None
        if event.email is not None:
            values["email"] = clean(event.email, NAME)
        if not self.rows.change(accounts, *self._is(event.account), **values):
            seen = self.rows.clock.lease()  # not that they were active: that we heard of them
            self.rows.add(accounts, **_keys(event.account), person=None, **values, seen_at=seen)
        self.changed()

    def link_by_email(self, account: Account | None = None) -> dict[Account, str]:
        """Accounts of nobody whose e-mail is that of exactly one colleague are theirs from now on.

        `account`: only this one. Never guests, never bots, and never what is linked already.
        """
        c = accounts.c
        only = self._is(account) if account else []
        alone = c.person.is_(None), c.email.is_not(None), c.active.is_(True)
        inside = c.automatic.is_(False), c.outsider.is_(False)
        found = {}
        for row in self.rows.all(accounts, *only, *alone, *inside):
            owner = self._owner(row.email)
            if owner is not None:
                one = Account(Platform(row.platform), row.realm, row.id)
                self.rows.change(accounts, *self._is(one), person=owner)
                found[one] = owner
        if found:
            self.changed()
        return found

    def _owner(self, email: str) -> str | None:
        c = people.c
        same = sa.func.lower(c.email) == email.lower(), c.active.is_(True), c.partner.is_(False)
        rows = self.rows.all(people, *same, limit=2) if email else ()
        return str(rows[0].id) if len(rows) == 1 else None

    def see(self, account: Account) -> None:
        """They were active now. A stranger is written down at first sight."""
        known = self.snapshot().logins.get(account)
        if known is None:
            self.meet(
                AccountChanged(key="", at=self.rows.clock.now(), account=account, name=account.id)
            )
        elif len(self.snapshot().directory.accounts_of(known.person or "")) > 1:
            self.rows.change(accounts, *self._is(account), seen_at=self.rows.clock.lease())

    def reached_at(self, person: str) -> Account | None:
        """The account to write to: where they were last active. Nobody is written to on a page."""
        return self.reached_at_all([person]).get(person)

    def reached_at_all(self, persons: Iterable[str]) -> dict[str, Account]:
        """The same of many at once; who has no account is left out."""
        shot, found, several = self.snapshot(), dict[str, Account](), list[str]()
        for id in persons:
            known = shot.directory.people.get(id)
            if known is None or not known.active:
                continue
            ours = [a for a in shot.directory.accounts_of(id) if a.platform != WEB]
            choice = [a for a in ours if shot.logins[a].active]
            if len(choice) == 1:
                found[id] = choice[0]
            elif choice:
                several.append(id)
        return found | self._last_used(several)

    def reached_at_one(self, person: str, fits: Callable[[Account], bool]) -> Account | None:
        """As above, among the accounts that fit."""
        shot = self.snapshot()
        ours = [a for a in shot.directory.accounts_of(person) if a.platform != WEB and fits(a)]
        active = [a for a in ours if shot.logins[a].active]
        return max(active, key=lambda each: shot.logins[each].seen_at, default=None)

    def _last_used(self, persons: Sequence[str]) -> dict[str, Account]:
        c, found = accounts.c, dict[str, Account]()
        for start in range(0, len(persons), AT_ONCE):
            some = c.person.in_(persons[start : start + AT_ONCE])
            here = some, c.active.is_(True), c.platform != WEB
            for row in self.rows.all(accounts, *here, order=[c.seen_at]):
                found[row.person] = Account(Platform(row.platform), row.realm, row.id)
        return found

    def reader(self, who: Account | Place, home: Reader) -> Reader:
        """The language and zone `who` reads in; `home`: the company's own."""
        shot = self.snapshot()
        if isinstance(who, Place):
            return home
        login, person = shot.logins.get(who), shot.directory.behind(who)
        language = (person and person.language) or (login and login.language) or home.language
        zone = (person and person.zone) or (login and login.zone) or home.zone
        return Reader(language, zone)

    def place_name(self, place: Place) -> str:
        """Empty for one we know nothing of."""
        row = self.snapshot().places.get((place.platform, place.realm, place.id))
        return str(row.name) if row else ""

    def sees(self, person: str, place: Place) -> bool:
        """They are a member of it; where the platform never told of members, everybody is."""
        realm = place.platform, place.realm
        known = self.snapshot().directory.accounts_of(person)
        own = [each.id for each in known if (each.platform, each.realm) == realm]
        if not own:
            return False
        here = {"ours": self.rows.company, "platform": place.platform, "realm": place.realm}
        here["place"] = place.id
        ask = self.rows.conn.execute
        return bool(ask(JOINED, here | {"own": own}).first()) or ask(THERE, here).first() is None

    def seen_by(self, person: str) -> list[Place]:
        """Every place they see (`sees`), but for direct chats of which nobody told who is in them.

        An outsider sees only what they were told to be a member of.
        """
        directory = self.snapshot().directory
        known, own = directory.people.get(person), directory.accounts_of(person)
        c, found = members.c, list[Place]()
        for row in self.rows.all(members, c.account.in_([each.id for each in own]), c.joined):
            if Account(Platform(row.platform), row.realm, row.account) in own:
                found.append(Place(Platform(row.platform), row.realm, row.place))
        if known is not None and not known.partner:
            found += self._open_to({(each.platform, each.realm) for each in own})
        return list(dict.fromkeys(found))

    def _open_to(self, realms: set[tuple[Platform, str]]) -> list[Place]:
        """Places there of which the platform never told who is in them."""
        told = (
            sa.exists()
            .where(members.c.company == places.c.company, members.c.platform == places.c.platform)
            .where(members.c.realm == places.c.realm, members.c.place == places.c.id)
        )
        rows = self.rows.all(places, ~told, places.c.kind != "direct")
        every = (Place(Platform(row.platform), row.realm, row.id) for row in rows)
        return [each for each in every if (each.platform, each.realm) in realms]

    def places_named(self, name: str) -> list[Place]:
        """Those in use that are called so."""
        wanted, found = name.casefold(), []
        for (platform, realm, id), row in self.snapshot().places.items():
            if row.name.casefold() == wanted and not row.archived and row.kind != "direct":
                found.append(Place(Platform(platform), realm, id))
        return found

    def places_called(self, name: str) -> list[Place]:
        """As they are called now, those archived among them; whose name is not a person's chat."""
        wanted, found = name.casefold(), []
        for (platform, realm, id), row in self.snapshot().places.items():
            if row.name.casefold() == wanted and row.kind != "direct":
                found.append(Place(Platform(platform), realm, id))
        return found

    def is_in(self, account: Account, place: Place) -> bool:
        """The platform told that it joined, and not that it left."""
        c = members.c
        here = c.platform == place.platform, c.realm == place.realm, c.place == place.id
        return (
            self.rows.one(members, *here, c.account == account.id, c.joined.is_(True)) is not None
        )

    def members(self, place: Place) -> tuple[str, ...]:
        """The people in it, as far as the platform told of them."""
        c = members.c
        here = c.platform == place.platform, c.realm == place.realm, c.place == place.id
        rows = self.rows.all(members, *here, c.joined.is_(True))
        accounts = [Account(place.platform, place.realm, row.account) for row in rows]
        found = (self.snapshot().directory.behind(each) for each in accounts)
        return tuple(dict.fromkeys(each.id for each in found if each))

    def is_among(self, place: Place, persons: Collection[str]) -> bool:
        """Everybody in it is one of them, and no stranger; False where the platform never told."""
        c = members.c
        here = c.platform == place.platform, c.realm == place.realm, c.place == place.id
        rows = self.rows.all(members, *here, c.joined.is_(True))
        logins = self.snapshot().logins
        accounts = [Account(place.platform, place.realm, row.account) for row in rows]
        heard = [logins.get(each) for each in accounts]
        people = [each for each in heard if each is None or not each.automatic]
        return bool(people) and all(each and each.person in persons for each in people)

    def settle_in(self, event: PlaceChanged) -> None:
        name = clean(event.name, NAME)
        values = {"name": name, "kind": event.kind, "archived": event.archived}
        values["outside"] = event.outside
        place = event.place
        keys = {"platform": place.platform, "realm": place.realm, "id": place.id}
        self.rows.put(places, keys, **values)
        self.changed()

    def move(self, event: MembershipChanged) -> None:
        place, account = event.place, event.account
        row = {"platform": place.platform, "realm": place.realm, "place": place.id}
        row["account"] = account.id
        self.rows.put(members, row, joined=event.joined)

    def absent(self, absence: Absence, kind: str = "leave") -> None:
        id = self.rows.clock.new_id()
        values = {name: getattr(absence, name) for name in ("person", "start", "end", "delegate")}
        self.rows.add(absences, id=id, kind=kind, **values)
        self.changed()

    def status(self, account: Account, now: datetime) -> Absence | None:
        """What an account's status says of who uses it, if that is not over."""
        c = absences.c
        row = self.rows.one(absences, c.account == account_key(account), c.end > now)
        return row and Absence(person=row.person, start=row.start, end=row.end)

    def away_by_status(self, account: Account, absence: Absence) -> None:
        id = self.rows.clock.new_id()
        values = {name: getattr(absence, name) for name in ("person", "start", "end", "delegate")}
        self.rows.add(absences, id=id, kind="status", account=account_key(account), **values)
        self.changed()

    def back_by_status(self, account: Account, now: datetime) -> None:
        """What was until now stays known."""
        c = absences.c
        self.rows.change(absences, c.account == account_key(account), c.end > now, end=now)
        self.changed()

    def back(self, person: str, start: datetime) -> None:
        """A leave that began, or would have begun, then is taken back."""
        mine = absences.c.person == person, absences.c.start == start, absences.c.kind == "leave"
        self.rows.remove(absences, *mine)
        self.changed()

    def hear_hr(self, calendar: str, days: Mapping[date, bool]) -> None:
        """HR's word on single days, against the library's."""
        for day, working in days.items():
            self.rows.put(holidays, {"calendar": calendar, "day": day.isoformat()}, working=working)
        self.changed()

    def strangers(self) -> Sequence[Any]:
        """Accounts that may be a colleague's, and are not linked."""
        return self.rows.all(accounts, *self._unknown(), accounts.c.outsider.is_(False))

    def guests(self) -> Sequence[Any]:
        """Accounts of guests, and of people of other companies, that are nobody's we know."""
        return self.rows.all(accounts, *self._unknown(), accounts.c.outsider.is_(True))

    def outsiders(self) -> int:
        """How many guests there are, and people of other companies, that are nobody's we know."""
        return self.rows.count(accounts, *self._unknown(), accounts.c.outsider.is_(True))

    def _unknown(self) -> tuple[Any, ...]:
        return accounts.c.person.is_(None), accounts.c.automatic.is_(False)

    def _is(self, account: Account) -> list[Any]:
        return [accounts.c[name] == value for name, value in _keys(account).items()]

    def _read(self, version: int) -> Snapshot:
        logins = {login.account: login for login in map(_login, self.rows.all(accounts))}
        days: dict[str, tuple[tuple[date, bool], ...]] = {}
        for row in self.rows.all(holidays):
            one = (date.fromisoformat(row.day), bool(row.working))
            days[row.calendar] = (*days.get(row.calendar, ()), one)
        spots = {(row.platform, row.realm, row.id): row for row in self.rows.all(places)}
        bad = frozenset(row.domain for row in self.rows.all(blocked))
        return Snapshot(version, self._directory(logins), logins, spots, days, bad)

    def _directory(self, logins: Mapping[Account, Login]) -> Directory:
        granted: dict[str, set[str]] = {}
        for row in self.rows.all(roles):
            granted.setdefault(row.person, set()).add(row.role)
        everybody = {row.id: _person(row, granted) for row in self.rows.all(people)}
        away: dict[str, tuple[Absence, ...]] = {}
        given: dict[str, tuple[Absence, ...]] = {}
        kinds = absences.c.kind.in_(("leave", "status", "delegation"))
        rows = self.rows.all(absences, kinds)
        for row in sorted(
            rows, key=lambda row: row.kind == "status"
        ):  # a leave may name a delegate
            one = Absence(person=row.person, start=row.start, end=row.end, delegate=row.delegate)
            kept = given if row.kind == "delegation" else away
            kept[row.person] = (*kept.get(row.person, ()), one)
        names = ("id", "name", "head", "parent", "subsidiary")
        units = [
            Department(**{name: getattr(row, name) for name in names})
            for row in self.rows.all(departments)
        ]
        owners = {account: login.person for account, login in logins.items() if login.person}
        return Directory(everybody, {unit.id: unit for unit in units}, owners, away, given)


@cache
def zones() -> frozenset[str]:
    """Looked for once: the files of hundreds of zones are many."""
    return frozenset(available_timezones())


def _keys(account: Account) -> dict[str, str]:
    return {"platform": account.platform, "realm": account.realm, "id": account.id}


def _person(row: Any, granted: Mapping[str, set[str]]) -> Person:
    values = {name: getattr(row, name) for name in ("id", *COPIED, "partner", "active")}
    return Person(roles=frozenset(granted.get(row.id, ())), **values)


def _login(row: Any) -> Login:
    account = Account(Platform(row.platform), row.realm, row.id)
    values = (row.name, row.language, row.zone, row.automatic, row.active, row.person, row.seen_at)
    return Login(account, *values)

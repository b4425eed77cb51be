"""How an import writes into a store: nothing waits to be sent, and nobody sees it half done.

What is owed is kept under a company of its own until the import has ended: the bot, which may be
at work meanwhile, never finds it. Then it becomes the company's, settled.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from bot.effects import Effect
from bot.events import Account, Place
from bot.policy.duties import INNER
from bot.policy.rulebook import Rulebook
from bot.store import Transaction
from bot.store.duties import Dues, Duties
from bot.store.outbox import Arrival, Outbox, Written
from bot.store.people import AT_ONCE, People, Snapshot
from bot.store.policies import Policies
from bot.store.rows import Rows
from bot.store.schema import LIVE, dues, duties, members, numbers, promises, records

UNSENT = ("digest",)  # kinds of dues that only ever say something to people


@dataclass(frozen=True, slots=True)
class Unsent(Outbox):
    """Where nothing is kept of what is to be said."""

    def add(
        self,
        effect: Effect,
        key: str,
        *,
        subject: str = "",
        urgent: bool = False,
        deadline: datetime | None = None,
    ) -> str:
        return self.rows.clock.new_id()

    def add_all(self, effects: Sequence[Written]) -> list[str]:
        return [self.rows.clock.new_id() for _ in effects]

    def told(self, subject: str) -> list[Arrival]:
        return []


@dataclass(frozen=True, slots=True)
class PastDues(Dues):
    """`heard` is told the time of each that is added."""

    heard: Callable[[datetime], object]

    def add_all(self, new: Sequence[tuple[datetime, str, str, int]]) -> None:
        wanted = [each for each in new if each[1] not in UNSENT]
        Dues.add_all(self, wanted)
        for at, *_ in wanted:
            self.heard(at)


@dataclass(slots=True)
class PastPeople(People):
    """Those of today, as if nobody had left yet; seen then is not seen now."""

    def see(self, account: Account) -> None:
        if account not in self.snapshot().logins:
            People.see(self, account)

    def _read(self, version: int) -> Snapshot:
        shot = People._read(self, version)
        there = {id: replace(each, active=True) for id, each in shot.directory.people.items()}
        return replace(shot, directory=replace(shot.directory, people=there))


@dataclass(slots=True)
class PastPolicies(Policies):
    """Today's, but nothing of the past is found fault with: nobody would look at it now."""

    def version(self, version: int) -> Rulebook:
        if version not in self.books.read:
            book = Policies.version(self, version)
            calm = {name: replace(each, releases="") for name, each in book.channels.items()}
            still = replace(book.screening, rules=dict.fromkeys(book.screening.rules, "off"))
            still = replace(still, formality=False)
            self.books.read[version] = replace(book, channels=calm, screening=still)
        return self.books.read[version]


def set_apart(tx: Transaction, realm: str, heard: Callable[[datetime], object]) -> None:
    """From now on this transaction writes as an import of that realm does."""
    apart = replace(tx.rows, company=f"{tx.rows.company}/import/{realm}")
    tx.outbox, tx.duties, tx.dues = Unsent(tx.rows), Duties(apart), PastDues(apart, heard)
    tx.people = PastPeople(tx.rows, tx.people.shelf)
    tx.policies = PastPolicies(tx.rows, tx.people, tx.policies.books)


def left_open(tx: Transaction, limit: int) -> list[str]:
    """Ids of what is still owed, in a transaction that is set apart."""
    rows = tx.duties.rows.all(duties, LIVE, limit=limit)
    return [row.id for row in rows]


def bring_in(tx: Transaction) -> int:
    """What was set apart becomes the company's, with its next numbers. Returns how much is owed."""
    apart, ours = tx.duties.rows, tx.rows
    theirs, found = duties.update().where(duties.c.company == apart.company), 0
    for name, which in (("short", duties.c.number < INNER), ("inner", duties.c.number >= INNER)):
        row = apart.one(numbers, numbers.c.name == name)
        if row is None:
            continue
        before = Duties(ours).number(name, int(row.last)) - int(row.last)
        change = {"company": ours.company, "number": duties.c.number + before}
        found += ours.conn.execute(theirs.where(which).values(change)).rowcount
    kept = promises.update().where(promises.c.company == apart.company)
    ours.conn.execute(kept.values(company=ours.company))
    for table in (dues, numbers):
        apart.remove(table)
    return found


def ends(rows: Rows, realm: str) -> dict[str, datetime]:
    """When the last message was said in each conversation of a realm ("platform/id/")."""
    c = records.c
    theirs = c.kind == "post", c.conversation.startswith(realm, autoescape=True)
    last = sa.select(c.conversation, sa.func.max(c.at)).where(c.company == rows.company, *theirs)
    found = rows.conn.execute(last.group_by(c.conversation)).all()
    return {str(name): at for name, at in found}


def gather(rows: Rows, place: Place, accounts: Iterable[str]) -> None:
    """They are in it, and nobody else is."""
    c = members.c
    where = {"platform": place.platform, "realm": place.realm, "place": place.id}
    rows.change(members, *(c[name] == value for name, value in where.items()), joined=False)
    inside = [where | {"company": rows.company, "account": id} for id in dict.fromkeys(accounts)]
    for start in range(0, len(inside), AT_ONCE):
        some = inside[start : start + AT_ONCE]
        new = rows.unless_known(members, "platform", "realm", "place", "account")
        rows.conn.execute(new, [each | {"joined": True} for each in some])
        theirs = c.account.in_([each["account"] for each in some])
        rows.change(members, *(c[name] == v for name, v in where.items()), theirs, joined=True)

"""The only place with SQL: one company's tables, and the transaction in which they change."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Condition
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from bot.clock import Clock, fault_point
from bot.seal import Seal
from bot.store.assessing import Assessments
from bot.store.attesting import Attestations
from bot.store.boards import Boards
from bot.store.cases import Blocked, Cases, SeenLinks
from bot.store.checkpoints import Checkpoints
from bot.store.classes import Classes
from bot.store.codes import Codes
from bot.store.connecting import leafing
from bot.store.dailies import Dailies
from bot.store.dbtime import DatabaseTime
from bot.store.dialogues import Dialogues
from bot.store.disclosing import Disclosing
from bot.store.disposals import Disposals
from bot.store.disposed import Disposed
from bot.store.downloads import Downloads
from bot.store.duties import Dues, Duties
from bot.store.expiring import Expiring
from bot.store.files import Files, Orders
from bot.store.findings import Findings
from bot.store.gaps import Gaps
from bot.store.holdings import Holdings
from bot.store.holds import Holds
from bot.store.journal import Journal
from bot.store.keystore import rings_of
from bot.store.limits import Limits
from bot.store.listeners import Listeners
from bot.store.looks import Bundles, Looks
from bot.store.meetings import Meetings
from bot.store.notes import Notes
from bot.store.notices import Notices
from bot.store.nudges import Demotions, Nudges
from bot.store.origin import Lost, Origin
from bot.store.outbox import Outbox
from bot.store.oversight import Oversight
from bot.store.pairing import Pairing
from bot.store.people import People, Shelf, Snapshot
from bot.store.policies import Books, Policies
from bot.store.preferences import Preferences
from bot.store.processes import Processes
from bot.store.published import Published
from bot.store.records import Records
from bot.store.requests import Requests
from bot.store.restores import Restores
from bot.store.rings import Rings
from bot.store.rows import Rows
from bot.store.samples import Samples
from bot.store.sealed import Sealed
from bot.store.search import Search
from bot.store.sessions import Links, Sessions
from bot.store.strangers import Strangers
from bot.store.unreadable import Unreadable
from bot.store.verifying import Verifying
from bot.store.wrapping import Wraps
from bot.words import Reader

AT_LEISURE = "SET LOCAL idle_in_transaction_session_timeout = 0"


T = TypeVar("T")


class Part(Generic[T]):
    """Of a transaction: made when it is first asked for, as most of them never are."""

    def __init__(self, make: "Callable[[Transaction], T]") -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, tx: "Transaction", owner: type) -> T:
        made = tx.__dict__[self._name] = self._make(tx)
        return made


def part(kind: Callable[[Rows], T]) -> Part[T]:
    return Part(lambda tx: kind(tx.rows))


class Transaction:
    """Everything of one company that can be read and changed, as one whole or not at all."""

    rows: Rows
    clock: Clock
    shelf: Shelf
    books: Books

    journal = part(Journal)
    listeners = part(Listeners)
    outbox = part(Outbox)
    duties = part(Duties)
    dues = part(Dues)
    nudges = part(Nudges)
    people = Part(lambda tx: People(tx.rows, tx.shelf))
    records = part(Records)
    requests = part(Requests)
    policies = Part(lambda tx: Policies(tx.rows, tx.people, tx.books))
    files = part(Files)
    orders = part(Orders)
    gaps = part(Gaps)
    published = part(Published)
    dialogues = part(Dialogues)
    meetings = part(Meetings)
    preferences = part(Preferences)
    demotions = part(Demotions)
    links = part(Links)
    sessions = part(Sessions)
    notes = part(Notes)
    notices = part(Notices)
    findings = part(Findings)
    classes = part(Classes)
    unreadable = part(Unreadable)
    codes = part(Codes)
    search = Part(lambda tx: Search(tx.rows, tx.records))
    looks = part(Looks)
    bundles = part(Bundles)
    holdings = part(Holdings)
    sealed = part(Sealed)
    holds = part(Holds)
    disposals = part(Disposals)
    expiring = part(Expiring)
    disposed = part(Disposed)
    samples = part(Samples)
    dailies = part(Dailies)
    strangers = part(Strangers)
    attestations = part(Attestations)
    cases = part(Cases)
    blocked = Part(lambda tx: Blocked(tx.rows, tx.people))
    seen_links = part(SeenLinks)
    wraps = part(Wraps)
    pairing = part(Pairing)
    checkpoints = part(Checkpoints)
    restores = part(Restores)
    oversight = part(Oversight)
    assessments = part(Assessments)
    downloads = part(Downloads)
    boards = part(Boards)
    processes = part(Processes)
    limits = part(Limits)

    def __init__(self, rows: Rows, shelf: Shelf, books: Books) -> None:
        self.rows, self.clock, self.shelf, self.books = rows, rows.clock, shelf, books

    @property
    def disclosing(self) -> Disclosing:
        return Disclosing(self.rows)

    @property
    def verifying(self) -> Verifying:
        certified = {each.ring for each in self.disposals.certificates()}
        return Verifying(self.rows, certified.__contains__)

    @property
    def skew(self) -> timedelta:
        """How far this machine's own clock is ahead of the database's, as last asked."""
        lease = self.clock.lease
        return lease.skew() if isinstance(lease, DatabaseTime) else timedelta(0)

    @property
    def origin(self) -> Origin:
        return self.rows.origin

    def new_id(self) -> str:
        """Of what cards are named after: the same again where the same event comes again."""
        return self.rows.new_id()

    def home(self) -> Reader:
        """The company's own language and zone: what channels are written in."""
        book = self.policies.current()
        return Reader(book.language, book.zone)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone if it raises; what came before stays.

        By hand: SQLAlchemy compiles a statement for each of its own, which costs ten times as much.
        """
        run = self.rows.conn.exec_driver_sql
        run("SAVEPOINT part")
        try:
            yield
        except BaseException:
            run("ROLLBACK TO SAVEPOINT part")
            run("RELEASE SAVEPOINT part")
            raise
        run("RELEASE SAVEPOINT part")


class Turn:
    """SQLite has one writer, so we queue for it here: who must acknowledge goes first."""

    def __init__(self) -> None:
        self._free, self._held, self._hurried = Condition(), False, 0

    @property
    def wanted(self) -> bool:
        """Somebody who must acknowledge an event waits for the turn."""
        return self._hurried > 0

    @contextmanager
    def take(self, *, hurry: bool) -> Iterator[None]:
        with self._free:
            self._hurried += hurry
            self._free.wait_for(lambda: not self._held and (hurry or not self._hurried))
            self._hurried -= hurry
            self._held = True
        try:
            yield
        finally:
            with self._free:
                self._held = False
                self._free.notify_all()


@dataclass(slots=True)
class Memory:
    """What a restored store has forgotten, looked up once: restoring is done while nobody works."""

    known: bool = False
    lost: Lost | None = None


@dataclass(frozen=True, slots=True)
class Store:
    db: sa.Engine
    company: str
    seal: Seal
    clock: Clock
    turn: Turn = field(default_factory=Turn)
    _shelf: Shelf = field(default_factory=Shelf)
    _books: Books = field(default_factory=Books)
    _memory: Memory = field(default_factory=Memory)
    rings: Rings = field(init=False)

    def __post_init__(self) -> None:
        """Its keys lie where bot.store.keystore.join was told, else beside it."""
        made = rings_of(self.db, self.company, self.seal, self.clock)
        object.__setattr__(self, "rings", made)

    @property
    def shared(self) -> bool:
        """Several processes may be at work on it (PostgreSQL)."""
        return self.db.dialect.name != "sqlite"

    @contextmanager
    def transaction(self, *, hurry: bool = False) -> Iterator[Transaction]:
        """`hurry`: somebody waits for this to be committed."""
        if self.db.dialect.name != "sqlite":
            with self._begun() as tx:
                yield tx
            return
        with self.turn.take(hurry=hurry), self._begun() as tx:
            yield tx

    @contextmanager
    def reading(self, *, through: bool = False) -> Iterator[Transaction]:
        """A picture of the store as it is now; what is changed in it is lost.

        `through`: for who reads whole tables.
        """
        if self.db.dialect.name == "sqlite" and isinstance(self.db.pool, sa.StaticPool):
            with self.transaction() as tx:
                yield tx
            return
        options: dict[str, Any] = {"duly_reads": True}
        if self.db.dialect.name != "sqlite":
            options["isolation_level"] = "REPEATABLE READ"
        with self.db.connect().execution_options(**options) as conn:
            if "isolation_level" in options:  # it holds nothing that others wait for
                conn.exec_driver_sql(AT_LEISURE)
            with leafing(conn) if through else nullcontext():
                yield self.on(conn)
            conn.rollback()

    @contextmanager
    def _begun(self) -> Iterator[Transaction]:
        try:
            with self.db.begin() as conn:
                yield self.on(conn)
                fault_point("before commit")
        except BaseException:
            self._shelf.last = Snapshot(-1)  # it may hold what was undone
            self._books.read.clear()
            raise
        fault_point("after commit")

    def on(self, conn: sa.Connection) -> Transaction:
        """In a transaction that somebody else has begun and will commit."""
        rows = Rows(conn, self.company, self.seal, self.clock, self.rings)
        if not self._memory.known:
            self._memory.lost, self._memory.known = Restores(rows).lost(), True
        rows.origin.lost = self._memory.lost
        return Transaction(rows, self._shelf, self._books)

    def set_clock(self) -> timedelta:
        """By the database's; how far this machine's own is ahead. Raises where it is away."""
        if not isinstance(self.clock.lease, DatabaseTime):
            return timedelta(0)
        self.clock.lease.ask()
        return self.clock.lease.skew()

    def remember(self) -> None:
        """It was laid back a moment ago."""
        self._memory.known = False

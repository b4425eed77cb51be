"""Draws a fair sample of what a department said, and draws it again to check it. Policy 5.1.2.

From covered rooms alone: never direct messages, never what is personal, never the reviewer's own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from bot.events import account_key, account_of
from bot.handlers import deeds
from bot.policy import periods, sampling
from bot.policy.people import Department, Directory, Person
from bot.policy.periods import Period
from bot.policy.rulebook import Quota
from bot.policy.sampling import Lot, Risk
from bot.store import Transaction
from bot.store.duties import Due
from bot.store.samples import Drawn, Key, Sample

SAMPLE = "sample/"  # before a sample's id: the subject of who is to look at it …
SECOND = "second/"  # … and of who looks at a part of it, too
DRAW = "sample"  # the kind of due that draws one
PLANNED = "supervision/samples"  # where it is kept up to which period they were
APART = timedelta(seconds=5)  # between two departments: what is said meanwhile is not kept waiting
DIRECT = "direct"
PERSONAL = "personal"


def begin(tx: Transaction) -> None:
    """From now on: what was said before anybody knew of samples is not drawn."""
    if tx.listeners.cursor(PLANNED) is None:
        tx.listeners.move(PLANNED, _last(tx).label)


def plan(tx: Transaction) -> None:
    """On the first working day after a period, department by department."""
    period = _last(tx)
    if tx.listeners.cursor(PLANNED) == period.label:
        return
    tx.listeners.move(PLANNED, period.label)
    now, units = tx.clock.now(), sorted(tx.people.snapshot().directory.departments)
    due = [(now + APART * n, DRAW, f"{period.label}/{id}", 0) for n, id in enumerate(units)]
    tx.dues.add_all(due)


def _last(tx: Transaction) -> Period:
    book, now = tx.policies.current(), tx.clock.now()
    first = periods.of(book.supervision.period, now, book.zone)
    return periods.previous(first)


def fallen(tx: Transaction, due: Due) -> None:
    label, _, id = due.subject.partition("/")
    unit = tx.people.snapshot().directory.departments.get(id)
    if unit is not None and tx.samples.of_department(id, label) is None:
        draw(tx, unit, periods.parse(label, tx.policies.current().zone))


def reviewer_of(directory: Directory, unit: Department) -> Person | None:
    """Its head or, where it has none, the head of the nearest department above it."""
    head = directory.people.get(unit.head or "")
    if head is not None and head.active and not head.partner:
        return head
    return directory.head_above(unit, Person(id="", name=""))


def seconder_of(directory: Directory, reviewer: Person, seed: str) -> Person | None:
    """An auditor, else the head of another department: the seed says which."""
    heads = {unit.head or "" for unit in directory.departments.values()}
    others = [directory.people[each] for each in heads if each in directory.people]
    for group in (directory.with_role("auditor"), others):
        fit = [p for p in group if p.active and not p.partner and p.id != reviewer.id]
        if fit:
            return min(fit, key=lambda p: sha256(f"{seed}\0{p.id}".encode()).digest())
    return None


@dataclass(frozen=True, slots=True)
class Pool:
    """What could be drawn: each record with its message and author, and which bore a risk."""

    messages: Mapping[str, tuple[Key, str]]
    risky: Mapping[str, tuple[Risk, ...]]


@dataclass(frozen=True, slots=True)
class Cut:
    """What counts: said in a period, kept before an id was made, as it was at a moment."""

    start: datetime
    end: datetime
    before: str
    until: datetime

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.start, self.end


def draw(tx: Transaction, unit: Department, period: Period) -> Sample | None:
    """Frozen as it is now; None where there is nothing to look at, or nobody to do it."""
    directory, book, now = tx.people.snapshot().directory, tx.policies.current(), tx.clock.now()
    reviewer = reviewer_of(directory, unit)
    if reviewer is None:
        return None
    members = [p for p in directory.people.values() if p.department == unit.id and not p.partner]
    owners = {
        account_key(account): each.id
        for each in members
        if each.id != reviewer.id
        for account in directory.accounts_of(each.id)
    }
    cut = Cut(period.start, period.end, tx.clock.new_id(), now)
    pool = _pool(tx, owners, cut, _covered(tx))
    if not pool.messages:
        return None
    seed = sampling.seed_of(tx.rows.company, unit.id, period.label)
    quota = book.supervision.quota
    lots = _lots(tx, pool, (seed, quota), cut)
    seconder = seconder_of(directory, reviewer, seed) if book.supervision.second else None
    sample = Sample(
        id=cut.before,
        number=tx.duties.number(),
        department=unit.id,
        period=period.label,
        start=period.start,
        end=period.end,
        reviewer=reviewer.id,
        seconder=seconder.id if seconder else None,
        seed=seed,
        population=len(pool.messages),
        fingerprint=sampling.fingerprint(pool.messages),
        drawn_at=now,
        accounts=tuple(sorted(owners)),
        risky=pool.risky,
        quota=quota,
        rooms=tuple(sorted({key[0] for key, _ in pool.messages.values()})),
    )
    tx.samples.add(sample, _frozen(pool, lots, seed, book.supervision.second))
    owe(tx, sample, SAMPLE, reviewer.id)
    return sample


def owe(tx: Transaction, sample: Sample, subject: str, person: str) -> None:
    book = tx.policies.current()
    deeds.open_duty(
        tx,
        deeds.Opening(
            kind="review",
            owed_by=person,
            owed_to=None,
            level=book.levels[book.supervision.sample_level],
            clause="5.1.2",
            rule="supervision.sample" if subject == SAMPLE else "supervision.second",
            start=tx.clock.now(),
            subject=subject + sample.id,
        ),
    )


def _pool(tx: Transaction, owners: Mapping[str, str], cut: Cut, rooms: Collection[str]) -> Pool:
    posts = tx.samples.posts(sorted(owners), cut.span, cut.before)
    given = tx.samples.classes(*cut.span, cut.until)
    messages = {}
    for row in posts:
        key = (row.conversation, row.message)
        if row.conversation in rooms and given.get(key, row.class_name) != PERSONAL:
            messages[row.id] = (key, owners[row.author])
    return Pool(messages, _risky(tx, messages, cut.span))


def _covered(tx: Transaction) -> set[str]:
    """Rooms that we know, but for direct chats and those the policy sets apart."""
    apart = {each.lstrip("#") for each in tx.policies.current().supervision.apart}
    places = tx.people.snapshot().places
    return {
        "/".join(key) for key, row in places.items() if row.kind != DIRECT and row.name not in apart
    }


def _risky(
    tx: Transaction,
    messages: Mapping[str, tuple[Key, str]],
    span: tuple[datetime, datetime],
) -> dict[str, tuple[Risk, ...]]:
    book, places = tx.policies.current(), tx.people.snapshot().places
    persons = sorted({author for _, author in messages.values()})
    levels = (book.marks.level, book.emergencies.level)
    bearing: dict[Risk, set[Key]] = {
        "finding": tx.samples.with_findings(persons, span[0]),
        "important": tx.samples.with_duties(persons, levels, *span),
    }
    outside = {"/".join(key) for key, row in places.items() if row.outside}
    found = {}
    for record, (key, _) in messages.items():
        risks = [name for name, keys in bearing.items() if key in keys]
        if key[0] in outside:
            risks.append("outside")
        if risks:
            found[record] = tuple(risks)
    return found


def _lots(tx: Transaction, pool: Pool, rules: tuple[str, Quota], cut: Cut) -> list[Lot]:
    """Without what had been deleted by then."""

    def stands(record: str) -> bool:
        return not tx.samples.deleted(pool.messages[record][0], cut.before)

    return sampling.draw(rules[0], list(pool.messages), pool.risky, rules[1], stands)


def _frozen(pool: Pool, lots: list[Lot], seed: str, share: int) -> list[Drawn]:
    twice = sampling.second(seed, [each.record for each in lots], share)
    found = []
    for number, lot in enumerate(lots, 1):
        (place, message), author = pool.messages[lot.record]
        found.append(
            Drawn(
                number=number,
                record=lot.record,
                conversation=place,
                message=message,
                author=author,
                risks=lot.risks,
                twice=lot.record in twice,
            )
        )
    return found


# Drawn again


def check(tx: Transaction, sample: Sample) -> list[str]:
    """What differs when it is drawn again from the same accounts: nothing, if it was drawn so."""
    owners = dict.fromkeys(sample.accounts, "")
    cut = Cut(sample.start, sample.end, sample.id, sample.drawn_at)
    pool = _pool(tx, owners, cut, sample.rooms)
    found = []
    if sampling.seed_of(tx.rows.company, sample.department, sample.period) != sample.seed:
        found.append("seed")
    if sampling.fingerprint(pool.messages) != sample.fingerprint:
        found.append("population")
    pool = replace(pool, risky=sample.risky)
    lots = _lots(tx, pool, (sample.seed, sample.quota), cut)
    kept = [(each.record, each.risks) for each in tx.samples.messages(sample.id)]
    if [(each.record, each.risks) for each in lots] != kept:
        found.append("messages")
    return found


def room_of(tx: Transaction, place: str) -> str:
    """The name of the room a message of a sample stands in."""
    at = account_of(place)
    row = tx.people.snapshot().places.get((at.platform, at.realm, at.id))
    return str(row.name) if row else ""

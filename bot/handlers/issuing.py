"""Which reports are made by themselves: of each period once, for whom the policy names.

Policy 5.1.2, 5.2.1. Looked for on every working day. After a long outage the newest of each kind is
sent; the ones just before it are made too, and named in it. What is older can be asked for.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.policy import periodic, periods
from bot.policy.people import Directory, Person
from bot.policy.periodic import STRETCHES
from bot.policy.periods import Period
from bot.policy.rulebook import Stretch
from bot.store import Transaction
from bot.store.duties import Due
from bot.store.published import DUE, MISSED, Copy

REPORT = "report"  # the kind of due; its subject a kind of period
DONE = "reports/"  # and a kind of period: where it is kept up to which of them they were made
DAY = timedelta(days=1)
LATEST = 3  # periods of a kind that are made after an outage: to make years of them would take days
ROLES = {"hr": "hr", "board": "executive", "audit": "auditor"}


def begin(tx: Transaction) -> None:
    """From the period on that runs now: of what was before, Duly knows nothing or too little."""
    for stretch in STRETCHES:
        if tx.listeners.cursor(DONE + stretch) is None:
            _move(tx, stretch, _last(tx, stretch))


def plan(tx: Transaction) -> None:
    """A working day has begun: what is to be made today, or should have been made long since."""
    rules = tx.policies.current().reports
    begin(tx)
    for stretch in STRETCHES:
        if not periodic.wanted(rules, stretch):
            _move(tx, stretch, _last(tx, stretch))
        elif ready := _ready(tx, stretch, _tonight(tx)):
            tx.dues.add(ready[-1][0], REPORT, stretch)
    if rules.correct:
        tx.published.recheck(tx.clock.now() - rules.correct)


def fallen(tx: Transaction, due: Due) -> None:
    stretch = next(each for each in STRETCHES if each == due.subject)
    ready = [period for _, period in _ready(tx, stretch, tx.clock.now())]
    if not ready:
        return
    _move(tx, stretch, ready[-1])
    for period in ready[-LATEST:]:
        copies = _copies(tx, stretch, period)
        tx.published.order(copies, DUE if period == ready[-1] else MISSED)


def _ready(tx: Transaction, stretch: Stretch, until: datetime) -> list[tuple[datetime, Period]]:
    """Those to be made by then and not made yet, each with its time, the oldest first."""
    book = tx.policies.current()
    rules, office = book.reports, tx.policies.calendar("office", book)
    found, period = [], periods.following(_done(tx, stretch))
    while (at := periodic.made_at(period, rules, office)) <= until:
        found.append((at, period))
        period = periods.following(period)
    return found


def _copies(tx: Transaction, stretch: Stretch, period: Period) -> Iterator[Copy]:
    """Who has no account could read it nowhere."""
    directory = tx.people.snapshot().directory
    for edition in periodic.wanted(tx.policies.current().reports, stretch):
        for person in readers(directory, edition):
            account = tx.people.reached_at(person.id)
            if account is not None:
                yield Copy(period.label, edition, person.id, account)


def readers(directory: Directory, edition: str) -> list[Person]:
    """For whom an edition is made."""
    if edition == "head":
        heads = {unit.head or "" for unit in directory.departments.values()}
        found = [directory.people[each] for each in heads if each in directory.people]
    else:
        found = list(directory.with_role(ROLES[edition]))
    ours = (each for each in found if each.active and not each.partner)
    return sorted(ours, key=lambda each: each.id)


def _done(tx: Transaction, stretch: Stretch) -> Period:
    known = tx.listeners.cursor(DONE + stretch)
    zone = tx.policies.current().zone
    return periods.parse(known, zone) if known else _last(tx, stretch)


def _move(tx: Transaction, stretch: Stretch, period: Period) -> None:
    tx.listeners.move(DONE + stretch, period.label)


def _last(tx: Transaction, stretch: Stretch) -> Period:
    """The last that is over."""
    return periods.previous(periods.of(stretch, tx.clock.now(), tx.policies.current().zone))


def _tonight(tx: Transaction) -> datetime:
    """When the day ends where the company is."""
    zone = ZoneInfo(tx.policies.current().zone)
    return datetime.combine(tx.clock.now().astimezone(zone).date() + DAY, time(), zone)

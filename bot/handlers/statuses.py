"""A status that says somebody is on leave counts as one, as long as it says so. Policy 3.2.4."""

from datetime import datetime, timedelta

from bot.events import AccountChanged, Away
from bot.handlers import absences, deeds, delegating, times
from bot.policy.people import Absence
from bot.store import Transaction

LONGEST = timedelta(days=30)  # that a status without an end is believed


def said(tx: Transaction, event: AccountChanged) -> None:
    """Nothing where the platform says nothing of it, or nobody is known behind the account."""
    status, now = event.status, tx.clock.now()
    running = tx.people.status(event.account, now)
    if status is None or (running is None and not isinstance(status, Away)):
        return  # of nearly everybody: without a look into the directory, which is long
    person = tx.people.snapshot().directory.behind(event.account)
    if person is None:
        return
    until = status.until or now + LONGEST if isinstance(status, Away) else now
    if running is not None:
        if isinstance(status, Away) and _same(running, status):
            return
        _ends(tx, event, running)
    if until > now and not _on_leave(tx, person.id, until):
        absence = Absence(person=person.id, start=now, end=until)
        tx.people.away_by_status(event.account, absence)
        absences.began(tx, absence, known=isinstance(status, Away) and status.until is not None)


def _same(running: Absence, status: Away) -> bool:
    if status.until is None:
        return running.end - running.start == LONGEST
    return running.end == status.until


def _ends(tx: Transaction, event: AccountChanged, running: Absence) -> None:
    """They are back, or away until another time: what was put off is due sooner again."""
    before = times.away_of(tx, running.person)
    tx.people.back_by_status(event.account, tx.clock.now())
    deeds.reckon_anew(tx, running.person, before, later=False)
    delegating.ask_again(tx, running.person)


def _on_leave(tx: Transaction, person: str, until: datetime) -> bool:
    """HR or they themselves said so already, for as long."""
    now = tx.clock.now()
    known = tx.people.snapshot().directory.absences.get(person, ())
    return any(each.start <= now and until <= each.end for each in known)

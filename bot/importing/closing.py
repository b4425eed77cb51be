"""What falls due in an import, and how what is still owed at its end is closed. Policy 2.2.1-reply.

Nobody hears of any of it.
"""

from bot.handlers import deeds, dropping, ladder
from bot.handlers.deeds import SILENCE, Ending
from bot.handlers.ladder import LADDER, LAPSE, rung_of
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.store import importing as store

AT_ONCE = 500


def fall(tx: Transaction) -> None:
    """What is due now: a rung of a ladder is climbed without a word; the last ends it."""
    fallen = tx.dues.claim(tx.clock.now(), AT_ONCE)
    for due in fallen:
        if due.kind == SILENCE:
            dropping.silence(tx, due)
    climbing = [due for due in fallen if due.kind == LADDER]
    duties = tx.duties.many(due.subject for due in climbing)
    for due in climbing:
        duty = duties.get(due.subject)
        if duty is not None and duty.live and duty.held is None and rung_of(due.step) != LAPSE:
            _climb(tx, duty, due.step)
    for due in climbing:
        if rung_of(due.step) == LAPSE:
            _lapse(tx, due.subject)


def _climb(tx: Transaction, duty: Duty, step: int) -> None:
    if step > duty.step:
        tx.duties.climb([duty.id], step)
        ladder.climb_from(tx, duty, step)


def _lapse(tx: Transaction, id: str) -> None:
    """Unless another of these has ended it."""
    duty = tx.duties.get(id)
    if duty is not None and duty.live and duty.held is None:
        deeds.lapse(tx, duty)


def let_go(tx: Transaction) -> int:
    """Late: it was never answered. In time still: nobody can say. Returns how many were open."""
    found = store.left_open(tx, AT_ONCE)
    for id in found:
        duty, now = tx.duties.get(id), tx.clock.now()
        if duty is None or not duty.live:
            continue
        if duty.held is None and duty.late_after <= now:
            deeds.settle(tx, duty, "lapsed", Ending("nobody answered", now))
        else:
            deeds.settle(tx, duty, "excused", Ending("gap", now))
    return len(found)


def bring_in(tx: Transaction) -> int:
    """Returns how much was owed in all."""
    return store.bring_in(tx)

"""The ladder of a duty: a gentle nudge, one when it is due, the manager, who leads them, the end.

Policy 2.2.1-reply and 2.1.2-followup; every level of the policy file has its own times.
"""

from datetime import datetime, timedelta

from bot.handlers.times import away_of, working
from bot.policy import hours
from bot.policy.duties import OWN_TIME, Duty
from bot.policy.rulebook import Level
from bot.store import Transaction

LADDER = "duty"  # the kind of due that climbs it
REMIND, DUE, MANAGER, HEAD, LAPSE = 1, 2, 3, 4, 5  # its rungs
CLIMB = 10  # steps from one climb to the next: what is opened again is climbed again


def rung_of(step: int) -> int:
    return step % CLIMB


def anew(duty: Duty) -> int:
    """The next climb of its ladder, above the gentle nudge."""
    return duty.step - rung_of(duty.step) + CLIMB + REMIND


def level_of(tx: Transaction, duty: Duty) -> Level:
    return tx.policies.version(duty.policy).levels[duty.level]


def allowed(tx: Transaction, duty: Duty) -> timedelta:
    """How much time it was given: its level's, or what lay before a time of its own."""
    if duty.kind in OWN_TIME:
        return between(tx, duty, duty.start, duty.first_due)
    return level_of(tx, duty).within


def spent(tx: Transaction, duty: Duty, start: datetime, span: timedelta) -> datetime:
    """When so much of a duty's time is over: working time, but for an emergency."""
    if duty.authorised_by is not None:
        return start + span
    calendar = tx.policies.calendar(duty.calendar, tx.policies.version(duty.policy))
    return working(start, span, calendar, away_of(tx, duty.owed_by))


def between(tx: Transaction, duty: Duty, start: datetime, end: datetime) -> timedelta:
    """How much of a duty's time lies between two moments."""
    if duty.authorised_by is not None:
        return max(end - start, timedelta())
    calendar = tx.policies.calendar(duty.calendar, tx.policies.version(duty.policy))
    return hours.between(start, end, calendar, away_of(tx, duty.owed_by))


def climb_from(tx: Transaction, duty: Duty, step: int) -> None:
    """Put the next rung of the ladder above `step` on the clock."""
    following = next_rung(tx, duty, step)
    if following is not None:
        at, rung = following
        tx.dues.add(at, LADDER, duty.id, rung)


def next_rung(tx: Transaction, duty: Duty, step: int) -> tuple[datetime, int] | None:
    """When the next step above `step` is due, and which it is; None at the top."""
    found = _next_rung(tx, duty, rung_of(step))
    return found and (found[0], step - rung_of(step) + found[1])


def _next_rung(tx: Transaction, duty: Duty, step: int) -> tuple[datetime, int] | None:
    level = level_of(tx, duty)
    late = duty.late_after
    part = allowed(tx, duty) * level.remind_at / 100
    if step < REMIND and part and duty.promised_for is None:
        return spent(tx, duty, duty.start, part), REMIND
    if step < DUE and level.remind_due:
        return late, DUE
    if step < MANAGER and level.manager_after is not None:
        return spent(tx, duty, late, level.manager_after), MANAGER
    after = level.manager_after or timedelta()
    if step < HEAD and level.head_after is not None:
        return spent(tx, duty, late, after + level.head_after), HEAD
    if step < LAPSE and level.lapse_after is not None:
        return spent(tx, duty, late, max(level.lapse_after, after)), LAPSE
    return None

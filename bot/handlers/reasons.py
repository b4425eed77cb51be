"""Why something counts: the rule, the clause, and the arithmetic of its clock. 1.3-moderate."""

from datetime import timedelta

from bot.handlers import ladder, rules
from bot.handlers.deeds import person_named
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.words import Code, Say, Value, say, say_many

MINUTE = timedelta(minutes=1)


def reason(tx: Transaction, duty: Duty) -> Say:
    if duty.authorised_by is not None:
        return say(
            "An emergency, authorised by {person}: clause {clause}; {left}.",
            person=person_named(tx, duty.authorised_by),
            clause=Code(duty.clause),
            left=_left(tx, duty, working=False),
        )
    return say(
        "{why}: clause {clause}; {left}.",
        why=rules.named(duty.rule),
        clause=Code(duty.clause),
        left=_left(tx, duty, working=True),
    )


def _left(tx: Transaction, duty: Duty, *, working: bool) -> Say:
    """Against the time the policy allows or, once one was named, against the promise."""
    now, allowed = duty.closed or tx.clock.now(), _minutes(ladder.allowed(tx, duty))
    until = duty.promised_for
    if until is not None and now < until:
        return say("an answer is promised for {until}", until=until)
    due = max(duty.due, until or duty.due)
    over = _minutes(ladder.between(tx, duty, due, now))
    if until is not None:
        return say_many(
            "{count} minute over the promised time",
            "{count} minutes over the promised time",
            over,
        )
    if now < due:
        left = _minutes(ladder.between(tx, duty, now, due))
        return _of(left, allowed, working=working)
    return _over(over, allowed, working=working)


def _of(left: int, allowed: int, *, working: bool) -> Say:
    if working:
        return say("{left} of {allowed} working minutes left", left=left, allowed=allowed)
    return say("{left} of {allowed} minutes left", left=left, allowed=allowed)


def _over(over: int, allowed: int, *, working: bool) -> Say:
    if not over and working:
        return say("the {allowed} working minutes allowed are over now", allowed=allowed)
    if not over:
        return say("the {allowed} minutes allowed are over now", allowed=allowed)
    values: dict[str, Value] = {"allowed": allowed}
    if working:
        return say_many(
            "{count} working minute over the {allowed} allowed",
            "{count} working minutes over the {allowed} allowed",
            over,
            **values,
        )
    return say_many(
        "{count} minute over the {allowed} allowed",
        "{count} minutes over the {allowed} allowed",
        over,
        **values,
    )


def _minutes(span: timedelta) -> int:
    return int(span / MINUTE)

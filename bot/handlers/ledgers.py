"""What was kept of the nudges and the promises of a duty, told with its times.

Policy 1.3-moderate, 2.2.1-reply.
"""

from collections.abc import Iterator
from typing import Any

from bot.handlers import ladder
from bot.handlers.telling import Event, Telling
from bot.words import Say, Value, say


def nudged(one: Telling) -> Iterator[Event]:
    """Every nudge, sent or spared."""
    for row in one.nudges:
        yield row.at, _sent(one, row) if row.sent else _unsent(one, row)


def _sent(one: Telling, row: Any) -> Say:
    person, at, owner = one.who(row.person), row.at, one.duty.owed_by
    match ladder.rung_of(row.step):
        case ladder.HEAD:
            return say("{person}, who leads the manager, was told at {at}.", person=person, at=at)
        case ladder.MANAGER:
            return say("{person}, who leads them, was told at {at}.", person=person, at=at)
        case _ if row.person != owner:
            return say(
                "{person} was reminded in the place of {owner}, at {at}.",
                person=person,
                owner=one.who(owner),
                at=at,
            )
        case ladder.DUE:
            return say("{person} was reminded when it was due, at {at}.", person=person, at=at)
        case _:
            return say("{person} was reminded before it was due, at {at}.", person=person, at=at)


def _unsent(one: Telling, row: Any) -> Say:
    person, at = one.who(row.person), row.at
    if row.sent is None:
        return say("A nudge to {person}, due at {at}, has not left yet.", person=person, at=at)
    why = _why_spared(one, row)
    return say(
        "A nudge to {person}, due at {at}, was spared: {why}.", person=person, at=at, why=why
    )


def _why_spared(one: Telling, row: Any) -> Say:
    if any(made.made_at <= row.at < made.until for made in one.promises):
        return say("an answer had been promised")
    if any(each.person == row.person and each.sent and each.step > row.step for each in one.nudges):
        return say("the next one spoke of it")
    if one.duty.closed is not None:
        return say("it was settled first")
    return say("it was not the time for it any more")


def promised(one: Telling) -> Iterator[Event]:
    """Every time that was named, and what became of it."""
    for before, made, again in zip(
        (None, *one.promises), one.promises, (*one.promises[1:], None), strict=False
    ):
        yield made.made_at, _named(one, made, before)
        yield from _fate(one, made, again)


def _named(one: Telling, made: Any, before: Any | None) -> Say:
    values: dict[str, Value] = {
        "person": one.who(made.by),
        "at": made.made_at,
        "until": made.until,
    }
    if made.how == "taken over":
        return say("{person} took over the promise of an answer by {until}, at {at}.", **values)
    if before is not None and made.made_at <= before.until:
        return say("{person} moved the promise in time, at {at}, to {until}.", **values)
    if before is not None:
        return say("{person} named another time at {at}: {until}.", **values)
    if one.moves(made):
        return say("{person} promised at {at} an answer by {until}; it is due then.", **values)
    return say("{person} promised at {at} an answer by {until}; it was due before that.", **values)


def _fate(one: Telling, made: Any, again: Any | None) -> Iterator[Event]:
    """Kept, or its time passed; one that was moved has none."""
    duty, until = one.duty, made.until
    end = again.made_at if again is not None else duty.closed or one.tx.clock.now()
    if end > until:
        yield until, say("The promised time, {until}, passed without an answer.", until=until)
    elif again is None and duty.state == "done":
        yield end, say("The promise of an answer by {until} was kept.", until=until)

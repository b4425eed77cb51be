"""The company's own last weeks as something to be played: replay before rollout.

Policy 1.3-moderate. From what is kept of messages comes who asked and answered; from the duties of
then what people did by command or reaction, of which no message tells. It is read, never changed.

People are those of today: who has left since, but spoke or was named, is taken to be there still.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from bot.events import (
    Account,
    Group,
    MessageChanged,
    MessagePosted,
    MessageRef,
    Place,
    account_of,
    conversation,
)
from bot.handlers import deeds, marking
from bot.handlers.deeds import Ending, Opening
from bot.policy.duties import ANSWERED, Duty, Promise
from bot.replay.company import Company
from bot.replay.script import Deed, Script, Step
from bot.store import Transaction
from bot.store.past import Past
from bot.store.people import Snapshot

BY_HAND = ("said so", "reaction", "silence", "away", "gap", "by", "to")  # how people end a duty

Kept = tuple[Any, Mapping[str, Any]]  # a record and its body


def script(tx: Transaction, since: datetime) -> Script | None:
    """All since then, up to now; None where nothing was said."""
    shot, past = tx.people.snapshot(), Past(tx.rows)
    kept = [each for each in past.said(since) if not each[1].get("direct")]
    if not kept:
        return None
    said = list(_said(kept, shot))
    here = {id for _, body in kept for id in (body["who"], *body.get("mentions", ()))}
    steps: list[Step] = sorted([*said, *_deeds(past, since)], key=lambda step: step.at)
    return Script(
        settle_in=Company(shot, past.members(), frozenset(here)).settle_in,
        steps=[step for step in steps if step.at >= said[0].at],
        platforms=frozenset(each.platform for each in shot.logins)
        | {step.message.place.platform for step in said},
        ends=dict.fromkeys((conversation(step.message.place) for step in said), tx.clock.now()),
    )


# What was said


def _said(kept: Iterable[Kept], shot: Snapshot) -> Iterator[MessagePosted | MessageChanged]:
    """An edit names whom the message named first: whom it names now is kept nowhere."""
    named: dict[tuple[str, str], tuple[Account, ...]] = {}
    for row, body in kept:
        at = account_of(row.conversation)
        place = Place(at.platform, at.realm, at.id, row.thread)
        message, author = MessageRef(place, row.message), account_of(row.author)
        key = row.conversation, row.message
        if row.kind == "post":
            named[key] = tuple(_account(shot, each, place) for each in body["mentions"])
            yield _post(row, body, message, named[key])
        else:
            yield MessageChanged(
                key=f"past/{row.id}",
                at=row.at,
                author=author,
                message=message,
                text=body["text"],
                mentions=named.get(key, ()),
            )


def _post(
    row: Any, body: Mapping[str, Any], message: MessageRef, mentions: tuple[Account, ...]
) -> MessagePosted:
    return MessagePosted(
        key=f"past/{row.id}",
        at=row.at,
        author=account_of(row.author),
        message=message,
        text=body["text"],
        mentions=mentions,
        groups=tuple(Group(id, id, ()) for id in body.get("groups", ())),
        everyone=body.get("everyone", False),
        quotes=body["quotes"],
        automatic=body["automatic"],
    )


def _account(shot: Snapshot, identity: str, place: Place) -> Account:
    """An account by which somebody can be named there; of a stranger it is their identity."""
    theirs = shot.directory.accounts_of(identity)
    here = (place.platform, place.realm)
    for account in theirs:
        if (account.platform, account.realm) == here:
            return account
    if theirs:
        return theirs[0]
    return account_of(identity) if identity.count("/") > 1 else Account(*here, identity)


# What was done


def _deeds(past: Past, since: datetime) -> Iterator[Deed]:
    owed = {duty.id: duty for duty in past.owed(since) if duty.kind in ANSWERED}
    for duty in owed.values():
        if duty.rule in (marking.MARKED, marking.EMERGENCY) and duty.parent is None:
            yield Deed(duty.start, partial(_mark, duty))
        if duty.closed is not None and duty.how.partition(":")[0] in BY_HAND:
            yield Deed(duty.closed, partial(_end, duty))
    for made in past.typed(since):
        if made.duty in owed:
            pledge = Promise(made.until, made.by, "typed")
            yield Deed(made.made_at, partial(_promise, owed[made.duty], pledge))


def _mark(then: Duty, tx: Transaction) -> None:
    assert then.about is not None
    found = tx.records.message(conversation(then.about.place), then.about.id)
    if found is None or _now(tx, then) is not None:
        return
    book = tx.policies.current()
    urgent = book.emergencies.level if then.authorised_by else book.marks.level
    _open(tx, then, then.owed_by, level=urgent, seq=found[0].seq)


def _end(then: Duty, tx: Transaction) -> None:
    duty = _now(tx, then)
    if duty is None:
        return
    kind, _, to = then.how.partition(":")
    deeds.settle(tx, duty, then.state, Ending(then.how, tx.clock.now()))
    if kind == "to":
        _open(tx, duty, to, level=duty.level, seq=tx.duties.position(duty.id))


def _promise(then: Duty, made: Promise, tx: Transaction) -> None:
    duty = _now(tx, then)
    if duty is not None:
        deeds.promise(tx, duty, made)


def _now(tx: Transaction, then: Duty) -> Duty | None:
    """What the same person owes here for the same message."""
    assert then.about is not None
    found = tx.duties.of_message(conversation(then.about.place), then.about.id)
    same = (duty for duty in found if duty.live and duty.owed_by == then.owed_by)
    return next(same, None)


def _open(tx: Transaction, then: Duty, to: str | None, *, level: str, seq: int | None) -> None:
    opening = Opening(
        kind=then.kind,
        owed_by=to,
        owed_to=then.owed_to,
        level=tx.policies.current().levels[level],
        clause=then.clause,
        rule=then.rule,
        start=tx.clock.now(),
        about=then.about,
        seq=seq,
        authorised_by=then.authorised_by,
    )
    deeds.open_duty(tx, opening)

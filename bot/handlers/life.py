"""The life of a duty, told as sentences: what opened it, every nudge, and how it ended."""

from collections.abc import Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from bot.handlers import deeds
from bot.handlers.deeds import person_named, rung_of
from bot.handlers.showing import reason
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.words import Code, Say, say

ENDS = {
    "done": say("It was settled at {at}: {how}."),
    "dropped": say("It was dropped at {at}: {how}."),
    "passed": say("It was passed on at {at}: {how}."),
    "excused": say("It was excused at {at}: {how}."),
    "lapsed": say("It lapsed at {at}: {how}."),
}
HOW = {
    "answered": say("it was answered in the chat"),
    "said so": say("who owed it said so"),
    "reaction": say("by a reaction"),
    "deleted": say("the question was deleted"),
    "approved": say("the request was approved"),
    "rejected": say("the request was rejected"),
    "recalled": say("the request was recalled"),
}


def told(tx: Transaction, duty: Duty) -> tuple[Say, ...]:
    story = [
        say(
            "{owner} owes {person} an answer; the clock began at {start}.",
            owner=person_named(tx, duty.owed_by),
            person=person_named(tx, duty.owed_to),
            start=duty.start,
        ),
        reason(tx, duty),
        say("Under policy version {version}.", version=Code(str(duty.policy))),
    ]
    return (*story, *(what for _, what in sorted(_happened(tx, duty), key=itemgetter(0))))


def _happened(tx: Transaction, duty: Duty) -> Iterator[tuple[datetime, Say]]:
    """What became of it, each with its time; how it stands now comes last."""
    if duty.promised_for is not None and duty.promised_at is not None:
        at, until = duty.promised_at, duty.promised_for
        yield at, say("At {at} an answer was promised for {until}.", at=at, until=until)
    for row in tx.nudges.of(duty.id):
        yield row.at, _nudge(tx, row)
    yield duty.closed or datetime.max.replace(tzinfo=UTC), _end(tx, duty)


def _nudge(tx: Transaction, row: Any) -> Say:
    person, at = person_named(tx, row.person), row.at
    if not row.sent:
        return say("A nudge to {person}, due at {at}, was not needed.", person=person, at=at)
    match rung_of(row.step):
        case deeds.REMIND:
            return say("{person} was reminded before it was due, at {at}.", person=person, at=at)
        case deeds.DUE:
            return say("{person} was reminded when it was due, at {at}.", person=person, at=at)
        case _:
            return say("{person}, who leads them, was told at {at}.", person=person, at=at)


def _end(tx: Transaction, duty: Duty) -> Say:
    if duty.live or duty.closed is None:
        if duty.promised_for is not None:
            return say("It is open; an answer is promised for {until}.", until=duty.promised_for)
        return say("It is still open; it is due at {due}.", due=duty.due)
    sentence = ENDS[duty.state]
    return Say(sentence.sentence, (("at", duty.closed), ("how", _how(tx, duty))))


def _how(tx: Transaction, duty: Duty) -> Say:
    kind, _, person = duty.how.partition(":")
    match kind:
        case "by":
            return say("{person} said that none is needed", person=person_named(tx, person))
        case "to":
            return say("to {person}", person=person_named(tx, person))
        case _:
            return HOW[kind]

"""What must hold of every story, however the sea behaved."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa

from bot.card import Card
from bot.effects import Deliverable, Send
from bot.events import Account, CommandInvoked, Happening, MessagePosted
from bot.handlers.ladder import CLIMB
from bot.handlers.times import away_of
from bot.outbox import START
from bot.policy import hours
from bot.store import Store, Transaction
from bot.store.outbox import EMERGENCY
from bot.store.schema import dues, duties, journal, nudges, outbox, records, requests
from bot.words import Ref
from tests.desk import Line

Kind = Literal["lost", "doubled", "invariants"]
NUDGE = ("nudge/", "later/", "emergency/", "digest/")  # how the keys of nudging cards begin
CARDS = ("Send", "Whisper", "Remind", "Digest")
SKEW = timedelta(seconds=5)  # between the clocks of two machines, and the platform's


@dataclass(frozen=True, slots=True)
class Breach:
    kind: Kind
    what: str


def rows(store: Store, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Any]:
    with store.db.connect() as conn:
        return list(conn.execute(sa.select(table).where(*where).order_by(*table.primary_key)))


def at_sending(tx: Transaction, effect: Deliverable, key: str) -> Iterator[Breach]:
    """What may be said of a card at the moment it is handed to the platform."""
    row = tx.rows.one(outbox, outbox.c.key == key)
    if row is None:
        yield Breach("invariants", f"{key} is sent, and stands in no outbox")
        return
    unasked = isinstance(effect, Send) and isinstance(effect.to, Account) and not row.urgent
    unasked = unasked and not key.startswith(EMERGENCY)
    if unasked and not _at_work(tx, effect.to):
        yield Breach("invariants", f"{key} reaches {effect.to.id} outside working time")
    if row.kind in ("Remind", "Digest"):
        yield from _still_owed(tx, row)


def _at_work(tx: Transaction, to: Any) -> bool:
    """Now, or when it was claimed: that is used within half a minute."""
    person = tx.people.snapshot().directory.behind(to)
    if person is None:
        return True
    paused = tx.preferences.paused_until(person.id)
    calendar = tx.policies.calendar(person.calendar, tx.policies.current())
    away, now = away_of(tx, person.id), tx.clock.now()
    return any(
        (paused is None or paused <= at) and hours.is_open(at, calendar, away)
        for at in (now, now - START - SKEW, now + SKEW)
    )


def _still_owed(tx: Transaction, row: Any) -> Iterator[Breach]:
    said = tx.rows.all(nudges, nudges.c.parcel == row.id, nudges.c.sent.is_(True))
    if not said and row.kind == "Remind":
        yield Breach("invariants", f"{row.key} speaks of nothing")
    for duty in tx.duties.many(each.duty for each in said).values():
        if not duty.live or duty.held is not None:
            yield Breach("invariants", f"{row.key} nudges about #{duty.number}, {duty.state}")
        if duty.owed_to == row.person:
            yield Breach("invariants", f"{row.key} goes to who waits for #{duty.number}")


def afterwards(store: Store, acknowledged: list[Happening], lines: list[Line]) -> Iterator[Breach]:
    """Asked when the sea has been calm for long enough."""
    yield from at_rest(store, acknowledged, lines)
    yield from in_evidence(store)


def at_rest(store: Store, acknowledged: list[Happening], lines: list[Line]) -> Iterator[Breach]:
    """Nothing is on its way, and nothing failed."""
    yield from _kept(store, acknowledged)
    yield from _sent_once(store, lines)
    yield from _nudged_once(store, lines)


def in_evidence(store: Store) -> Iterator[Breach]:
    """What was decided, and what is on record."""
    yield from _nobody_decides_for_themselves(store)
    with store.transaction() as tx:
        for step in tx.records.verify():
            if not isinstance(step, int):
                yield Breach("invariants", f"the chain of {step.conversation} breaks at {step.seq}")


def _kept(store: Store, acknowledged: list[Happening]) -> Iterator[Breach]:
    kept = Counter(row.key for row in rows(store, journal, journal.c.settled_at.is_not(None)))
    said = Counter(row.message for row in rows(store, records, records.c.kind == "post"))
    answers = {row.key.rpartition("/")[0] for row in rows(store, outbox)}
    for event in acknowledged:
        if kept[event.key] != 1:
            yield Breach("lost", f"{event.key} was acknowledged and is settled {kept[event.key]}×")
        if isinstance(event, MessagePosted) and said[event.message.id] != 1:
            yield Breach("lost", f"{event.key} is on record {said[event.message.id]}×")
        if isinstance(event, CommandInvoked) and event.key not in answers:
            yield Breach("lost", f"{event.key} was never answered")
    for row in rows(store, journal, journal.c.error.is_not(None)):
        with store.transaction() as tx:
            why = tx.journal.error(row).strip().splitlines()[-1]
        yield Breach("invariants", f"{row.key} was parked: {why}")


def _sent_once(store: Store, lines: list[Line]) -> Iterator[Breach]:
    now, sent = store.clock.now(), Counter(line.key for line in lines)
    for key, times in sent.items():
        if times > 1:
            yield Breach("doubled", f"{key} stands there {times}×")
    for row in rows(store, outbox):
        if row.state in ("ready", "doubtful") and row.not_before <= now:
            yield Breach("lost", f"{row.key} is still {row.state}")
        if row.state == "undeliverable" and not row.urgent:
            yield Breach("lost", f"{row.key} ({row.kind}) was given up")
        if row.state == "arrived" and row.kind in CARDS and sent[row.key] != 1:
            yield Breach("lost", f"{row.key} arrived, and stands there {sent[row.key]}×")
    for row in rows(store, dues, dues.c.at <= now):
        yield Breach("lost", f"{row.kind} of {row.subject} was due at {row.at}")


def _nudged_once(store: Store, lines: list[Line]) -> Iterator[Breach]:
    """By what stands on the cards: once for a rung, and anew when a duty was opened again.

    What is no answer is asked for twice in the same words: before it is due, and when it is. A
    sample's card has the number of the sample.
    """
    known = {row.number: row for row in rows(store, duties)}
    told = Counter(
        (line.to, line.card.title.sentence, number)
        for line in lines
        if line.key.startswith(NUDGE) and line.card and (number := _number(line.card)) is not None
    )
    for (to, sentence, number), times in told.items():
        duty = known.get(number)
        often = 1 if duty is not None and duty.kind in ("reply", "accept") else 2
        if "decision" in sentence:
            often = 2
        if times > often * (1 + duty.step // CLIMB if duty is not None else 1):
            yield Breach("invariants", f"{to} was nudged {times}× about #{number}: {sentence}")


def _number(card: Card) -> int | None:
    return next((value.number for _, value in card.facts if isinstance(value, Ref)), None)


def _nobody_decides_for_themselves(store: Store) -> Iterator[Breach]:
    for row in rows(store, requests, requests.c.decided_by.is_not(None)):
        with store.transaction() as tx:
            asked = set(tx.requests.asked(row.id, row.step))
            directory = tx.people.snapshot().directory
            stands_in = (directory.delegate_of(each, row.decided_at) for each in tuple(asked))
            asked |= {each.id for each in stands_in if each}
        if row.decided_by == row.requester or row.decided_by not in asked:
            yield Breach("invariants", f"{row.decided_by} decided on request #{row.number}")

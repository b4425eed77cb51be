"""Effects waiting to be carried out. Who claims one is in doubt about it until told otherwise."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from bot.card import Button
from bot.effects import Digest, Effect, OpenForm, Remind, Send, Whisper, Withdraw
from bot.events import Account, MessageRef, Place, Platform, conversation
from bot.store import turns
from bot.store.processes import ALIVE, LIVING
from bot.store.rows import US, Rows, Where
from bot.store.schema import GATHERING, UNSENT, duties, numbers, outbox

Settled = Literal["arrived", "spared", "undeliverable"]
BACK = 10_000  # rows erased at a time
LANE = 32  # hex digits
AHEAD = timedelta(hours=1)  # so far no clock is off that is merely inexact
SETTLING = timedelta(minutes=2)  # longer than anybody is at it who has claimed something
DOUBLES = "doubles"  # under which it is counted how many were withdrawn
NUDGE = "nudge/"  # how the key of a nudging card begins …
EMERGENCY = "emergency/"  # … of one that waits for nothing …
DUTY = "duty/"  # how the subject of a card about a duty begins
LATER = "later/"  # … and of one that waits for the hour of the digest
RESTORED = "restored/"  # … of what was perhaps said before the store was laid back


def lane(to: Place | Account) -> str:
    """The same for whatever goes to the same reader or place."""
    parts = [to.platform, to.realm, to.id, (to.thread or "") if isinstance(to, Place) else "-"]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:LANE]


UNKNOWN = outbox.c.message.is_(None)  # it is not known yet as which message it arrived


@dataclass(frozen=True, slots=True)
class Arrival:
    """To whom it was, and the message it became, where it became one."""

    to: Place | Account
    message: MessageRef | None


@dataclass(frozen=True, slots=True)
class Written:
    """An effect as it is put into the outbox. `hold` is lease time.

    `deadline`: when what it speaks of is due, as people see it; None: when it is written.
    `not_before`: when it may be sent, likewise.
    """

    effect: Effect
    key: str
    subject: str = ""
    hold: timedelta = timedelta(0)
    deadline: datetime | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours until a time (lease time), as it was before; `doubtful`: then, too."""

    row: Any
    doubtful: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    id: str
    key: str
    effect: Effect
    since: datetime  # lease time
    doubtful: bool  # somebody claimed it before, and never said what came of it
    urgent: bool = False  # answers a person who waits for it
    subject: str = ""  # what it speaks of
    look: bool = False  # perhaps we sent it, and have forgotten it
    claimed: datetime | None = None  # until then (lease time) it is ours, by this very claim
    not_before: datetime | None = None  # the time people see

    @property
    def seek(self) -> bool:
        """It is looked for before it is sent."""
        return self.doubtful or self.look

    @property
    def restored(self) -> bool:
        """What was perhaps said before the store was laid back."""
        return self.key.startswith(RESTORED)

    @property
    def nudging(self) -> bool:
        """It may wait for working time as long as it takes."""
        return isinstance(self.effect, Remind | Digest)

    @property
    def emergency(self) -> bool:
        return self.key.startswith(EMERGENCY)

    @property
    def at_once(self) -> bool:
        """It counts for the caps of a day."""
        return self.key.startswith(NUDGE)

    @property
    def later(self) -> bool:
        """What was too much for a day, or not urgent enough for one."""
        return self.key.startswith(LATER)


@cache
def _free(urgent: bool, *, lanes: bool) -> Where:
    """What may be sent now; `lanes`: not to whom another process is just carrying something."""
    c = outbox.c
    ours = sa.and_(
        c.urgent.is_(urgent),
        UNSENT,
        c.held_until <= sa.bindparam("lease"),
        c.not_before <= sa.bindparam("now"),
        c.platform.in_(sa.bindparam("there", expanding=True)),
    )
    return sa.and_(ours, _open_lane(urgent)) if lanes else ours


def _open_lane(urgent: bool) -> Where:
    busy = outbox.alias()
    theirs = busy.c.urgent.is_(urgent), busy.c.carrier.is_not(None), busy.c.lane.is_not(None)
    others = busy.c.carrier != sa.bindparam("carrier"), busy.c.carrier.in_(LIVING)
    lanes = sa.select(busy.c.lane).where(busy.c.company == sa.bindparam(US), *theirs, *others)
    return outbox.c.lane.is_(None) | outbox.c.lane.not_in(lanes)


@dataclass(frozen=True, slots=True)
class Outbox:
    rows: Rows

    def add(
        self,
        effect: Effect,
        key: str,
        *,
        subject: str = "",
        urgent: bool = False,
        deadline: datetime | None = None,
    ) -> str:
        """Keep `effect` to be carried out; `urgent`: it answers a person who waits for it.

        `deadline`: when what it speaks of is due, if that is not the duty that `subject` names.
        """
        due = deadline or self._due(subject)
        row = self._row(Written(effect, key, subject, deadline=due))
        self.rows.add(outbox, **row | {"urgent": urgent or row["urgent"]})
        return str(row["id"])

    def _due(self, subject: str) -> datetime | None:
        """When the duty is due that a card speaks of."""
        if not subject.startswith(DUTY):
            return None
        row = self.rows.one(duties, duties.c.id == subject.removeprefix(DUTY))
        return row and row.due

    def gathering(self, persons: Iterable[str], kind: str = NUDGE) -> dict[str, str]:
        """The nudges of each person that nobody has begun to send: more can still be put in.

        `kind`: how their keys begin.
        """
        c, whom = outbox.c, list(persons)
        if not whom:
            return {}
        where, order = (GATHERING, c.person.in_(whom), c.key.startswith(kind)), (c.person, c.id)
        found = self.rows.free(outbox, *where, order=order, limit=10_000)
        return {row.person: row.id for row in found}

    def claim(
        self,
        platforms: Iterable[Platform],
        limit: int,
        hold: timedelta,
        *,
        urgent: bool | None = None,
        carrier: str | None = None,
    ) -> list[Claim]:
        """Rows that may be sent now, ours for `hold`.

        Whatever is due first; of both kinds (`urgent` is None) in the order they were written.
        `carrier`: the process that asks; what another one carries to somebody goes before.
        """
        c, lease, rows = outbox.c, self.rows.clock.lease(), list[Any]()
        known = {"lease": lease, "now": self.rows.clock.now(), "there": list(platforms)}
        if lanes := carrier is not None and self.rows.shared:
            known |= {"carrier": carrier, "alive": lease - ALIVE}
        for kind in (True, False) if urgent is None else (urgent,):
            turns.wait(self.rows, turns.CLAIMING_URGENT if kind else turns.CLAIMING)
            order, left = (c.deadline, c.id), limit - len(rows)
            mine = (_free(kind, lanes=lanes),)
            rows += self.rows.same(outbox, mine, order, left, free=True, **known)
        if rows:
            rows.sort(key=lambda row: row.id if urgent is None else "")
            ids = [row.id for row in rows]
            ours = {"state": "doubtful", "held_until": lease + hold, "carrier": carrier}
            self.rows.change(outbox, c.id.in_(ids), **ours)
        return [Claim(row, row.state == "doubtful", lease + hold) for row in rows]

    def laid_down(self, ids: Iterable[str]) -> None:
        """Nobody carries them any more, whatever became of them."""
        self.rows.change(outbox, outbox.c.id.in_(list(ids)), carrier=None)

    def read(self, claim: Claim) -> Parcel:
        row = claim.row
        return Parcel(
            id=row.id,
            key=row.key,
            effect=self.rows.open(outbox.c.body, row.id, row.body),
            since=row.since,
            doubtful=claim.doubtful,
            urgent=row.urgent,
            subject=row.subject or "",
            look=row.look,
            claimed=claim.until,
            not_before=row.not_before,
        )

    def reader(self, row: Any) -> Place | Account | None:
        """To whom it goes, or went, as long as we know."""
        if row.body is not None:
            effect: Effect = self.rows.open(outbox.c.body, row.id, row.body)
            return effect.to
        kept = self.rows.open(outbox.c.outcome, row.id, row.outcome) if row.outcome else None
        return kept[0] if isinstance(kept, tuple) else None

    def wait(self, parcel: Parcel, span: timedelta) -> None:
        """It did not arrive this time; an older doubt stays, and so does somebody else's claim."""
        state = "doubtful" if parcel.doubtful else "ready"
        change = {"state": state, "held_until": self.rows.clock.lease() + span, "carrier": None}
        self.rows.change(outbox, *_ours(parcel), **change)

    def postpone(self, parcel: Parcel, until: datetime) -> None:
        """Not before that time, as people see it; an older doubt stays."""
        state = "doubtful" if parcel.doubtful else "ready"
        lease = self.rows.clock.lease()
        change = {"state": state, "not_before": until, "held_until": lease, "carrier": None}
        self.rows.change(outbox, *_ours(parcel), **change)

    def fail(self, parcel: Parcel, reason: str) -> bool:
        """It will never arrive; False: somebody saw that it did, or has taken it over."""
        if self.rows.one(outbox, *_ours(parcel)) is None:
            return False
        self.settle(parcel.id, "undeliverable", reason)
        return True

    def arrive(self, id: str, arrival: Arrival) -> bool:
        """It arrived: the courier says so, or the platform that shows it to us, or both.

        True: it had arrived already as another message. Then this one is a double, and goes.
        """
        message = arrival.message
        if self._settle(id, "arrived", arrival, UNKNOWN) or message is None:
            return False
        row = self.rows.one(outbox, outbox.c.id == id)
        if row is None or (row.place, row.message) == (conversation(message.place), message.id):
            return False
        key = f"double/{conversation(message.place)}/{message.id}"
        if self.known([key]):
            return False
        self.add(Withdraw(arrival.to, message), key)
        self.rows.count_up(numbers, DOUBLES, 1)
        return True

    def settle(self, id: str, state: Settled, outcome: Arrival | str) -> None:
        self._settle(id, state, outcome)

    def spare(self, why: Mapping[str, str]) -> None:
        """Parcels that are not sent after all."""
        each = [({"id": id}, self._settled(id, "spared", text)) for id, text in why.items()]
        self.rows.change_each(outbox, each)

    def _settle(
        self, id: str, state: Settled, outcome: Arrival | str, *where: sa.ColumnElement[bool]
    ) -> bool:
        """Whether there was such a row."""
        values = self._settled(id, state, outcome)
        return self.rows.change_one(outbox, id, *where, values=values) > 0

    def _settled(self, id: str, state: Settled, outcome: Arrival | str) -> dict[str, Any]:
        kept = (outcome.to, outcome.message) if isinstance(outcome, Arrival) else outcome
        sealed = self.rows.close(outbox.c.outcome, id, kept)
        values: dict[str, Any] = {
            "state": state,
            "outcome": sealed,
            "settled_at": self.rows.clock.lease(),
            "carrier": None,
        }
        if isinstance(outcome, Arrival) and outcome.message:
            place, message = outcome.message.place, outcome.message.id
            values |= {"place": conversation(place), "message": message}
        return values

    def told(self, subject: str) -> list[Arrival]:
        """Where cards about `subject` have arrived, and to whom."""
        c = outbox.c
        there = c.subject == subject, c.state == "arrived", c.message.is_not(None)
        rows = self.rows.all(outbox, *there, order=[c.since])  # by key, all would be walked through
        return [Arrival(*self.rows.open(c.outcome, row.id, row.outcome)) for row in rows]

    def behind(self, message: MessageRef) -> tuple[str, Effect] | None:
        """The parcel that became that message, and the effect that says what stands there now."""
        c = outbox.c
        where = c.place == conversation(message.place), c.message == message.id
        rows = self.rows.all(outbox, *where)
        if not rows or rows[-1].body is None:
            return None
        return rows[0].id, self.rows.open(c.body, rows[-1].id, rows[-1].body)

    def shown(self, id: str) -> tuple[Button, ...]:
        row = self.rows.one(outbox, outbox.c.id == id, outbox.c.shown.is_not(None))
        return self.rows.open(outbox.c.shown, id, row.shown) if row else ()

    def reminders(self, person: str) -> tuple[list[str], list[str]]:
        """Nudges on their way to somebody: what nobody tries to send, and what was begun."""
        c = outbox.c
        rows = self.rows.all(outbox, UNSENT, c.person == person, c.kind == "Remind")
        waiting = [row for row in rows if not row.key.startswith((EMERGENCY, RESTORED))]
        ready = [row.id for row in waiting if row.state == "ready"]
        return ready, [row.id for row in waiting if row.state != "ready"]

    def awaited(self) -> set[str]:
        """Everybody to whom nudges are on their way."""
        c = outbox.c
        ours = sa.select(c.person).where(c.company == self.rows.company, UNSENT, c.kind == "Remind")
        return set(self.rows.conn.execute(ours.distinct()).scalars())

    def leaving(self, subjects: Iterable[str]) -> set[str]:
        """About which of them a card is on its way."""
        c = outbox.c
        ours = sa.select(c.subject).where(
            c.company == self.rows.company, UNSENT, c.subject.in_(list(subjects))
        )
        return set(self.rows.conn.execute(ours).scalars())

    def keyed(self, key: str) -> Any | None:
        """The row under a key."""
        return self.rows.one(outbox, outbox.c.key == key)

    def keyed_each(self, keys: Iterable[str]) -> Sequence[Any]:
        """The rows under these keys, as far as there are any."""
        return self.rows.all(outbox, outbox.c.key.in_(list(keys)), order=[outbox.c.key])

    def known(self, keys: Iterable[str]) -> set[str]:
        c = outbox.c
        ours = sa.select(c.key).where(c.company == self.rows.company, c.key.in_(list(keys)))
        return set(self.rows.conn.execute(ours).scalars())

    def unsent_about(self, subject: str) -> list[tuple[str, Send]]:
        """Cards about `subject` that nobody has begun to send."""
        c = outbox.c
        about = c.subject == subject, c.state == "ready"
        rows = self.rows.all(outbox, *about, order=[c.since])  # by key, all would be walked through
        found = [(row.id, self.rows.open(outbox.c.body, row.id, row.body)) for row in rows]
        return [(id, effect) for id, effect in found if isinstance(effect, Send)]

    def rewrite(self, id: str, effect: Effect) -> None:
        """What is to be sent has changed before it was."""
        body = self.rows.close(outbox.c.body, id, effect)
        self.rows.change(outbox, outbox.c.id == id, outbox.c.state == "ready", body=body)

    def retire(self, cards: Collection[tuple[str, Account]]) -> list[Arrival]:
        """The nudging cards about subjects that accounts have: they are told of no more."""
        c, whom = outbox.c, set(cards)
        subjects = c.subject.in_({subject for subject, _ in whom})
        where = subjects, c.state == "arrived", c.message.is_not(None)
        kinds = c.kind.in_(("Remind", "Digest"))
        rows = self.rows.all(outbox, *where, kinds, order=[c.since])  # as above
        found = [(row, Arrival(*self.rows.open(c.outcome, row.id, row.outcome))) for row in rows]
        theirs = [(row.id, arrival) for row, arrival in found if (row.subject, arrival.to) in whom]
        if theirs:
            self.rows.change(outbox, c.id.in_([id for id, _ in theirs]), subject="")
        return [arrival for _, arrival in theirs]

    def subject(self, id: str) -> str:
        row = self.rows.one(outbox, outbox.c.id == id)
        return str(row.subject or "") if row else ""

    def name(self, id: str, subject: str, buttons: tuple[Button, ...] = ()) -> None:
        """What a parcel turned out to show, to find its card again; a reaction to it means that."""
        self.name_each({id: (subject, buttons)})

    def name_each(self, named: Mapping[str, tuple[str, tuple[Button, ...]]]) -> None:
        """Of each parcel its subject and its buttons."""
        each = []
        for id, (subject, buttons) in named.items():
            shown = self.rows.close(outbox.c.shown, id, buttons) if buttons else None
            each.append(({"id": id}, {"subject": subject, "shown": shown}))
        self.rows.change_each(outbox, each)

    def next(self) -> datetime | None:
        """When, as people see it, the next waiting parcel may be sent."""
        c = outbox.c
        rows = self.rows.all(outbox, c.state == "ready", order=[c.not_before], limit=1)
        return rows[0].not_before if rows else None

    def unsent(self) -> int:
        return self.rows.count(outbox, UNSENT)

    def bring_back(self) -> int:
        """What was written while the clock was far ahead leaves soon; returns how much that was.

        Not at once: somebody may just be sending it.
        """
        c, lease, now = outbox.c, self.rows.clock.lease(), self.rows.clock.now()
        ahead = UNSENT, c.since > lease + AHEAD
        leaves = {"since": lease - AHEAD, "held_until": lease + SETTLING, "not_before": now}
        return self.rows.change(outbox, *ahead, **leaves)

    def erase(self, before: datetime) -> int:
        """Bodies settled before that lease time; keys and outcomes stay."""
        c = outbox.c
        old = sa.select(c.id).where(
            c.company == self.rows.company, c.settled_at < before, c.body.is_not(None)
        )
        return self.rows.change(outbox, c.id.in_(old.limit(BACK)), body=None, shown=None)

    def add_all(self, effects: Sequence[Written]) -> list[str]:
        """Many at once; returns their ids."""
        rows = [self._row(each) for each in effects]
        self.rows.add_all(outbox, rows)
        return [row["id"] for row in rows]

    def _row(self, written: Written) -> dict[str, Any]:
        effect, now = written.effect, self.rows.clock.now()
        id, lease = self.rows.clock.new_id(), self.rows.clock.lease()
        since, until, lost = lease, lease + written.hold, self.rows.origin.lost
        look = self.rows.origin.looks and not written.key.startswith(RESTORED)
        if look and lost is not None:
            since, until = lost.since, max(until, lost.calm)
        return {
            "id": id,
            "key": written.key,
            "platform": effect.to.platform,
            "lane": lane(effect.to),
            "kind": type(effect).__name__,
            "urgent": isinstance(effect, Whisper | OpenForm),
            "person": effect.person if isinstance(effect, Remind | Digest) else None,
            "subject": written.subject,
            "body": self.rows.close(outbox.c.body, id, effect),
            "since": since,
            "held_until": until,
            "look": look,
            "not_before": written.not_before or now,
            "deadline": written.deadline or now,
            "state": "ready",
        }


def _ours(parcel: Parcel) -> tuple[sa.ColumnElement[bool], ...]:
    """Unsent, and claimed by nobody since: who was stopped for longer than that has lost it."""
    c = outbox.c
    return c.id == parcel.id, UNSENT, c.held_until == parcel.claimed

"""Laws of nudging that hold whatever people do, and whenever we are down. Policy 1.3-moderate.

Random happenings on the desk: several askers and owners, in several zones and calendars.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.effects import Deliverable, Send
from bot.events import Account, MessageRef, ReactionChanged
from bot.handlers import caps, contents, deeds, digests, ladder, nudging, planning, showing, times
from bot.policy import hours
from bot.policy.duties import Duty
from bot.policy.people import Absence
from bot.port import TryLater
from bot.store import Transaction
from bot.store.nudges import Nudges
from bot.store.outbox import EMERGENCY, LATER, NUDGE
from bot.store.schema import LIVE, duties, nudges
from bot.words import Reader
from tests.desk import LOBBY, MONDAY, Desk, Paper, account, person
from tests.needs import share
from tests.simulation.laws import rows

H, M, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
PER_DAY, PER_PAIR, PER_SENDER = 3, 2, 3
POLICY = f"""
[nudges]
per_day = {PER_DAY}
per_pair = {PER_PAIR}
per_sender = {PER_SENDER}
[calendars.york]
zone = "America/New_York"
monday = ["09:00-17:00"]
tuesday = ["09:00-17:00"]
wednesday = ["09:00-17:00"]
thursday = ["09:00-17:00"]
friday = ["09:00-13:00"]
"""
ABROAD = ("eve", "wei")  # who work in New York, and read there
ASKERS, OWNERS = ("ann", "sam", "wei"), ("bob", "eve", "mei")
KINDS = (NUDGE, LATER, EMERGENCY, f"{digests.DIGEST}/")


@dataclass(frozen=True)
class Told:
    """A nudging card that was handed to the platform, and what it was about."""

    key: str
    at: datetime
    person: str
    day: int  # theirs
    midnight: datetime  # with which it began
    about: tuple[tuple[str, int], ...]  # duties and steps, of nudges
    named: frozenset[int]  # the numbers on it

    def of(self, kind: str) -> bool:
        return self.key.startswith(kind)


class Watch(Paper):
    """Looks at every nudging card at the moment it is handed over."""

    def __init__(self) -> None:
        super().__init__()
        self.look: Callable[[str, str, str], None]
        self.busy: Callable[[], bool]

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        if self.busy():
            raise TryLater(H)
        ref = await super().deliver(effect, key=key, reader=reader)
        if isinstance(effect, Send) and isinstance(effect.to, Account) and key.startswith(KINDS):
            self.look(key, effect.to.id, self.lines[-1].text)
        return ref


@dataclass
class World:
    told: list[Told] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)  # the messages that asked something
    answered: set[str] = field(default_factory=set)  # … and have their answer

    def __post_init__(self) -> None:
        self.paper = Watch()
        self.desk = Desk(policy=POLICY, paper=self.paper)
        self.paper.look, self.busy_until = self.look, MONDAY
        self.paper.busy = lambda: self.desk.now < self.busy_until
        with self.desk.store.transaction() as tx:
            tx.people.save(
                replace(person(name), calendar="york", zone="America/New_York") for name in ABROAD
            )

    # ---- what happens

    def ask(self, asker: str, owner: str) -> None:
        root = self.desk.posts("grace", "a thread")
        text = f"@{owner} when will the samples be ready?"
        self.asks.append(self.desk.posts(asker, text, reply_to=root))

    def emergency(self, asker: str, owner: str) -> None:
        with self.desk.store.transaction() as tx:
            deeds.open_duty(
                tx,
                deeds.Opening(
                    kind="reply",
                    owed_by=owner,
                    owed_to=asker,
                    level=tx.policies.current().levels["emergency"],
                    clause="1.3-moderate",
                    rule="emergency",
                    start=self.desk.now,
                    authorised_by="grace",
                ),
            )

    def between(self, minutes: int, which: int, words: str) -> None:
        """… while a nudge that was planned has not left."""
        self.desk.now += minutes * M
        self.desk.bot.ticker.ring()
        if words == "hold":
            self.hold(which)
        else:
            self.types(which, words)

    def again(self, which: int) -> None:
        """A rung falls due that was climbed before."""
        known = rows(self.desk.store, nudges)
        if known:
            row = known[which % len(known)]
            with self.desk.store.transaction() as tx:
                tx.dues.add(self.desk.now, ladder.LADDER, row.duty, row.step)

    def down(self, span: int) -> None:
        """The platform is."""
        self.busy_until = self.desk.now + span * H

    def types(self, which: int, words: str) -> None:
        """Somebody says something about a duty of theirs."""
        known = rows(self.desk.store, duties)
        if known:
            duty = known[which % len(known)]
            who = duty.owed_to if words.startswith("reopen") else duty.owed_by
            self.desk.says(who, words.format(duty.number))
            if words.startswith("reopen"):
                self.answered.discard(duty.message)

    def answers_late(self, minutes: int, which: int) -> None:
        """The answer is taken, and not yet handled, when what fell due is to be sent."""
        self.desk.now += minutes * M
        open_ones = rows(self.desk.store, duties, LIVE, duties.c.message.is_not(None))
        if not open_ones:
            return
        duty = open_ones[which % len(open_ones)]
        self.desk.bot.ticker.ring()
        answer = ReactionChanged(
            key=f"late {len(self.told)} {duty.id} {self.desk.now}",
            at=self.desk.now,
            actor=account(duty.owed_by),
            message=MessageRef(LOBBY, duty.message),
            emoji="✅",
            added=True,
        )
        self.answered.add(duty.message)
        asyncio.run(self._taken(answer))

    async def _taken(self, event: ReactionChanged) -> None:
        await self.desk.bot.inbox.take([event])
        await self.desk.bot.courier.round()
        while await self.desk.bot.turn():
            pass

    def away(self, who: str, days: int, delegate: str) -> None:
        with self.desk.store.transaction() as tx:
            start = self.desk.now
            leave = Absence(person=who, start=start, end=start + days * DAY, delegate=delegate)
            tx.people.absent(leave)

    def pause(self, who: str, span: int) -> None:
        self.desk.says(who, f"pause until in {span} hours" if span else "pause off")

    def hour(self, who: str, at: int) -> None:
        self.desk.says(who, f"settings digest {at}:00")

    def hold(self, which: int) -> None:
        known = rows(self.desk.store, duties, LIVE, duties.c.held.is_(None))
        if known:
            with self.desk.store.transaction() as tx:
                duty = tx.duties.get(known[which % len(known)].id)
                assert duty is not None
                deeds.hold(tx, duty, "asked_back")

    def passes(self, minutes: int) -> None:
        """We look whenever something falls due, every five minutes at most."""
        end = self.desk.now + minutes * M
        while self.desk.now < end:
            self.desk.wait(min(max(self.desk._next(), self.desk.now + 5 * M), end) - self.desk.now)

    def outage(self, span: int) -> None:
        """We are down; a new process then finds what has piled up."""
        self.desk.now += span * H
        self.desk.restart()
        self.desk.wait(timedelta(0))

    # ---- what is looked at

    def look(self, key: str, to: str, text: str) -> None:
        with self.desk.store.transaction() as tx:
            row = tx.outbox.keyed(key)
            assert row is not None
            lines = tx.nudges.within(row.id)
            found = tuple((line.duty, line.step) for line in lines if line.said)
            now = self.desk.now
            told = Told(
                key=key,
                at=now,
                person=to,
                day=digests.ordinal(tx, to, now),
                midnight=digests.midnight(tx, to, now),
                about=found,
                named=frozenset(map(int, re.findall(r"#(\d+)", text))),
            )
            self.told.append(told)
            self._allowed(tx, told)

    def _allowed(self, tx: Transaction, told: Told) -> None:
        about = tx.duties.many(id for id, _ in told.about)
        named = [duty for number in told.named if (duty := tx.duties.find(number))]
        for duty in {duty.id: duty for duty in (*about.values(), *named)}.values():
            self._fit(duty, told)
        if not told.of(EMERGENCY):
            self._calm(tx, told)

    def _fit(self, duty: Duty, told: Told) -> None:
        said = f"{told.key} about #{duty.number}"
        if not duty.live or (duty.about and duty.about.id in self.answered):
            self._break(f"{said} comes after the answer")
        if duty.held is not None:
            self._break(f"{said}, which is held")
        if duty.owed_to == told.person:
            self._break(f"{said} goes to who waits for it")
        if duty.promised_for and duty.promised_for > told.at and told.of(NUDGE):
            self._break(f"{said} comes before the promised time")

    def _calm(self, tx: Transaction, told: Told) -> None:
        calendar, away = times.calendar_of(tx, told.person), times.away_of(tx, told.person)
        if not hours.is_open(told.at, calendar, away):
            self._break(f"{told.key} comes outside working time, or on leave")
        paused = tx.preferences.paused_until(told.person)
        if paused is not None and paused > told.at:
            self._break(f"{told.key} comes during a pause")

    def _break(self, what: str) -> None:
        self.broken.append(f"{self.desk.now:%a %H:%M} {what}")

    # ---- afterwards

    def afterwards(self) -> list[str]:
        self._nothing_lost()
        self._once()
        self._capped()
        self._digested()
        self.desk.close()
        return self.broken

    def _once(self) -> None:
        seen: set[tuple[str, int, str]] = set()
        for told in self.told:
            for duty, step in told.about:
                if (duty, step, told.person) in seen:
                    self._break(f"{told.person} hears twice of {duty}, step {step}")
                seen.add((duty, step, told.person))

    def _capped(self) -> None:
        askers = {row.id: row.owed_to for row in rows(self.desk.store, duties)}
        at_once = [each for each in self.told if each.of(NUDGE)]
        for told in at_once:
            today = [x for x in at_once if told.midnight <= x.at <= told.at]
            mine = [each for each in today if each.person == told.person]
            if len(mine) > PER_DAY:
                self._break(f"{told.key} is card {len(mine)} of a day")
            for asker in {askers[duty] for duty, _ in told.about}:
                if len(_about(mine, asker, askers)) > PER_PAIR:
                    self._break(f"{told.key} is too much for {asker}")
                if len(_about(today, asker, askers)) > PER_SENDER:
                    self._break(f"{told.key} has too many nudged for {asker}")

    def _digested(self) -> None:
        each = [(told.person, told.day) for told in self.told if told.of(KINDS[-1])]
        if len(each) != len(set(each)):
            self._break("two digests on one day")

    def _nothing_lost(self) -> None:
        """What is late is on a card by the next digest of who works then."""
        late = [
            duty
            for duty in rows(self.desk.store, duties, LIVE, duties.c.held.is_(None))
            if duty.due < self.desk.now and (duty.promised_for or duty.due) < self.desk.now
        ]
        self.passes(4 * 24 * 60)
        heard = {(x.person, number) for x in self.told for number in x.named}
        unsent = [row.duty for row in rows(self.desk.store, nudges, nudges.c.sent.is_(None))]
        with self.desk.store.transaction() as tx:
            for row in late:
                duty = tx.duties.get(row.id)
                assert duty is not None
                reader = planning.hearer(tx, duty, 2)
                if not duty.live or reader is None or self._off(tx, reader):
                    continue
                if (reader, duty.number) not in heard or duty.id in unsent:
                    self._break(f"{reader} never heard of #{duty.number}")

    def _off(self, tx: Transaction, who: str) -> bool:
        """They were away or paused lately, or are."""
        since = self.desk.now - 5 * DAY
        leaves = tx.people.snapshot().directory.absences.get(who, ())
        paused = tx.preferences.paused_until(who)
        return any(leave.end > since for leave in leaves) or bool(paused and paused > since)


def _about(cards: Sequence[Told], asker: str | None, askers: dict[str, str | None]) -> set[str]:
    return {duty for card in cards for duty, _ in card.about if askers[duty] == asker}


WHO, WHICH = st.sampled_from(OWNERS), st.integers(0, 9)
HAPPENINGS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(ASKERS), WHO),
    st.tuples(st.just("ask"), st.sampled_from(ASKERS), WHO),
    st.tuples(st.just("ask"), st.just("ann"), st.just("bob")),
    st.tuples(st.just("emergency"), st.sampled_from(ASKERS), WHO),
    st.tuples(st.just("types"), WHICH, st.sampled_from(("done {}", "drop {}", "reopen {}"))),
    st.tuples(st.just("types"), WHICH, st.sampled_from(("promise {} in 3 hours", "reopen {}"))),
    st.tuples(st.just("answers_late"), st.sampled_from((10, 270, 15 * 60)), WHICH),
    st.tuples(
        st.just("between"),
        st.sampled_from((10, 270, 15 * 60)),
        WHICH,
        st.sampled_from(("done {}", "promise {} in 3 hours", "hold")),
    ),
    st.tuples(st.just("again"), WHICH),
    st.tuples(st.just("down"), st.sampled_from((2, 20, 60))),
    st.tuples(st.just("away"), WHO, st.integers(1, 3), st.sampled_from(("sam", "wei", "grace"))),
    st.tuples(st.just("pause"), WHO, st.sampled_from((0, 5, 30))),
    st.tuples(st.just("hour"), WHO, st.sampled_from((7, 9, 12, 14))),
    st.tuples(st.just("hold"), WHICH),
    st.tuples(st.just("passes"), st.sampled_from((45, 190, 24 * 60))),
    st.tuples(st.just("passes"), st.sampled_from((45, 190, 270))),
    st.tuples(st.just("outage"), st.sampled_from((3, 26, 80))),
)
Happening = tuple[object, ...]
SCENES: dict[str, Sequence[Happening]] = {
    "many asks of one": [*[("ask", "ann", "bob")] * 6, ("passes", 24 * 60)],
    "asks of many": [*[("ask", "ann", each) for each in OWNERS] * 3, ("passes", 24 * 60)],
    "asks all day": [("ask", each, "bob") for each in ASKERS for _ in range(2)] * 2,
    "a pause": [("ask", "ann", "bob"), ("pause", "bob", 30), ("passes", 270), ("outage", 3)],
    "a leave": [("ask", "ann", "bob"), ("away", "bob", 2, "grace"), ("passes", 24 * 60)],
    "a late answer": [("ask", "ann", "bob"), ("answers_late", 290, 0)],
    "a promise meanwhile": [("ask", "ann", "bob"), ("between", 290, 0, "promise {} in 3 hours")],
    "an answer meanwhile": [("ask", "ann", "bob"), ("between", 290, 0, "done {}")],
    "a question back meanwhile": [("ask", "ann", "bob"), ("between", 290, 0, "hold")],
    "an old rung": [("ask", "ann", "bob"), ("passes", 300), ("again", 0), ("passes", 30)],
    "a platform that is down": [
        *[("ask", "ann", "bob")] * 4,
        ("passes", 7 * 60),
        ("down", 30),
        ("passes", 40 * 60),
    ],
    "held overnight": [("ask", "ann", "bob"), ("passes", 60), ("hold", 0), ("passes", 24 * 60)],
    "down for days": [("ask", "ann", "bob"), ("ask", "wei", "bob"), ("outage", 80)],
    "another hour": [("ask", "ann", "bob"), ("passes", 24 * 60), ("hour", "bob", 14)],
}


async def at_once(work: Callable[..., Any], *values: Any) -> Any:
    """In place of a thread: nothing here is to be waited for."""
    return work(*values)


def live(happenings: Sequence[Happening]) -> list[str]:
    world = World()
    with (
        patch.object(contents, "SHOWN", 99),
        patch.object(showing, "SHOWN", 99),
        patch.object(asyncio, "to_thread", at_once),
    ):
        for name, *how in happenings:
            getattr(world, str(name))(*how)
            world.passes(10)
        return world.afterwards()


@pytest.mark.no_cover
@settings(max_examples=max(5, share(500)), deadline=None)
@given(st.lists(HAPPENINGS, min_size=6, max_size=14))
def test_the_laws_of_nudging_hold_whatever_happens(
    happenings: list[Happening],
) -> None:
    assert live(happenings) == []


@pytest.mark.parametrize("scene", SCENES)
def test_the_laws_of_nudging_hold_in(scene: str) -> None:
    assert live(SCENES[scene]) == []


GUARDS: dict[str, tuple[object, str, object, str]] = {
    "working time": (times, "opening", lambda _, __, now: now, "many asks of one"),
    "answers on their way": (nudging, "answering", lambda *_: False, "a late answer"),
    "caps": (caps, "allowed", lambda _, __, ___, due: list(due), "many asks of one"),
    "nothing lost": (Nudges, "move", lambda *_: None, "many asks of one"),
    "one digest a day": (digests, "key", lambda _, who, now: f"digest/{who}/{now}", "another hour"),
    "asked back meanwhile": (nudging, "owed_now", lambda *_: True, "a question back meanwhile"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("guard", GUARDS)
def test_without_its_guard_a_law_is_seen_to_break(guard: str) -> None:
    where, name, instead, scene = GUARDS[guard]
    with patch.object(where, name, instead):
        assert live(SCENES[scene]) != []

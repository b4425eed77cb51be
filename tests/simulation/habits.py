"""What people do all year: ask, answer, promise, forget; request, decide, meet, go on leave."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from heapq import heappush
from itertools import count
from random import Random
from typing import Any

import sqlalchemy as sa

from bot.events import Happening, MessageRef, Place, ReactionChanged
from bot.store.schema import LIVE, duties, findings, requests
from bot.store.schema_meetings import meetings
from bot.store.schema_notices import notices
from tests.desk import PAPER, Desk, account
from tests.simulation import town as towns
from tests.simulation.town import Town

DAY = timedelta(days=1)
ASKS = (
    "@{} when will the samples be ready?",
    "@{} could you send me the contract?",
    "@{} please send me the figures of May",
    "@{} 报价单什么时候能发给我？",
    "@{} urgent: the customs papers are missing",
)
ANSWERS = ("@{} here it is, on page 3", "@{} they are ready", "@{} 好了，已经发给你了", "@{} yes")
PLEDGES = ("@{} I will send it by tomorrow 17:00", "@{} I'll do it by Thursday 15:00")
TALK = ("good morning everybody", "the lift is out of order again", "thanks!", "收到", "see page 3")
SLIP = "the password of staging is: tulip-9xK2!"
TABLES = {
    "request": (requests, "approve {}"),
    "notice": (notices, "confirm {}"),
    "meeting": (meetings, "minutes {} confirm"),
    "finding": (findings, "finding {} fine it was so"),
}
ITEMS = "Decision: We buy it.\nAction: @{} asks for an offer\nNote: It was friendly."
SLOW = 1.2  # spread of how long people take (log-normal)

Deed = Callable[[], None]


class Habits:
    """`coming`: when who does what; `pending`: what the platform has not told us yet."""

    def __init__(self, desk: Desk, town: Town, chance: Random) -> None:
        self.desk, self.town, self.chance = desk, town, chance
        self.coming: list[tuple[datetime, int, Deed]] = []
        self.pending: list[Happening] = []
        self.messages = 0
        self._names = town.everybody
        self._numbers = count()

    def at(self, when: datetime, deed: Deed) -> None:
        heappush(self.coming, (when, next(self._numbers), deed))

    def plan(self, day: date, messages: int, asks: int) -> None:
        """A day's deeds, where it is a working day of whoever does them; few at other times."""
        for number in range(messages):
            who = self._anyone()
            calendar = self.town.calendars[who]
            when = towns.morning(self.chance, day, calendar)
            if not towns.works(calendar, when) and self.chance.random() > 0.02:
                continue
            self.at(when, self._asking(who) if number < asks else self._talking(who))
        for deed, often in self._rarely().items():
            if self.chance.random() < often:
                who = self._anyone()
                when = towns.morning(self.chance, day, self.town.calendars[who])
                if towns.works(self.town.calendars[who], when):
                    self.at(when, lambda who=who, deed=deed: deed(who))  # type: ignore[misc]

    def _rarely(self) -> dict[Callable[[str], None], float]:
        """How likely each is on a day; the size of the company is part of it."""
        size = min(1.0, len(self.town.calendars) / 1000)
        return {
            self._request: max(0.3, 0.9 * size),
            self._meet: max(0.3, 0.9 * size),
            self._leave: max(0.2, 0.9 * size),
            self._announce: 0.1,
            self._slip: 0.1,
            self._sign: 0.9,
        }

    # ---- asking, and what comes of it

    def _asking(self, who: str) -> Deed:
        def ask() -> None:
            whom = self._colleague(who)
            ref = self._post(who, self.chance.choice(ASKS).format(whom))
            self.at(self._in_a_while(whom, 60), lambda: self._respond(whom, who, ref))

        return ask

    def _respond(self, whom: str, who: str, ref: MessageRef) -> None:
        """Most answer; some promise, some pass it on, and some forget it."""
        luck = self.chance.random()
        if luck < 0.60:
            self._answer(whom, who, ref)
        elif luck < 0.68:
            self._post(whom, self.chance.choice(PLEDGES).format(who), ref)
            if self.chance.random() < 0.8:
                self.at(self._in_a_while(whom, 600), lambda: self._answer(whom, who, ref))
        elif luck < 0.76:
            self._react(whom, ref)
        elif luck < 0.80:
            self._type_about(whom, ref, "done {}")
        elif luck < 0.84:
            self._type_about(whom, ref, "promise {} in 8 hours")
        elif luck < 0.86:
            self._type_about(whom, ref, f"pass {{}} @{self._colleague(whom)}")
        elif luck < 0.88:
            self._type_about(who, ref, "drop {}")

    def _answer(self, whom: str, who: str, ref: MessageRef) -> None:
        self._post(whom, self.chance.choice(ANSWERS).format(who), ref)

    def heard(self, person: str, key: str) -> None:
        """Who is nudged does something about it, mostly."""
        nudged = key.startswith(("nudge/", "later/", "emergency/", "request/", "notice/"))
        likely = 0.75 if nudged else 0.25
        if person in self.town.calendars and self.chance.random() < likely:
            self.at(self._in_a_while(person, 30), lambda: self._attend(person))

    def _attend(self, person: str) -> None:
        """Something that they owe is done."""
        with self.desk.store.db.connect() as conn:
            owed = sa.select(duties).where(
                LIVE, duties.c.owed_by == person, duties.c.held.is_(None)
            )
            duty = conn.execute(owed.order_by(duties.c.due).limit(1)).first()
            words = duty and self._words(conn, duty)
        if duty is None:
            return
        if words:
            self._command(person, words)
        elif duty.kind == "reply":
            self._answer(person, duty.owed_to or person, self._ref(duty))

    def _words(self, conn: sa.Connection, duty: Any) -> str:
        """What is typed to be rid of it; nothing for what is answered."""
        usual = {"reply": ("", "", "done"), "accept": ("accept", "accept", "decline")}
        words = self.chance.choice(usual.get(duty.kind, ("done",)))
        if duty.kind in (*usual, "act", "handle", "attest"):
            return f"{words} {duty.number}" if words else ""
        about, _, id = duty.subject.partition("/")
        if about not in TABLES:
            return ""
        table, words = TABLES[about]
        number = conn.execute(sa.select(table.c.number).where(table.c.id == id)).scalar()
        if duty.kind == "minutes":
            return f"minutes {number} {ITEMS.format(self._colleague(duty.owed_by))}"
        if duty.kind == "decide" and self.chance.random() < 0.15:
            return f"reject {number} not now"
        return words.format(number)

    # ---- everything else

    def _talking(self, who: str) -> Deed:
        return lambda: self._talk(who)

    def _talk(self, who: str) -> None:
        self._post(who, self.chance.choice(TALK))

    def _slip(self, who: str) -> None:
        self._post(who, SLIP)

    def _request(self, who: str) -> None:
        kind = self.chance.choice(("notice", "work", "leave"))
        audience = f"audience=department:{self.town.room(who).id} " if kind == "notice" else ""
        self._command(who, f"request {kind} {audience}Something of {self.chance.random()}")

    def _announce(self, who: str) -> None:
        """To several departments."""
        units = self.chance.sample(sorted(self.town.units), min(2, len(self.town.units)))
        audience = ", ".join(f"department:{unit}" for unit in units)
        self._command(who, f'request notice audience="{audience}" News {self.chance.random()}')

    def _meet(self, who: str) -> None:
        day = self.desk.now.date() + DAY
        people = " ".join(f"@{self._colleague(who)}" for _ in range(3))
        self._command(who, f"meeting Figures {people} {day} 10:30 for 45m")

    def _leave(self, who: str) -> None:
        first = self.desk.now.date() + self.chance.randint(1, 5) * DAY
        last = first + self.chance.randint(0, 9) * DAY
        self._command(who, f"away {first}..{last} @{self._colleague(who)}")

    def _sign(self, _: str) -> None:
        with self.desk.store.db.connect() as conn:
            owed = sa.select(duties.c.owed_by).where(LIVE, duties.c.subject.startswith("daily/"))
            signer = conn.execute(owed.limit(1)).scalar()
        if signer:
            self._command(signer, "daily sign All is well.")

    # ---- how it is said

    def _post(self, who: str, text: str, answers: MessageRef | None = None) -> MessageRef:
        place = replace(answers.place, thread=answers.id) if answers else self.town.room(who)
        self.messages += 1
        said = self.desk.message(who, text, f"m{self.messages}")
        ref = MessageRef(place, said.message.id)
        self.pending.append(replace(said, message=ref))
        return MessageRef(replace(place, thread=None), ref.id) if answers is None else ref

    def _command(self, who: str, text: str) -> None:
        said = self.desk.command(who, text, f"paper/c{next(self._numbers)}")
        self.pending.append(replace(said, place=self.town.room(who)))

    def _react(self, who: str, ref: MessageRef) -> None:
        self.pending.append(
            ReactionChanged(
                key=f"paper/r{next(self._numbers)}",
                at=self.desk.now,
                actor=account(who),
                message=ref,
                emoji="✅",
                added=True,
            )
        )

    def _type_about(self, who: str, ref: MessageRef, words: str) -> None:
        with self.desk.store.db.connect() as conn:
            theirs = sa.or_(duties.c.owed_by == who, duties.c.owed_to == who)
            found = sa.select(duties.c.number).where(LIVE, duties.c.message == ref.id, theirs)
            number = conn.execute(found.limit(1)).scalar()
        if number:
            self._command(who, words.format(number))

    def _ref(self, duty: Any) -> MessageRef:
        room = (duty.conversation or "//u0").rpartition("/")[2]
        return MessageRef(Place(PAPER, "home", room), duty.thread or duty.message or "m0")

    def _in_a_while(self, who: str, median: float) -> datetime:
        """Working minutes later; the median is that many."""
        minutes = min(3000.0, median * self.chance.lognormvariate(0, SLOW))
        return towns.later(self.town, who, self.desk.now, minutes)

    def _anyone(self) -> str:
        return self.chance.choice(self._names)

    def _colleague(self, of: str) -> str:
        """Of the same department, mostly."""
        near = self.town.units.get(self.town.room(of).id, self._names)
        found = of
        while found == of:
            found = self.chance.choice(near if self.chance.random() < 0.7 else self._names)
        return found

"""What the made-up company did in the weeks before: so that its first report has something to say.

Not played through the engine but written down as its outcome, by the same rules and the same clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.handlers.ladder import DUE, MANAGER, REMIND
from bot.policy import approvals, hours, routes
from bot.policy.approvals import Request
from bot.policy.duties import Duty, Promise
from bot.policy.hours import Calendar
from bot.policy.people import Person
from bot.policy.rulebook import Rulebook
from bot.policy.seats import Seat
from bot.store import Transaction

WEEKS = 26
ASKS_A_DAY = 22
FIRST = 900_001  # numbers far from those that people will see
SLOW = {"bob": 1.7, "kai": 1.5, "hao": 1.3}  # who takes longer than others
NOTICES = (
    "The office is closed on Friday afternoon for the fire drill.",
    "From Monday the canteen opens at half past eleven.",
    "New visitors' badges are at the front desk.",
    "春节放假安排已定，请各部门安排好值班。",
)


@dataclass(slots=True)
class Past:
    """Writes the past into one transaction."""

    tx: Transaction
    chance: Random
    number: int = FIRST
    duties: list[Duty] = field(default_factory=list)
    nudges: list[dict[str, Any]] = field(default_factory=list)

    def write(self) -> None:
        book = self.tx.policies.current()
        calendar = self.tx.policies.calendar("office", book)
        staff = [
            each
            for each in self.tx.people.snapshot().directory.people.values()
            if each.active and not each.partner
        ]
        for day in _days(self.tx.clock.now(), calendar):
            for _ in range(self.chance.randint(ASKS_A_DAY - 4, ASKS_A_DAY + 3)):
                asker, owner = self.chance.sample(staff, 2)
                self._ask(book, calendar, day, (asker, owner))
            if day.weekday() in (1, 3):
                self._request(book, calendar, day, self.chance.choice(staff))
        self.tx.duties.keep(self.duties)
        for duty in self.duties:
            if duty.promised_at and duty.promised_for and duty.owed_by:
                made = Promise(duty.promised_for, duty.owed_by, "said")
                self.tx.duties.promised(duty.id, made, duty.promised_at)
        self.tx.nudges.add_all(self.nudges)

    def _ask(
        self, book: Rulebook, calendar: Calendar, day: date, who: tuple[Person, Person]
    ) -> None:
        asker, owner = who
        level = book.levels["important" if self.chance.random() < 0.2 else "normal"]  # noqa: PLR2004
        start = hours.day_start(day, calendar) + timedelta(minutes=self.chance.randint(0, 400))
        start = hours.next_open(start, calendar)
        taken = level.within * min(3.0, self.chance.expovariate(2.3) * SLOW.get(owner.id, 1.0))
        due, closed = (hours.add(start, span, calendar) for span in (level.within, taken))
        if closed >= self.tx.clock.now():
            return
        duty = Duty(
            id=self.tx.clock.new_id(),
            number=self._next(),
            kind="reply",
            owed_by=owner.id,
            owed_to=asker.id,
            clause=level.clause,
            rule="question-to-person",
            level=level.name,
            policy=book.version,
            calendar=calendar.name,
            start=start,
            due=due,
            first_due=due,
            state="done",
            closed=closed,
            how="answered:names_asker",
        )
        if taken > level.within and self.chance.random() < 0.3:  # noqa: PLR2004
            duty = self._promised(duty, calendar)
        self.duties.append(duty)
        self._nudges(duty, calendar, taken / level.within)

    def _promised(self, duty: Duty, calendar: Calendar) -> Duty:
        """In time; and mostly kept."""
        late = timedelta(hours=self.chance.choice([-1, 2, 4]))
        until = max(hours.add(duty.due, timedelta(hours=5) + late, calendar), duty.due)
        at = hours.add(duty.start, timedelta(minutes=40), calendar)
        return replace(duty, due=until, promised_for=until, promised_at=at)

    def _nudges(self, duty: Duty, calendar: Calendar, part: float) -> None:
        """Those that the ladder sent before the answer came."""
        boss = self.tx.people.snapshot().directory.manager_of(self._person(duty.owed_by))
        within = hours.between(duty.start, duty.first_due, calendar)
        rungs = [(REMIND, 0.75, duty.owed_by), (DUE, 1.0, duty.owed_by)]
        rungs += [(MANAGER, 1.5, boss.id)] if boss else []
        self.nudges += [
            {
                "duty": duty.id,
                "step": step,
                "person": person,
                "parcel": "past",
                "at": hours.add(duty.start, within * above, calendar),
                "sent": True,
                "rule": duty.rule,
                "asker": duty.owed_to,
            }
            for step, above, person in rungs
            if part > above and duty.promised_for is None
        ]

    def _request(self, book: Rulebook, calendar: Calendar, day: date, asker: Person) -> None:
        route = book.routes["notice"]
        directory = self.tx.people.snapshot().directory
        deciders = routes.approvers(route.steps[0], {}, asker, directory)
        at = hours.day_start(day, calendar) + timedelta(minutes=self.chance.randint(5, 150))
        decided = hours.add(at, timedelta(minutes=self.chance.randint(20, 700)), calendar)
        if not deciders or decided >= self.tx.clock.now():
            return
        form = approvals.canonical({"text": self.chance.choice(NOTICES)})
        request = Request(
            id=self.tx.clock.new_id(),
            number=self._next(),
            kind=route.kind,
            requester=asker.id,
            class_name=route.class_name,
            clause=route.clause,
            policy=book.version,
            form=form,
            digest=approvals.digest(form),
            at=at,
        )
        self.tx.requests.add(request)
        yes = self.chance.random() < 0.85  # noqa: PLR2004
        state: Literal["approved", "rejected"] = "approved" if yes else "rejected"
        by = deciders[0].id
        done = replace(request, state=state, decided_by=by, decided_at=decided)
        self.tx.requests.sit(
            [
                Seat(
                    request=request.id,
                    round=0,
                    step=0,
                    person=by,
                    state=state,
                    decided_by=by,
                    decided_at=decided,
                )
            ]
        )
        self.tx.requests.decide(done, "")

    def _person(self, id: str | None) -> Person:
        return self.tx.people.snapshot().directory.people[id or ""]

    def _next(self) -> int:
        self.number += 1
        return self.number


def _days(now: datetime, calendar: Calendar) -> Iterator[date]:
    """The working days of the weeks before today, oldest first."""
    today = now.astimezone(ZoneInfo(calendar.zone)).date()
    day = today - timedelta(weeks=WEEKS)
    while (day := hours.next_working_day(day, calendar)) < today:
        yield day

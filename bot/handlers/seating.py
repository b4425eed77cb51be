"""Opens the steps of a request's route: who sits on them, who is asked, and what is owed.

Policy 3.2. Whom to ask is found when a step opens, and again when somebody is away or has left;
who may decide, when they decide.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from bot.handlers import deeds
from bot.policy import forms, routes, seats
from bot.policy.approvals import Deed, Request, Trace
from bot.policy.conditions import Fact
from bot.policy.duties import Duty
from bot.policy.people import Directory, Person
from bot.policy.routes import Route, Step
from bot.policy.rulebook import Rulebook
from bot.policy.seats import Chair, Seat
from bot.store import Transaction

PAGE, SEARCHED = 50, 1000  # requests looked at together, and at most, for a list
SUBJECT = "request/"  # before a request's id: what its cards and duties are about


@dataclass
class Going:
    """A request on its way, under the rules it was made by."""

    tx: Transaction
    request: Request

    @cached_property
    def book(self) -> Rulebook:
        return self.tx.policies.version(self.request.policy)

    @property
    def route(self) -> Route:
        found = routes.taken(self.book.routes, self.request.kind)
        assert found is not None
        return found

    @property
    def directory(self) -> Directory:
        return self.tx.people.snapshot().directory

    @property
    def requester(self) -> Person:
        known = self.directory.people.get(self.request.requester)
        return known or Person(id=self.request.requester, name="", active=False)

    @property
    def facts(self) -> dict[str, Fact]:
        return forms.facts(self.request.form, self.requester, self.directory)

    @property
    def now(self) -> datetime:
        return self.tx.clock.now()

    @property
    def step(self) -> Step:
        return self.route.steps[min(self.request.step, len(self.route.steps) - 1)]

    @cached_property
    def all_seats(self) -> list[Seat]:
        """Of every round and step."""
        return self.tx.requests.seats(self.request.id)

    @property
    def seats(self) -> list[Seat]:
        """Of the step that waits."""
        here = self.request.round, self.request.step
        return [each for each in self.all_seats if (each.round, each.step) == here]

    @property
    def chairs(self) -> tuple[Chair, ...]:
        """Who may decide at this moment; nobody where it is not waiting for that."""
        if self.request.state != "open":
            return ()
        return seats.chairs(self.seats, self.request.requester, self.directory, self.now)

    def sit(self, new: Iterable[Seat]) -> None:
        self.tx.requests.sit(new)
        self.__dict__.pop("all_seats", None)

    def trace(self, actor: str, deed: Deed, **more: object) -> None:
        """What was done, with what they had before their eyes."""
        request = self.request
        seen = {"round": request.round, "step": request.step, "digest": request.digest}
        done = Trace(number=0, at=self.now, actor=actor, deed=deed, **(seen | more))  # type: ignore[arg-type]
        self.tx.requests.trace(request.id, done)

    @property
    def subject(self) -> str:
        return SUBJECT + self.request.id


def going(tx: Transaction, id: str) -> Going:
    return Going(tx, tx.requests.get(id))


def open_from(going: Going, number: int) -> bool:
    """Opens the first step from `number` on that is not decided yet; False: there is none left.

    Whoever approved this very text on an earlier step is not asked a second time. Raises
    LookupError where nobody can be asked.
    """
    for step in routes.steps(going.route, going.facts):
        if step >= number:
            going.request = replace(going.request, step=step)
            if not _opened(going, step):
                return True
    return False


def _opened(going: Going, number: int) -> bool:
    """True where everybody it needs has approved this text before."""
    step, request = going.route.steps[number], going.request
    people = [
        each.id for each in routes.approvers(step, request.form, going.requester, going.directory)
    ]
    if not people:
        raise LookupError(request.kind)
    before = seats.counted(people, request.round, going.all_seats)
    asked = [each for each in people if each not in before]
    laid = [
        *(
            replace(seat, step=number, after=None, added_by=None, given_by=None, duty=None)
            for seat in before.values()
        ),
        *seats.laid(request.id, request.round, number, step, asked),
    ]
    going.sit(laid)
    for seat in laid:
        if seat.state == "approved":
            going.trace(seat.person, "count")
    if seats.outcome(step, laid) == "approved":
        going.sit(replace(seat, state="dropped") for seat in laid if seat.undecided)
        return True
    go_on(going)
    return False


def go_on(going: Going) -> None:
    """Who waited for somebody who has approved is asked now; every open seat owes a decision."""
    going.sit(replace(seat, state="open") for seat in seats.may_open(going.seats))
    going.sit(
        replace(seat, duty=_owe(going, seat).id)
        for seat in going.seats
        if seat.state == "open" and seat.duty is None
    )


def reseat(going: Going) -> bool:
    """Others may have the roles by now that the route names; True where somebody changed."""
    request, step = going.request, going.step
    if request.state != "open":
        return False
    named = routes.approvers(step, request.form, going.requester, going.directory)
    if not named or not going.seats:
        return False
    spare = routes.instead(going.requester, going.directory)
    changes = seats.reseated(
        going.seats, [each.id for each in named], step, spare[0].id if spare else None
    )
    for seat in changes:
        if seat.state == "dropped":
            rise(going, seat, "reseated")
    going.sit(changes)
    if changes:
        go_on(going)
    return bool(changes)


def _owe(going: Going, seat: Seat) -> Duty:
    request, route = going.request, going.route
    level = going.step.level or route.level
    return deeds.open_duty(
        going.tx,
        deeds.Opening(
            kind="decide",
            owed_by=seat.person,
            owed_to=request.requester,
            level=going.book.levels[level],
            clause=request.clause,
            rule=f"routes.{route.kind}",
            start=going.now,
            subject=going.subject,
        ),
    )


def rise(going: Going, seat: Seat, how: str) -> None:
    """Nobody owes a decision on that seat any more."""
    duty = going.tx.duties.get(seat.duty) if seat.duty else None
    if duty is not None and duty.live:
        deeds.settle(going.tx, duty, "dropped", deeds.Ending(how, going.now))


def clear(going: Going, how: str) -> None:
    """The step is over: whoever was still asked is not any more."""
    left = [seat for seat in going.seats if seat.undecided]
    for seat in left:
        rise(going, seat, how)
    going.sit(replace(seat, state="dropped") for seat in left)


def undecided(
    tx: Transaction,
    person: str,
    limit: int,
    wanted: Callable[[Request], bool] = lambda _: True,
) -> list[tuple[Request, Chair]]:
    """What waits for their decision now and is `wanted`, the oldest first."""
    directory, now = tx.people.snapshot().directory, tx.clock.now()
    asked = tx.requests.open_seats((person, *directory.may_decide_for(person, now)))
    found: list[tuple[Request, Chair]] = []
    for page in batched(asked[:SEARCHED], max(2 * limit, PAGE)):
        known = tx.requests.many(page)
        for request in (known[id] for id in page if wanted(known[id])):
            chair = seats.chair_of(Going(tx, request).chairs, person)
            if chair is not None:
                found.append((request, chair))
            if len(found) == limit:
                return found
    return found


def batched(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def hearer(tx: Transaction, duty: Duty) -> str | None:
    """Who is nudged for a decision: who sits there, or who stands in for them at this moment."""
    found = going(tx, duty.subject.removeprefix(SUBJECT)).chairs
    people: Sequence[str] = next((c.people for c in found if c.seat.duty == duty.id), ())
    directory, now = tx.people.snapshot().directory, tx.clock.now()
    there = [p for p in people if directory.away(p, now) is None]
    other = [p for p in there if p != duty.owed_by]
    return next(iter(other or there), duty.owed_by)

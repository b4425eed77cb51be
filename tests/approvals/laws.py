"""What must hold of requests after every deed, whoever did it and by whatever path. Policy 3.2."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.approvals.picture import KEPT, Picture
from tests.approvals.world import ROUTES, Form, Step, World, come_to, fingerprint

DECIDED = ("approved", "rejected")
FINAL = (*DECIDED, "recalled")
PENDING = ("open", "returned")
TURNS = {  # from one state of a request to another, and whether its requester does it
    ("open", "returned"): False,
    ("open", "approved"): False,
    ("open", "rejected"): False,
    ("open", "recalled"): True,
    ("returned", "recalled"): True,
    ("returned", "open"): True,
}


@dataclass(frozen=True)
class Happened:
    """Something that was done: by whom (nobody: time, HR), and what we know of what was meant."""

    actor: str | None
    now: datetime
    deed: str = ""  # empty: not known, as of a reaction
    number: int = 0
    digest: str = ""  # the beginning of that of the text their button stood under
    form: Form = field(default_factory=dict)


@dataclass
class Laws:
    world: World
    forms: dict[tuple[str, int], Form] = field(default_factory=dict)  # by request and round
    variants: dict[int, int] = field(default_factory=dict)  # which routes a policy version has

    def broken(self, before: Picture, after: Picture, what: Happened) -> Iterator[str]:
        if after.parked:
            yield "an event was parked"
        yield from _unchanged(before, after)
        for id, row in after.requests.items():
            old = before.requests.get(id)
            if old != row:
                yield from self._turned(before, after, old, row, what)
        for key, seat in after.seats.items():
            was = before.seats.get(key)
            if was != seat:
                yield from self._sat(before, after, was, seat, what)
        yield from self._told(before, after, what)
        for id, row in after.requests.items():
            if row.state in PENDING or before.requests.get(id) != row:
                yield from self._stands(after, row)
        yield from self._heard(before, after, what)

    # What changed of a request

    def _turned(  # noqa: C901
        self, before: Picture, after: Picture, old: Any, row: Any, what: Happened
    ) -> Iterator[str]:
        if old is None:
            if row.requester != what.actor:
                yield f"#{row.number} was made by {what.actor} for {row.requester}"
            self.forms[row.id, 0] = what.form
        elif row.round != old.round:
            if what.actor != row.requester or row.round != old.round + 1:
                yield f"#{row.number} was changed by {what.actor}"
            self.forms[row.id, row.round] = {**self.forms[row.id, old.round], **what.form}
        elif row.digest != old.digest or row.requester != old.requester:
            yield f"#{row.number} has another text, and no round more"
        if old is not None and row.state != old.state:
            by_requester = TURNS.get((old.state, row.state))
            if by_requester is None or what.actor is None:
                yield f"#{row.number} went from {old.state} to {row.state} by {what.actor}"
            elif by_requester != (what.actor == row.requester):
                yield f"#{row.number} became {row.state} by {what.actor}"
            elif row.state == "returned" and not self._entitled(before, after, old, what):
                yield f"#{row.number} was sent back by {what.actor}, who is not asked"
        if fingerprint(self.forms[row.id, row.round]) != row.digest:
            yield f"#{row.number} is bound to another text than was sent"
        if row.state == "approved":
            yield from self._approved(after, row, what)

    def _approved(self, after: Picture, row: Any, what: Happened) -> Iterator[str]:
        """Every step that it takes was approved, by different people, of this very text."""
        form = self.forms[row.id, row.round]
        for number, step in self._steps(row):
            seats = after.sitting(row.id, row.round, number)
            if come_to(step.need, seats) != "approved" or not seats:
                yield f"#{row.number} was approved without step {number}"
            people = [s.decided_by for s in seats if s.state == "approved"]
            if len(people) != len(set(people)) or row.requester in people:
                yield f"#{row.number} was approved by {people}"
            for who in people:
                if not self._said_yes(after, row, who):
                    yield f"#{row.number} counts a yes of {who} to something else"
        codes = [c for (id, _), c in after.kept["certificates"].items() if id == row.id]
        if len(codes) != 1 or codes[0].digest != fingerprint(form):
            yield f"#{row.number} has {len(codes)} certificates, or of another text"
        if row.decided_by != what.actor:
            yield f"#{row.number} was decided by {row.decided_by}, not {what.actor}"

    def _said_yes(self, after: Picture, row: Any, who: str) -> bool:
        return any(
            line.deed == "approve" and (line.actor, line.digest, line.round) == (who, *_text(row))
            for line in after.trail(row.id)
        )

    # What changed of a seat

    def _sat(  # noqa: C901
        self, before: Picture, after: Picture, was: Any, seat: Any, what: Happened
    ) -> Iterator[str]:
        row, name = after.requests[seat.request], f"the seat of {seat.person}"
        old = before.requests.get(seat.request)
        if seat.state in DECIDED:
            if was is None and self._counted(before, after, seat):
                return
            if seat.decided_by != what.actor or not self._may(before, after, seat, what):
                yield f"{name} on #{row.number} was decided by {what.actor}, who may not"
            if old is not None and not old.digest.startswith(what.digest):
                yield f"{name} on #{row.number} was decided over another text"
            if old is not None and (was or seat).round != old.round:
                yield f"{name} on #{row.number} is of another round"
            if seat.state == "rejected" and what.deed not in ("reject", ""):
                yield f"{name} on #{row.number} says no, where {what.deed} was meant"
            if seat.state == "approved" and what.deed not in ("approve", ""):
                yield f"{name} on #{row.number} says yes, where {what.deed} was meant"
        elif seat.state == "moved":
            if what.actor is None or not self._may(before, after, seat, what):
                yield f"{name} on #{row.number} was given away by {what.actor}"
        elif seat.state in ("open", "waiting") and (was is None or was.state == "dropped"):
            yield from self._new(before, after, seat, what)

    def _new(self, before: Picture, after: Picture, seat: Any, what: Happened) -> Iterator[str]:
        """Somebody sits where nobody sat: named by the route, or by who may name them."""
        row = after.requests[seat.request]
        if seat.person == row.requester:
            yield f"{seat.person} sits on their own request #{row.number}"
        from_whom = seat.added_by if seat.given_by is None else seat.given_by
        if from_whom is not None:
            theirs = after.seats.get((seat.request, seat.round, seat.step, from_whom))
            spare = theirs is not None and theirs.state == "dropped"
            if spare and seat.person in self.world.otherwise(row.requester):
                return
            if what.actor is None or not self._may(before, after, theirs, what):
                yield f"{what.actor} set {seat.person} on #{row.number}"
            return
        step = self._route(row)[seat.step]
        if seat.person not in self.world.named(step, row.requester, self._form(row)):
            yield f"{seat.person} sits on #{row.number}, and the route does not name them"

    def _counted(self, before: Picture, after: Picture, seat: Any) -> bool:
        """They approved this very text on an earlier step."""
        mine = (
            each
            for picture in (before, after)
            for (id, round, step, person), each in picture.seats.items()
            if (id, round, person) == (seat.request, seat.round, seat.person) and step < seat.step
        )
        return seat.state == "approved" and any(
            s.state == "approved" and s.decided_by == seat.person == seat.decided_by for s in mine
        )

    # Who may

    def _entitled(self, before: Picture, after: Picture, old: Any, what: Happened) -> bool:
        seats = {s.person: s for s in after.sitting(old.id, old.round, old.step)}
        return any(self._may(before, after, seat, what) for seat in seats.values())

    def _may(self, before: Picture, after: Picture, seat: Any, what: Happened) -> bool:
        """The actor may act on a seat that was open, or that the route names by now."""
        if what.actor is None:
            return False
        row = before.requests.get(seat.request)
        if row is None or row.state != "open" or what.actor == row.requester:
            return False
        here = {s.person: s for s in before.sitting(row.id, row.round, row.step)}
        was: Any = here.get(seat.person)
        named = self._named(row)
        fresh = was is None or was.state == "dropped"
        if (seat.round, seat.step) != (row.round, row.step):
            return False
        opened = not fresh and was.state == "waiting" and was.after not in here
        risen = {p for p, s in here.items() if _routed(s) and p not in named}
        if not fresh and was.state == "waiting":
            opened = was.after in risen  # who was before them is not asked any more
        if not fresh and was.state != "open" and not opened:
            return False
        if fresh and seat.person not in {*named, *self.world.otherwise(row.requester)}:
            return False
        busy = self._busy(after, row, here, named) - {seat.person}
        return what.actor in self.world.may_decide(seat.person, busy, row.requester, what.now)

    def _busy(
        self, after: Picture, row: Any, here: Mapping[str, Any], named: list[str]
    ) -> set[str]:
        """Who sits on the step, or has decided on it; not who has risen by now."""
        new = {s.person: s for s in after.sitting(row.id, row.round, row.step)}
        found = set()
        for person, seat in here.items():
            rose = _routed(seat) and person not in named and new[person].state == "dropped"
            if seat.state not in ("moved", "dropped") and not rose:
                found.add(seat.decided_by or person)
        fresh = {p for p, s in new.items() if _routed(s) and here.get(p) is None}
        return found | fresh

    def _heard(self, before: Picture, after: Picture, what: Happened) -> Iterator[str]:
        """Whoever may decide is not refused."""
        row = next((r for r in before.requests.values() if r.number == what.number), None)
        if what.deed not in ("approve", "reject") or row is None or row.state != "open":
            return
        if after.news(before) or not row.digest.startswith(what.digest):
            return
        seats = [s for s in after.sitting(row.id, row.round, row.step) if s.state == "open"]
        settled = self._settled(after, row)
        if settled and any(self._may(before, after, seat, what) for seat in seats):
            yield f"{what.actor} may {what.deed} #{row.number}, and was refused"

    def _settled(self, after: Picture, row: Any) -> bool:
        """The route names who sits there, and somebody for each step to come."""
        seats = after.sitting(row.id, row.round, row.step)
        named = set(self._named(row))
        sat = {s.person for s in seats if s.state != "dropped"} | {s.decided_by for s in seats}
        gone = {s.person for s in seats if _routed(s) and s.state in ("open", "waiting")} - named
        later = (s for number, s in self._steps(row) if number > row.step)
        form = self._form(row)
        answered = all(self.world.named(step, row.requester, form) for step in later)
        return named <= sat and not gone and answered

    # How it stands

    def _stands(self, after: Picture, row: Any) -> Iterator[str]:
        """Open seats of an open step owe one decision each, and nobody else owes any."""
        owed, seats = list(after.duties.get(row.id, ())), after.sitting(row.id, row.round, row.step)
        asked = [s for s in seats if s.state == "open"] if row.state == "open" else []
        if sorted((d.id, d.owed_by) for d in owed) != sorted((s.duty, s.person) for s in asked):
            yield f"#{row.number} ({row.state}) is owed by {[d.owed_by for d in owed]}"
        if row.state != "open":
            return
        step = dict(self._steps(row)).get(row.step)
        if step is None:
            yield f"#{row.number} is on a step it does not take"
        elif (found := come_to(step.need, seats)) != "open":
            yield f"#{row.number} stays on a step that is {found}"
        if not asked:
            yield f"#{row.number} waits for nobody"

    def _told(self, before: Picture, after: Picture, what: Happened) -> Iterator[str]:
        """What happened stands in the thread under the name of who did it."""
        for line in after.news(before):
            row = after.requests[line.request]
            old = before.requests.get(line.request, row)
            if line.actor != what.actor and line.deed not in ("count", "withdraw"):
                yield f"#{row.number}: {line.deed} of {line.actor}, done by {what.actor}"
            if line.deed in ("approve", "reject") and line.digest != old.digest:
                yield f"#{row.number}: {line.actor} decided on another text than there was"

    # The rules

    def _route(self, row: Any) -> tuple[Step, ...]:
        return ROUTES[self.variants[row.policy]][row.kind]

    def _form(self, row: Any) -> Form:
        return self.forms[row.id, row.round]

    def _named(self, row: Any) -> list[str]:
        return self.world.named(self._route(row)[row.step], row.requester, self._form(row))

    def _steps(self, row: Any) -> list[tuple[int, Step]]:
        asker, form = self.world.people[row.requester], self._form(row)
        steps = enumerate(self._route(row))
        return [(n, step) for n, step in steps if step.when(self.world, asker, form)]


def _routed(seat: Any) -> bool:
    return seat.added_by is None and seat.given_by is None


def _text(row: Any) -> tuple[str, int]:
    return row.digest, row.round


def _unchanged(before: Picture, after: Picture) -> Iterator[str]:
    """What was decided, said or certified stays, to the byte."""
    for name in KEPT:
        gone = before.kept[name].items() - after.kept[name].items()
        if gone:
            yield f"{name} changed: {sorted(key for key, _ in gone)}"
    for id, row in before.requests.items():
        if row.state in FINAL and after.requests.get(id) != row:
            yield f"#{row.number} changed after it was {row.state}"
        if id not in after.requests:
            yield f"#{row.number} is gone"
    for key, seat in before.seats.items():
        if seat.state in DECIDED and after.seats.get(key) != seat:
            yield f"a decided seat changed: {key}"

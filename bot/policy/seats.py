"""The seats of a step: who sits on them, in which order, and what they come to together.

Policy 3.2. A seat is one approver's place on a step of a request. It can be given away (转交), and
others can be set before, after or beside it (加签). Whoever was set there must approve as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from bot.policy.people import Directory
from bot.policy.routes import ANY, IN_ORDER, Step

State = Literal["waiting", "open", "approved", "rejected", "moved", "dropped"]
Where = Literal["before", "after", "beside"]
Outcome = Literal["open", "approved", "rejected"]
DECIDED: tuple[State, ...] = ("approved", "rejected")
UNDECIDED: tuple[State, ...] = ("waiting", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """`round` counts how often the text was changed; a seat of an earlier round is void."""

    request: str
    round: int
    step: int
    person: str
    state: State = "open"
    after: str | None = None  # whose approval it waits for, on the same step
    added_by: str | None = None  # who set them here, beyond the route; None: the route
    given_by: str | None = None  # who gave them their own place
    duty: str | None = None
    decided_by: str | None = None  # the person themselves, or who stood in for them
    decided_at: datetime | None = None

    @property
    def undecided(self) -> bool:
        return self.state in UNDECIDED


def laid(request: str, round: int, number: int, step: Step, people: Sequence[str]) -> list[Seat]:
    """The seats of a step that opens; in order, each waits for the one before it."""
    one_by_one = step.needs == IN_ORDER
    return [
        Seat(
            request=request,
            round=round,
            step=number,
            person=person,
            state="waiting" if one_by_one and place else "open",
            after=people[place - 1] if one_by_one and place else None,
        )
        for place, person in enumerate(people)
    ]


def outcome(step: Step, seats: Iterable[Seat]) -> Outcome:
    """What a step has come to. What was added must be approved whatever the route needs."""
    present = [each for each in seats if each.state not in ("moved", "dropped")]
    own = [each for each in present if each.added_by is None]
    added = [each for each in present if each.added_by is not None]
    found = _own(step, own)
    if found == "rejected" or any(each.state == "rejected" for each in added):
        return "rejected"
    return "approved" if found == "approved" and all(_approved(each) for each in added) else "open"


def _own(step: Step, own: Sequence[Seat]) -> Outcome:
    yes = sum(_approved(each) for each in own)
    no = sum(each.state == "rejected" for each in own)
    needed = _needed(step, len(own))
    if not own:  # nobody's rising decides anything
        return "open"
    if yes >= needed:
        return "approved"
    if step.needs == ANY and no:  # whoever decides first, decides
        return "rejected"
    return "rejected" if len(own) - no < needed else "open"


def _needed(step: Step, seats: int) -> int:
    """How many approvals a step needs: never more than there are seats, nor none."""
    if isinstance(step.needs, int):
        return max(1, min(step.needs, seats))
    return 1 if step.needs == ANY else max(1, seats)


def _approved(seat: Seat) -> bool:
    return seat.state == "approved"


def may_open(seats: Sequence[Seat]) -> tuple[Seat, ...]:
    """Those that waited for somebody who has decided by now, or for nobody any more."""
    done = {None, *(each.person for each in seats if each.state in DECIDED)}
    return tuple(each for each in seats if each.state == "waiting" and each.after in done)


def moved(seats: Sequence[Seat], seat: Seat, to: str) -> list[Seat]:
    """`seat` given to somebody else, who sits where they sat. 转交"""
    new = replace(seat, person=to, given_by=seat.person, duty=None)
    following = [replace(each, after=to) for each in seats if each.after == seat.person]
    return [replace(seat, state="moved"), new, *following]


def added(seats: Sequence[Seat], seat: Seat, person: str, where: Where) -> list[Seat]:
    """Somebody more who must approve: before `seat`, after it, or beside it. 加签"""
    new = replace(seat, person=person, added_by=seat.person, given_by=None, duty=None)
    match where:
        case "beside":
            return [new]
        case "before":
            return [new, replace(seat, state="waiting", after=person)]
        case "after":
            following = [replace(each, after=person) for each in seats if each.after == seat.person]
            return [replace(new, state="waiting", after=seat.person), *following]
        case _:
            assert_never(where)


def reseated(
    seats: Sequence[Seat], people: Sequence[str], step: Step, spare: str | None = None
) -> list[Seat]:
    """What changes where the route now names others than when the step opened.

    Who is not named any more rises, unless they have decided; who is new sits in their place, or
    beside the others. Whoever was added or given a place by a person stays. A step is not decided
    by somebody's rising: where it would be, `spare` is given the last place; without one, who sat
    there stays.
    """
    sitting = [s for s in seats if s.state not in ("moved", "dropped")]
    routed = _chain([s for s in sitting if s.added_by is None and s.given_by is None])
    gone = [s for s in routed if s.undecided and s.person not in people]
    known = {s.person for s in seats if s.state != "dropped"} | {s.decided_by for s in seats}
    new = [p for p in people if p not in known]
    heirs = {seat.person: _instead(seat, person) for seat, person in zip(gone, new, strict=False)}
    orphans = gone[len(new) :]
    gone_now = {s.person for s in gone}
    if orphans and _ended(step, [s for s in sitting if s.person not in gone_now], heirs):
        last = orphans.pop()
        gone_now.remove(last.person)
        if spare is not None and spare not in known:
            heirs[last.person] = replace(_instead(last, spare), given_by=last.person)
            gone_now.add(last.person)
    leaving = {s.person: s for s in gone if s.person in gone_now}
    found = {person: replace(seat, state="dropped") for person, seat in leaving.items()}
    stayed = (s for s in sitting if s.person not in leaving and s.undecided)
    found |= {s.person: _following(s, leaving, heirs) for s in stayed}
    for seat in heirs.values():
        found[seat.person] = _following(seat, leaving, heirs)
    after = [*(s for s in sitting if s.person not in found), *found.values()]
    for seat in _beside(after, new[len(gone) :], step):
        found[seat.person] = seat
    before = {s.person: s for s in seats}
    return [seat for person, seat in found.items() if seat != before.get(person)]


def _chain(routed: Sequence[Seat]) -> list[Seat]:
    """In the order in which they are asked."""
    places = {seat.person: seat for seat in routed}
    ordered: list[Seat] = []
    for seat in routed:
        line = [seat]
        while (before := places.get(line[-1].after or "")) and before not in (*line, *ordered):
            line.append(before)
        ordered += [each for each in reversed(line) if each not in ordered]
    return ordered


def _instead(seat: Seat, person: str) -> Seat:
    return replace(seat, person=person, duty=None)


def _ended(step: Step, staying: Sequence[Seat], heirs: Mapping[str, Seat]) -> bool:
    """Nobody would be left to ask, or the others had decided it."""
    left = [*staying, *heirs.values()]
    return outcome(step, left) != "open" or not any(each.undecided for each in left)


def _following(seat: Seat, gone: Mapping[str, Seat], heirs: Mapping[str, Seat]) -> Seat:
    """After whom they are asked: who sits in the place of who has risen, or who was before them."""
    after = seat.after
    while after is not None and after in gone:
        after = heirs[after].person if after in heirs else gone[after].after
    return replace(seat, after=after)


def _beside(sitting: Sequence[Seat], people: Sequence[str], step: Step) -> Iterator[Seat]:
    """More than rose: beside the others or, where they are asked in order, after the last."""
    own = [s for s in sitting if s.added_by is None and s.state not in ("moved", "dropped")]
    first, chain = (own or list(sitting))[0], _chain(own)
    last = chain[-1].person if chain and step.needs == IN_ORDER else None
    for person in people:
        yield Seat(
            request=first.request,
            round=first.round,
            step=first.step,
            person=person,
            state="open" if last is None else "waiting",
            after=last,
        )
        last = person if last is not None else None


@dataclass(frozen=True, slots=True)
class Chair:
    """Who may decide for whom: a seat, and the people who may sit on it now."""

    seat: Seat
    people: tuple[str, ...]


def chairs(
    seats: Sequence[Seat], requester: str, directory: Directory, now: datetime
) -> tuple[Chair, ...]:
    """Of the open seats, who may decide at this moment: themselves, and who stands in for them.

    Whoever sits on the step already, or has decided on it, stands in for nobody else on it; the
    requester decides nothing, by whatever way it comes to them.
    """
    busy = {
        each.decided_by or each.person for each in seats if each.state not in ("moved", "dropped")
    }
    found = []
    for seat in seats:
        if seat.state == "open":
            other = _stands_in(seat, busy, requester, directory, now)
            people = [seat.person] if _able(seat.person, requester, directory) else []
            if other is not None:
                people.append(other)
            found.append(Chair(seat, tuple(people)))
    return tuple(found)


def _able(person: str, requester: str, directory: Directory) -> bool:
    known = directory.people.get(person)
    return known is not None and known.active and not known.partner and person != requester


def _stands_in(
    seat: Seat, busy: set[str], requester: str, directory: Directory, now: datetime
) -> str | None:
    """Along the line of delegates, as far as it does not go in a circle; else up their line.

    For who is away and named nobody, and for who has left, whoever leads them stands in.
    """
    known = directory.people.get(seat.person)
    if known is None:
        return None
    if known.active:
        found = _delegate(seat.person, busy, requester, directory, now)
        if found is not None or not _elsewhere(seat.person, directory, now):
            return found
    above = (each.id for each in directory.above(known) if each.active and not each.partner)
    return next((each for each in above if each not in busy | {requester}), None)


def _elsewhere(person: str, directory: Directory, now: datetime) -> bool:
    """They are away, or have given their decisions away."""
    away = directory.away(person, now) is not None
    return away or directory.decides_for(person, now) is not None


def _delegate(
    person: str, busy: set[str], requester: str, directory: Directory, now: datetime
) -> str | None:
    """The first along the line who is there and free to decide; one who is away delegates on.

    It ends at the requester, who names nobody to decide on what they asked for.
    """
    passed, other = {person, requester}, directory.decides_for(person, now)
    while other is not None and other.id not in passed:
        if other.id not in busy and directory.away(other.id, now) is None:
            return other.id
        passed.add(other.id)
        other = directory.decides_for(other.id, now)
    return None


def chair_of(found: Iterable[Chair], person: str) -> Chair | None:
    """Which seat `person` decides on: their own before that of somebody else."""
    mine = [each for each in found if person in each.people]
    return next((each for each in mine if each.seat.person == person), mine[0] if mine else None)


def everybody(found: Iterable[Chair]) -> frozenset[str]:
    return frozenset(person for each in found for person in each.people)


def counted(
    people: Sequence[str],
    round: int,
    seats: Iterable[Seat],
) -> Mapping[str, Seat]:
    """Those of the next step's approvers who approved this very text on an earlier step."""
    before = {
        s.person: s for s in seats if s.round == round and _approved(s) and s.person == s.decided_by
    }
    return {person: before[person] for person in people if person in before}

"""Requests on their way to a decision. What was decided, the database itself will not change."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy import attachments, forms
from bot.policy.approvals import PENDING, Request, Trace
from bot.policy.seats import Seat
from bot.store import scope
from bot.store.keeping import Kept
from bot.store.rings import Ring
from bot.store.rows import Rows
from bot.store.schema import UNDECIDED, certificates, requests, seats, trail, versions
from bot.store.scope import Scope
from bot.store.wrapping import Belonging, Wraps

OPEN = sa.and_(UNDECIDED, seats.c.state == "open")
SAME = (
    "id",
    "number",
    "kind",
    "requester",
    "class_name",
    "clause",
    "policy",
    "digest",
    "state",
    "step",
    "round",
    "recalls",
    "at",
    "place",
    "decided_by",
    "decided_at",
)
SEAT = (
    "request",
    "round",
    "step",
    "person",
    "state",
    "after",
    "added_by",
    "given_by",
    "duty",
    "decided_by",
    "decided_at",
)
TRACE = (
    "number",
    "at",
    "actor",
    "deed",
    "behalf",
    "other",
    "round",
    "step",
    "digest",
    "until",
)


@dataclass(frozen=True, slots=True)
class Requests:
    rows: Rows

    def add(self, request: Request) -> None:
        kept, owner = Kept(self.rows), _owner(request.id)
        kept.begin(owner, Ring.of(request.class_name, request.at))
        body = kept.close(requests.c.body, request.id, owner, dict(request.form))
        self.rows.add(requests, **{n: getattr(request, n) for n in SAME}, body=body)
        self._keep(request, request.at)

    def find(self, number: int, *, to_change: bool = False) -> Request | None:
        """`to_change`: nobody else does anything about it before we commit."""
        mine = requests.c.number == number
        rows = self.rows.all(requests, mine, limit=1, to_change=to_change)
        return self._request(rows[0]) if rows else None

    def get(self, id: str) -> Request:
        row = self.rows.one(requests, requests.c.id == id)
        if row is None:
            raise LookupError(id)
        return self._request(row)

    def many(self, ids: Collection[str]) -> dict[str, Request]:
        rows = self.rows.all(requests, requests.c.id.in_(ids)) if ids else ()
        return {row.id: self._request(row) for row in rows}

    def advance(self, request: Request, step: int) -> bool:
        """On to another step; False where somebody else's decision came first."""
        return self._change(request, step=step)

    def turn(self, request: Request, state: str) -> bool:
        """Returned for rework, or open again; False where something else came first."""
        return self._change(request, state=state)

    def revise(self, request: Request, new: Request) -> bool:
        """Another text, in its next round; the old one is kept. False as above."""
        kept, owner = Kept(self.rows), _owner(request.id)
        body = kept.close(requests.c.body, request.id, owner, dict(new.form))
        values = {name: getattr(new, name) for name in ("kind", "clause", "state", "step", "round")}
        if not self._change(request, body=body, digest=new.digest, **values):
            return False
        if not self._kept(request.id, request.round):  # made before versions were kept
            self._keep(request, request.at)
        self._keep(new, self.rows.clock.now())
        return True

    def decide(self, request: Request, comment: str) -> bool:
        """False where somebody else's decision came first."""
        owner = _owner(request.id)
        sealed = Kept(self.rows).close(requests.c.comment, request.id, owner, comment)
        values = {name: getattr(request, name) for name in ("state", "decided_by", "decided_at")}
        return self._change(request, comment=sealed, **values)

    def _change(self, request: Request, **values: Any) -> bool:
        c = requests.c
        here = c.state.in_(PENDING), c.step == request.step, c.round == request.round
        return self.rows.change(requests, c.id == request.id, *here, **values) == 1

    def _keep(self, request: Request, at: datetime) -> None:
        self._class_files(request)
        key, owner = f"{request.id}/{request.round}", _owner(request.id)
        self.rows.add(
            versions,
            request=request.id,
            round=request.round,
            digest=request.digest,
            at=at,
            body=Kept(self.rows).close(versions.c.body, key, owner, dict(request.form)),
        )

    def _class_files(self, request: Request) -> None:
        """What is attached is kept as long as what it is attached to."""
        bound = attachments.bound_in(request.form.get(forms.FILES, ""))
        wanted = Belonging(class_name=request.class_name)
        Wraps(self.rows).belong((f"file/{each.file}" for each in bound), wanted)

    def _kept(self, request: str, round: int) -> Any | None:
        return self.rows.one(versions, versions.c.request == request, versions.c.round == round)

    def text_of(self, request: str, round: int) -> Mapping[str, str]:
        """The form as it was in an earlier round."""
        row = self._kept(request, round)
        if row is None:
            raise LookupError(request)
        slot = versions.c.body, f"{request}/{round}", _owner(request)
        found: Mapping[str, str] = Kept(self.rows).open(*slot, row.body, gone=defaultdict(str))
        return found

    def of(self, requester: str, limit: int = 50) -> list[Request]:
        return self._list(requests.c.requester == requester, limit=limit)

    def by_any(
        self,
        requesters: Collection[str],
        limit: int = 50,
        *,
        states: Sequence[str] = (),
        apart_from: str = "",
    ) -> list[Request]:
        """The newest first; `apart_from` a class of information."""
        c = requests.c
        where = [c.requester.in_(requesters), c.class_name != apart_from]
        where += [c.state.in_(states)] if states else []
        return self._list(*where, limit=limit)

    def asked_of(self, person: str, limit: int = 50) -> list[Request]:
        """Those on whose route they have had a seat, the newest first."""
        mine = sa.select(seats.c.request).where(
            seats.c.company == self.rows.company, seats.c.person == person
        )
        return self._list(requests.c.id.in_(mine), limit=limit)

    def approved_since(
        self, at: datetime, families: Collection[str], limit: int = 1000
    ) -> list[Request]:
        """What was approved so recently of some families of routes, the newest first."""
        c = requests.c
        kinds = [c.kind == each for each in families]
        kinds += [c.kind.startswith(f"{each}.", autoescape=True) for each in families]
        return self._list(c.state == "approved", c.decided_at >= at, sa.or_(*kinds), limit=limit)

    def counts(
        self, requesters: Collection[str], *, apart_from: str = ""
    ) -> dict[tuple[str, str], int]:
        """How many of each kind are in each state; `apart_from` a class of information."""
        c = requests.c
        found = sa.select(c.kind, c.state, sa.func.count()).where(
            c.company == self.rows.company,
            c.requester.in_(requesters),
            c.class_name != apart_from,
        )
        rows = self.rows.conn.execute(found.group_by(c.kind, c.state))
        return {(kind, state): count for kind, state, count in rows}

    def _list(self, *where: sa.ColumnElement[bool], limit: int) -> list[Request]:
        order = [requests.c.at.desc(), requests.c.number.desc()]
        rows = self.rows.all(requests, *where, order=order, limit=limit)
        return [self._request(row) for row in rows]

    def between(self, start: datetime, end: datetime) -> list[Request]:
        where = requests.c.at >= start, requests.c.at < end
        return [self._request(row) for row in self.rows.all(requests, *where)]

    def approved_between(
        self, kinds: Collection[str], start: datetime, end: datetime, whose: Scope = None
    ) -> Iterator[Request]:
        """Of some kinds, by when they were decided."""
        c, ours = requests.c, scope.among(whose)
        where = c.state == "approved", c.decided_at >= start, c.decided_at < end
        rows = self.rows.all(requests, c.kind.in_(kinds), *where, *scope.of(whose, c.requester))
        found = [row for row in rows if ours(row.requester)]
        Kept(self.rows).ahead(_owner(row.id) for row in found)
        return map(self._request, found)

    def recalling(self, id: str) -> list[Request]:
        """The requests that are, or were, to take an approved one back."""
        return [self._request(r) for r in self.rows.all(requests, requests.c.recalls == id)]

    def with_file(self, requester: str, file: str, limit: int = 500) -> Request | None:
        """Their request that a file is part of, among their newest."""
        mine = self.of(requester, limit)
        return next((each for each in mine if file in each.form.get("files", "").split()), None)

    # Seats

    def sit(self, new: Iterable[Seat]) -> None:
        """What was decided on a seat, the database will not change."""
        for seat in new:
            values = {name: getattr(seat, name) for name in SEAT}
            keys = {name: values.pop(name) for name in ("request", "round", "step", "person")}
            self.rows.put(seats, keys, **values)

    def seats(self, request: str, *, round: int | None = None) -> list[Seat]:
        where = [seats.c.request == request]
        where += [] if round is None else [seats.c.round == round]
        order = [seats.c.round, seats.c.step, seats.c.person]
        return [_seat(row) for row in self.rows.all(seats, *where, order=order)]

    def asked(self, request: str, step: int) -> dict[str, str]:
        """Who has had a seat on a step, with the duty to decide."""
        where = seats.c.request == request, seats.c.step == step
        return {row.person: row.duty for row in self.rows.all(seats, *where)}

    def undecided_of(self, person: str) -> list[Seat]:
        """Where they are still asked, or will be."""
        where = seats.c.person == person, UNDECIDED
        return [_seat(row) for row in self.rows.all(seats, *where)]

    def open_seats(self, persons: Collection[str]) -> list[str]:
        """The requests that wait for any of them, the oldest first."""
        return self._open(seats.c.person.in_(persons))

    def open_ones(self) -> list[str]:
        """All that wait for a decision."""
        return self._open()

    def _open(self, *where: sa.ColumnElement[bool]) -> list[str]:
        """In the order of their numbers: ids of one millisecond are in none."""
        s, r = seats.c, requests.c
        ours = sa.select(r.id, r.number).join(seats, (s.company == r.company) & (s.request == r.id))
        ours = ours.where(s.company == self.rows.company, OPEN, *where)
        return list(self.rows.conn.execute(ours.distinct().order_by(r.number)).scalars())

    # What happened

    def trace(self, request: str, trace: Trace) -> None:
        """One line more. `number` is given here."""
        number = self.rows.count(trail, trail.c.request == request) + 1
        values = {name: getattr(trace, name) for name in TRACE} | {"number": number}
        key = f"{request}/{number}"
        comment = None
        if trace.comment:
            owner = _owner(request)
            comment = Kept(self.rows).close(trail.c.comment, key, owner, trace.comment)
        self.rows.add(trail, request=request, comment=comment, **values)

    def trail(self, request: str) -> list[Trace]:
        rows = self.rows.all(trail, trail.c.request == request, order=[trail.c.number])
        return [self._trace(row) for row in rows]

    def _trace(self, row: Any) -> Trace:
        key = f"{row.request}/{row.number}"
        slot = trail.c.comment, key, _owner(row.request)
        comment = row.comment and Kept(self.rows).open(*slot, row.comment)
        return Trace(**{name: getattr(row, name) for name in TRACE}, comment=comment or "")

    # Certificates

    def certify(self, request: str, code: str, digest: str, at: datetime) -> None:
        self.rows.add(certificates, code=code, request=request, digest=digest, at=at)

    def certified(self, code: str) -> Request | None:
        row = self.rows.one(certificates, certificates.c.code == code)
        return self.get(row.request) if row else None

    def code_of(self, request: str) -> str | None:
        row = self.rows.one(certificates, certificates.c.request == request)
        return str(row.code) if row else None

    def _request(self, row: Any) -> Request:
        kept, slot = Kept(self.rows), (row.id, _owner(row.id))
        form = kept.open(requests.c.body, *slot, row.body, gone=defaultdict(str))
        comment = row.comment and kept.open(requests.c.comment, *slot, row.comment)
        values = {name: getattr(row, name) for name in SAME}
        return Request(**values, form=form, comment=comment or "")


def _owner(request: str) -> str:
    return f"request/{request}"


def _seat(row: Any) -> Seat:
    return Seat(**{name: getattr(row, name) for name in SEAT})

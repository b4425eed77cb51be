"""Requests on their way to a decision. What was decided, the database itself will not change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.policy.approvals import Request
from bot.store.rows import Rows
from bot.store.schema import approvers, requests

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
    "at",
    "place",
    "decided_by",
    "decided_at",
)


@dataclass(frozen=True, slots=True)
class Requests:
    rows: Rows

    def add(self, request: Request) -> None:
        body = self.rows.close(requests.c.body, request.id, dict(request.form))
        self.rows.add(requests, **{n: getattr(request, n) for n in SAME}, body=body)

    def find(self, number: int) -> Request | None:
        row = self.rows.one(requests, requests.c.number == number)
        return row and self._request(row)

    def get(self, id: str) -> Request:
        row = self.rows.one(requests, requests.c.id == id)
        if row is None:
            raise LookupError(id)
        return self._request(row)

    def advance(self, request: Request, step: int) -> bool:
        """On to the next step; False where somebody else's decision came first."""
        c = requests.c
        here = c.id == request.id, c.state == "open", c.step == request.step
        return self.rows.change(requests, *here, step=step) == 1

    def decide(self, request: Request, comment: str) -> bool:
        """False where somebody else's decision came first."""
        c = requests.c
        sealed = self.rows.close(c.comment, request.id, comment)
        values = {name: getattr(request, name) for name in ("state", "decided_by", "decided_at")}
        return (
            self.rows.change(
                requests,
                c.id == request.id,
                c.state == "open",
                c.step == request.step,
                comment=sealed,
                **values,
            )
            == 1
        )

    def of(self, requester: str, limit: int = 50) -> list[Request]:
        where = requests.c.requester == requester
        rows = self.rows.all(requests, where, order=[requests.c.id.desc()], limit=limit)
        return [self._request(row) for row in rows]

    def between(self, start: datetime, end: datetime) -> list[Request]:
        where = requests.c.at >= start, requests.c.at < end
        return [self._request(row) for row in self.rows.all(requests, *where)]

    def ask(self, request: str, step: int, persons: Mapping[str, str]) -> None:
        """Who may decide a step, each with the duty to do so."""
        names = ("request", "step", "person", "duty")
        asked = [(request, step, person, duty) for person, duty in persons.items()]
        self.rows.add_all(approvers, [dict(zip(names, each, strict=True)) for each in asked])

    def asked(self, request: str, step: int) -> dict[str, str]:
        c = approvers.c
        rows = self.rows.all(approvers, c.request == request, c.step == step)
        return {row.person: row.duty for row in rows}

    def _request(self, row: Any) -> Request:
        form = self.rows.open(requests.c.body, row.id, row.body)
        comment = row.comment and self.rows.open(requests.c.comment, row.id, row.comment)
        values = {name: getattr(row, name) for name in SAME}
        return Request(**values, form=form, comment=comment or "")
